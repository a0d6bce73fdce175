//! Close, reopen, link, merge.

use base::{Id, id};
use domain::{
    access::{Permission, Scope},
    escalation::EndReason,
    incident::{Relation, close, link, merge, reopen, unknown_incident},
};
use store::incident as incidents;

use crate::{
    App, Caller, Error,
    escalation::end_of,
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

    /// Reopens an incident.
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
        self.decide(caller, id, move |turn, state| Ok(vec![reopen(id, state, &reason, turn.now)?]))
            .await
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

    /// Merges an incident into another one.
    ///
    /// # Errors
    /// `PER-008`, `INC-002`, `INC-004`, `INC-007`, `INC-008`.
    pub async fn merge_incident(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (into, reason): (Id<id::Incident>, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Command, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            exists(turn, into)?;
            let state = super::load(turn, id)?;
            let draft = merge(id, &state, into, &reason, turn.now)?;
            let back = link(into, id, Relation::Child, turn.now)?;
            turn.record(vec![draft, back])?;
            end_of(turn, &id.to_string(), EndReason::Superseded)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

fn exists(turn: &mut Turn<'_>, id: Id<id::Incident>) -> Result<(), Stop> {
    incidents::load(turn.conn, id)?.ok_or_else(unknown_incident)?;
    Ok(())
}

fn inverse(relation: Relation) -> Relation {
    match relation {
        Relation::Parent => Relation::Child,
        Relation::Child => Relation::Parent,
        Relation::Related | Relation::CausedBy => Relation::Related,
    }
}
