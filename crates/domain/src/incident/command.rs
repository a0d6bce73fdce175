//! Command: moves by acceptance or by an evidenced take-over (ground rule G4).

use base::{Id, Timestamp, id};
use evidence::entry::Draft;

use super::{
    CommandOffered, CommandTaken, Event, How, Incident, RoleAssigned, already_commander,
    fact::not_merged, not_offered, reason_missing,
};
use crate::{Refused, access::Role};

/// Offers command to somebody, who then accepts it.
///
/// # Errors
/// `INC-011` for the one in command, `INC-002` on a merged incident.
pub fn offer_command(
    id: Id<id::Incident>,
    incident: &Incident,
    to: Id<id::Person>,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if incident.commander == Some(to) {
        return Err(already_commander());
    }
    Ok(Event::from(CommandOffered { to }).draft(id, now))
}

/// Accepts the command that was offered.
///
/// # Errors
/// `INC-010` where it was not offered to this person.
pub fn accept_command(
    id: Id<id::Incident>,
    incident: &Incident,
    by: Id<id::Person>,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if incident.offered_to != Some(by) {
        return Err(not_offered());
    }
    Ok(taken(id, incident, by, How::Accepted, now))
}

/// Takes command over, with a reason; the first one in command needs none.
///
/// # Errors
/// `INC-011` for the one in command, `INC-007` without a reason, `INC-002` on a merged incident.
pub fn take_command(
    id: Id<id::Incident>,
    incident: &Incident,
    by: Id<id::Person>,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if incident.commander == Some(by) {
        return Err(already_commander());
    }
    if incident.commander.is_some() && reason.trim().is_empty() {
        return Err(reason_missing());
    }
    let draft = taken(id, incident, by, How::TookOver, now);
    Ok(if reason.trim().is_empty() { draft } else { draft.word("reason", reason.trim()) })
}

/// Gives somebody a role in the incident.
///
/// # Errors
/// `INC-002` on a merged incident.
pub fn assign_role(
    id: Id<id::Incident>,
    incident: &Incident,
    (role, person): (Role, Id<id::Person>),
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    Ok(Event::from(RoleAssigned { role, person }).draft(id, now))
}

fn taken(
    id: Id<id::Incident>,
    incident: &Incident,
    by: Id<id::Person>,
    how: How,
    now: Timestamp,
) -> Draft {
    let open_tasks = u32::try_from(incident.process.state.tasks.len()).unwrap_or(u32::MAX);
    Event::from(CommandTaken { by, how, from: incident.commander, open_tasks }).draft(id, now)
}
