//! Rows of webhooks.

use db::{Rows, Stmt};
use domain::webhook;

use super::{State, Step, name_of};
use crate::StoreError;

stmt!(
    UPSERT,
    Rows::Exactly(1),
    "INSERT INTO webhook (id, standing, types, generation, word, added_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE SET standing = excluded.standing, generation = excluded.generation"
);
pub(crate) static ALL: &[&Stmt] = &[&UPSERT];

impl Step<'_> {
    pub(super) fn webhook(&mut self, state: State) -> Result<State, StoreError> {
        let held = match state {
            State::Webhook(held) => Some(*held),
            _ => None,
        };
        let event = webhook::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let Some(next) = webhook::apply(held, &event, self.meta) else { return Ok(State::None) };
        let types: Vec<&str> = next.types.iter().map(base::Code::as_str).collect();
        let (id, at) = (self.entry.stream.as_str(), self.entry.recorded_at);
        self.conn.execute(
            &UPSERT,
            args![id, name_of(&next.standing), types.join(" "), next.generation, next.word, at],
        )?;
        Ok(State::Webhook(Box::new(next)))
    }
}
