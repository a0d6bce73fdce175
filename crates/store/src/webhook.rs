//! Webhooks: their states, how far each was told, and the newest attempts.

use base::{Code, Id, Timestamp, id};
use db::{Conn, Rows, Stmt};
use domain::webhook::Webhook;

use crate::{StoreError, aggregate, log::one, word};

/// How many attempts are kept of an endpoint.
pub const KEPT: i64 = 500;

stmt!(
    ALL_WEBHOOKS,
    Rows::Any,
    "SELECT w.id, w.word, w.added_at, c.next_seq, c.attempt, c.due_at, c.failing_since, w.standing,
     w.types FROM webhook w LEFT JOIN webhook_cursor c ON c.webhook = w.id
     WHERE w.standing <> 'removed' ORDER BY w.added_at, w.id LIMIT 1000"
);
stmt!(COUNT, Rows::Exactly(1), "SELECT COUNT(*) FROM webhook WHERE standing <> 'removed'");
stmt!(
    BEGIN,
    Rows::AtMost(1),
    "INSERT INTO webhook_cursor (webhook, next_seq, ahead, attempt, due_at, node, until_at)
     VALUES ($1, $2, '', 0, $3, '', 0) ON CONFLICT (webhook) DO NOTHING"
);
stmt!(
    DUE,
    Rows::Any,
    "SELECT c.webhook, c.next_seq, c.ahead, c.attempt, c.failing_since, c.node, c.until_at
     FROM webhook_cursor c JOIN webhook w ON w.id = c.webhook
     WHERE w.standing = 'active' AND c.due_at <= $1 AND (c.until_at <= $1 OR c.node = $2)
     ORDER BY c.due_at, c.webhook LIMIT 64"
);
stmt!(
    CLAIM,
    Rows::AtMost(1),
    "UPDATE webhook_cursor SET node = $2, until_at = $3
     WHERE webhook = $1 AND next_seq = $5 AND (until_at <= $4 OR node = $2)"
);
stmt!(
    ADVANCE,
    Rows::AtMost(1),
    "UPDATE webhook_cursor SET next_seq = $3, ahead = $4, attempt = $5, due_at = $6,
     failing_since = $7, until_at = $8 WHERE webhook = $1 AND node = $2"
);
stmt!(
    HASTEN,
    Rows::AtMost(1),
    "UPDATE webhook_cursor SET attempt = 0, due_at = $2, failing_since = NULL WHERE webhook = $1"
);
stmt!(
    LAST_NUMBER,
    Rows::Exactly(1),
    "SELECT COALESCE(MAX(number), 0) FROM webhook_delivery WHERE webhook = $1"
);
stmt!(
    ATTEMPT,
    Rows::Exactly(1),
    "INSERT INTO webhook_delivery (webhook, number, seq, kind, attempt, sent_at, outcome, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
);
stmt!(TRIM, Rows::Any, "DELETE FROM webhook_delivery WHERE webhook = $1 AND number <= $2");
stmt!(
    ATTEMPTS,
    Rows::Any,
    "SELECT number, seq, kind, attempt, sent_at, outcome, reason FROM webhook_delivery
     WHERE webhook = $1 AND number < $2 ORDER BY number DESC LIMIT 100"
);

pub(crate) static ALL: &[&Stmt] = &[
    &ALL_WEBHOOKS,
    &COUNT,
    &BEGIN,
    &DUE,
    &CLAIM,
    &ADVANCE,
    &HASTEN,
    &LAST_NUMBER,
    &ATTEMPT,
    &TRIM,
    &ATTEMPTS,
];

/// A webhook as the list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The webhook.
    pub id: Id<id::Endpoint>,
    /// What people call it.
    pub name: String,
    /// Where it goes.
    pub url: String,
    /// active, paused or disabled.
    pub standing: String,
    /// The types of entry it is told of; all where empty.
    pub types: Vec<Code>,
    /// When it was added.
    pub added_at: Timestamp,
    /// The first entry it was not told of yet.
    pub next_seq: i64,
    /// How often the entry at hand was tried.
    pub attempt: i64,
    /// When it is tried next, where it fails.
    pub due_at: Timestamp,
    /// Since when nothing is taken.
    pub failing_since: Option<Timestamp>,
}

/// How far an endpoint was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The endpoint.
    pub webhook: Id<id::Endpoint>,
    /// The first entry it was not told of yet.
    pub next_seq: i64,
    /// Entries after it that it was told of already.
    pub ahead: Vec<i64>,
    /// How often the first was tried.
    pub attempt: i64,
    /// Since when nothing is taken.
    pub failing_since: Option<Timestamp>,
    /// The node that holds it.
    pub node: String,
    /// Until when.
    pub until: Timestamp,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its number at this endpoint.
    pub number: i64,
    /// The entry.
    pub seq: i64,
    /// The entry's type.
    pub kind: String,
    /// Which attempt of this entry, from 1.
    pub attempt: i64,
    /// When.
    pub sent_at: Timestamp,
    /// taken, deferred or refused.
    pub outcome: String,
    /// What was answered, as a code.
    pub reason: String,
}

