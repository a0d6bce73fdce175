//! Close, reopen, link, merge.

use base::{Id, id};
use domain::{
    access::{Permission, Scope},
    escalation::EndReason,
    incident::{Relation, Status, close, closed, link, merge, merged, reopen, unknown_incident},
};
use store::incident as incidents;

use crate::{
    App, Caller, Error,
    escalation::{end_of, running, start_for_incident},
    turn::{Stop, Turn},
};

impl App {
    /// Closes an incident; nobody is paged about it any more.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-006`, `INC-007`.
    pub async fn close_incident(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (false_positive, reason): (bool, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Command, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let state = super::load(turn, id)?;
            let draft = close(id, &state, false_positive, &reason, turn.now)?;
            turn.record(vec![draft])?;
            end_of(turn, &id.to_string(), EndReason::Closed)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Reopens an incident; where nobody is in command, somebody is paged.
    ///
    /// # Errors
    /// `PER-008`, `INC-005`, `INC-007`.
    pub async fn reopen_incident(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        reason: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Command, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let state = super::load(turn, id)?;
            let draft = reopen(id, &state, &reason, turn.now)?;
            turn.record(vec![draft])?;
            attend(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Links two incidents, on both of their timelines.
    ///
    /// # Errors
    /// `PER-008`, `INC-004`, `INC-008`.
    pub async fn link_incidents(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (other, relation): (Id<id::Incident>, Relation),
    ) -> Result<(), Error> {
        caller.needs(Permission::Command, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            exists(turn, id)?;
            exists(turn, other)?;
            let there = link(id, other, relation, turn.now)?;
            let back = link(other, id, inverse(relation), turn.now)?;
            turn.record(vec![there, back])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Merges an incident into another open one; where nobody is in command there, somebody is paged.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `INC-004`, `INC-007`, `INC-008`.
    pub async fn merge_incident(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (into, reason): (Id<id::Incident>, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Command, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            goes_on(turn, into)?;
            let state = super::load(turn, id)?;
            let draft = merge(id, &state, into, &reason, turn.now)?;
            let back = link(into, id, Relation::Child, turn.now)?;
            turn.record(vec![draft, back])?;
            end_of(turn, &id.to_string(), EndReason::Superseded)?;
            attend(turn, into)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

fn exists(turn: &mut Turn<'_>, id: Id<id::Incident>) -> Result<(), Stop> {
    incidents::load(turn.conn, id)?.ok_or_else(unknown_incident)?;
    Ok(())
}

/// Work goes on there: what is done for something that is over would be nobody's.
pub(super) fn goes_on(turn: &mut Turn<'_>, id: Id<id::Incident>) -> Result<(), Stop> {
    let state = incidents::load(turn.conn, id)?.ok_or_else(unknown_incident)?;
    match state.status {
        Status::Open => Ok(()),
        Status::Closed => Err(closed().into()),
        Status::Merged => Err(merged().into()),
    }
}

/// An open incident that nobody commands and that has no ladder gets one.
fn attend(turn: &mut Turn<'_>, id: Id<id::Incident>) -> Result<(), Stop> {
    let state = super::load(turn, id)?;
    if state.commander.is_none() && !running(turn, &id.to_string())? {
        start_for_incident(turn, id, &super::POLICY)?;
    }
    Ok(())
}

fn inverse(relation: Relation) -> Relation {
    match relation {
        Relation::Parent => Relation::Child,
        Relation::Child => Relation::Parent,
        Relation::Related | Relation::CausedBy => Relation::Related,
    }
}
