//! The state of an escalation and its decisions.

use base::{Code, Duration, Id, Timestamp, id};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use super::{
    EndReason, EscalationAcknowledged, EscalationAnsweredAtSender, EscalationEnded,
    EscalationStarted, Event, Policy, Step, StepTaken, Target, TargetKind, already_ended,
};
use crate::{Meta, Refused};

/// The name that stands for the policy of a call.
pub const CALL: Code = Code::fixed("call");
/// How long a call waits for an answer before it pages again, in seconds.
const CALL_SECONDS: i64 = 300;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody has answered yet.
    Running,
    /// Somebody answered.
    Acknowledged,
    /// Over.
    Ended,
}

/// An escalation, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// What it is about.
    pub target: TargetKind,
    /// The id of the group or incident.
    pub target_id: Code,
    /// The policy's name.
    pub policy: Code,
    /// The policy's version, pinned at the start.
    pub policy_version: i64,
    /// Whom it pages where it is a call outside any policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Target>,
    /// How far it is.
    pub phase: Phase,
    /// The next rung to climb.
    pub next_step: u32,
    /// When something is next due; `None` only when ended.
    pub due_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Timestamp,
    /// Who answered last, and when.
    pub acknowledged: Option<(Id<id::Person>, Timestamp)>,
    /// How many entries its stream has.
    pub version: i64,
}

/// Folds one entry.
pub fn apply(state: Option<Escalation>, event: &Event, meta: &Meta) -> Option<Escalation> {
    let mut next = match (state, event) {
        (None, Event::EscalationStarted(e)) => Escalation {
            target: e.target,
            target_id: e.target_id.clone(),
            policy: e.policy.clone(),
            policy_version: e.policy_version,
            call: e.person.map(Target::Person).or(e.role.map(Target::Role)),
            phase: Phase::Running,
            next_step: 0,
            due_at: Some(e.due_at),
            started_at: meta.recorded_at,
            acknowledged: None,
            version: 0,
        },
        (state, _) => state?,
    };
    match event {
        Event::EscalationStarted(_) => {}
        Event::StepTaken(e) => {
            next.phase = Phase::Running;
            next.next_step = if e.last_resort { e.step } else { e.step + 1 };
            next.due_at = Some(e.due_at);
        }
        Event::EscalationAcknowledged(e) => {
            next.phase = Phase::Acknowledged;
            next.next_step = 0;
            next.due_at = Some(e.due_at);
            next.acknowledged = Some((e.by, meta.recorded_at));
        }
        Event::EscalationAnsweredAtSender(e) => {
            next.phase = Phase::Acknowledged;
            next.next_step = 0;
            next.due_at = Some(e.due_at);
        }
        Event::EscalationEnded(_) => {
            next.phase = Phase::Ended;
            next.due_at = None;
        }
    }
    next.version += 1;
    Some(next)
}

/// Begins a ladder: the first step is due at once.
pub fn start(
    id: Id<id::Escalation>,
    target: (TargetKind, Code),
    policy: (&Policy, i64),
    now: Timestamp,
) -> Draft {
    let event = EscalationStarted {
        target: target.0,
        target_id: target.1,
        policy: policy.0.name.clone(),
        policy_version: policy.1,
        due_at: now,
        person: None,
        role: None,
    };
    Event::from(event).draft(id, now)
}

/// Calls one person or role at once, outside any policy, until somebody answers.
pub fn call(
    id: Id<id::Escalation>,
    (target, target_id): (TargetKind, Code),
    whom: &Target,
    now: Timestamp,
) -> Draft {
    let (person, role) = match whom {
        Target::Person(person) => (Some(*person), None),
        Target::Role(role) => (None, Some(*role)),
    };
    let event = EscalationStarted {
        target,
        target_id,
        policy: CALL,
        policy_version: 0,
        due_at: now,
        person,
        role,
    };
    Event::from(event).draft(id, now)
}

impl Escalation {
    /// The policy of a call: the same page again and again until it is answered.
    pub fn call_policy(&self) -> Option<Policy> {
        let step = Step { targets: vec![self.call.clone()?], wait_seconds: CALL_SECONDS };
        Some(Policy {
            name: CALL,
            steps: vec![step.clone()],
            last_resort: step,
            acknowledged_seconds: CALL_SECONDS,
        })
    }
}

/// Takes the rung that is due, or nothing where nothing is due yet.
///
/// `pages` are the pages that the caller sends to the people the rung names. A rung that reaches nobody
/// is taken all the same and the next one is due at once: the ladder degrades towards noise (G2).
pub fn due(
    id: Id<id::Escalation>,
    state: &Escalation,
    policy: &Policy,
    pages: Vec<Id<id::Page>>,
    now: Timestamp,
) -> Option<Draft> {
    if state.due_at.is_none_or(|due| due > now) {
        return None;
    }
    let (rung, last_resort) = policy.rung(state.next_step);
    let wait = match (pages.is_empty(), last_resort) {
        (true, false) => Duration::ZERO,
        _ => Duration::seconds(rung.wait_seconds),
    };
    let event = StepTaken { step: state.next_step, last_resort, pages, due_at: now + wait };
    Some(Event::from(event).draft(id, now))
}

/// Somebody answers: the ladder stops for as long as an acknowledgement holds.
///
/// # Errors
/// `ESC-001` where it has ended.
pub fn acknowledge(
    id: Id<id::Escalation>,
    state: &Escalation,
    (by, page): (Id<id::Person>, Option<Id<id::Page>>),
    policy: &Policy,
    now: Timestamp,
) -> Result<Draft, Refused> {
    if state.phase == Phase::Ended {
        return Err(already_ended());
    }
    let event = EscalationAcknowledged { by, page, due_at: now + policy.acknowledged_for() };
    Ok(Event::from(event).draft(id, now))
}

/// Somebody answers at the sender's side: the ladder stops as for an answer here, or nothing happens
/// where it has ended.
pub fn answer_at_sender(
    id: Id<id::Escalation>,
    state: &Escalation,
    integration: Id<id::Integration>,
    policy: &Policy,
    now: Timestamp,
) -> Option<Draft> {
    let due_at = now + policy.acknowledged_for();
    let event = Event::from(EscalationAnsweredAtSender { integration, due_at });
    (state.phase != Phase::Ended).then(|| event.draft(id, now))
}

/// Ends it, or nothing where it has ended.
pub fn end(
    id: Id<id::Escalation>,
    state: &Escalation,
    reason: EndReason,
    now: Timestamp,
) -> Option<Draft> {
    let running = state.phase != Phase::Ended;
    running.then(|| Event::from(EscalationEnded { reason }).draft(id, now))
}
