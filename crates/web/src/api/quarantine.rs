//! `/api/v1/quarantine` and `/api/v1/changes`: what was not understood, and what senders changed.

use std::collections::BTreeMap;

use axum::extract::State;
use base::{Code, Digest, Id, Timestamp, id};
use connect::inbound::Malformed;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{alert, word};

use super::{
    list::{List, after, cursor, position},
    spec::Done,
    take::{Json, Path, Query},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// How many rows the store answers at once.
const PAGE: usize = 100;

/// Input in quarantine.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct QuarantineRow {
    /// The request.
    id: Id<id::Intake>,
    /// The integration it came through.
    integration: Id<id::Integration>,
    /// The source that could not read it.
    source: String,
    /// The code of the reason.
    code: String,
    /// The reason.
    reason: String,
    /// SHA-256 of what arrived.
    sha256: Digest,
    /// When.
    received_at: Timestamp,
    /// The entry that kept it.
    entry: i64,
}

/// Which rows are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageWanted {
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// Why input is put away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dismissal {
    /// A few words.
    reason: String,
}

/// What became of one alert of a request.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InputReceipt {
    /// The alert, where there is one.
    alert: Option<Id<id::Alert>>,
    /// opened, changed, resolved, repeated, acknowledged or ignored.
    action: String,
}

/// Input that was read again.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct InputReplayedBody {
    /// One an alert, in the order of the request.
    receipts: Vec<InputReceipt>,
}

/// A change at a sender's side.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ChangeRow {
    /// The integration it came through.
    integration: String,
    /// When it was received.
    received_at: Timestamp,
    /// The entry.
    entry: i64,
    /// One line.
    summary: String,
    /// What was changed.
    resource: Option<String>,
    /// When, as the sender claims.
    claimed_at: Option<String>,
    /// More of it.
    details: BTreeMap<String, String>,
    /// Where to read about it.
    links: Vec<String>,
}

/// Lists input that waits in quarantine, newest first.
pub(crate) async fn quarantine(
    State(web): State<Web>,
    Query(wanted): Query<PageWanted>,
) -> Result<Json<List<QuarantineRow>>, Trouble> {
    let before = position(wanted.cursor.as_deref())?;
    let list = web.app().look(move |conn| {
        let held = alert::quarantined(conn, before)?;
        let next = held.last().filter(|_| held.len() >= PAGE).map(|last| cursor('p', last.seq, ""));
        let mut items = Vec::with_capacity(held.len());
        for held in held {
            items.push(QuarantineRow {
                reason: word::text(conn, held.seq, "what")?,
                id: held.intake,
                integration: held.integration,
                source: held.source,
                code: held.reason,
                sha256: held.body,
                received_at: held.received_at,
                entry: held.seq,
            });
        }
        Ok(List { items, next })
    });
    Ok(Json(list.await?))
}

/// Reads input again.
pub(crate) async fn replay_input(
    State(web): State<Web>,
    Path(id): Path<Id<id::Intake>>,
    Asker(caller): Asker,
) -> Result<Json<InputReplayedBody>, Trouble> {
    let arrived = web.app().replay_input(&caller, id).await?;
    let arrived = arrived.map_err(|malformed| still(&malformed))?;
    let receipts = arrived
        .receipts
        .into_iter()
        .map(|receipt| InputReceipt { alert: receipt.alert, action: receipt.action.to_owned() });
    Ok(Json(InputReplayedBody { receipts: receipts.collect() }))
}

/// Puts input away.
pub(crate) async fn dismiss_input(
    State(web): State<Web>,
    Path(id): Path<Id<id::Intake>>,
    Asker(caller): Asker,
    Json(dismissal): Json<Dismissal>,
) -> Result<Done, Trouble> {
    web.app().dismiss_input(&caller, id, dismissal.reason).await?;
    Ok(Done)
}

/// Lists what senders say that they changed, newest first.
pub(crate) async fn changes(
    State(web): State<Web>,
    Query(wanted): Query<PageWanted>,
) -> Result<Json<List<ChangeRow>>, Trouble> {
    let begin = after('c', wanted.cursor.as_deref())?;
    let before = Timestamp::from_micros(begin.map_or(i64::MAX, |(at, _)| at));
    let found = web.app().changes(before).await?;
    let last = found.last().filter(|_| found.len() >= PAGE);
    let next = last.map(|last| cursor('c', last.received_at.micros(), ""));
    let items = found.into_iter().map(|change| ChangeRow {
        integration: change.integration,
        received_at: change.received_at,
        entry: change.entry,
        summary: change.words.summary,
        resource: change.words.resource,
        claimed_at: change.words.claimed_at,
        details: change.words.details,
        links: change.words.links,
    });
    Ok(Json(List { items: items.collect(), next }))
}

/// It still cannot be read: the reason, under a code of our own, whatever its own status was.
fn still(malformed: &Malformed) -> Trouble {
    let refused = domain::alert::still_unreadable();
    let code: &Code = &malformed.code;
    let detail = format!("{} {}.", refused.message, malformed.what);
    Trouble::from(domain::Refused { message: detail, ..refused }).with("reason", code.as_str())
}
