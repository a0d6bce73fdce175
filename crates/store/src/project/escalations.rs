//! Rows of escalations and pages.

use base::{Code, Id, id};
use db::{Rows, Stmt};
use domain::{escalation, page};

use super::{State, Step, name_of};
use crate::{StoreError, clock::Clock};

stmt!(
    ESCALATION,
    Rows::Exactly(1),
    "INSERT INTO escalation (id, target, target_id, phase, next_step, due_at, started_at,
     acknowledged_by, acknowledged_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, next_step = excluded.next_step,
     due_at = excluded.due_at, acknowledged_by = excluded.acknowledged_by,
     acknowledged_at = excluded.acknowledged_at"
);
stmt!(
    GROUP_DUE,
    Rows::AtMost(1),
    "UPDATE alert_group SET escalation = $2, next_due_at = COALESCE($3, next_due_at)
     WHERE id = $1 AND state = 'open'"
);
stmt!(
    PAGE,
    Rows::Exactly(1),
    "INSERT INTO page (id, escalation, person, step, state, position, attempt, due_at, queued_at,
     handed_over_at, acknowledged_at, last_reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, position = excluded.position,
     attempt = excluded.attempt, due_at = excluded.due_at,
     handed_over_at = excluded.handed_over_at, acknowledged_at = excluded.acknowledged_at,
     last_reason = COALESCE(excluded.last_reason, page.last_reason)"
);

pub(crate) static ALL: &[&Stmt] = &[&ESCALATION, &GROUP_DUE, &PAGE];

impl Step<'_> {
    pub(super) fn escalation(&mut self, state: State) -> Result<State, StoreError> {
        let event = escalation::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Escalation(state) => Some(*state),
            _ => None,
        };
        let old = before.as_ref().and_then(|state| self.step_clock(state));
        let Some(next) = escalation::apply(before, &event, self.meta) else {
            return Ok(State::None);
        };
        self.escalation_row(&next)?;
        let new = self.step_clock(&next);
        let old: Vec<Clock> = old.into_iter().collect();
        self.set_clocks(&old, new.into_iter().collect());
        if let escalation::Event::EscalationStarted(started) = &event {
            super::incidents::adopt_escalation(self.conn, self.entry, started, self.seq)?;
        }
        Ok(State::Escalation(Box::new(next)))
    }

    fn escalation_row(&mut self, state: &escalation::Escalation) -> Result<(), StoreError> {
        let id = self.entry.stream.as_str();
        let (by, at) = state.acknowledged.unzip();
        let target_id = state.target_id.as_str();
        self.conn.put_last(
            &ESCALATION,
            row![
                id,
                name_of(&state.target),
                target_id,
                name_of(&state.phase),
                i64::from(state.next_step),
                state.due_at,
                state.started_at,
                by,
                at,
            ],
        )?;
        if state.target == escalation::TargetKind::Group {
            self.conn.put(&GROUP_DUE, row![target_id, id, state.due_at])?;
        }
        Ok(())
    }

    fn step_clock(&self, state: &escalation::Escalation) -> Option<Clock> {
        let stream = &self.entry.stream;
        Some(Clock {
            id: format!("{stream}:step").parse::<Code>().ok()?,
            kind: "escalation_step".to_owned(),
            target: stream.to_string(),
            generation: state.version,
            started_at: state.started_at,
            due_at: state.due_at?,
            state: "running".to_owned(),
            rule: format!("{}.{}", state.policy, state.next_step),
        })
    }

    pub(super) fn page(&mut self, state: State) -> Result<State, StoreError> {
        let event = page::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Page(state) => Some(*state),
            _ => None,
        };
        let Some(next) = page::apply(before, &event, self.meta) else { return Ok(State::None) };
        let reason = match &event {
            page::Event::PageAttemptFailed(failed) => Some(failed.reason.to_string()),
            _ => None,
        };
        self.conn.put(
            &PAGE,
            row![
                self.entry.stream.as_str(),
                next.escalation,
                next.person,
                i64::from(next.step),
                name_of(&next.state),
                i64::from(next.position),
                i64::from(next.attempt),
                next.due_at,
                next.queued_at,
                next.handed_over_at,
                next.acknowledged_at,
                reason,
            ],
        )?;
        if matches!(event, page::Event::PageQueued(_)) {
            self.adopt_page(next.escalation)?;
        }
        Ok(State::Page(Box::new(next)))
    }

    fn adopt_page(&mut self, escalation: Id<id::Escalation>) -> Result<(), StoreError> {
        super::incidents::adopt_child(self.conn, &escalation.to_string(), self.entry, self.seq)
    }
}
