//! The organisation: legal entities, functions, teams, services, and what holds between them.
//!
//! Every change is decided on the organisation as it would be afterwards: each thing that is named is
//! there, no code is used twice, no service depends on itself by any way round, nothing that others need
//! is retired. Several changes may be decided together; then only what they leave behind has to hold.

mod graph;
mod part;
mod scale;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Id, Kind, LeafSafe, Timestamp, id};
use evidence::entry::Draft;
use serde::{Serialize, de::DeserializeOwned};

pub use part::Part;
pub use scale::{CriticalityScaleSet, Event, Level, STREAM, Scale, apply, scale_set};
pub use scope::{MAX_SUGGESTED, Suggested, Suggestion, suggest};

use crate::{
    Refused,
    entity::{EntityDescribed, home_stays, name_missing},
    function::FunctionDescribed,
    refusal::refusals,
    service::ServiceDescribed,
    team::TeamDescribed,
};

/// The most things of a kind an organisation may have.
pub const MAX_PARTS: usize = 10_000;
/// The most edges of a kind that lead from one thing.
pub const MAX_EDGES: usize = 300;

/// What a kind of part of the organisation is made of, and what its entries are.
pub trait Details:
    LeafSafe + Clone + PartialEq + Serialize + DeserializeOwned + Send + 'static
{
    /// The kind of its ids.
    type Kind: Kind;
    /// What it is called in configuration: `service`.
    const NOUN: &'static str;

    /// What configuration calls it.
    fn code(&self) -> &Code;
    /// The entry that says what it is from here on, without its words.
    fn described(self, id: Id<Self::Kind>, now: Timestamp) -> Draft;
    /// The entry that ends it.
    fn retired(self, id: Id<Self::Kind>, now: Timestamp) -> Draft;
    /// All of its kind.
    fn of(organisation: &Organisation) -> &Parts<Self>;
    /// All of its kind, to change.
    fn of_mut(organisation: &mut Organisation) -> &mut Parts<Self>;
    /// There is no such thing.
    fn unknown() -> Refused;
    /// Keeps what a description cannot change.
    fn keep(&mut self, _before: Option<&Self>, _organisation: &Organisation) {}
    /// Whether what it names is there.
    ///
    /// # Errors
    /// The first thing that is not.
    fn check(&self, organisation: &Organisation) -> Result<(), Refused>;
}

/// All parts of a kind.
pub type Parts<D> = BTreeMap<Id<<D as Details>::Kind>, Part<D>>;

/// The organisation as it is, or as it would be.
#[derive(Debug, Clone, Default)]
pub struct Organisation {
    /// Its legal entities.
    pub entities: Parts<EntityDescribed>,
    /// Its business functions.
    pub functions: Parts<FunctionDescribed>,
    /// Its teams.
    pub teams: Parts<TeamDescribed>,
    /// Its services.
    pub services: Parts<ServiceDescribed>,
    /// How it tells criticality.
    pub scale: Scale,
    /// Everybody who has an account.
    pub people: BTreeSet<Id<id::Person>>,
}

refusals! {
    /// A code that is used twice.
    code_taken: State = "ENT-004", "This code is in use already; choose another one.";
    /// Something still needs it.
    still_needed: State = "ENT-006", "Something else still needs it; change that first.";
    /// A ring of services.
    depends_on_itself: Invalid = "ENT-007", "A service would depend on itself.";
    /// More than there may be.
    too_many: Invalid = "ENT-009", "There are more of these than there may be.";
}

impl Organisation {
    /// Whether everything holds that must.
    ///
    /// # Errors
    /// `ENT-001`, `ENT-002`, `ENT-004`, `ENT-006` to `ENT-014`, `PER-012`.
    pub fn check(&self) -> Result<(), Refused> {
        kind::<EntityDescribed>(self)?;
        kind::<FunctionDescribed>(self)?;
        kind::<TeamDescribed>(self)?;
        kind::<ServiceDescribed>(self)?;
        match graph::ring(&self.services) {
            Some(ring) => Err(depends_on_itself().about(&ring.join(" → "))),
            None => Ok(()),
        }
    }

    /// The entity that runs the installation.
    pub fn home(&self) -> Option<Id<id::LegalEntity>> {
        self.entities.iter().find(|(_, entity)| entity.details.home).map(|(id, _)| *id)
    }

    pub(crate) fn has_entity(&self, id: Id<id::LegalEntity>) -> bool {
        is_there(&self.entities, id)
    }

    pub(crate) fn has_function(&self, id: Id<id::Function>) -> bool {
        is_there(&self.functions, id)
    }

    pub(crate) fn has_team(&self, id: Id<id::Team>) -> bool {
        is_there(&self.teams, id)
    }

    pub(crate) fn has_service(&self, id: Id<id::Service>) -> bool {
        is_there(&self.services, id)
    }
}

/// Says what something is from here on; makes it where it is new, brings it back where it was retired.
/// The caller adds the other words to the draft and checks the organisation that this leaves behind.
///
/// # Errors
/// `ENT-003` without a name.
pub fn describe<D: Details>(
    organisation: &mut Organisation,
    id: Id<D::Kind>,
    mut details: D,
    name: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    if name.trim().is_empty() {
        return Err(name_missing().about(details.code().as_str()));
    }
    let before = D::of(organisation).get(&id).map(|part| &part.details);
    details.keep(before, organisation);
    let parts = D::of_mut(organisation);
    match parts.get_mut(&id) {
        Some(part) => (part.details, part.retired) = (details.clone(), false),
        None => drop(parts.insert(id, Part::new(details.clone()))),
    }
    Ok(details.described(id, now).word("name", name.trim()))
}

/// Ends something. The caller checks the organisation that this leaves behind.
///
/// # Errors
/// The kind's unknown where it is not there, `ENT-005` for the home entity, `ENT-006` where something
/// else needs it.
pub fn retire<D: Details>(
    organisation: &mut Organisation,
    id: Id<D::Kind>,
    now: Timestamp,
) -> Result<Draft, Refused> {
    let part = D::of_mut(organisation).get_mut(&id).filter(|part| !part.retired);
    let part = part.ok_or_else(D::unknown)?;
    part.retired = true;
    let details = part.details.clone();
    let home = organisation.home().map(|home| home.to_string());
    if home == Some(id.to_string()) {
        return Err(home_stays());
    }
    Ok(details.retired(id, now))
}

/// Whether nothing that is left needs what was retired.
///
/// # Errors
/// `ENT-006`, naming what needs it.
pub fn unneeded(organisation: &Organisation) -> Result<(), Refused> {
    organisation.check().map_err(|refused| match refused.code {
        "ENT-001" | "ENT-002" | "ENT-013" | "ENT-014" => {
            Refused { code: still_needed().code, kind: still_needed().kind, ..still_needed() }
                .about(&refused.message)
        }
        _ => refused,
    })
}

fn is_there<D: Details>(parts: &Parts<D>, id: Id<D::Kind>) -> bool {
    parts.get(&id).is_some_and(|part| !part.retired)
}

/// What holds for every kind: few enough, no code twice, everything named is there.
fn kind<D: Details>(organisation: &Organisation) -> Result<(), Refused> {
    let parts = D::of(organisation);
    if parts.len() > MAX_PARTS {
        return Err(too_many().about(D::NOUN));
    }
    let mut codes = BTreeSet::new();
    for part in parts.values() {
        let code = part.details.code();
        if !codes.insert(code) {
            return Err(code_taken().about(&format!("{} {code}", D::NOUN)));
        }
        if !part.retired {
            part.details.check(organisation)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
