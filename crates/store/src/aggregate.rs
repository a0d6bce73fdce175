//! The folded state of each aggregate, one row a stream.

use base::Digest;
use db::{Conn, Rows, Stmt, Value};
use serde::{Serialize, de::DeserializeOwned};

use crate::StoreError;

/// The shape of the stored states; a row of another shape is folded again from its stream.
pub const STATE_VERSION: i64 = 1;

stmt!(LOAD, Rows::AtMost(1), "SELECT length, head, state FROM aggregate WHERE stream = $1");
stmt!(
    STORE,
    Rows::Exactly(1),
    "INSERT INTO aggregate (stream, length, head, state_version, state) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (stream) DO UPDATE SET length = excluded.length, head = excluded.head,
     state_version = excluded.state_version, state = excluded.state"
);

pub(crate) static ALL: &[&Stmt] = &[&LOAD, &STORE];

/// A stream's row.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) length: i64,
    pub(crate) head: Digest,
    pub(crate) state: Option<String>,
}

pub(crate) fn row(conn: &mut Conn, stream: &str) -> Result<Option<Stored>, StoreError> {
    if let Some(stored) = held(conn, stream) {
        return Ok(Some(stored));
    }
    // A row is found by its key alone: what is held back for other streams may wait.
    let rows = conn.query_beside(&LOAD, args![stream])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let state = row.opt_text(2)?.map(str::to_owned);
    Ok(Some(Stored { length: row.int(0)?, head: row.digest(1)?, state }))
}

/// The row of a stream as this job wrote it, while it is held back.
fn held(conn: &Conn, stream: &str) -> Option<Stored> {
    match conn.held_back(&STORE, &Value::from(stream))? {
        [_, Value::Int(length), Value::Blob(head), _, state] => Some(Stored {
            length: *length,
            head: Digest::from_slice(head)?,
            state: if let Value::Text(state) = state { Some(state.clone()) } else { None },
        }),
        _ => None,
    }
}

pub(crate) fn store(conn: &mut Conn, stream: &str, stored: &Stored) -> Result<(), StoreError> {
    let state = stored.state.clone();
    conn.put_last(&STORE, row![stream, stored.length, stored.head, STATE_VERSION, state])?;
    Ok(())
}

/// The state of a stream, or `None` where it has no entries.
pub fn load<T: DeserializeOwned>(conn: &mut Conn, stream: &str) -> Result<Option<T>, StoreError> {
    match row(conn, stream)?.and_then(|row| row.state) {
        Some(text) => parse(stream, &text).map(Some),
        None => Ok(None),
    }
}

pub(crate) fn parse<T: DeserializeOwned>(stream: &str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text)
        .map_err(|e| StoreError::State { stream: stream.to_owned(), reason: e.to_string() })
}

pub(crate) fn print<T: Serialize>(stream: &str, state: &T) -> Result<String, StoreError> {
    serde_json::to_string(state)
        .map_err(|e| StoreError::State { stream: stream.to_owned(), reason: e.to_string() })
}
