//! Advancing the process: decide, record, run the actions it asks for, until it waits.

use base::{Code, Id, Timestamp, id};
use domain::incident::{self, ClockBreached, Event, Incident, Status, process_drafts};
use process::{Command, Variables, engine::WaitsFor};

use super::{command::TAKE_COMMAND, declare::POLICY, load, tell::signal_others};
use crate::{
    escalation::{running, start_for_incident},
    host::Gathered,
    turn::{Stop, Turn},
};

/// The most actions of one advance: a process that asks for more is parked by its own faults.
const ACTIONS: usize = 32;

/// Gives the process one command and carries out what it asks for, in the same commit.
pub(crate) fn advance(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    command: &Command,
) -> Result<(), Stop> {
    let events = step(turn, id, command, &[])?;
    signal_others(turn, id, &events)?;
    actions(turn, id)
}

/// One command; the words of a completed task go with its entry. Answers what the process decided.
pub(super) fn step(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    command: &Command,
    words: &[(Code, String)],
) -> Result<Vec<process::Event>, Stop> {
    let mut state = load(turn, id)?;
    let model = turn.app.documents().running(turn.conn, &state.process)?;
    let mut process = std::mem::take(&mut state.process.state);
    let host = Gathered::of(turn, (id, &state), &model, words)?;
    let events = process::advance(&model, &mut process, command, turn.now, &host);
    let events = events.map_err(domain::Refused::from)?;
    let mut drafts = process_drafts(id, &state, &model, events.clone(), turn.now);
    if let Some(carrier) = drafts.iter_mut().find(|draft| carries_words(draft.kind.as_str())) {
        let written = words.iter().map(|(key, text)| (key.clone(), text.as_str().into()));
        carrier.words.extend(written);
    }
    turn.record(drafts)?;
    Ok(events)
}

/// Which entry of a step carries what the person wrote.
fn carries_words(kind: &str) -> bool {
    matches!(kind, "task_completed" | "exception_invoked" | "fault_resolved")
}

/// Carries out the actions that wait, each in the same commit as the decision that asked for it, and
/// completes what reality has done already: somebody is in command, the evidence is there, a condition
/// has become true (ground rule G6).
pub(super) fn actions(turn: &mut Turn<'_>, id: Id<id::Incident>) -> Result<(), Stop> {
    let mut reviewed = false;
    for _ in 0..ACTIONS {
        let state = load(turn, id)?;
        let process = &state.process.state;
        if state.status != Status::Open || process.status != process::engine::Status::Running {
            return Ok(());
        }
        let command = if let Some((job, open)) = process.jobs.iter().next() {
            let (job, action) = (*job, open.action.clone());
            match act(turn, id, action.as_str())? {
                true => Command::CompleteJob { job, outputs: Variables::new() },
                false => Command::FailJob { job, code: Code::fixed("unknown_action") },
            }
        } else if let Some(task) = commanded(&state) {
            Command::CompleteTask { task, outputs: Variables::new() }
        } else if !reviewed && wants_review(&state) {
            reviewed = true;
            Command::Review
        } else {
            return Ok(());
        };
        let events = step(turn, id, &command, &[])?;
        reviewed &= events.is_empty();
        signal_others(turn, id, &events)?;
    }
    Ok(())
}

/// Whether a held token has its evidence now, or something waits for a condition.
fn wants_review(state: &Incident) -> bool {
    let process = &state.process.state;
    let there = |missing: &Vec<Code>| missing.iter().all(|name| state.evidence.contains_key(name));
    let conditions = process.subscriptions.values();
    let mut conditions = conditions.filter(|held| held.waits_for == WaitsFor::Condition);
    process.held.values().any(there) || conditions.next().is_some()
}

/// The task that waits for a commander while there is one.
fn commanded(state: &Incident) -> Option<u32> {
    state.commander?;
    let mut open = state.process.state.tasks.iter();
    open.find(|(_, task)| task.element.as_str() == TAKE_COMMAND).map(|(number, _)| *number)
}

/// The actions that a process may bind.
pub const ACTIONS_KNOWN: &[&str] = &["page_commander", "page_deputy"];

/// Carries out one action; false for one that does not exist.
fn act(turn: &mut Turn<'_>, id: Id<id::Incident>, action: &str) -> Result<bool, Stop> {
    match action {
        "page_commander" | "page_deputy" => {
            if !running(turn, &id.to_string())? {
                start_for_incident(turn, id, &POLICY)?;
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// A timer of the process is due.
pub(crate) fn fire_timer(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    timer: u32,
    scheduled: Timestamp,
) -> Result<(), Stop> {
    let state = load(turn, id)?;
    let due = state.process.state.timers.get(&timer).is_some_and(|t| t.due_at == scheduled);
    if due && state.status == Status::Open {
        advance(turn, id, &Command::FireTimer { timer, scheduled })?;
    }
    Ok(())
}

/// A clock of the incident ran out: it is recorded, and somebody is told (ground rule G4).
pub(crate) fn overdue(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    clock: &Code,
    due_at: Timestamp,
) -> Result<(), Stop> {
    let state = load(turn, id)?;
    if state.status != Status::Open || !breached(turn, id, clock, due_at)? {
        return Ok(());
    }
    let grave = state.severity.now().is_none_or(|held| held <= incident::Severity::S2);
    if grave && !running(turn, &id.to_string())? {
        start_for_incident(turn, id, &POLICY)?;
    }
    Ok(())
}

/// Records that a clock ran out; false where that is recorded already.
pub(super) fn breached(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    clock: &Code,
    due_at: Timestamp,
) -> Result<bool, Stop> {
    if load(turn, id)?.breached.contains(clock) {
        return Ok(false);
    }
    let event = Event::from(ClockBreached { clock: clock.clone(), due_at });
    turn.record(vec![event.draft(id, turn.now)])?;
    Ok(true)
}
