//! Carrying approved plans out: each case in a turn of its own, some at a time.
//!
//! A reconciler: it takes no input, may run twice, late, or on any node. A case is moved and settled in
//! one commit, so a crash between two cases loses none and doubles none.

use base::{Code, Id, id};
use domain::{
    Refused,
    moving::{CaseSettled, Outcome, settle, unknown_plan},
};
use evidence::Mode;
use store::moving;

use crate::{
    App, Caller, Error,
    incident::migrate_in,
    turn::{Stop, Turn},
};

/// How many cases one tick moves: the next tick goes on.
const BATCH: usize = 16;

impl App {
    /// Moves the next cases of approved plans; answers how many were looked at.
    ///
    /// # Errors
    /// The first fault; the other cases are moved all the same.
    pub(crate) async fn move_cases(&self) -> Result<usize, Error> {
        let due = self.look(|conn| moving::due(conn, BATCH)).await?;
        let mut first = Ok(due.len());
        for (plan, case) in due {
            let moved = match self.move_case(plan, case).await {
                Err(Error::Refused(refused)) => self.cannot_move((plan, case), &refused).await,
                // Another node was first.
                Err(Error::Conflict) => Ok(()),
                other => other,
            };
            if let Err(fault) = moved {
                first = first.and(Err(fault));
            }
        }
        first
    }

    async fn move_case(&self, plan: Id<id::CaseMove>, case: Id<id::Incident>) -> Result<(), Error> {
        let command = move |turn: &mut Turn<'_>| {
            turned(turn, (plan, case), |turn, held| migrate_in(turn, case, (plan, held)))
        };
        self.commit(db::Lane::Normal, &Caller::timer(), command).await
    }

    /// The case was refused for another reason than the table of cases knows: it stays, and says so.
    async fn cannot_move(
        &self,
        (plan, case): (Id<id::CaseMove>, Id<id::Incident>),
        refused: &Refused,
    ) -> Result<(), Error> {
        let settled = CaseSettled {
            incident: case,
            outcome: Outcome::Refused,
            stuck: 0,
            places: Vec::new(),
            code: Some(Code::fixed(refused.code)),
        };
        let command = move |turn: &mut Turn<'_>| {
            let settled = settled.clone();
            turned(turn, (plan, case), |_, _| Ok(settled))
        };
        self.commit(db::Lane::Normal, &Caller::timer(), command).await
    }
}

/// The turn of one case: nothing where it was settled meanwhile.
fn turned(
    turn: &mut Turn<'_>,
    (id, case): (Id<id::CaseMove>, Id<id::Incident>),
    act: impl FnOnce(&mut Turn<'_>, &domain::moving::Plan) -> Result<CaseSettled, Stop>,
) -> Result<(), Stop> {
    let plan = moving::load(turn.conn, id)?.ok_or_else(unknown_plan)?;
    if plan.due().all(|due| due != case) {
        return Ok(());
    }
    if let Some((_, approved)) = plan.judged {
        turn.set_cause(approved);
    }
    let settled = act(turn, &plan)?;
    // The case may be an exercise; the plan is not one.
    turn.set_mode(Mode::Live);
    turn.record(settle((id, &plan), settled, turn.now).into_iter().collect())?;
    Ok(())
}
