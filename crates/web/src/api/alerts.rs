//! `GET /api/v1/alerts`.

use axum::extract::State;
use base::{Id, Timestamp, id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::alert;

use super::{
    list::{List, before, cursor},
    take::{Json, Query},
};
use crate::{state::Web, trouble::Trouble};

/// How many rows the store answers at once.
const PAGE: usize = 100;

/// An alert in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AlertRow {
    /// The alert.
    id: Id<id::Alert>,
    /// Its group.
    group: Id<id::Group>,
    /// The integration it came through.
    integration: Id<id::Integration>,
    /// open or resolved.
    state: String,
    /// critical, high, warning, info or unknown, as its sender says.
    severity: String,
    /// What it says; `[erased]` where the words were erased.
    title: String,
    /// The service it names.
    service: Option<String>,
    /// When it was first received.
    opened_at: Timestamp,
    /// When its end was received.
    resolved_at: Option<Timestamp>,
    /// How often it was repeated.
    repeats: i64,
    /// When it was last seen.
    last_seen: Timestamp,
    /// The incident it belongs to.
    incident: Option<Id<id::Incident>>,
}

/// Which alerts are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertsWanted {
    /// `open` or `resolved`; both where absent.
    state: Option<AlertState>,
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// Whether an alert goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum AlertState {
    /// It goes on.
    Open,
    /// Its end was received.
    Resolved,
}

/// Lists alerts, newest first.
pub(crate) async fn alerts(
    State(web): State<Web>,
    Query(wanted): Query<AlertsWanted>,
) -> Result<Json<List<AlertRow>>, Trouble> {
    let at = before(wanted.cursor.as_deref())?;
    let state = wanted.state.map(|state| match state {
        AlertState::Open => "open",
        AlertState::Resolved => "resolved",
    });
    let list = web.app().look(move |conn| {
        let found = alert::before(conn, at)?;
        let last = found.last().map(|row| row.opened_at);
        let next = last.filter(|_| found.len() == PAGE).map(cursor);
        let mut items = Vec::with_capacity(found.len());
        for row in found {
            if state.is_none_or(|state| row.state == state) {
                let words = app::intake::words_of(conn, row.word, &row.field)?;
                items.push(listed(row, words));
            }
        }
        Ok(List { items, next })
    });
    Ok(Json(list.await?))
}

fn listed(row: alert::Alert, words: app::intake::Words) -> AlertRow {
    AlertRow {
        id: row.id,
        group: row.group,
        integration: row.integration,
        state: row.state,
        severity: row.severity,
        title: words.title,
        service: words.service,
        opened_at: row.opened_at,
        resolved_at: row.resolved_at,
        repeats: row.repeats,
        last_seen: row.last_seen,
        incident: row.incident,
    }
}
