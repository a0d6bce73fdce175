//! Changes at a sender's side: kept as context beside incidents, never alerts.

use base::{Code, Timestamp};
use connect::inbound::Change;
use domain::alert::{ChangesReported, Event};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::{alert, word};

use super::receive::Request;
use crate::{
    App, Error,
    turn::{Stop, Turn},
};

/// The most changes of one request.
const MAX_CHANGES: usize = 100;

/// A change as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct Reported {
    /// The integration it came through.
    pub integration: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// The entry.
    pub entry: i64,
    /// What the sender said.
    #[serde(flatten)]
    pub words: Said,
}

/// The words of a change.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// One line.
    pub summary: String,
    /// What was changed.
    pub resource: Option<String>,
    /// When, as the sender claims.
    pub claimed_at: Option<String>,
    /// More of it.
    pub details: BTreeMap<String, String>,
    /// Where to read about it.
    pub links: Vec<String>,
}

/// Records the changes of a request.
pub(super) fn record(turn: &mut Turn<'_>, request: &Request) -> Result<(), Stop> {
    let changes = &request.parsed.changes;
    if changes.is_empty() {
        return Ok(());
    }
    let changes = &changes[..changes.len().min(MAX_CHANGES)];
    let event = Event::from(ChangesReported {
        integration: request.inbound.integration,
        source: request.door.integration.source.clone(),
        body: request.inbound.sha256,
        count: u32::try_from(changes.len()).unwrap_or(u32::MAX),
    });
    let mut draft = event.draft(request.intake, turn.now);
    for (number, change) in changes.iter().enumerate() {
        draft.words.push((field(number), words(change)));
    }
    turn.record(vec![draft])?;
    Ok(())
}

impl App {
    /// Changes that senders reported before an instant, newest first, at most 100.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn changes(&self, before: Timestamp) -> Result<Vec<Reported>, Error> {
        self.look(move |conn| {
            let mut shown = Vec::new();
            for change in alert::changes(conn, before)? {
                let name = format!("c.{}", change.number);
                let words = match word::value(conn, change.seq, &name)? {
                    Some(evidence::Erasable::Known(value)) => {
                        serde_json::from_value(value).unwrap_or_default()
                    }
                    _ => Said { summary: word::ERASED.to_owned(), ..Said::default() },
                };
                shown.push(Reported {
                    integration: change.integration.to_string(),
                    received_at: change.received_at,
                    entry: change.seq,
                    words,
                });
            }
            Ok(shown)
        })
        .await
    }
}

fn words(change: &Change) -> serde_json::Value {
    json!({
        "summary": change.summary,
        "resource": change.resource,
        "claimed_at": change.occurred_at.map(|at| at.to_string()),
        "details": change.details,
        "links": change.links,
    })
}

fn field(number: usize) -> Code {
    format!("c.{number}").parse().expect("invariant: digits are a code")
}
