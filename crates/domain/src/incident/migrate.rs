//! How one case moves to another version of its process.
//!
//! | the case | what becomes of it |
//! | --- | --- |
//! | is closed or merged, or its process is over | stays: over |
//! | runs another version than the plan moves from | stays: elsewhere |
//! | stands on a place without a counterpart | stays: stuck, with the places |
//! | anything else | moves, all of it in one commit |
//!
//! What moves is the incident's own process. A process that it calls keeps the version it began with
//! until it ends; the next call is bound as the new version says. Tokens, tasks, jobs and rounds keep
//! their numbers, due times and holders; events that both versions wait for keep their remaining time,
//! and what has fired is not armed again. Evidence that was recorded stays, under its old name and under
//! the new one.
//!
//! Nothing that hangs on a fact is touched: awareness, severity with its approval, exceptions with their
//! ratification, measures, facts. So a regulatory clock cannot be reset by moving a case.

use base::{Code, Digest, Id, Timestamp, id, leaf};
use evidence::entry::{Draft, Under};
use process::{
    Host, Model,
    engine::{self, migrate},
};

use super::{Event, Incident, Status, process_drafts};
use crate::{
    Refused,
    moving::{Outcome, Plan, Versions},
};

leaf! {
    /// An open task that is another one in the new version.
    pub struct TaskMoved {
        /// The task.
        pub task: u32,
        /// Its element in the new version.
        pub element: Code,
        /// The roles that the new version asks.
        pub roles: Vec<Code>,
    }

    /// The case runs on another version of its process from here on. Why stands in the plan.
    pub struct CaseMigrated {
        /// The plan.
        pub plan: Id<id::CaseMove>,
        /// The entry of its proposal.
        pub proposed: i64,
        /// The entry of its approval.
        pub approved: i64,
        /// The process.
        pub process: Code,
        /// The version it ran on.
        pub from: i64,
        /// SHA-256 of that version's bytes.
        pub from_sha256: Digest,
        /// The version it runs on now.
        pub to: i64,
        /// SHA-256 of that version's bytes.
        pub to_sha256: Digest,
        /// Open tasks that are called otherwise, or belong to other roles.
        pub tasks: Vec<TaskMoved>,
    }
}

/// What becomes of a case.
#[derive(Debug)]
pub enum Migration {
    /// It moves.
    Moves {
        /// The entries, in order.
        drafts: Vec<Draft>,
        /// What happened in the process, as the entries tell it.
        events: Vec<process::Event>,
    },
    /// It stays, and why; the places where it is stuck.
    Stays(Outcome, Vec<migrate::Stuck>),
}

/// Why a case cannot be moved by a plan, whatever the models say; the first two rows of the table.
pub fn stays(incident: &Incident, versions: &Versions) -> Option<Outcome> {
    let running = &incident.process;
    if incident.status != Status::Open || running.state.status != engine::Status::Running {
        return Some(Outcome::Over);
    }
    let on = (running.version, running.sha256);
    (running.name != versions.process || on != versions.from).then_some(Outcome::Elsewhere)
}

/// The case as it would run on the new version: what the new model is put together for.
pub fn onto(
    incident: &Incident,
    versions: &Versions,
    mapping: &migrate::Mapping,
    to: &Model,
) -> super::Running {
    let mut running = incident.process.clone();
    let from = running.state.process.clone().unwrap_or_else(|| to.id.clone());
    let moved = engine::InstanceMigrated { from, to: to.id.clone(), mapping: mapping.clone() };
    process::apply(&mut running.state, &moved.into());
    (running.version, running.sha256) = versions.to;
    running
}

/// Decides by the table above. Both models are those of this case, with the processes that it calls.
///
/// # Errors
/// What the process refuses beside places without a counterpart: models of another process.
pub fn migrate_case(
    (id, incident): (Id<id::Incident>, &Incident),
    (plan_id, plan): (Id<id::CaseMove>, &Plan),
    (from, to): (&Model, &Model),
    now: Timestamp,
    host: &dyn Host,
) -> Result<Migration, Refused> {
    let versions = plan.versions();
    if let Some(outcome) = stays(incident, &versions) {
        return Ok(Migration::Stays(outcome, Vec::new()));
    }
    let state = &incident.process.state;
    let events = match migrate::migrate((from, to), state, &plan.mapping, now, host) {
        Err(process::Refusal::CannotMigrate { stuck }) => {
            return Ok(Migration::Stays(Outcome::Stuck, stuck));
        }
        events => events?,
    };
    // What the old version waits for no longer ended under it; everything else is the new one's.
    let moved = |event: &process::Event| matches!(event, process::Event::InstanceMigrated(_));
    let at = events.iter().position(moved).unwrap_or(events.len());
    let (before, after) = events.split_at(at);
    let mut drafts = process_drafts(id, incident, from, before.to_vec(), now);
    let migrated = CaseMigrated {
        plan: plan_id,
        proposed: plan.proposed,
        approved: plan.judged.map_or(plan.proposed, |(_, seq)| seq),
        process: plan.process.clone(),
        from: plan.from,
        from_sha256: plan.from_sha256,
        to: plan.to,
        to_sha256: plan.to_sha256,
        tasks: tasks(incident, plan, (from, to)),
    };
    let under = Under {
        process: Some(plan.process.clone()),
        version: Some(plan.to),
        sha256: Some(plan.to_sha256),
        ..Under::default()
    };
    drafts.push(Event::from(migrated).draft(id, now).under(under));
    let process = onto(incident, &versions, &plan.mapping, to);
    let next = Incident { process, ..incident.clone() };
    drafts.extend(process_drafts(id, &next, to, after.to_vec(), now));
    Ok(Migration::Moves { drafts, events })
}

/// Open tasks whose name or roles differ in the new version.
fn tasks(incident: &Incident, plan: &Plan, (from, to): (&Model, &Model)) -> Vec<TaskMoved> {
    let open = incident.process.state.tasks.iter();
    let moved = open.filter_map(|(task, held)| {
        let element = migrate::renamed(&plan.mapping, &held.element);
        let roles = |model: &Model, id: &Code| model.element(id).map(|e| e.marks.roles.clone());
        let (old, new) = (roles(from, &held.element), roles(to, &element));
        let differs = element != held.element || old != new;
        let roles = new.unwrap_or_default();
        differs.then_some(TaskMoved { task: *task, element, roles })
    });
    moved.collect()
}

impl Incident {
    /// The version is another one from here on.
    pub(super) fn migrated(&mut self, event: &CaseMigrated) {
        (self.process.version, self.process.sha256) = (event.to, event.to_sha256);
    }

    /// What is kept by the name of an element is found by its new name too.
    pub(super) fn renamed(&mut self, mapping: &migrate::Mapping) {
        let named = |name: &Code| Some(migrate::renamed(mapping, name)).filter(|new| new != name);
        let new: Vec<_> = self
            .evidence
            .iter()
            .filter_map(|(name, mark)| Some((named(name)?, mark.clone())))
            .collect();
        for (name, mark) in new {
            self.evidence.entry(name).or_insert(mark);
        }
        let excepted = std::mem::take(&mut self.excepted).into_iter();
        self.excepted = excepted.map(|(name, seq)| (named(&name).unwrap_or(name), seq)).collect();
    }
}
