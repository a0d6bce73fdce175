//! Approvals by several persons: N of M on one and the same answer.
//!
//! | so far on this answer | this person | then |
//! | --- | --- | --- |
//! | enough with this one | has not approved it | the task is completed |
//! | not enough yet | has not approved it | recorded; the next person completes it |
//! | any | has approved it already | refused: another person approves |
//!
//! Another answer starts the count again: what is approved is an exact answer (ground rule G21).

use base::{Id, Timestamp, id};
use evidence::entry::Draft;

use super::{Event, Incident, TaskApproved, approved_already};
use crate::Refused;

/// What one more approval comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// It was the last one wanted.
    Complete,
    /// It is recorded; more are wanted.
    Recorded(Box<Draft>),
}

/// Decides one approval by the table of this module.
///
/// # Errors
/// `PRC-004` for a person who approved this answer before.
pub fn approve_task(
    id: Id<id::Incident>,
    incident: &Incident,
    approved: TaskApproved,
    by: Id<id::Person>,
    now: Timestamp,
) -> Result<Approval, Refused> {
    let held = incident.approvals.get(&approved.task).filter(|h| h.answer == approved.answer);
    if held.is_some_and(|held| held.by.contains(&by)) {
        return Err(approved_already());
    }
    let count = held.map_or(0, |held| held.by.len()) + 1;
    if count >= approved.wanted as usize {
        return Ok(Approval::Complete);
    }
    Ok(Approval::Recorded(Box::new(Event::from(approved).draft(id, now))))
}
