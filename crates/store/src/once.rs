//! Operational: what was done under which idempotency key, and what was answered.

use base::{Digest, Timestamp};
use db::{Conn, Rows, Stmt};

use crate::StoreError;

/// How many expired keys are forgotten in one go.
pub const FORGET: i64 = 5000;

stmt!(
    FIND,
    Rows::AtMost(1),
    "SELECT request, done_at, status, location, answer FROM api_once WHERE key = $1"
);
stmt!(
    DO,
    Rows::AtMost(1),
    "INSERT INTO api_once (key, request, done_at) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET request = excluded.request, done_at = excluded.done_at,
     status = NULL, location = NULL, answer = NULL WHERE api_once.done_at < $4"
);
stmt!(
    ANSWER,
    Rows::AtMost(1),
    "UPDATE api_once SET status = $2, location = $3, answer = $4 WHERE key = $1"
);
stmt!(
    EXPIRE,
    Rows::Any,
    "DELETE FROM api_once WHERE key IN
     (SELECT key FROM api_once WHERE done_at < $1 ORDER BY done_at LIMIT 5000)"
);

pub(crate) static ALL: &[&Stmt] = &[&FIND, &DO, &ANSWER, &EXPIRE];

/// What was done under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The digest of the request.
    pub request: Digest,
    /// When it was done.
    pub done_at: Timestamp,
    /// What was answered; nothing while it is not answered, or where a crash came first.
    pub answer: Option<Answered>,
}

/// An answer as it is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: i64,
    /// Where something new is.
    pub location: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What was done under this key.
pub fn find(conn: &mut Conn, key: Digest) -> Result<Option<Done>, StoreError> {
    let rows = conn.query(&FIND, args![key])?;
    let read = |row: &db::Row| {
        let status = row.opt_int(2)?;
        let (location, body) = (row.opt_text(3)?.map(str::to_owned), row.opt_blob(4)?);
        let body = body.map(<[u8]>::to_vec).unwrap_or_default();
        Ok(Done {
            request: row.digest(0)?,
            done_at: row.instant(1)?,
            answer: status.map(|status| Answered { status, location, body }),
        })
    };
    rows.first().map(read).transpose()
}

/// Takes a key for a request; false where it was taken before and has not expired.
pub fn take(
    conn: &mut Conn,
    (key, request): (Digest, Digest),
    (now, expired): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    Ok(conn.execute(&DO, args![key, request, now, expired])? == 1)
}

/// Keeps what was answered.
pub fn answer(conn: &mut Conn, key: Digest, answered: &Answered) -> Result<(), StoreError> {
    let Answered { status, location, body } = answered;
    conn.execute(&ANSWER, args![key, *status, location.clone(), body.as_slice()])?;
    Ok(())
}

/// Forgets what was done before an instant, at most [`FORGET`] at once; answers how many.
pub fn expire(conn: &mut Conn, before: Timestamp) -> Result<u64, StoreError> {
    Ok(conn.execute(&EXPIRE, args![before])?)
}
