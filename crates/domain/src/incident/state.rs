//! The state of an incident: what its decisions read, folded from its stream.
//!
//! Holds references to words (log positions), never the words; holds no history: that is the log.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Digest, Id, Timestamp, id};
use serde::{Deserialize, Serialize};

use super::{
    Cause, Certainty, Event, ExceptionHeld, MeasureHeld, Relation, Severity,
    event::{IncidentDeclared, TaskApproved},
    hold::Holding,
    process::evidence_marks,
};
use crate::{Meta, access::Role};

/// Whether work goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "IncidentStatus")]
pub enum Status {
    /// Work goes on.
    Open,
    /// Over.
    Closed,
    /// Continues under another number.
    Merged,
}

/// A severity decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The outcome.
    pub severity: Severity,
    /// The entry of the decision.
    pub seq: i64,
    /// Who decided.
    pub by: Option<Id<id::Person>>,
    /// Until when a second person should approve; `None` when approved or not wanted.
    pub approve_by: Option<Timestamp>,
    /// Whether a second person approved it.
    pub approved: bool,
}

/// What is held of severity: the one in force, and a lowered one that waits for approval.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// In force.
    pub effective: Option<Decided>,
    /// Waits for a second person.
    pub proposed: Option<Decided>,
}

/// The newest value of a fact; the value is the word `value` of entry `seq`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactHeld {
    /// The entry.
    pub seq: i64,
    /// How sure it is.
    pub certainty: Certainty,
    /// As of when it holds.
    pub as_of: Timestamp,
}

/// A piece of evidence that an entry brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The entry.
    pub seq: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// An answer to a task that some of its approvers have approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// The answer.
    pub answer: ::process::Variables,
    /// Who approved it.
    pub by: BTreeSet<Id<id::Person>>,
}

/// The process that runs on the incident, on the version it began with or was moved to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The document's name.
    pub name: Code,
    /// Its version.
    pub version: i64,
    /// SHA-256 of the version's bytes.
    pub sha256: Digest,
    /// Tokens, tasks, timers, variables.
    pub state: ::process::State,
}

/// An incident, folded from its stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// `INC-2026-0042`.
    pub reference: Code,
    /// How it began.
    pub cause: Cause,
    /// The legal entity it happened to.
    pub entity: Id<id::LegalEntity>,
    /// The service it began with.
    pub service: Option<Id<id::Service>>,
    /// Whether work goes on.
    pub status: Status,
    /// The entry that declared it; its words are the title and the description.
    pub declared: i64,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// detect, triage, contain, recover or learn.
    pub phase: Code,
    /// When each phase was first entered.
    pub phases: BTreeMap<Code, Timestamp>,
    /// How bad it is.
    pub severity: Held,
    /// Who is in command.
    pub commander: Option<Id<id::Person>>,
    /// To whom command is offered.
    pub offered_to: Option<Id<id::Person>>,
    /// Who has which role in it.
    pub roles: Vec<(Role, Id<id::Person>)>,
    /// When each legal entity became aware, and the entry that says so (ground rule G12).
    pub awareness: BTreeMap<Id<id::LegalEntity>, (Timestamp, i64)>,
    /// The entry of the newest scope decision.
    pub scope: Option<i64>,
    /// Services affected.
    pub services: Vec<Id<id::Service>>,
    /// The newest value of each fact.
    pub facts: BTreeMap<Code, FactHeld>,
    /// Groups of alerts that belong to it.
    pub groups: Vec<Id<id::Group>>,
    /// Other incidents.
    pub links: Vec<(Relation, Id<id::Incident>)>,
    /// Where it continues.
    pub merged_into: Option<Id<id::Incident>>,
    /// How often it was reopened.
    pub reopened: u32,
    /// Evidence by name: the first record of each.
    pub evidence: BTreeMap<Code, Mark>,
    /// Elements passed by exception, and the entry that says so.
    pub excepted: BTreeMap<Code, i64>,
    /// Every exception, by the entry that invoked it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<i64, ExceptionHeld>,
    /// Temporary measures that stand, by the entry that took them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub measures: BTreeMap<i64, MeasureHeld>,
    /// Answers to open tasks that wait for more approvers.
    pub approvals: BTreeMap<u32, Approvals>,
    /// Who is on which open task.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<u32, Holding>,
    /// Clocks that ran out and are still wanted.
    pub breached: BTreeSet<Code>,
    /// The process.
    pub process: Running,
    /// How many entries its stream has.
    pub version: i64,
}

