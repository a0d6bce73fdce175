//! `GET /api/v1/alerts`.

use axum::extract::{RawQuery, State};
use base::Timestamp;
use serde::Serialize;
use store::alert;

use super::body::{List, before, cursor};
use crate::{form::Form, state::Web, trouble::Trouble};

/// How many rows the store answers at once.
const PAGE: usize = 100;

/// An alert in a list.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// `alr_…`.
    id: String,
    /// Its group: `grp_…`.
    group: String,
    /// The integration it came through: `itg_…`.
    integration: String,
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
    /// The incident it belongs to: `inc_…`.
    incident: Option<String>,
}

/// Lists alerts, newest first. Query: `state` (`open`, `resolved`), `cursor`.
pub(crate) async fn alerts(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<List<Row>>, Trouble> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let (state, at) = (query.text("state"), before(query.get("cursor"))?);
    let list = web.app().look(move |conn| {
        let found = alert::before(conn, at)?;
        let last = found.last().map(|row| row.opened_at);
        let next = last.filter(|_| found.len() == PAGE).map(cursor);
        let mut items = Vec::with_capacity(found.len());
        for row in found {
            if state.is_empty() || row.state == state {
                let words = app::intake::words_of(conn, row.word, &row.field)?;
                items.push(listed(row, words));
            }
        }
        Ok(List { items, next })
    });
    Ok(axum::Json(list.await?))
}

fn listed(row: alert::Alert, words: app::intake::Words) -> Row {
    Row {
        id: row.id.to_string(),
        group: row.group.to_string(),
        integration: row.integration.to_string(),
        state: row.state,
        severity: row.severity,
        title: words.title,
        service: words.service,
        opened_at: row.opened_at,
        resolved_at: row.resolved_at,
        repeats: row.repeats,
        last_seen: row.last_seen,
        incident: row.incident.map(|id| id.to_string()),
    }
}
