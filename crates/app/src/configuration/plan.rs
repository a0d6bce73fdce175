//! The plan: what would be added, changed and retired, and the changes themselves with codes resolved.

use std::{collections::BTreeMap, fmt};

use base::{Code, Id};
use domain::{
    entity::EntityDescribed,
    function::FunctionDescribed,
    organisation::{Details, Level},
    service::ServiceDescribed,
    team::TeamDescribed,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    changes::{Changes, Gone, Put},
    read::{DocumentFile, Faults, Place, Said, Wanted},
    running::{Running, running},
    text::{EntityText, FunctionText, IntegrationText, ServiceText, TeamText},
};
use crate::{
    organisation::{Described, Named},
    turn::{Stop, Turn},
};

/// What happens to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// It is new.
    Add,
    /// It changes.
    Change,
    /// It ends.
    Retire,
    /// It stays as it is.
    Unchanged,
}

/// One thing of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What happens to it.
    pub verb: Verb,
    /// What kind of thing it is: `service`.
    pub kind: String,
    /// Its code; an integration's name.
    pub code: String,
    /// What changes, a line a member: `team: payments → cards`.
    pub diff: Vec<String>,
}

/// What a folder would change.
#[derive(Default)]
pub struct Plan {
    /// By kind and code.
    pub lines: Vec<Line>,
    pub(super) changes: Changes,
    pub(super) documents: Vec<DocumentFile>,
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.fmt(f)
    }
}

impl Plan {
    /// How many things get this verb.
    pub fn count(&self, verb: Verb) -> usize {
        self.lines.iter().filter(|line| line.verb == verb).count()
    }
}

/// What is known while a plan is made: what runs, and the ids of everything that would be there.
struct Planner<'a> {
    running: Running,
    entities: BTreeMap<Code, Id<base::id::LegalEntity>>,
    functions: BTreeMap<Code, Id<base::id::Function>>,
    teams: BTreeMap<Code, Id<base::id::Team>>,
    services: BTreeMap<Code, Id<base::id::Service>>,
    faults: &'a mut Faults,
    plan: Plan,
}

/// Plans what the files want, against what runs. New things get their ids here.
pub(super) fn plan(
    turn: &mut Turn<'_>,
    wanted: &Wanted,
    faults: &mut Faults,
) -> Result<Plan, Stop> {
    let running = running(turn.conn)?;
    let mut planner = Planner {
        entities: ids(turn, &running.entities, &wanted.entities, |text| &text.code),
        functions: ids(turn, &running.functions, &wanted.functions, |text| &text.code),
        teams: ids(turn, &running.teams, &wanted.teams, |text| &text.code),
        services: ids(turn, &running.services, &wanted.services, |text| &text.code),
        running,
        faults,
        plan: Plan::default(),
    };
    planner.scale(wanted);
    planner.entities(&wanted.entities);
    planner.functions(&wanted.functions);
    planner.teams(&wanted.teams);
    planner.services(&wanted.services);
    planner.integrations(&wanted.integrations);
    planner.documents(&wanted.documents);
    Ok(planner.plan)
}

/// Ids by code: of what runs, the retired too, and of what would be new.
fn ids<D: Details, T>(
    turn: &mut Turn<'_>,
    running: &[Named<D>],
    wanted: &Said<T>,
    code: impl Fn(&T) -> &Code,
) -> BTreeMap<Code, Id<D::Kind>> {
    let held = running.iter().map(|held| (held.described.details.code().clone(), held.id));
    let mut ids: BTreeMap<_, _> = held.collect();
    for (text, _) in wanted.iter().flatten() {
        ids.entry(code(text).clone()).or_insert_with(|| turn.mint());
    }
    ids
}

