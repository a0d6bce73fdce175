//! `GET /api/v1/incidents/{reference}/evidence`, and single entries with their proofs.

use std::collections::BTreeMap;

use axum::extract::State;
use base::{Code, Digest};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use store::{StoreError, log, word};

use super::{
    list::{List, Paged, cursor, position},
    spec::{Exact, Media},
    take::{Json, Path, Query},
};
use crate::{log as files, state::Web, trouble::Trouble};

/// How many entries stand on one page.
const PAGE: i64 = 100;

/// One entry.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EntryRow {
    /// Its position in the log.
    seq: i64,
    /// Its leaf hash.
    leaf: Digest,
    /// The entry, byte for byte as recorded.
    entry: Box<RawValue>,
    /// Its words by field; `null` where they were erased.
    words: BTreeMap<Code, Option<Box<RawValue>>>,
}

/// An entry as a file.
pub(crate) struct EntryBytes;

impl Media for EntryBytes {
    const TYPE: &'static str = "application/json";
    const SAYS: &'static str = "The entry, byte for byte as recorded.";
    const HEADERS: &'static [(&'static str, &'static str)] =
        &[("Watchkeeper-Leaf", "The hash of its leaf, in hexadecimal.")];
}

/// A proof as a file.
pub(crate) struct ProofText;

impl Media for ProofText {
    const TYPE: &'static str = "text/plain; charset=utf-8";
    const SAYS: &'static str = "A C2SP tlog-proof.";
}

/// The entries of an incident's timeline, newest first.
pub(crate) async fn evidence(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Query(wanted): Query<Paged>,
) -> Result<Json<List<EntryRow>>, Trouble> {
    let before = position(wanted.cursor.as_deref())?;
    let id = web.app().incident_by_reference(&reference).await?;
    let list = web.app().look(move |conn| {
        let found = log::of_incident(conn, &id.to_string(), before, PAGE)?;
        let full = i64::try_from(found.len()).unwrap_or(i64::MAX) == PAGE;
        let next = found.last().filter(|_| full).map(|last| cursor('p', last.seq, ""));
        let items = found.into_iter().map(|stored| row(conn, stored));
        Ok(List { items: items.collect::<Result<_, StoreError>>()?, next })
    });
    Ok(Json(list.await?))
}

/// The exact bytes of an entry, with its leaf hash.
pub(crate) async fn entry(
    State(web): State<Web>,
    Path(seq): Path<i64>,
) -> Result<Exact<EntryBytes>, Trouble> {
    files::bytes(&web, seq).await.map(Exact::new)
}

/// That an entry is in the log, as a C2SP tlog-proof.
pub(crate) async fn proof(
    State(web): State<Web>,
    Path(seq): Path<i64>,
) -> Result<Exact<ProofText>, Trouble> {
    files::proof(&web, seq).await.map(Exact::new)
}

/// An entry with its words.
pub(super) fn row(conn: &mut db::Conn, stored: log::Stored) -> Result<EntryRow, StoreError> {
    let mut words = BTreeMap::new();
    for held in word::of_entry(conn, stored.seq)? {
        words.insert(held.field, held.value.and_then(|value| raw(value).ok()));
    }
    let seq = stored.seq;
    let entry = raw(stored.bytes).map_err(|reason| StoreError::Entry { seq, reason })?;
    Ok(EntryRow { seq, leaf: stored.leaf, entry, words })
}

fn raw(bytes: Vec<u8>) -> Result<Box<RawValue>, String> {
    let text = String::from_utf8(bytes).map_err(|e| e.to_string())?;
    RawValue::from_string(text).map_err(|e| e.to_string())
}
