//! Ending a fault: a token that cannot go on tries its step again, or moves past it.

use base::{Code, Id, id};
use domain::{
    access::{Permission, Scope},
    incident::reason_missing,
};
use process::{Command, Variables, engine::Resolution};

use super::{
    advance::{actions, step},
    close::goes_on,
    tell::signal_others,
};
use crate::{App, Caller, Error, turn::Turn};

impl App {
    /// Lets a parked token try its step again, with variables set first where they were what was wrong.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `PRO-002`, `PRO-009`, `PRO-013`.
    pub async fn retry_step(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (fault, variables): (u32, Variables),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let resolution = Resolution::Retry;
        self.resolve(caller, id, Command::ResolveFault { fault, resolution, variables }, "").await
    }

    /// Moves a parked token past its step, by this flow or by the usual choice. Whoever commands does, with
    /// a reason: the step is not done.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `INC-007`, `PRO-002`, `PRO-013`, `PRO-014`.
    pub async fn move_past(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (fault, flow, reason): (u32, Option<Code>, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Command, Scope::House)?;
        if reason.trim().is_empty() {
            return Err(reason_missing().into());
        }
        let (resolution, variables) = (Resolution::MoveOn { flow }, Variables::new());
        let command = Command::ResolveFault { fault, resolution, variables };
        self.resolve(caller, id, command, reason.trim()).await
    }

    async fn resolve(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        command: Command,
        reason: &str,
    ) -> Result<(), Error> {
        let given = Some(reason).filter(|reason| !reason.is_empty());
        let words: Vec<_> =
            given.map(|reason| (Code::fixed("reason"), reason.to_owned())).into_iter().collect();
        let resolved = move |turn: &mut Turn<'_>| {
            goes_on(turn, id)?;
            let events = step(turn, id, &command, &words)?;
            signal_others(turn, id, &events)?;
            actions(turn, id)
        };
        self.commit(db::Lane::Normal, caller, resolved).await
    }
}
