//! `GET /api/v1/incidents`.

use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{incident, word};

use super::{
    list::{List, before, cursor},
    take::{Json, Query},
};
use crate::{state::Web, trouble::Trouble};

/// How many rows the store answers at once.
const PAGE: usize = 100;

/// An incident in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IncidentRow {
    /// `INC-2026-0042`.
    reference: Code,
    /// The incident.
    id: Id<id::Incident>,
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

/// Which incidents are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentsWanted {
    /// `open`, `closed` or `merged`; all where absent.
    status: Option<String>,
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// Lists incidents, newest first.
pub(crate) async fn incidents(
    State(web): State<Web>,
    Query(wanted): Query<IncidentsWanted>,
) -> Result<Json<List<IncidentRow>>, Trouble> {
    let (status, at) = (wanted.status, before(wanted.cursor.as_deref())?);
    let list = web.app().look(move |conn| {
        let found = incident::before(conn, at)?;
        let last = found.last().map(|row| row.declared_at);
        let next = last.filter(|_| found.len() == PAGE).map(cursor);
        let mut items = Vec::with_capacity(found.len());
        for row in found {
            if status.as_ref().is_none_or(|status| row.status == *status) {
                let title = word::text(conn, row.word, "title")?;
                items.push(listed(row, title));
            }
        }
        Ok(List { items, next })
    });
    Ok(Json(list.await?))
}

fn listed(row: incident::Listed, title: String) -> IncidentRow {
    IncidentRow {
        reference: row.reference,
        id: row.id,
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