/// Folds one entry. A first entry of another type than `incident_declared` answers nothing.
pub fn apply(state: Option<Incident>, event: &Event, meta: &Meta) -> Option<Incident> {
    let mut next = match (state, event) {
        (None, Event::IncidentDeclared(e)) => begin(e, meta),
        (state, _) => state?,
    };
    change(&mut next, event, meta);
    for name in evidence_marks(event, meta) {
        let (recorded_at, occurred_at) = (meta.recorded_at, meta.occurred_at);
        // The first record of a name counts: a later one does not heal a late first one.
        next.evidence.entry(name).or_insert(Mark { seq: meta.seq, recorded_at, occurred_at });
    }
    next.version += 1;
    Some(next)
}

fn begin(e: &IncidentDeclared, meta: &Meta) -> Incident {
    let detect = Code::fixed("detect");
    Incident {
        reference: e.reference.clone(),
        cause: e.cause,
        entity: e.entity,
        service: e.service,
        status: Status::Open,
        declared: meta.seq,
        declared_at: meta.recorded_at,
        phases: BTreeMap::from([(detect.clone(), meta.recorded_at)]),
        phase: detect,
        severity: Held::default(),
        commander: None,
        offered_to: None,
        roles: Vec::new(),
        awareness: BTreeMap::new(),
        scope: None,
        services: e.service.into_iter().collect(),
        facts: BTreeMap::new(),
        groups: e.group.into_iter().collect(),
        links: Vec::new(),
        merged_into: None,
        reopened: 0,
        evidence: BTreeMap::new(),
        excepted: BTreeMap::new(),
        exceptions: BTreeMap::new(),
        measures: BTreeMap::new(),
        approvals: BTreeMap::new(),
        held: BTreeMap::new(),
        breached: BTreeSet::new(),
        process: Running {
            name: e.process.clone(),
            version: e.process_version,
            sha256: e.process_sha256,
            state: ::process::State::default(),
        },
        version: 0,
    }
}

