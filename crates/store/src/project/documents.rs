//! Rows of configuration: documents and integrations.

use db::{Rows, Stmt};
use domain::{document, integration};

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
pub(crate) static ALL: &[&Stmt] = &[&DOCUMENT, &INTEGRATION];

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
}
