//! The short way for a first set-up: an entity, a service, without a code of their own.

use base::{Code, Id, id};
use domain::{
    access::{Permission, Scope},
    entity::EntityDescribed,
    organisation::Details,
    service::ServiceDescribed,
};
use store::organisation;

use super::{Described, put};
use crate::{App, Caller, Error, turn::Turn};

impl App {
    /// Adds a legal entity; the first one is the home entity. Its id stands for its code.
    ///
    /// # Errors
    /// `PER-008`, `ENT-003`, `ENT-010`.
    pub async fn add_entity(
        &self,
        caller: &Caller,
        (name, lei): (String, String),
    ) -> Result<Id<id::LegalEntity>, Error> {
        let details = |code| EntityDescribed {
            code,
            home: false,
            kinds: Vec::new(),
            attributes: Vec::new(),
            authority: None,
            member_state: None,
        };
        self.add(caller, details, (name, lei)).await
    }

    /// Adds a service. Its id stands for its code.
    ///
    /// # Errors
    /// `PER-008`, `ENT-001`, `ENT-003`.
    pub async fn add_service(
        &self,
        caller: &Caller,
        entity: Id<id::LegalEntity>,
        (name, critical): (String, bool),
    ) -> Result<Id<id::Service>, Error> {
        let details = move |code| ServiceDescribed {
            code,
            team: None,
            criticality: None,
            critical,
            entities: vec![entity],
            functions: Vec::new(),
            depends_on: Vec::new(),
        };
        self.add(caller, details, (name, String::new())).await
    }

    async fn add<D: Details>(
        &self,
        caller: &Caller,
        details: impl Fn(Code) -> D + Send + 'static,
        (name, lei): (String, String),
    ) -> Result<Id<D::Kind>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let mut organisation = organisation::load(turn.conn)?;
            let id: Id<D::Kind> = turn.mint();
            let code = id.to_string().parse().expect("invariant: an id is a code");
            let named = Described::named(details(code), name.clone());
            let new = Described { lei: lei.clone(), ..named };
            let (id, draft) = put(turn, &mut organisation, Some(id), &new)?;
            organisation.check()?;
            turn.record(vec![draft])?;
            Ok(id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
