//! Facts, notes, actions, awareness, scope: recorded in any phase.

use std::collections::BTreeSet;

use base::{Code, Id, Timestamp, id};
use domain::{
    access::{Permission, Scope},
    entity,
    incident::{
        AwarenessBasis, AwarenessDecided, Fact, ScopeDecided, decide_awareness, decide_scope, note,
        record_fact,
    },
};
use store::organisation;

use crate::{App, Caller, Error};

impl App {
    /// Records a fact.
    ///
    /// # Errors
    /// `PER-008`, `INC-012`, `INC-013`.
    pub async fn record_fact(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        fact: Fact,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            Ok(vec![record_fact(id, state, &fact, turn.now)?])
        })
        .await
    }

    /// Adds a note, or tells of an action that was taken.
    ///
    /// # Errors
    /// `PER-008`, `INC-007`, `INC-013`.
    pub async fn note(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (text, action): (String, bool),
        occurred_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            Ok(vec![note(id, state, (&text, action), occurred_at, turn.now)?])
        })
        .await
    }

    /// Decides when the legal entity became aware.
    ///
    /// # Errors
    /// `PER-008`, `INC-007`, `INC-009`.
    pub async fn decide_awareness(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        aware_at: Timestamp,
        reason: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            let basis = AwarenessBasis::Decided;
            let decided = AwarenessDecided { entity: state.entity, aware_at, basis };
            Ok(vec![decide_awareness(id, state, decided, &reason, turn.now)?])
        })
        .await
    }

    /// Decides what is affected: services, and with them the functions they support and the legal
    /// entities they serve.
    ///
    /// # Errors
    /// `PER-008`, `INC-007`, `ENT-002`.
    pub async fn decide_scope(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        services: Vec<Id<id::Service>>,
        (member_states, reason): (Vec<Code>, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        self.decide(caller, id, move |turn, state| {
            let organisation = organisation::load(turn.conn)?;
            let held = services.iter().map(|id| organisation.services.get(id));
            let held: Option<Vec<_>> = held.collect();
            let held = held.ok_or_else(entity::unknown_service)?;
            let functions = held.iter().flat_map(|service| &service.details.functions);
            let entities = held.iter().flat_map(|service| &service.details.entities);
            let entities: BTreeSet<_> = entities.copied().chain([state.entity]).collect();
            let scope = ScopeDecided {
                services: services.clone(),
                functions: functions.copied().collect::<BTreeSet<_>>().into_iter().collect(),
                entities: entities.into_iter().collect(),
                member_states: member_states.clone(),
            };
            Ok(vec![decide_scope(id, state, scope, &reason, turn.now)?])
        })
        .await
    }
}