impl Planner<'_> {
    fn scale(&mut self, wanted: &Wanted) {
        let Some(levels) = &wanted.levels else { return };
        let levels: Vec<_> = levels.iter().map(|(level, _)| level.clone()).collect();
        let verb = match () {
            () if levels == self.running.levels => Verb::Unchanged,
            () if self.running.levels.is_empty() => Verb::Add,
            () => Verb::Change,
        };
        let told = |levels: &[super::text::LevelText]| {
            levels.iter().map(|level| level.code.to_string()).collect::<Vec<_>>().join(", ")
        };
        let diff = format!("levels: {} → {}", told(&self.running.levels), told(&levels));
        self.line(verb, "criticality", "scale", vec![diff]);
        if verb != Verb::Unchanged {
            let level = |l: super::text::LevelText| {
                (Level { code: l.code, important: l.important }, l.label)
            };
            self.plan.changes.scale = Some(levels.into_iter().map(level).collect());
        }
    }

    fn entities(&mut self, said: &Said<EntityText>) {
        let texts = self.running.entities.iter().filter(|held| !held.retired);
        let texts: Vec<_> = texts.map(|held| self.running.entity_text(held)).collect();
        let (put, gone) = self.kind::<EntityDescribed, _>(said, &texts, |text| &text.code);
        for (text, _) in put {
            let details = EntityDescribed {
                code: text.code.clone(),
                home: false,
                kinds: text.kinds.clone(),
                attributes: text.attributes.clone(),
                authority: text.authority.clone(),
                member_state: text.member_state.clone(),
            };
            let named = Described::named(details, text.name.clone());
            let (lei, time_zone) = (text.lei.clone(), text.time_zone.clone());
            let described = Described { lei, time_zone, ..named };
            let put = put_of(&self.running.entities, self.entities[&text.code], described);
            self.plan.changes.entities.put.push(put);
        }
        self.plan.changes.entities.retire = gone_of(&self.running.entities, &gone);
    }

    fn functions(&mut self, said: &Said<FunctionText>) {
        let texts = self.running.functions.iter().filter(|held| !held.retired);
        let texts: Vec<_> = texts.map(|held| self.running.function_text(held)).collect();
        let (put, gone) = self.kind::<FunctionDescribed, _>(said, &texts, |text| &text.code);
        for (text, place) in put {
            let entities =
                resolve(&self.entities, &text.entities, ("legal entity", place, self.faults));
            let (code, critical) = (text.code.clone(), text.critical);
            let details = FunctionDescribed { code, critical, entities };
            let described = Described::named(details, text.name.clone());
            let put = put_of(&self.running.functions, self.functions[&text.code], described);
            self.plan.changes.functions.put.push(put);
        }
        self.plan.changes.functions.retire = gone_of(&self.running.functions, &gone);
    }

    fn teams(&mut self, said: &Said<TeamText>) {
        let texts = self.running.teams.iter().filter(|held| !held.retired);
        let texts: Vec<_> = texts.map(|held| self.running.team_text(held)).collect();
        let (put, gone) = self.kind::<TeamDescribed, _>(said, &texts, |text| &text.code);
        for (text, place) in put {
            let mut members = Vec::new();
            for member in &text.members {
                let known = self.running.people.get(&member.trim().to_lowercase()).copied();
                match known.or_else(|| member.parse().ok()) {
                    Some(id) => members.push(id),
                    // The address itself stays out of what may be logged.
                    None => self.faults.add(
                        place.clone(),
                        "CFG-002",
                        format!(
                            "member {} of team {} has no account",
                            members.len() + 1,
                            text.code
                        ),
                    ),
                }
            }
            let (code, policy) = (text.code.clone(), text.policy.clone());
            let details = TeamDescribed { code, members, policy };
            let described = Described::named(details, text.name.clone());
            let put = put_of(&self.running.teams, self.teams[&text.code], described);
            self.plan.changes.teams.put.push(put);
        }
        self.plan.changes.teams.retire = gone_of(&self.running.teams, &gone);
    }

    fn services(&mut self, said: &Said<ServiceText>) {
        let texts = self.running.services.iter().filter(|held| !held.retired);
        let texts: Vec<_> = texts.map(|held| self.running.service_text(held)).collect();
        let (put, gone) = self.kind::<ServiceDescribed, _>(said, &texts, |text| &text.code);
        for (text, place) in put {
            let team: Vec<Code> = text.team.iter().cloned().collect();
            let details = ServiceDescribed {
                code: text.code.clone(),
                team: resolve(&self.teams, &team, ("team", place, self.faults)).pop(),
                criticality: text.criticality.clone(),
                critical: text.critical,
                entities: resolve(
                    &self.entities,
                    &text.entities,
                    ("legal entity", place, self.faults),
                ),
                functions: resolve(
                    &self.functions,
                    &text.functions,
                    ("function", place, self.faults),
                ),
                depends_on: resolve(
                    &self.services,
                    &text.depends_on,
                    ("service", place, self.faults),
                ),
            };
            let described = Described::named(details, text.name.clone());
            let put = put_of(&self.running.services, self.services[&text.code], described);
            self.plan.changes.services.put.push(put);
        }
        self.plan.changes.services.retire = gone_of(&self.running.services, &gone);
    }

    /// Doors are added; what is different about one that is there is changed on its page, because
    /// alerts are on their way through it.
    fn integrations(&mut self, said: &Said<IntegrationText>) {
        for (text, place) in said.iter().flatten() {
            let held = self.running.integrations.iter().find(|held| held.name == text.name);
            let (verb, diff) = match held {
                None => (Verb::Add, Vec::new()),
                Some(held) if held == text => (Verb::Unchanged, Vec::new()),
                Some(held) => (Verb::Change, differences(held, text)),
            };
            if verb == Verb::Change {
                let told =
                    format!("`{}` differs ({}): change it on its page", text.name, diff.join(", "));
                self.faults.add(place.clone(), "CFG-002", told);
            }
            if verb == Verb::Add {
                self.plan.changes.integrations.push(text.clone());
            }
            self.line(verb, "integration", &text.name, diff);
        }
    }

    fn documents(&mut self, files: &[DocumentFile]) {
        for file in files {
            let held = self.running.documents.iter();
            let mut held = held.filter(|(kind, name, _)| *kind == file.kind && *name == file.name);
            let sha256 = evidence::sha256(&file.bytes);
            let verb = match held.next() {
                None => Verb::Add,
                Some((_, _, held)) if *held == sha256 => Verb::Unchanged,
                Some(_) => Verb::Change,
            };
            let kind = store::name_of(&file.kind);
            self.line(verb, &kind, file.name.as_str(), Vec::new());
            if verb != Verb::Unchanged {
                self.plan.documents.push(file.clone());
            }
        }
    }

    /// Compares a kind: lines of the plan for all of it, what to put, and what to retire.
    fn kind<'t, D: Details, T: PartialEq + Serialize>(
        &mut self,
        said: &'t Said<T>,
        running: &[T],
        code: impl Fn(&T) -> &Code,
    ) -> (Vec<&'t (T, Place)>, Vec<Code>) {
        let Some(said) = said else { return (Vec::new(), Vec::new()) };
        let mut put = Vec::new();
        for item in said {
            let name = code(&item.0);
            let held = running.iter().find(|held| code(held) == name);
            let (verb, diff) = match held {
                None => (Verb::Add, Vec::new()),
                Some(held) if *held == item.0 => (Verb::Unchanged, Vec::new()),
                Some(held) => (Verb::Change, differences(held, &item.0)),
            };
            self.line(verb, D::NOUN, name.as_str(), diff);
            if verb != Verb::Unchanged {
                put.push(item);
            }
        }
        let is_said = |held: &&T| !said.iter().any(|(text, _)| code(text) == code(held));
        let gone: Vec<Code> = running.iter().filter(is_said).map(|t| code(t).clone()).collect();
        for code in &gone {
            self.line(Verb::Retire, D::NOUN, code.as_str(), Vec::new());
        }
        (put, gone)
    }

    fn line(&mut self, verb: Verb, kind: &str, code: &str, diff: Vec<String>) {
        let diff = if verb == Verb::Change { diff } else { Vec::new() };
        self.plan.lines.push(Line { verb, kind: kind.to_owned(), code: code.to_owned(), diff });
    }
}

