//! Judging a plan: approved by a second person, rejected, or withdrawn.

use base::{Id, Timestamp, id};
use domain::{
    Refused,
    access::{Permission, Scope},
    moving::{self as rules, Judged, Plan, unknown_plan},
};
use evidence::Draft;
use store::moving;

use crate::{App, Caller, Error, turn::Turn};

impl App {
    /// Approves a plan, as a second person (ground rules G11, G21). Its cases begin to move.
    ///
    /// # Errors
    /// `PER-008` to `PER-011`, `MOV-001`, `MOV-006`, `MOV-007`.
    pub async fn approve_move(
        &self,
        caller: &Caller,
        id: Id<id::CaseMove>,
        comment: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Approve, Scope::House)?;
        let by = self.approver(caller, self.now())?;
        self.judge_move(caller, id, move |plan, now| {
            rules::approve((id, plan), Judged { by, words: &comment }, now)
        })
        .await
    }

    /// Says no to a plan.
    ///
    /// # Errors
    /// `PER-008`, `MOV-001`, `MOV-005`, `MOV-007`.
    pub async fn reject_move(
        &self,
        caller: &Caller,
        id: Id<id::CaseMove>,
        reason: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Approve, Scope::House)?;
        self.judge_move(caller, id, move |plan, now| rules::reject((id, plan), &reason, now)).await
    }

    /// Gives a plan up.
    ///
    /// # Errors
    /// `PER-008`, `MOV-001`, `MOV-005`, `MOV-007`.
    pub async fn withdraw_move(
        &self,
        caller: &Caller,
        id: Id<id::CaseMove>,
        reason: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        self.judge_move(caller, id, move |plan, now| rules::withdraw((id, plan), &reason, now))
            .await
    }

    async fn judge_move(
        &self,
        caller: &Caller,
        id: Id<id::CaseMove>,
        decide: impl Fn(&Plan, Timestamp) -> Result<Draft, Refused> + Send + 'static,
    ) -> Result<(), Error> {
        let command = move |turn: &mut Turn<'_>| {
            let plan = moving::load(turn.conn, id)?.ok_or_else(unknown_plan)?;
            turn.record(vec![decide(&plan, turn.now)?])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