/// The folded state.
pub fn load(conn: &mut Conn, id: Id<id::Endpoint>) -> Result<Option<Webhook>, StoreError> {
    aggregate::load(conn, &id.to_string())
}

/// All that were not removed, oldest first.
pub fn all(conn: &mut Conn) -> Result<Vec<Listed>, StoreError> {
    let rows = conn.query(&ALL_WEBHOOKS, args![])?;
    rows.iter().map(|row| listed(conn, row)).collect()
}

fn listed(conn: &mut Conn, row: &db::Row) -> Result<Listed, StoreError> {
    let word = row.int(1)?;
    let types = row.text(8)?.split_whitespace().filter_map(|kind| kind.parse().ok());
    let types = types.collect();
    Ok(Listed {
        id: row.id(0)?,
        name: word::text(conn, word, "name")?,
        url: word::text(conn, word, "url")?,
        standing: row.text(7)?.to_owned(),
        types,
        added_at: row.instant(2)?,
        next_seq: row.opt_int(3)?.unwrap_or(0),
        attempt: row.opt_int(4)?.unwrap_or(0),
        due_at: Timestamp::from_micros(row.opt_int(5)?.unwrap_or(0)),
        failing_since: row.opt_int(6)?.map(Timestamp::from_micros),
    })
}

/// How many were not removed.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&COUNT, args![])?, &COUNT)?.int(0)?)
}

/// An endpoint is told from this position on.
pub fn begin(
    conn: &mut Conn,
    id: Id<id::Endpoint>,
    (next, now): (i64, Timestamp),
) -> Result<(), StoreError> {
    conn.execute(&BEGIN, args![id, next, now])?;
    Ok(())
}

/// Endpoints whose time has come and that no other node holds, at most 64.
pub fn due(conn: &mut Conn, node: &str, now: Timestamp) -> Result<Vec<Cursor>, StoreError> {
    let read = |row: &db::Row| {
        let ahead = row.text(2)?.split(' ').filter_map(|seq| seq.parse().ok());
        Ok(Cursor {
            webhook: row.id(0)?,
            next_seq: row.int(1)?,
            ahead: ahead.collect(),
            attempt: row.int(3)?,
            failing_since: row.opt_int(4)?.map(Timestamp::from_micros),
            node: row.text(5)?.to_owned(),
            until: row.instant(6)?,
        })
    };
    conn.query(&DUE, args![now, node])?.iter().map(read).collect()
}

/// Claims an endpoint until an instant; false where another node holds it or told it meanwhile.
pub fn claim(
    conn: &mut Conn,
    cursor: &Cursor,
    node: &str,
    (until, now): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let args = args![cursor.webhook, node, until, now, cursor.next_seq];
    Ok(conn.execute(&CLAIM, args)? == 1)
}

/// Keeps how far an endpoint was told and when it is tried next; nothing where the claim was lost.
pub fn advance(conn: &mut Conn, cursor: &Cursor, due: Timestamp) -> Result<(), StoreError> {
    let ahead: Vec<String> = cursor.ahead.iter().map(ToString::to_string).collect();
    let args = args![
        cursor.webhook,
        cursor.node.as_str(),
        cursor.next_seq,
        ahead.join(" "),
        cursor.attempt,
        due,
        cursor.failing_since,
        cursor.until,
    ];
    conn.execute(&ADVANCE, args)?;
    Ok(())
}

/// What failed is forgotten: the endpoint is tried now.
pub fn hasten(conn: &mut Conn, id: Id<id::Endpoint>, now: Timestamp) -> Result<(), StoreError> {
    conn.execute(&HASTEN, args![id, now])?;
    Ok(())
}

/// Keeps attempts, numbered on; the oldest beyond [`KEPT`] go.
pub fn attempted(
    conn: &mut Conn,
    id: Id<id::Endpoint>,
    attempts: &[Attempt],
) -> Result<(), StoreError> {
    let mut last = one(conn.query(&LAST_NUMBER, args![id])?, &LAST_NUMBER)?.int(0)?;
    for attempt in attempts {
        last += 1;
        let args = args![
            id,
            last,
            attempt.seq,
            attempt.kind.as_str(),
            attempt.attempt,
            attempt.sent_at,
            attempt.outcome.as_str(),
            attempt.reason.as_str(),
        ];
        conn.execute(&ATTEMPT, args)?;
    }
    conn.execute(&TRIM, args![id, last - KEPT])?;
    Ok(())
}

/// The attempts before a number, newest first, at most 100.
pub fn attempts(
    conn: &mut Conn,
    id: Id<id::Endpoint>,
    before: i64,
) -> Result<Vec<Attempt>, StoreError> {
    let read = |row: &db::Row| {
        Ok(Attempt {
            number: row.int(0)?,
            seq: row.int(1)?,
            kind: row.text(2)?.to_owned(),
            attempt: row.int(3)?,
            sent_at: row.instant(4)?,
            outcome: row.text(5)?.to_owned(),
            reason: row.text(6)?.to_owned(),
        })
    };
    conn.query(&ATTEMPTS, args![id, before])?.iter().map(read).collect()
}
