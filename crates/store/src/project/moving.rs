//! Rows of plans to move cases, and what of them the timelines of their cases show.

use db::{Rows, Stmt};
use domain::moving::{self, Event, Outcome};

use super::{State, Step, incidents};
use crate::StoreError;

stmt!(
    PLAN,
    Rows::Exactly(1),
    "INSERT INTO move_plan (id, process, from_version, to_version, standing, cases, moved, stay,
     proposed_by, proposed_at, word, judged)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (id) DO UPDATE SET standing = excluded.standing, cases = excluded.cases,
     moved = excluded.moved, stay = excluded.stay, judged = excluded.judged"
);

pub(crate) static ALL: &[&Stmt] = &[&PLAN];

impl Step<'_> {
    pub(super) fn case_move(&mut self, state: State) -> Result<State, StoreError> {
        let event = Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::CaseMove(plan) => Some(*plan),
            _ => None,
        };
        let Some(next) = moving::apply(before, &event, self.meta) else { return Ok(State::None) };
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let (moved, stay) = next.counts();
        self.conn.put(
            &PLAN,
            row![
                self.entry.stream.as_str(),
                next.process.as_str(),
                next.from,
                next.to,
                next.standing.code(),
                count(next.cases.len()),
                count(moved),
                count(stay),
                next.proposed_by.as_str(),
                next.proposed_at,
                next.proposed,
                next.judged.map(|(_, seq)| seq),
            ],
        )?;
        // A case that moved tells it itself; one that was to move and stays is told of here.
        if let Event::CaseSettled(e) = &event
            && e.outcome != Outcome::Moved
        {
            let incident = e.incident.to_string();
            incidents::add(self.conn, &incident, next.proposed)?;
            if let Some((_, approved)) = next.judged {
                incidents::add(self.conn, &incident, approved)?;
            }
            incidents::add(self.conn, &incident, self.seq)?;
        }
        Ok(State::CaseMove(Box::new(next)))
    }
}
