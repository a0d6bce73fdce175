//! A case moves to another version of its process, in the commit that says so.

use base::{Id, id};
use domain::{
    incident::{Migration, migrate_case, onto, stays},
    moving::{CaseSettled, Outcome, Plan, places},
};
use process::engine::migrate::Stuck;

use super::{advance::actions, load, tell::signal_others};
use crate::{
    host::Gathered,
    turn::{Stop, Turn},
};

/// Moves a case as a plan says, or finds why it stays; the process goes on where it can (ground rule G6).
/// Entries from here on carry the case's mode.
pub(crate) fn migrate_in(
    turn: &mut Turn<'_>,
    id: Id<id::Incident>,
    (plan_id, plan): (Id<id::CaseMove>, &Plan),
) -> Result<CaseSettled, Stop> {
    let state = load(turn, id)?;
    let versions = plan.versions();
    let settled = |outcome, stuck: &[Stuck]| {
        let number = u32::try_from(stuck.len()).unwrap_or(u32::MAX);
        CaseSettled { incident: id, outcome, stuck: number, places: places(stuck), code: None }
    };
    if let Some(outcome) = stays(&state, &versions) {
        return Ok(settled(outcome, &[]));
    }
    let from = turn.app.documents().running(turn.conn, &state.process)?;
    let to = turn.app.documents().model(turn.conn, plan.to_sha256)?;
    let next = onto(&state, &versions, &plan.mapping, &to);
    let to = turn.app.documents().running(turn.conn, &next)?;
    let host = Gathered::governed_anew(turn, &state, &to)?;
    match migrate_case((id, &state), (plan_id, plan), (&from, &to), turn.now, &host)? {
        Migration::Stays(outcome, stuck) => Ok(settled(outcome, &stuck)),
        Migration::Moves { drafts, events } => {
            turn.record(drafts)?;
            signal_others(turn, id, &events)?;
            actions(turn, id)?;
            Ok(settled(Outcome::Moved, &[]))
        }
    }
}
