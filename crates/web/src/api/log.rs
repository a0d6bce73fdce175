//! `GET /api/v1/evidence`: the log's entries by filter, newest first.

use axum::extract::State;
use base::{Code, Timestamp};
use db::Conn;
use schemars::JsonSchema;
use serde::Deserialize;
use store::{StoreError, log};

use super::{
    evidence::{EntryRow, row},
    list::{List, STRETCHES, cursor, position},
    take::{Json, Query},
};
use crate::{state::Web, trouble::Trouble};

/// How many entries stand on one page.
const PAGE: usize = 50;

/// Which entries are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntriesWanted {
    /// Their type: `severity_decided`.
    r#type: Option<Code>,
    /// The stream they belong to: `per_…`, `inc_…`.
    stream: Option<Code>,
    /// The incident whose timeline they stand in, by its reference.
    incident: Option<String>,
    /// Who caused them: the actor's id.
    actor: Option<Code>,
    /// Recorded at this instant or later.
    from: Option<Timestamp>,
    /// Recorded before this instant.
    to: Option<Timestamp>,
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// Lists entries, newest first.
pub(crate) async fn entries(
    State(web): State<Web>,
    Query(wanted): Query<EntriesWanted>,
) -> Result<Json<List<EntryRow>>, Trouble> {
    let before = position(wanted.cursor.as_deref())?;
    let incident = match &wanted.incident {
        Some(reference) => Some(web.app().incident_by_reference(reference).await?.to_string()),
        None => None,
    };
    let list = web.app().look(move |conn| {
        let to = wanted.to.map(|to| log::first_after(conn, to)).transpose()?;
        let before = before.min(to.unwrap_or(i64::MAX));
        rows(conn, &wanted, incident.as_deref(), before)
    });
    Ok(Json(list.await?))
}

fn rows(
    conn: &mut Conn,
    wanted: &EntriesWanted,
    incident: Option<&str>,
    mut before: i64,
) -> Result<List<EntryRow>, StoreError> {
    let mut items = Vec::new();
    for _ in 0..STRETCHES {
        let stretch = match incident {
            Some(id) => log::of_incident(conn, id, before, 50)?,
            None => log::before(conn, before, wanted.r#type.as_ref())?,
        };
        if stretch.is_empty() {
            return Ok(List::whole(items));
        }
        for stored in stretch {
            if wanted.from.is_some_and(|from| stored.recorded_at < from) {
                return Ok(List::whole(items));
            }
            before = stored.seq;
            let entry = stored.entry()?;
            let kind = wanted.r#type.as_ref().is_none_or(|kind| entry.kind == *kind);
            let stream = wanted.stream.as_ref().is_none_or(|stream| entry.stream == *stream);
            let actor = wanted.actor.as_ref().is_none_or(|actor| entry.actor.id == *actor);
            if kind && stream && actor {
                items.push(row(conn, stored)?);
            }
            if items.len() >= PAGE {
                return Ok(List { items, next: next(before) });
            }
        }
    }
    Ok(List { items, next: next(before) })
}

/// The cursor of the entries before a position; nothing at the log's beginning.
pub(super) fn next(before: i64) -> Option<String> {
    (before > 0).then(|| cursor('p', before, ""))
}
