//! Settling quarantined input: read again under today's settings, or put away with a reason.

use base::{Id, id};
use connect::inbound::{self, Malformed, Parsed};
use db::Conn;
use domain::{
    access::{Permission, Scope},
    alert::{
        Event, InputDismissed, InputReplayed, already_settled, bytes_gone, dismiss_reason_missing,
        not_in_quarantine,
    },
};
use store::{
    alert::{self, Quarantined},
    operational,
    project::key_digest,
};

use super::{
    Arrived, Door, Incoming,
    incoming::source_of,
    quarantine::PARTLY,
    receive::{Origin, Request, arrive},
};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// Input in quarantine, ready to be read.
struct Held {
    door: Door,
    inbound: operational::Inbound,
    partly: bool,
}

impl App {
    /// Reads quarantined input again, with what its integration is told today. What still cannot be read
    /// stays where it is, and the reason is answered.
    ///
    /// # Errors
    /// `PER-008`, `ING-016`, `ING-017`, `ING-019`.
    pub async fn replay_input(
        &self,
        caller: &Caller,
        intake: Id<id::Intake>,
    ) -> Result<Result<Arrived, Malformed>, Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let app = self.clone();
        let held = self.read(move |conn| app.held(conn, intake)).await?;
        let Held { door, inbound, partly } = held;
        let source = source_of(&door.integration)?;
        let incoming = Incoming::again(&inbound);
        let arrival = incoming.arrival(inbound.received_at, &door.settings, None);
        let fetched = self.fetched(source, &arrival).await;
        let arrival = inbound::Arrival { fetched: fetched.as_deref(), ..arrival };
        let parsed = match source.parse(&arrival) {
            Ok(parsed) => parsed,
            Err(malformed) => return Ok(Err(malformed)),
        };
        if let Some(rejected) = rejected(&parsed) {
            return Ok(Err(rejected));
        }
        let subscription = parsed.subscription.clone();
        let integration = door.integration.id;
        let origin = Origin::Replay;
        let mut request = Request { intake, door, inbound, parsed, ready: Vec::new(), origin };
        let command = move |turn: &mut Turn<'_>| {
            let quarantined = unsettled(turn.conn, intake)?;
            if partly {
                keep_new(turn, &mut request)?;
            }
            let event = Event::from(InputReplayed { quarantined: quarantined.seq });
            turn.record(vec![event.draft(intake, turn.now)])?;
            arrive(turn, &request)
        };
        let arrived = self.commit(db::Lane::Normal, caller, command).await?;
        if let Some(subscription) = subscription {
            self.confirm(caller, (integration, intake), subscription).await?;
        }
        Ok(Ok(arrived))
    }

    /// Puts quarantined input away, with a reason.
    ///
    /// # Errors
    /// `PER-008`, `ING-016`, `ING-017`, `ING-018`.
    pub async fn dismiss_input(
        &self,
        caller: &Caller,
        intake: Id<id::Intake>,
        reason: String,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        if reason.trim().is_empty() {
            return Err(dismiss_reason_missing().into());
        }
        let command = move |turn: &mut Turn<'_>| {
            let quarantined = unsettled(turn.conn, intake)?;
            let event = Event::from(InputDismissed { quarantined: quarantined.seq });
            turn.record(vec![event.draft(intake, turn.now).word("reason", reason.trim())])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    fn held(&self, conn: &mut Conn, intake: Id<id::Intake>) -> Result<Held, Error> {
        let quarantined = alert::quarantined_one(conn, intake)?.ok_or_else(not_in_quarantine)?;
        if quarantined.settled.is_some() {
            return Err(already_settled().into());
        }
        let inbound = operational::inbound(conn, intake)?.ok_or_else(bytes_gone)?;
        let door = self.door(conn, inbound.integration)?.ok_or_else(not_in_quarantine)?;
        Ok(Held { door, inbound, partly: quarantined.reason == PARTLY.as_str() })
    }
}

fn unsettled(conn: &mut Conn, intake: Id<id::Intake>) -> Result<Quarantined, Stop> {
    let quarantined = alert::quarantined_one(conn, intake)?.ok_or_else(not_in_quarantine)?;
    match quarantined.settled {
        Some(_) => Err(already_settled().into()),
        None => Ok(quarantined),
    }
}

/// The first alert that still cannot be used: nothing is settled before all can.
pub(super) fn rejected(parsed: &Parsed) -> Option<Malformed> {
    let rejected = parsed.signals.iter().find_map(|signal| signal.as_ref().err())?;
    Some(Malformed {
        status: 422,
        code: rejected.code.clone(),
        what: rejected.what.clone(),
        at: Some(inbound::At::Pointer(rejected.where_.clone())),
    })
}

/// Of a request that was read in part, only what was not taken then: an alert that was, and is over since,
/// must not open again.
fn keep_new(turn: &mut Turn<'_>, request: &mut Request) -> Result<(), Stop> {
    let mut kept = Vec::new();
    for signal in std::mem::take(&mut request.parsed.signals) {
        let taken = match &signal {
            Ok(signal) => {
                let key = key_digest(&signal.dedup_key);
                alert::ever(turn.conn, request.inbound.integration, key)?
            }
            Err(_) => false,
        };
        if !taken {
            kept.push(signal);
        }
    }
    request.parsed.signals = kept;
    Ok(())
}
