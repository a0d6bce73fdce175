//! Proposing to move cases.

use base::{Id, id};
use domain::{
    access::{Permission, Scope},
    moving::{self as rules, NewPlan},
};

use super::ahead::{Ahead, Wanted};
use crate::{App, Caller, Error, turn::Turn};

/// A plan that was proposed.
#[derive(Debug, Clone)]
pub struct Proposed {
    /// The plan.
    pub id: Id<id::CaseMove>,
    /// What it would do.
    pub ahead: Ahead,
}

impl App {
    /// Proposes to move cases: they are looked at, and a second person approves what was seen.
    ///
    /// # Errors
    /// `PER-008`, and those of [`App::preview_move`] and [`domain::moving::propose`].
    pub async fn propose_move(
        &self,
        caller: &Caller,
        wanted: Wanted,
        reason: String,
    ) -> Result<Proposed, Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        let ahead = self.preview_move(caller, wanted).await?;
        let named = ahead.cases.iter().filter(|case| case.stays.is_none());
        let new = NewPlan {
            versions: ahead.versions.clone(),
            mapping: ahead.mapping.clone(),
            cases: named.map(|case| case.listed.clone()).collect(),
        };
        let command = move |turn: &mut Turn<'_>| {
            let id = turn.mint();
            turn.record(rules::propose(id, &new, &reason, turn.now)?)?;
            Ok(id)
        };
        let id = self.commit(db::Lane::Normal, caller, command).await?;
        Ok(Proposed { id, ahead })
    }
}