fn put_of<D: Details>(running: &[Named<D>], id: Id<D::Kind>, described: Described<D>) -> Put<D> {
    let version = running.iter().find(|held| held.id == id).map_or(0, |held| held.version);
    Put { id, version, described }
}

fn gone_of<D: Details>(running: &[Named<D>], gone: &[Code]) -> Vec<Gone<D>> {
    let of = |code: &Code| {
        let held = running.iter().find(|held| held.described.details.code() == code);
        held.map(|held| Gone { id: held.id, version: held.version })
    };
    gone.iter().filter_map(of).collect()
}

/// The ids that codes stand for; an unknown code is a fault at its place.
fn resolve<K: base::Kind>(
    known: &BTreeMap<Code, Id<K>>,
    codes: &[Code],
    (what, place, faults): (&str, &Place, &mut Faults),
) -> Vec<Id<K>> {
    let mut found = Vec::with_capacity(codes.len());
    for code in codes {
        match known.get(code) {
            Some(id) => found.push(*id),
            None => faults.add(place.clone(), "CFG-002", format!("there is no {what} `{code}`")),
        }
    }
    found
}

/// What differs between two texts of a thing, a line a member.
fn differences<T: Serialize>(held: &T, wanted: &T) -> Vec<String> {
    let object = |text: &T| match serde_json::to_value(text) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let (held, wanted) = (object(held), object(wanted));
    let mut names: Vec<&String> = held.keys().chain(wanted.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let told = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| item.as_str().unwrap_or_default());
            items.collect::<Vec<_>>().join(" ")
        }
        Some(other) => other.to_string(),
    };
    let differs = names.into_iter().filter(|name| held.get(*name) != wanted.get(*name));
    differs
        .map(|name| format!("{name}: {} → {}", told(held.get(name)), told(wanted.get(name))))
        .collect()
}
