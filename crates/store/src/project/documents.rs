//! Rows of configuration: documents, integrations, legal entities, services.

use db::{Rows, Stmt};
use domain::{document, entity, integration};

use super::{State, Step, name_of};
use crate::StoreError;

stmt!(
    DOCUMENT,
    Rows::Exactly(1),
    "INSERT INTO document (kind, name, version, stream, sha256, published_at, seq)
     VALUES ($1, $2, $3, $4, $5, $6, $7)"
);
stmt!(
    INTEGRATION,
    Rows::Exactly(1),
    "INSERT INTO integration (id, source, policy, entity, declares, word, added_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)"
);
stmt!(ENTITY, Rows::Exactly(1), "INSERT INTO legal_entity (id, word, home) VALUES ($1, $2, $3)");
stmt!(
    SERVICE,
    Rows::Exactly(1),
    "INSERT INTO service (id, entity, word, critical) VALUES ($1, $2, $3, $4)"
);

pub(crate) static ALL: &[&Stmt] = &[&DOCUMENT, &INTEGRATION, &ENTITY, &SERVICE];

impl Step<'_> {
    pub(super) fn document(&mut self, _: State) -> Result<State, StoreError> {
        let event = document::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let document::Event::DocumentPublished(e) = &event;
        self.conn.execute(
            &DOCUMENT,
            args![
                name_of(&e.kind),
                e.name.as_str(),
                e.version,
                self.entry.stream.as_str(),
                e.sha256,
                self.entry.recorded_at,
                self.seq,
            ],
        )?;
        let next = document::apply(None, &event, self.meta);
        Ok(next.map_or(State::None, |next| State::Document(Box::new(next))))
    }

    pub(super) fn integration(&mut self, _: State) -> Result<State, StoreError> {
        let event = integration::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let integration::Event::IntegrationAdded(e) = &event;
        let (id, at) = (self.entry.stream.as_str(), self.entry.recorded_at);
        self.conn.execute(
            &INTEGRATION,
            args![id, e.source.as_str(), e.policy.as_str(), e.entity, e.declares, self.seq, at],
        )?;
        let next = integration::apply(None, &event, self.meta);
        Ok(next.map_or(State::None, |next| State::Integration(Box::new(next))))
    }

    pub(super) fn entity(&mut self) -> Result<(), StoreError> {
        let id = self.entry.stream.as_str();
        match entity::Event::parse(self.entry.kind.as_str(), &self.entry.data)? {
            entity::Event::EntityAdded(e) => {
                self.conn.execute(&ENTITY, args![id, self.seq, e.home])?
            }
            entity::Event::ServiceAdded(e) => {
                self.conn.execute(&SERVICE, args![id, e.entity, self.seq, e.critical])?
            }
        };
        Ok(())
    }
}
