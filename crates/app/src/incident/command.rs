//! Command and roles in an incident.

use base::{Id, id};
use domain::{
    access::{Permission, Role, Scope},
    escalation::EndReason,
    incident::{accept_command, assign_role, offer_command, take_command},
    person::unknown_person,
};

use crate::{
    App, Caller, Error,
    escalation::end_of,
    turn::{Stop, Turn},
};

/// The element of a process at which somebody takes command; taking it elsewhere completes it.
pub(super) const TAKE_COMMAND: &str = "take_command";

impl App {
    /// Takes command, over from somebody with a reason. Its ladder ends: somebody answered.
    ///
    /// # Errors
    /// `PER-014`, `INC-007`, `INC-011`.
    pub async fn take_command(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        reason: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let by = caller.someone()?;
        let command = move |turn: &mut Turn<'_>| {
            let state = super::load(turn, id)?;
            let draft = take_command(id, &state, by, &reason, turn.now)?;
            turn.record(vec![draft])?;
            follow(turn, id)
        };
        self.commit(db::Lane::Urgent, caller, command).await
    }

    /// Offers command to somebody.
    ///
    /// # Errors
    /// `PER-008`, `PER-012`, `INC-011`.
    pub async fn offer_command(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        to: Id<id::Person>,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            store::person::load(turn.conn, to)?.ok_or_else(unknown_person)?;
            Ok(vec![offer_command(id, state, to, turn.now)?])
        })
        .await
    }

    /// Accepts the command that was offered.
    ///
    /// # Errors
    /// `PER-014`, `INC-010`.
    pub async fn accept_command(&self, caller: &Caller, id: Id<id::Incident>) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let by = caller.someone()?;
        let command = move |turn: &mut Turn<'_>| {
            let state = super::load(turn, id)?;
            let draft = accept_command(id, &state, by, turn.now)?;
            turn.record(vec![draft])?;
            follow(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Gives somebody a role in the incident.
    ///
    /// # Errors
    /// `PER-008`, `PER-012`.
    pub async fn assign_role(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (role, person): (Role, Id<id::Person>),
    ) -> Result<(), Error> {
        caller.needs(Permission::Command, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            store::person::load(turn.conn, person)?.ok_or_else(unknown_person)?;
            Ok(vec![assign_role(id, state, (role, person), turn.now)?])
        })
        .await
    }
}

/// Somebody is in command: the ladder ends, and a process that waited for it goes on (G6).
fn follow(turn: &mut Turn<'_>, id: Id<id::Incident>) -> Result<(), Stop> {
    end_of(turn, &id.to_string(), EndReason::Answered)?;
    super::advance::actions(turn, id)
}

/// The task was completed: whoever did so is in command from now on.
pub(super) fn taken_by_task(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: Id<id::Incident>,
) -> Result<(), Stop> {
    let state = super::load(turn, id)?;
    let by = caller.someone()?;
    if state.commander != Some(by) {
        let draft = take_command(id, &state, by, "completed the task", turn.now)?;
        turn.record(vec![draft])?;
    }
    end_of(turn, &id.to_string(), EndReason::Answered)
}
