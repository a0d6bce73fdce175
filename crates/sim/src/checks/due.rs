//! Nothing is overdue, and nothing that is open has gone silent.

use app::Error;
use base::{Duration, Id, Timestamp, id};
use db::Conn;
use domain::{
    escalation::Phase,
    incident::{Incident, Status},
};
use store::{StoreError, alert, clock, escalation, incident, page};

use crate::World;

/// How long a page may wait for its claim to run out after a crash.
const CLAIM: Duration = Duration::seconds(60);

/// What is wrong with what is due, in words; empty where nothing is.
fn trouble(conn: &mut Conn, now: Timestamp) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for late in clock::due(conn, now)? {
        found.push(format!("{} was due at {} and is still {}", late.id, late.due_at, late.state));
    }
    if alert::silent(conn)? > 0 {
        found.push("a group is open with nothing due".to_owned());
    }
    for group in alert::open_groups(conn)? {
        if group.open_alerts == 0 {
            found.push(format!("{} is open without an open alert", group.id));
        }
        if !laddered(conn, &group.id.to_string())? && !attended(conn, group.incident)? {
            found.push(format!("{} is open, without a ladder or an incident", group.id));
        }
    }
    let (oldest, waiting) = page::unsent(conn)?;
    let stuck = Duration::minutes(2) + CLAIM;
    if waiting > 0 && !page::due(conn, now - stuck, None)?.is_empty() {
        found.push(format!("pages wait since {oldest:?}"));
    }
    Ok(found)
}

/// Whether a target has a ladder that is not over; one that is not over has a due time.
fn laddered(conn: &mut Conn, target: &str) -> Result<bool, StoreError> {
    let ladders = escalation::of_target(conn, target)?;
    Ok(ladders.iter().any(|(_, state)| state.phase != Phase::Ended && state.due_at.is_some()))
}

/// Whether the alerts of an incident are somebody's: it was closed by a person, or it or the one it
/// was merged into is open and somebody is in command, is paged, or will be by its clocks.
fn attended(conn: &mut Conn, first: Option<Id<id::Incident>>) -> Result<bool, StoreError> {
    let Some(mut id) = first else { return Ok(false) };
    for _ in 0..16 {
        let Some(state) = incident::load(conn, id)? else { return Ok(false) };
        match (state.status, state.merged_into) {
            (Status::Closed, _) => return Ok(true),
            (Status::Merged, Some(into)) => id = into,
            _ => return cared_for(conn, id, &state),
        }
    }
    Ok(false)
}

fn cared_for(conn: &mut Conn, id: Id<id::Incident>, state: &Incident) -> Result<bool, StoreError> {
    Ok(state.commander.is_some() || laddered(conn, &id.to_string())?)
}

impl World {
    /// Nothing is overdue, nothing open is silent.
    pub(super) fn check_what_is_due(&self) {
        let now = self.now();
        let found = self.run(|app| async move {
            app.read(move |conn| trouble(conn, now).map_err(Error::from)).await
        });
        let found = self.must("reading what is due", found);
        if !found.is_empty() {
            self.fail(&found.join("\n"));
        }
    }
}
