//! Legal entities and services.

use base::{Id, id};
use domain::{
    access::{Permission, Scope},
    entity::{EntityAdded, Event, ServiceAdded, name_missing},
};
use store::config;

use crate::{App, Caller, Error, turn::Turn};

impl App {
    /// Adds a legal entity; the first one is the home entity.
    ///
    /// # Errors
    /// `PER-008`, `ENT-003`.
    pub async fn add_entity(
        &self,
        caller: &Caller,
        (name, lei): (String, String),
    ) -> Result<Id<id::LegalEntity>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        if name.trim().is_empty() {
            return Err(name_missing().into());
        }
        let command = move |turn: &mut Turn<'_>| {
            let home = config::entities(turn.conn)?.is_empty();
            let id = turn.mint();
            let draft = Event::from(EntityAdded { home }).draft(id, turn.now);
            turn.record(vec![draft.word("name", name.trim()).word("lei", lei.trim())])?;
            Ok(id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Adds a service.
    ///
    /// # Errors
    /// `PER-008`, `ENT-003`.
    pub async fn add_service(
        &self,
        caller: &Caller,
        entity: Id<id::LegalEntity>,
        (name, critical): (String, bool),
    ) -> Result<Id<id::Service>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        if name.trim().is_empty() {
            return Err(name_missing().into());
        }
        let command = move |turn: &mut Turn<'_>| {
            let id = turn.mint();
            let draft = Event::from(ServiceAdded { entity, critical }).draft(id, turn.now);
            turn.record(vec![draft.word("name", name.trim())])?;
            Ok(id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
