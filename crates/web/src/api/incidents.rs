//! `GET /api/v1/incidents`.

use axum::extract::{RawQuery, State};
use base::Timestamp;
use serde::Serialize;
use store::{incident, word};

use super::body::{List, before, cursor};
use crate::{form::Form, state::Web, trouble::Trouble};

/// How many rows the store answers at once.
const PAGE: usize = 100;

/// An incident in a list.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// `INC-2026-0042`.
    reference: String,
    /// `inc_…`.
    id: String,
    /// What is broken; `[erased]` where the words were erased.
    title: String,
    /// live, exercise or retrospective.
    mode: String,
    /// open, closed or merged.
    status: String,
    /// detect, triage, contain, recover or learn.
    phase: String,
    /// `S1` to `S4`; `null` until decided.
    severity: Option<String>,
    /// The person in command: `per_…`.
    commander: Option<String>,
    /// When it was declared.
    declared_at: Timestamp,
    /// When its newest entry was recorded.
    updated_at: Timestamp,
}

/// Lists incidents, newest first. Query: `status` (`open`, `closed`, `merged`), `cursor`.
pub(crate) async fn incidents(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<List<Row>>, Trouble> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let (status, at) = (query.text("status"), before(query.get("cursor"))?);
    let list = web.app().look(move |conn| {
        let found = incident::before(conn, at)?;
        let last = found.last().map(|row| row.declared_at);
        let next = last.filter(|_| found.len() == PAGE).map(cursor);
        let mut items = Vec::with_capacity(found.len());
        for row in found {
            if status.is_empty() || row.status == status {
                let title = word::text(conn, row.word, "title")?;
                items.push(listed(row, title));
            }
        }
        Ok(List { items, next })
    });
    Ok(axum::Json(list.await?))
}

fn listed(row: incident::Listed, title: String) -> Row {
    Row {
        reference: row.reference.to_string(),
        id: row.id.to_string(),
        title,
        mode: row.mode,
        status: row.status,
        phase: row.phase,
        severity: row.severity,
        commander: row.commander,
        declared_at: row.declared_at,
        updated_at: row.updated_at,
    }
}
