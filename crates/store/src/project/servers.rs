//! Rows of what the server records of itself: exports and erasures.

use db::{Rows, Stmt};
use domain::server::{Event, WordRef};

use super::Step;
use crate::{StoreError, word};

stmt!(EXPORT, Rows::Exactly(1), "INSERT INTO export (seq, incident, taken_at) VALUES ($1, $2, $3)");
stmt!(
    REQUEST,
    Rows::Exactly(1),
    "INSERT INTO erasure (request, person, basis, requested_by, performed) VALUES ($1, $2, $3, $4, 0)"
);
stmt!(PERFORMED, Rows::Exactly(1), "UPDATE erasure SET performed = 1 WHERE request = $1");
stmt!(
    FORGET_ALERT,
    Rows::AtMost(1),
    "UPDATE alert SET dedup = NULL WHERE word = $1 AND field = $2"
);
stmt!(
    FORGET_GROUP,
    Rows::AtMost(1),
    "UPDATE alert_group SET group_key = NULL WHERE word = $1 AND field = $2"
);

pub(crate) static ALL: &[&Stmt] = &[&EXPORT, &REQUEST, &PERFORMED, &FORGET_ALERT, &FORGET_GROUP];

impl Step<'_> {
    pub(super) fn server(&mut self) -> Result<(), StoreError> {
        match Event::parse(self.entry.kind.as_str(), &self.entry.data)? {
            Event::ExportTaken(e) => {
                let (incident, at) = (e.incident, self.entry.recorded_at);
                self.conn.execute(&EXPORT, args![self.seq, incident, at])?;
            }
            Event::ErasureRequested(e) => {
                let by = self.entry.actor.id.as_str();
                self.conn.execute(&REQUEST, args![self.seq, e.person, e.basis.as_str(), by])?;
            }
            Event::ErasurePerformed(e) => {
                self.erased(&e.words)?;
                if e.part == e.parts {
                    self.conn.execute(&PERFORMED, args![e.request])?;
                }
            }
            Event::ErasureRepeated(e) => self.erased(&e.words)?,
            Event::LogKeyRegistered(_)
            | Event::LogEpochDeclared(_)
            | Event::HostCommand(_)
            | Event::ClockStepped(_)
            | Event::SignInsRefused(_)
            | Event::LogRead(_) => {}
        }
        Ok(())
    }

    fn erased(&mut self, words: &[WordRef]) -> Result<(), StoreError> {
        for held in words {
            word::erase(self.conn, held.seq, &held.field, self.seq)?;
            let field = held.field.as_str();
            self.conn.execute(&FORGET_ALERT, args![held.seq, field])?;
            self.conn.execute(&FORGET_GROUP, args![held.seq, field])?;
        }
        Ok(())
    }
}
