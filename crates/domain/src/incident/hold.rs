//! Who is on a task: claimed, released, delegated for a time (ground rule G4).
//!
//! | act | by whom | afterwards it is held by |
//! | --- | --- | --- |
//! | claim | whoever may do it, while nobody else is on it; the commander always | the one who claimed |
//! | release | the one who is on it; the commander | nobody |
//! | delegate | the one who is on it; the commander; whoever may do it while nobody is | the other, until the end; then the one who delegated |
//!
//! Being on a task locks nobody out: reality is recorded with whoever acted (ground rules G3, G6).
//! Whether somebody may do it at all is decided before, by role.

use base::{Code, Duration, Id, Timestamp, id};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use super::{
    Event, Incident, TaskClaimed, TaskDelegated, TaskReleased, delegation_out_of_range,
    fact::not_merged, held_by_another, not_held, process::under,
};
use crate::Refused;

/// The shortest delegation, in minutes.
pub const MIN_DELEGATION_MINUTES: i64 = 5;
/// The longest delegation, in days.
pub const MAX_DELEGATION_DAYS: i64 = 14;

/// Who is on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The person.
    pub by: Id<id::Person>,
    /// Since when.
    pub since: Timestamp,
    /// From whom, and until when, where it was delegated.
    pub delegated: Option<(Id<id::Person>, Timestamp)>,
}

impl Holding {
    /// Who is on it at `now`: after the end of a delegation, again the one who delegated.
    pub fn holder(&self, now: Timestamp) -> Id<id::Person> {
        match self.delegated {
            Some((from, until)) if until <= now => from,
            _ => self.by,
        }
    }
}

/// A task of an incident, with its element.
#[derive(Debug, Clone)]
pub struct OnTask {
    /// The task's number.
    pub task: u32,
    /// Its element.
    pub element: Code,
}

impl Incident {
    /// Who is on a task at `now`.
    pub fn holder(&self, task: u32, now: Timestamp) -> Option<Id<id::Person>> {
        self.held.get(&task).map(|held| held.holder(now))
    }
}

/// Takes a task on.
///
/// # Errors
/// `TSK-001` while somebody else is on it, save for the commander; `INC-002` on a merged incident.
pub fn claim_task(
    id: Id<id::Incident>,
    incident: &Incident,
    on: OnTask,
    by: Id<id::Person>,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    let other = incident.holder(on.task, now).is_some_and(|holder| holder != by);
    if other && incident.commander != Some(by) {
        return Err(held_by_another());
    }
    let under = under(incident, Some(on.element.clone()));
    let event = TaskClaimed { task: on.task, element: on.element, by };
    Ok(Event::from(event).draft(id, now).under(under))
}

/// Gives a task back.
///
/// # Errors
/// `TSK-002` for somebody who is not on it, save for the commander; `INC-002` on a merged incident.
pub fn release_task(
    id: Id<id::Incident>,
    incident: &Incident,
    on: OnTask,
    by: Id<id::Person>,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    match incident.holder(on.task, now) {
        Some(holder) if holder == by || incident.commander == Some(by) => {
            let under = under(incident, Some(on.element.clone()));
            let event = TaskReleased { task: on.task, element: on.element };
            Ok(Event::from(event).draft(id, now).under(under))
        }
        _ => Err(not_held()),
    }
}

/// Hands a task to somebody for a time.
///
/// # Errors
/// `TSK-001` while somebody else is on it, save for the commander; `TSK-003` for an end that is too
/// near or too far; `INC-002` on a merged incident.
pub fn delegate_task(
    id: Id<id::Incident>,
    incident: &Incident,
    on: OnTask,
    (from, to, until): (Id<id::Person>, Id<id::Person>, Timestamp),
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    let other = incident.holder(on.task, now).is_some_and(|holder| holder != from);
    if other && incident.commander != Some(from) {
        return Err(held_by_another());
    }
    let least = now + Duration::minutes(MIN_DELEGATION_MINUTES);
    let most = now + Duration::hours(MAX_DELEGATION_DAYS * 24);
    if until < least || until > most || to == from {
        return Err(delegation_out_of_range());
    }
    let under = under(incident, Some(on.element.clone()));
    let event = TaskDelegated { task: on.task, element: on.element, from, to, until };
    Ok(Event::from(event).draft(id, now).under(under))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g04_a_delegation_ends_and_the_task_goes_back() {
        let (anna, bo) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let since = Timestamp::default();
        let until = since + Duration::hours(2);
        let held = Holding { by: bo, since, delegated: Some((anna, until)) };
        assert_eq!(held.holder(since + Duration::hours(1)), bo);
        assert_eq!(held.holder(until), anna);
        let claimed = Holding { by: anna, since, delegated: None };
        assert_eq!(claimed.holder(until + Duration::hours(1000)), anna);
    }
}
