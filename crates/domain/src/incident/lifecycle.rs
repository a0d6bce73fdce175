//! Attach, link, merge, close, reopen. Numbers survive all of it (ground rule G9).

use base::{Id, Timestamp, id};
use evidence::entry::Draft;

use super::{
    AlertsAttached, Event, Incident, IncidentClosed, IncidentLinked, IncidentMerged,
    IncidentReopened, Relation, Status, closed, fact::not_merged, measures_stand, reason_missing,
    same_incident, still_open, tasks_open,
};
use crate::Refused;

/// A group of alerts belongs to the incident from now on; nothing where it does already.
///
/// # Errors
/// `INC-002` on a merged incident.
pub fn attach_alerts(
    id: Id<id::Incident>,
    incident: &Incident,
    group: Id<id::Group>,
    now: Timestamp,
) -> Result<Option<Draft>, Refused> {
    not_merged(incident)?;
    let held = incident.groups.contains(&group);
    Ok((!held).then(|| Event::from(AlertsAttached { group }).draft(id, now)))
}

/// Links it to another incident.
///
/// # Errors
/// `INC-008` with itself.
pub fn link(
    id: Id<id::Incident>,
    other: Id<id::Incident>,
    relation: Relation,
    now: Timestamp,
) -> Result<Draft, Refused> {
    if id == other {
        return Err(same_incident());
    }
    Ok(Event::from(IncidentLinked { other, relation }).draft(id, now))
}

/// It goes on under another number.
///
/// # Errors
/// `INC-008` with itself, `INC-007` without a reason, `INC-002` when merged already.
pub fn merge(
    id: Id<id::Incident>,
    incident: &Incident,
    into: Id<id::Incident>,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if id == into {
        return Err(same_incident());
    }
    let reason = some_reason(reason)?;
    Ok(Event::from(IncidentMerged { into }).draft(id, now).word("reason", reason))
}

/// It is over. A false positive may close with the process unfinished; anything else wants its tasks
/// done or excepted. Temporary measures are ended first, whatever it was (ground rule G8).
///
/// # Errors
/// `INC-001` when closed, `INC-006` with open tasks, `INC-014` while a temporary measure stands, `INC-007`
/// without a reason, `INC-002` when merged.
pub fn close(
    id: Id<id::Incident>,
    incident: &Incident,
    false_positive: bool,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if incident.status == Status::Closed {
        return Err(closed());
    }
    if !false_positive && !incident.process.state.tasks.is_empty() {
        return Err(tasks_open());
    }
    if !incident.measures.is_empty() {
        return Err(measures_stand());
    }
    let reason = some_reason(reason)?;
    Ok(Event::from(IncidentClosed { false_positive }).draft(id, now).word("reason", reason))
}

/// It goes on after all.
///
/// # Errors
/// `INC-005` when open, `INC-007` without a reason, `INC-002` when merged.
pub fn reopen(
    id: Id<id::Incident>,
    incident: &Incident,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if incident.status == Status::Open {
        return Err(still_open());
    }
    let event = IncidentReopened { times: incident.reopened + 1 };
    Ok(Event::from(event).draft(id, now).word("reason", some_reason(reason)?))
}

fn some_reason(reason: &str) -> Result<&str, Refused> {
    let reason = reason.trim();
    if reason.is_empty() { Err(reason_missing()) } else { Ok(reason) }
}
