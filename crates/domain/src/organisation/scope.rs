//! What an incident may reach, suggested from the service graph (ground rule G20): services → functions
//! → legal entities → Member States. A suggestion decides nothing; a person does, with a reason.

use std::collections::{BTreeSet, VecDeque};

use base::{Code, Id, id};

use super::{Organisation, graph::dependants};

/// The most services a suggestion holds.
pub const MAX_SUGGESTED: usize = 500;

/// A service that may be affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// The service.
    pub id: Id<id::Service>,
    /// The affected service it depends on; `None` where it was named itself.
    pub through: Option<Id<id::Service>>,
    /// How many steps of depending lie between; 0 where it was named itself.
    pub steps: u32,
}

/// What may be affected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestion {
    /// Services, the nearest first.
    pub services: Vec<Suggested>,
    /// The functions they support, the critical or important ones first.
    pub functions: Vec<Id<id::Function>>,
    /// The legal entities that these serve.
    pub entities: Vec<Id<id::LegalEntity>>,
    /// Where these are.
    pub member_states: Vec<Code>,
    /// Whether there is more than a suggestion holds.
    pub cut: bool,
}

/// What may be affected where `named` are: these, and whatever depends on them by any number of steps.
pub fn suggest(organisation: &Organisation, named: &[Id<id::Service>]) -> Suggestion {
    let (services, cut) = reached(organisation, named);
    let details = |held: &Suggested| organisation.services.get(&held.id).map(|s| &s.details);
    let supported: BTreeSet<_> =
        services.iter().filter_map(details).flat_map(|d| d.functions.iter().copied()).collect();
    let mut functions: Vec<_> =
        supported.into_iter().filter(|id| organisation.has_function(*id)).collect();
    functions.sort_by_key(|id| !organisation.functions[id].details.critical);
    let performed = functions.iter().flat_map(|id| &organisation.functions[id].details.entities);
    let served = services.iter().filter_map(details).flat_map(|d| &d.entities);
    let entities: BTreeSet<_> =
        served.chain(performed).copied().filter(|id| organisation.has_entity(*id)).collect();
    let states: BTreeSet<_> = entities
        .iter()
        .filter_map(|id| organisation.entities[id].details.member_state.clone())
        .collect();
    Suggestion {
        services,
        functions,
        entities: entities.into_iter().collect(),
        member_states: states.into_iter().collect(),
        cut,
    }
}

/// Breadth first, so that each is told by its shortest way.
fn reached(organisation: &Organisation, named: &[Id<id::Service>]) -> (Vec<Suggested>, bool) {
    let dependants = dependants(&organisation.services);
    let mut seen: BTreeSet<Id<id::Service>> = BTreeSet::new();
    let mut queue: VecDeque<Suggested> = VecDeque::new();
    let mut found = Vec::new();
    for id in named.iter().filter(|id| organisation.services.contains_key(id)) {
        if seen.insert(*id) {
            queue.push_back(Suggested { id: *id, through: None, steps: 0 });
        }
    }
    while let Some(next) = queue.pop_front() {
        if found.len() == MAX_SUGGESTED {
            return (found, true);
        }
        for id in dependants.get(&next.id).into_iter().flatten() {
            if seen.insert(*id) {
                let (through, steps) = (Some(next.id), next.steps + 1);
                queue.push_back(Suggested { id: *id, through, steps });
            }
        }
        found.push(next);
    }
    (found, false)
}
