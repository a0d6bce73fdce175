//! Exceptions: passing a step under urgency, and judging afterwards whether that was right.

use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    access::{Permission, Role, Scope},
    escalation::EndReason,
    incident::{
        Authority, ExceptionJudged, Incident, Judgement, RATIFICATION, Status,
        exception_without_reason, judge_exception, want_ratification,
    },
};
use process::{Command, Value, Variables, engine::WaitsFor, model::local};

use super::{
    advance::{actions, breached, step},
    close::goes_on,
    load,
    tell::signal_others,
};
use crate::{
    App, Caller, Error,
    escalation::{end_of, running, start_for_exception},
    turn::{Stop, Turn},
};

/// The policy of those who ratify; the default one where it is not published.
pub const RATIFIERS: Code = Code::fixed("ratification");

/// The message that a process hears when a step was passed by exception.
pub const PASSED: Code = Code::fixed("exception_invoked");
/// The variable that names the exception by its entry.
const EXCEPTION: Code = Code::fixed("exception");

/// Where a token waits that is to be passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitsAt {
    /// At the element of an open task.
    Task(u32),
    /// At an element: it may be held there for its evidence.
    Element(Code),
}

impl App {
    /// Passes a step under an exception code with a rationale. Somebody else ratifies it within the time
    /// that `domain::incident` sets.
    ///
    /// # Errors
    /// `INC-001`, `INC-002`, `PRC-002`, `PRC-003`, `PRO-005`, `PRO-015`, `PRO-016`.
    pub async fn bypass(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (at, code, rationale): (WaitsAt, Code, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        caller.someone()?;
        if rationale.trim().is_empty() {
            return Err(exception_without_reason().into());
        }
        let who = caller.clone();
        let command = move |turn: &mut Turn<'_>| {
            pass(turn, &who, id, (&at, &code, rationale.trim()))?;
            actions(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Judges an exception: ratified, or refused with a comment.
    ///
    /// # Errors
    /// `PER-008` to `PER-011`, `EXC-001` to `EXC-004`.
    pub async fn judge_exception(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (exception, judgement, comment): (i64, Judgement, String),
    ) -> Result<(), Error> {
        let who = caller.clone();
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            who.needs(Permission::Ratify, Scope::Entity(state.entity))?;
            let by = turn.app.approver(&who, turn.now)?;
            let judged = ExceptionJudged { exception, judgement };
            let draft = judge_exception(id, &state, judged, (by, &comment), turn.now)?;
            turn.record(vec![draft])?;
            if state.status == Status::Open {
                settle(turn, id, (exception, judgement))?;
            }
            end_of(turn, clock_of(id, exception).as_str(), EndReason::Decided)?;
            actions(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// Passes the step that a token waits at.
fn pass(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: Id<id::Incident>,
    (at, code, rationale): (&WaitsAt, &Code, &str),
) -> Result<(), Stop> {
    goes_on(turn, id)?;
    let state = load(turn, id)?;
    let element = match at {
        WaitsAt::Element(element) => element.clone(),
        WaitsAt::Task(task) => {
            let open = state.process.state.tasks.get(task);
            let none = process::Refusal::NoTask { task: *task };
            open.ok_or(none).map_err(domain::Refused::from)?.element.clone()
        }
    };
    let model = turn.app.documents().running(turn.conn, &state.process)?;
    let roles = model.element(&element).map(|e| e.marks.roles.clone()).unwrap_or_default();
    let authority = authority(caller, &state, &roles);
    let wanted =
        want_ratification(id, &state, (element.clone(), code.clone()), authority, turn.now)?;
    let command = Command::Bypass { element, code: code.clone(), outputs: Variables::new() };
    let words = [(Code::fixed("rationale"), rationale.to_owned())];
    let events = step(turn, id, &command, &words)?;
    signal_others(turn, id, &events)?;
    turn.record(vec![wanted])?;
    let newest = load(turn, id)?.exceptions.keys().next_back().copied();
    newest.map_or(Ok(()), |exception| demand(turn, id, exception))
}

/// A process that listens for exceptions hears of this one, and asks for its ratification.
fn demand(turn: &mut Turn<'_>, id: Id<id::Incident>, exception: i64) -> Result<(), Stop> {
    let listens = listens(&load(turn, id)?, &PASSED);
    if !listens {
        return Ok(());
    }
    let variables = Variables::from([(EXCEPTION, Value::Integer(exception))]);
    let command = Command::Correlate { name: PASSED, key: None, variables, ttl: Duration::ZERO };
    step(turn, id, &command, &[])?;
    Ok(())
}

/// The task of the process that asks for this exception's ratification is answered by the judgement.
fn settle(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    (exception, judgement): (i64, Judgement),
) -> Result<(), Stop> {
    let state = load(turn, id)?;
    let open = state.process.state.tasks.keys();
    let Some(task) = open.copied().find(|task| asks_for(&state, *task) == Some(exception)) else {
        return Ok(());
    };
    let answer = match judgement {
        Judgement::Ratified => Code::fixed("ratified"),
        Judgement::Refused => Code::fixed("refused"),
    };
    let outputs = Variables::from([(Code::fixed("judgement"), Value::Code(answer))]);
    step(turn, id, &Command::CompleteTask { task, outputs }, &[])?;
    Ok(())
}

/// The exception whose ratification a task asks for; `None` for any other task.
pub fn asks_for(state: &Incident, task: u32) -> Option<i64> {
    let process = &state.process.state;
    let task = process.tasks.get(&task)?;
    if local(&task.element) != RATIFICATION {
        return None;
    }
    let scope = process.tokens.get(&task.token)?.scope;
    match process.seen(scope, &EXCEPTION)? {
        Value::Integer(exception) => Some(*exception),
        _ => None,
    }
}

/// Whether the process waits for a message of this name.
pub fn listens(state: &Incident, name: &Code) -> bool {
    let mut waiting = state.process.state.subscriptions.values();
    waiting.any(|held| held.waits_for == WaitsFor::Message && held.name.as_ref() == Some(name))
}

/// Whether the caller holds one of the roles that a step wants, or is in command.
pub(super) fn authority(caller: &Caller, state: &Incident, roles: &[Code]) -> Authority {
    let holds = |code: &Code| {
        let wanted = Role::from_code(code.as_str());
        let granted = |role| caller.grants.iter().any(|grant| grant.role == role);
        let assigned = |role| {
            state.roles.iter().any(|(held, who)| *held == role && caller.person == Some(*who))
        };
        wanted.is_some_and(|role| granted(role) || assigned(role))
    };
    let commands = caller.person.is_some() && state.commander == caller.person;
    if commands || roles.is_empty() || roles.iter().any(holds) {
        Authority::Held
    } else {
        Authority::Missing
    }
}

/// The clock of an exception's ratification: also the target of the ladder that starts when it runs out.
fn clock_of(id: Id<id::Incident>, exception: i64) -> Code {
    let name = format!("{id}:{RATIFICATION}:{exception}");
    name.parse().expect("invariant: an id, a word and a number are a code")
}

/// Nobody judged an exception in time: it escalates like an alert until somebody does.
pub(crate) fn unratified(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    clock: &Code,
    due_at: Timestamp,
) -> Result<(), Stop> {
    if breached(turn, id, clock, due_at)? && !running(turn, clock.as_str())? {
        start_for_exception(turn, clock, &RATIFIERS)?;
    }
    Ok(())
}
