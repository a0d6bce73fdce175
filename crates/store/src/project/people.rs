//! Rows of people.

use db::{Rows, Stmt};
use domain::person;

use super::{State, Step, name_of};
use crate::StoreError;

stmt!(
    PERSON,
    Rows::Exactly(1),
    "INSERT INTO person (id, kind, word, elevated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET elevated_at = excluded.elevated_at"
);
stmt!(
    GRANT,
    Rows::AtMost(1),
    "INSERT INTO person_role (person, role, entity) VALUES ($1, $2, $3)
     ON CONFLICT (person, role, entity) DO NOTHING"
);
stmt!(
    REVOKE,
    Rows::AtMost(1),
    "DELETE FROM person_role WHERE person = $1 AND role = $2 AND entity = $3"
);
stmt!(
    CONTACT,
    Rows::Exactly(1),
    "INSERT INTO person_contact (person, position, channel, word) VALUES ($1, $2, $3, $4)"
);

pub(crate) static ALL: &[&Stmt] = &[&PERSON, &GRANT, &REVOKE, &CONTACT];

impl Step<'_> {
    pub(super) fn person(&mut self, state: State) -> Result<State, StoreError> {
        let event = person::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Person(state) => Some(*state),
            _ => None,
        };
        let Some(next) = person::apply(before, &event, self.meta) else { return Ok(State::None) };
        let id = self.entry.stream.as_str();
        match &event {
            person::Event::RoleGranted(e) => {
                let entity = e.entity.map(|e| e.to_string()).unwrap_or_default();
                self.conn.put(&GRANT, row![id, e.role.code(), entity])?;
            }
            person::Event::RoleRevoked(e) => {
                let entity = e.entity.map(|e| e.to_string()).unwrap_or_default();
                self.conn.put(&REVOKE, row![id, e.role.code(), entity])?;
            }
            person::Event::ContactAdded(e) => {
                let position = i64::try_from(next.contacts.len()).unwrap_or(i64::MAX) - 1;
                self.conn.put(&CONTACT, row![id, position, name_of(&e.channel), self.seq])?;
            }
            _ => {}
        }
        let kind = name_of(&next.kind);
        self.conn.put(&PERSON, row![id, kind, next.word, next.elevated_at])?;
        Ok(State::Person(Box::new(next)))
    }
}
