//! Rows of the organisation: legal entities and services. Functions, teams and the scale are read from
//! their folded states.

use db::{Rows, Stmt};
use domain::{change, entity, function, organisation, service, team};

use super::{State, Step};
use crate::StoreError;

stmt!(
    ENTITY,
    Rows::Exactly(1),
    "INSERT INTO legal_entity (id, word, home, retired) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET word = excluded.word, home = excluded.home,
     retired = excluded.retired"
);
stmt!(
    SERVICE,
    Rows::Exactly(1),
    "INSERT INTO service (id, entity, word, critical, retired) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (id) DO UPDATE SET entity = excluded.entity, word = excluded.word,
     critical = excluded.critical, retired = excluded.retired"
);

pub(crate) static ALL: &[&Stmt] = &[&ENTITY, &SERVICE];

impl Step<'_> {
    pub(super) fn entity(&mut self, state: State) -> Result<State, StoreError> {
        let event = entity::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Entity(state) => Some(*state),
            _ => None,
        };
        let stream = &self.entry.stream;
        let Some(next) = entity::apply(before, &event, stream, self.meta) else {
            return Ok(State::None);
        };
        let row = args![stream.as_str(), next.word, next.details.home, next.retired];
        self.conn.execute(&ENTITY, row)?;
        Ok(State::Entity(Box::new(next)))
    }

    pub(super) fn service(&mut self, state: State) -> Result<State, StoreError> {
        let event = service::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Service(state) => Some(*state),
            _ => None,
        };
        let stream = &self.entry.stream;
        let Some(next) = service::apply(before, &event, stream, self.meta) else {
            return Ok(State::None);
        };
        let answers = next.details.entities.first().map(ToString::to_string).unwrap_or_default();
        let (critical, retired) = (next.details.critical, next.retired);
        let row = args![stream.as_str(), answers, next.word, critical, retired];
        self.conn.execute(&SERVICE, row)?;
        Ok(State::Service(Box::new(next)))
    }

    pub(super) fn function(&mut self, state: State) -> Result<State, StoreError> {
        let event = function::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Function(state) => Some(*state),
            _ => None,
        };
        let next = function::apply(before, &event, self.meta);
        Ok(next.map_or(State::None, |next| State::Function(Box::new(next))))
    }

    pub(super) fn team(&mut self, state: State) -> Result<State, StoreError> {
        let event = team::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Team(state) => Some(*state),
            _ => None,
        };
        let next = team::apply(before, &event, self.meta);
        Ok(next.map_or(State::None, |next| State::Team(Box::new(next))))
    }

    pub(super) fn changes(&mut self, state: State) -> Result<State, StoreError> {
        let event = change::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Changes(state) => Some(*state),
            _ => None,
        };
        let next = change::apply(before, &event, self.meta);
        Ok(next.map_or(State::None, |next| State::Changes(Box::new(next))))
    }

    pub(super) fn scale(&mut self) -> Result<State, StoreError> {
        let event = organisation::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        Ok(State::Scale(Box::new(organisation::apply(&event, self.meta))))
    }
}
