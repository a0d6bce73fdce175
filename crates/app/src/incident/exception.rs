//! Exceptions: passing a step under urgency, and judging afterwards whether that was right.

use base::{Code, Id, Timestamp, id};
use domain::{
    access::{Permission, Role, Scope},
    escalation::EndReason,
    incident::{
        Authority, ExceptionJudged, Incident, Judgement, RATIFICATION, exception_without_reason,
        judge_exception, want_ratification,
    },
};
use process::{Command, Variables};

use super::{
    advance::{actions, breached, step},
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

impl App {
    /// Passes the element a task waits at, under an exception code with a rationale. Somebody else
    /// ratifies it within the time that `domain::incident` sets.
    ///
    /// # Errors
    /// `PRC-002`, `PRC-003`, `PRO-015`, `PRO-016`.
    pub async fn bypass_task(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (task, code, rationale): (u32, Code, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        caller.someone()?;
        if rationale.trim().is_empty() {
            return Err(exception_without_reason().into());
        }
        let who = caller.clone();
        let command = move |turn: &mut Turn<'_>| {
            bypass(turn, &who, id, (task, &code, rationale.trim()))?;
            actions(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Passes an element under an exception code: one that is held for evidence that cannot come.
    ///
    /// # Errors
    /// `PRC-002`, `PRC-003`, `PRO-015`, `PRO-016`.
    pub async fn bypass_element(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (element, code, rationale): (Code, Code, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        caller.someone()?;
        if rationale.trim().is_empty() {
            return Err(exception_without_reason().into());
        }
        let who = caller.clone();
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            pass(turn, &who, (id, state), (element.clone(), &code, rationale.trim()))?;
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
            end_of(turn, clock_of(id, exception).as_str(), EndReason::Decided)?;
            actions(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

fn bypass(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: Id<id::Incident>,
    (task, code, rationale): (u32, &Code, &str),
) -> Result<(), Stop> {
    let state = load(turn, id)?;
    let open = state.process.state.tasks.get(&task);
    let open = open.ok_or(process::Refusal::NoTask { task }).map_err(domain::Refused::from)?;
    let element = open.element.clone();
    pass(turn, caller, (id, state), (element, code, rationale))
}

/// Passes an element: one with an open task, or one that is held for its evidence.
fn pass(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (id, state): (Id<id::Incident>, Incident),
    (element, code, rationale): (Code, &Code, &str),
) -> Result<(), Stop> {
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
    Ok(())
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
