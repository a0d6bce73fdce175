//! Input that cannot be read: kept whole, counted, shown with its reason.

use base::{Code, Digest, Id, id};
use connect::inbound::Malformed;
use domain::alert::{Event, InputQuarantined};
use store::{
    alert,
    operational::{self, Inbound},
};

use super::Door;
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// The reason of a request of which only some signals could be read.
pub(super) const PARTLY: Code = Code::fixed("ING-010");

/// The most requests of one integration that wait in quarantine: what comes beyond is counted, and its
/// sender is told why, but neither its bytes nor an entry are kept.
pub const QUOTA: i64 = 1_000;

impl App {
    /// Keeps a request that cannot be read.
    pub(super) async fn quarantine(
        &self,
        intake: Id<id::Intake>,
        door: &Door,
        inbound: Inbound,
        malformed: &Malformed,
    ) -> Result<(), Error> {
        let caller = Caller::sender(door.integration.id);
        let (door, reason) = (door.clone(), malformed.code.clone());
        let what = malformed.to_string();
        let command = move |turn: &mut Turn<'_>| {
            if alert::quarantined_of(turn.conn, inbound.integration)? >= QUOTA {
                operational::seen(turn.conn, inbound.integration, (1, 0), turn.now)?;
                return Ok(());
            }
            operational::keep(turn.conn, intake, &inbound)?;
            operational::seen(turn.conn, inbound.integration, (1, 0), turn.now)?;
            record(turn, intake, &door, inbound.sha256, (reason.clone(), &what))
        };
        self.commit(db::Lane::Normal, &caller, command).await
    }
}

/// Keeps a request of which some signals could not be read beside those that could.
pub(super) fn record_rejected(
    turn: &mut Turn<'_>,
    intake: Id<id::Intake>,
    door: &Door,
    body: Digest,
) -> Result<(), Stop> {
    record(turn, intake, door, body, (PARTLY, "some signals of this request could not be read"))
}

fn record(
    turn: &mut Turn<'_>,
    intake: Id<id::Intake>,
    door: &Door,
    body: Digest,
    (reason, what): (Code, &str),
) -> Result<(), Stop> {
    let integration = door.integration.id;
    let source = door.integration.source.clone();
    let event = InputQuarantined { integration, source, body, reason };
    turn.record(vec![Event::from(event).draft(intake, turn.now).word("what", what)])?;
    Ok(())
}