fn change(next: &mut Incident, event: &Event, meta: &Meta) {
    match event {
        Event::IncidentDeclared(_) | Event::NoteAdded(_) | Event::ActionTaken(_) => {}
        Event::ClockBreached(e) => {
            next.breached.insert(e.clock.clone());
        }
        Event::FactRecorded(e) => {
            let held = FactHeld { seq: meta.seq, certainty: e.certainty, as_of: e.as_of };
            next.facts.insert(e.fact.clone(), held);
        }
        Event::AwarenessDecided(e) => {
            next.awareness.insert(e.entity, (e.aware_at, meta.seq));
        }
        Event::ScopeDecided(e) => {
            next.scope = Some(meta.seq);
            next.services.clone_from(&e.services);
        }
        Event::SeverityDecided(e) => {
            let decided = Decided {
                severity: e.severity,
                seq: meta.seq,
                by: meta.person(),
                approve_by: e.approve_by,
                approved: false,
            };
            next.severity.decide(decided, e.effective);
        }
        Event::SeverityApproved(e) => next.severity.approve(e.decision),
        Event::CommandOffered(e) => next.offered_to = Some(e.to),
        Event::CommandTaken(e) => (next.commander, next.offered_to) = (Some(e.by), None),
        Event::RoleAssigned(e) => {
            next.roles.retain(|(role, _)| *role != e.role);
            next.roles.push((e.role, e.person));
        }
        Event::AlertsAttached(e) => next.groups.push(e.group),
        Event::IncidentLinked(e) => next.links.push((e.relation, e.other)),
        Event::IncidentMerged(e) => {
            (next.status, next.merged_into) = (Status::Merged, Some(e.into));
        }
        Event::IncidentReopened(e) => (next.status, next.reopened) = (Status::Open, e.times),
        Event::IncidentClosed(_) => next.status = Status::Closed,
        Event::PhaseEntered(e) => {
            next.phases.entry(e.phase.clone()).or_insert(meta.recorded_at);
            next.phase = e.phase.clone();
        }
        Event::TaskApproved(e) => next.approve(e, meta),
        Event::TaskClaimed(e) => next.hold(e.task, e.by, None, meta),
        Event::TaskReleased(e) => drop(next.held.remove(&e.task)),
        Event::TaskDelegated(e) => next.hold(e.task, e.to, Some((e.from, e.until)), meta),
        Event::RatificationWanted(e) => next.ratification_wanted(e),
        Event::ExceptionJudged(e) => next.exception_judged(e, meta),
        Event::MeasureTaken(e) => next.measure_taken(e, meta),
        Event::MeasureExtended(e) => next.measure_extended(e),
        Event::MeasureEnded(e) => drop(next.measures.remove(&e.measure)),
        Event::CaseMigrated(e) => next.migrated(e),
        Event::VariableSet(e) => {
            let value = ::process::Value::Code(e.value.clone());
            if let Some(scope) = next.process.state.scopes.get_mut(&0) {
                scope.variables.insert(e.name.clone(), value);
            }
        }
        Event::Process(event) => {
            ::process::apply(&mut next.process.state, event);
            let open = &next.process.state.tasks;
            next.approvals.retain(|task, _| open.contains_key(task));
            next.held.retain(|task, _| open.contains_key(task));
            match event.as_ref() {
                ::process::Event::ExceptionInvoked(e) => next.except(&e.element, &e.code, meta),
                ::process::Event::InstanceMigrated(e) => next.renamed(&e.mapping),
                _ => {}
            }
        }
    }
}

impl Incident {
    fn hold(
        &mut self,
        task: u32,
        by: Id<id::Person>,
        delegated: Option<(Id<id::Person>, Timestamp)>,
        meta: &Meta,
    ) {
        self.held.insert(task, Holding { by, since: meta.recorded_at, delegated });
    }

    /// Another answer than the one before starts the count again.
    fn approve(&mut self, approved: &TaskApproved, meta: &Meta) {
        let fresh = Approvals { answer: approved.answer.clone(), by: BTreeSet::new() };
        let held = self.approvals.entry(approved.task).or_insert_with(|| fresh.clone());
        if held.answer != approved.answer {
            *held = fresh;
        }
        held.by.extend(meta.person());
    }
}

impl Held {
    fn decide(&mut self, decided: Decided, effective: bool) {
        if effective {
            (self.effective, self.proposed) = (Some(decided), None);
        } else {
            self.proposed = Some(decided);
        }
    }

    fn approve(&mut self, decision: i64) {
        if let Some(mut proposed) = self.proposed.take_if(|held| held.seq == decision) {
            (proposed.approve_by, proposed.approved) = (None, true);
            self.effective = Some(proposed);
        } else if let Some(held) = self.effective.as_mut().filter(|held| held.seq == decision) {
            (held.approve_by, held.approved) = (None, true);
        }
    }

    /// The severity in force.
    pub fn now(&self) -> Option<Severity> {
        self.effective.as_ref().map(|held| held.severity)
    }

    /// The decision that waits for a second person, the lowered one first.
    pub fn waiting(&self) -> Option<&Decided> {
        let open = |held: &&Decided| held.approve_by.is_some();
        self.proposed.as_ref().filter(open).or(self.effective.as_ref().filter(open))
    }
}
