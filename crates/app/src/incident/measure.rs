//! Temporary measures, actions and extra pages: done at any time, beside the process.

use base::{Code, Id, Timestamp, id};
use domain::{
    access::{Permission, Scope},
    escalation::Target,
    incident::{
        ActionTaken, MeasureEnd, MeasureEnded, MeasureExtended, MeasureTaken, end_measure,
        extend_measure, nobody_to_page, take_measure, tell_action,
    },
    person::unknown_person,
};

use super::{
    advance::{actions, breached},
    load,
};
use crate::{
    App, Caller, Error,
    escalation::call_about,
    turn::{Stop, Turn},
};

impl App {
    /// Takes a temporary measure, with an owner and an end (ground rule G8).
    ///
    /// # Errors
    /// `PER-008`, `PER-012`, `INC-001`, `INC-007`, `INC-016`.
    pub async fn take_measure(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (taken, text): (MeasureTaken, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            store::person::load(turn.conn, taken.owner)?.ok_or_else(unknown_person)?;
            Ok(vec![take_measure(id, state, taken.clone(), &text, turn.now)?])
        })
        .await
    }

    /// Lets a measure stand longer, with a reason.
    ///
    /// # Errors
    /// `PER-008`, `INC-007`, `INC-015`, `INC-016`.
    pub async fn extend_measure(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (measure, until, reason): (i64, Timestamp, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            let extended = MeasureExtended { measure, until };
            Ok(vec![extend_measure(id, state, extended, &reason, turn.now)?])
        })
        .await
    }

    /// Ends a measure. That it stays is for those in command.
    ///
    /// # Errors
    /// `PER-008`, `INC-007`, `INC-015`.
    pub async fn end_measure(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (ended, reason): (MeasureEnded, String),
    ) -> Result<(), Error> {
        let wanted = match ended.how {
            MeasureEnd::Reversed => Permission::Respond,
            MeasureEnd::Excepted => Permission::Command,
        };
        caller.needs(wanted, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            Ok(vec![end_measure(id, state, ended.clone(), &reason, turn.now)?])
        })
        .await
    }

    /// Tells of an action that was taken to contain or to recover, with its result.
    ///
    /// # Errors
    /// `PER-008`, `INC-002`, `INC-007`, `INC-013`.
    pub async fn tell_action(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        taken: ActionTaken,
        (text, done_at): (String, Option<Timestamp>),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            let draft = tell_action(id, &state, taken.clone(), (&text, done_at), turn.now)?;
            turn.record(vec![draft])?;
            actions(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Pages one person, or everybody with a role, about the incident until somebody answers.
    ///
    /// # Errors
    /// `PER-008`, `INC-002`, `INC-017` where that reaches nobody.
    pub async fn page_also(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        whom: Target,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        caller.someone()?;
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            if state.merged_into.is_some() {
                return Err(domain::incident::merged().into());
            }
            let reached = match &whom {
                Target::Person(person) => store::person::load(turn.conn, *person)?.is_some(),
                Target::Role(role) => !store::person::holders(turn.conn, *role)?.is_empty(),
            };
            if !reached {
                return Err(nobody_to_page().into());
            }
            call_about(turn, id, &whom)
        };
        self.commit(db::Lane::Urgent, caller, command).await
    }
}

/// A measure's time is over: its owner is paged until somebody answers.
pub(crate) fn measure_over(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    (measure, clock): (i64, &Code),
    due_at: Timestamp,
) -> Result<(), Stop> {
    let state = load(turn, id)?;
    let Some(held) = state.measures.get(&measure) else { return Ok(()) };
    let owner = Target::Person(held.owner);
    if breached(turn, id, clock, due_at)? {
        call_about(turn, id, &owner)?;
    }
    Ok(())
}
