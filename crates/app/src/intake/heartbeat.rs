//! Heartbeats that stayed away: a reconciler like the others, which may run twice, late, or on any node.

use base::{Duration, Id, Timestamp, id};
use connect::inbound;
use store::{door, operational::Inbound};

use super::receive::{Origin, Request, arrive};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

impl App {
    /// Raises the alert of each integration whose heartbeat is due, and expects the first one of those that
    /// are new. Answers how many stayed away.
    pub(crate) async fn miss_heartbeats(&self) -> Result<usize, Error> {
        let now = self.now();
        let late = self.look(move |conn| door::late_heartbeats(conn, now)).await?;
        let mut missed = 0;
        for (id, due) in late {
            let caller = Caller::sender(id);
            let command = move |turn: &mut Turn<'_>| settle(turn, id);
            match self.commit(db::Lane::Urgent, &caller, command).await {
                Ok(()) => missed += usize::from(due.is_some()),
                Err(Error::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(missed)
    }
}

/// Judged anew inside the turn: another node, or a heartbeat, may have been first.
fn settle(turn: &mut Turn<'_>, id: Id<id::Integration>) -> Result<(), Stop> {
    let Some(held) = turn.app.door(turn.conn, id)? else { return Ok(()) };
    let interval = Duration::seconds(held.integration.heartbeat_seconds);
    let due = door::heartbeat_due(turn.conn, id)?;
    if interval <= Duration::ZERO || due.is_some_and(|due| due > turn.now) {
        return Ok(());
    }
    // As long as it stays away the alert is repeated once an interval.
    door::expect_heartbeat(turn.conn, id, (turn.now, interval))?;
    let Some(due) = due else { return Ok(()) };
    let parsed = inbound::missed(&held.integration.name);
    let inbound = note(id, due, turn.now);
    let intake = turn.mint();
    let (ready, origin) = (Vec::new(), Origin::Clock);
    let request = Request { intake, door: held, inbound, parsed, ready, origin };
    arrive(turn, &request)?;
    Ok(())
}

/// What stands in the place of the bytes that did not come.
fn note(integration: Id<id::Integration>, due: Timestamp, received_at: Timestamp) -> Inbound {
    let bytes = format!("{{\"missed\":\"{due}\"}}").into_bytes();
    let sha256 = evidence::sha256(&bytes);
    let content_type = Some("application/json".to_owned());
    Inbound { integration, received_at, sha256, content_type, bytes, about: None }
}
