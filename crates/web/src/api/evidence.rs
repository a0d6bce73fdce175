//! `GET /api/v1/incidents/{reference}/evidence`.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery, State};
use base::{Code, Digest};
use serde::Serialize;
use serde_json::value::RawValue;
use store::{StoreError, log, word};

use super::body::List;
use crate::{form::Form, state::Web, trouble::Trouble};

/// How many entries stand on one page.
const PAGE: i64 = 100;

/// One entry.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// Its position in the log.
    seq: i64,
    /// Its leaf hash.
    leaf: Digest,
    /// The entry, byte for byte as recorded.
    entry: Box<RawValue>,
    /// Its words by field; `null` where they were erased.
    words: BTreeMap<Code, Option<Box<RawValue>>>,
}

/// The entries of an incident's timeline, newest first. Query: `cursor`.
pub(crate) async fn evidence(
    State(web): State<Web>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<axum::Json<List<Row>>, Trouble> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let before = match query.get("cursor") {
        "" => i64::MAX,
        text => text.parse().map_err(|_| Trouble::unreadable("This cursor is not one of ours."))?,
    };
    let id = web.app().incident_by_reference(&reference).await?;
    let list = web.app().look(move |conn| {
        let found = log::of_incident(conn, &id.to_string(), before, PAGE)?;
        let full = i64::try_from(found.len()).unwrap_or(i64::MAX) == PAGE;
        let next = found.last().filter(|_| full).map(|last| last.seq.to_string());
        let items = found.into_iter().map(|stored| row(conn, stored));
        Ok(List { items: items.collect::<Result<_, StoreError>>()?, next })
    });
    Ok(axum::Json(list.await?))
}

fn row(conn: &mut db::Conn, stored: log::Stored) -> Result<Row, StoreError> {
    let mut words = BTreeMap::new();
    for held in word::of_entry(conn, stored.seq)? {
        words.insert(held.field, held.value.and_then(|value| raw(value).ok()));
    }
    let seq = stored.seq;
    let entry = raw(stored.bytes).map_err(|reason| StoreError::Entry { seq, reason })?;
    Ok(Row { seq, leaf: stored.leaf, entry, words })
}

fn raw(bytes: Vec<u8>) -> Result<Box<RawValue>, String> {
    let text = String::from_utf8(bytes).map_err(|e| e.to_string())?;
    RawValue::from_string(text).map_err(|e| e.to_string())
}
