//! Appending to the log: seal, insert, project, all in the caller's turn.

use base::{Code, Digest, Entropy, Timestamp};
use db::{Conn, ManyStmt, Rows, Stmt};
use evidence::entry::{Draft, Entry, Envelope, Sealed, Tail, seal};

use crate::{
    StoreError,
    project::{Placed, Projection},
    word,
};

stmt!(
    ADVANCE,
    Rows::Exactly(1),
    "UPDATE log_head SET size = size + $1,
     recorded_at = CASE WHEN recorded_at < $2 THEN $2 ELSE recorded_at END
     WHERE id = 1 RETURNING size, recorded_at"
);
stmt!(SIZE, Rows::Exactly(1), "SELECT size FROM log_head WHERE id = 1");
/// The entries of one append, in few statements.
static INSERT: ManyStmt = ManyStmt {
    name: "store::log::INSERT",
    insert: "INSERT INTO log_entry (seq, leaf, stream, stream_seq, kind, occurred_at, recorded_at,
     bytes) VALUES",
    columns: 8,
    tail: "",
    rows: Rows::Exactly(1),
};
stmt!(ONE, Rows::AtMost(1), "SELECT seq, leaf, bytes, recorded_at FROM log_entry WHERE seq = $1");
stmt!(
    RANGE,
    Rows::Any,
    "SELECT seq, leaf, bytes, recorded_at FROM log_entry WHERE seq >= $1 AND seq < $2 ORDER BY seq"
);
stmt!(
    STREAM,
    Rows::Any,
    "SELECT seq, leaf, bytes, recorded_at FROM log_entry WHERE stream = $1 ORDER BY stream_seq"
);
stmt!(
    TAIL,
    Rows::AtMost(1),
    "SELECT stream_seq, leaf FROM log_entry WHERE stream = $1 ORDER BY stream_seq DESC LIMIT 1"
);
stmt!(
    NEWEST,
    Rows::Any,
    "SELECT seq, leaf, bytes, recorded_at FROM log_entry WHERE seq < $1 ORDER BY seq DESC LIMIT 50"
);
stmt!(
    NEWEST_OF_KIND,
    Rows::Any,
    "SELECT seq, leaf, bytes, recorded_at FROM log_entry
     WHERE seq < $1 AND kind = $2 ORDER BY seq DESC LIMIT 50"
);
stmt!(
    NEWEST_OF_STREAM,
    Rows::Any,
    "SELECT seq, leaf, bytes, recorded_at FROM log_entry
     WHERE stream = $1 AND kind = $2 AND seq < $3 ORDER BY stream_seq DESC LIMIT 50"
);
stmt!(
    OF_INCIDENT,
    Rows::Any,
    "SELECT e.seq, e.leaf, e.bytes, e.recorded_at FROM incident_entry i
     JOIN log_entry e ON e.seq = i.seq
     WHERE i.incident = $1 AND i.seq < $2 ORDER BY i.seq DESC LIMIT $3"
);
stmt!(
    COUNT_OF_INCIDENT,
    Rows::Exactly(1),
    "SELECT COUNT(*) FROM incident_entry WHERE incident = $1"
);
stmt!(
    FIRST_AFTER,
    Rows::AtMost(1),
    "SELECT seq FROM log_entry WHERE recorded_at >= $1 ORDER BY seq LIMIT 1"
);

/// Multi-row inserts of this module.
pub(crate) static MANY: &[&ManyStmt] = &[&INSERT];

pub(crate) static ALL: &[&Stmt] = &[
    &ADVANCE,
    &SIZE,
    &ONE,
    &RANGE,
    &STREAM,
    &TAIL,
    &NEWEST,
    &NEWEST_OF_KIND,
    &NEWEST_OF_STREAM,
    &OF_INCIDENT,
    &COUNT_OF_INCIDENT,
    &FIRST_AFTER,
];

/// An entry as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its position.
    pub seq: i64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// The exact bytes.
    pub bytes: Vec<u8>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

impl Stored {
    /// The entry behind the bytes.
    ///
    /// # Errors
    /// Bytes that are not an entry: the log is damaged.
    pub fn entry(&self) -> Result<Entry, StoreError> {
        Entry::parse(&self.bytes)
            .map_err(|e| StoreError::Entry { seq: self.seq, reason: e.to_string() })
    }
}

/// Appends drafts to the log with their derived rows, in order, and answers their positions.
///
/// Runs inside a turn, which holds the log's head: positions are without gaps. An entry is never
/// recorded before the one at the position before it, even where this node's clock lags another's.
pub fn append(
    conn: &mut Conn,
    drafts: Vec<Draft>,
    envelope: &Envelope,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Vec<i64>, StoreError> {
    append_to(conn, &mut Projection::default(), drafts, (envelope, now), entropy)
}

/// The same in a turn that appends more than once: what it has folded is kept in `projection`.
pub fn append_to(
    conn: &mut Conn,
    projection: &mut Projection,
    drafts: Vec<Draft>,
    (envelope, now): (&Envelope, Timestamp),
    entropy: &mut dyn Entropy,
) -> Result<Vec<i64>, StoreError> {
    let count = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Ok(Vec::new());
    }
    let head = one(conn.query(&ADVANCE, args![count, now])?, &ADVANCE)?;
    let (first, now) = (head.int(0)? - count, head.instant(1)?);
    let mut positions = Vec::with_capacity(drafts.len());
    for (seq, draft) in (first..).zip(drafts) {
        let stream = draft.stream.clone();
        let tail = projection.tail(conn, &stream)?;
        let sealed = seal(draft, envelope, tail, now, entropy).map_err(|e| {
            StoreError::TooLarge { stream: stream.to_string(), reason: e.to_string() }
        })?;
        insert(conn, seq, &sealed)?;
        let words = word::sealed(&sealed.words);
        let (entry, leaf) = (&sealed.entry, sealed.leaf);
        projection.entry(conn, Placed { seq, entry, leaf, words: &words })?;
        positions.push(seq);
    }
    projection.finish(conn)?;
    Ok(positions)
}

fn insert(conn: &mut Conn, seq: i64, sealed: &Sealed) -> Result<(), StoreError> {
    put(conn, seq, (&sealed.entry, sealed.leaf, &sealed.bytes))?;
    word::insert(conn, seq, &sealed.words)
}

/// Stores an entry that was sealed before: used when a log is folded again beside itself.
pub(crate) fn copy(conn: &mut Conn, stored: &Stored, entry: &Entry) -> Result<(), StoreError> {
    conn.query(&ADVANCE, args![1_i64, entry.recorded_at])?;
    put(conn, stored.seq, (entry, stored.leaf, &stored.bytes))
}

fn put(
    conn: &mut Conn,
    seq: i64,
    (entry, leaf, bytes): (&Entry, Digest, &[u8]),
) -> Result<(), StoreError> {
    let row = row![
        seq,
        leaf,
        entry.stream.as_str(),
        entry.stream_seq,
        entry.kind.as_str(),
        entry.occurred_at,
        entry.recorded_at,
        bytes,
    ];
    Ok(conn.put_row(&INSERT, row)?)
}

/// How many entries the log has.
pub fn size(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&SIZE, args![])?, &SIZE)?.int(0)?)
}

/// The entry at a position.
pub fn entry(conn: &mut Conn, seq: i64) -> Result<Option<Stored>, StoreError> {
    Ok(stored(&conn.query(&ONE, args![seq])?)?.pop())
}

/// Entries from `from` up to `to`, exclusive. The caller bounds the range.
pub fn range(conn: &mut Conn, from: i64, to: i64) -> Result<Vec<Stored>, StoreError> {
    stored(&conn.query(&RANGE, args![from, to])?)
}

/// All entries of a stream, first to last.
pub fn stream(conn: &mut Conn, stream: &str) -> Result<Vec<Stored>, StoreError> {
    stored(&conn.query(&STREAM, args![stream])?)
}

/// Length and head of a stream, or `None` where it has no entries.
pub fn tail(conn: &mut Conn, stream: &str) -> Result<Option<(i64, Digest)>, StoreError> {
    let rows = conn.query(&TAIL, args![stream])?;
    rows.first().map(|row| Ok((row.int(0)? + 1, row.digest(1)?))).transpose()
}

/// Up to 50 entries before a position, newest first; of one type where given.
pub fn before(conn: &mut Conn, seq: i64, kind: Option<&Code>) -> Result<Vec<Stored>, StoreError> {
    match kind {
        Some(kind) => stored(&conn.query(&NEWEST_OF_KIND, args![seq, kind.as_str()])?),
        None => stored(&conn.query(&NEWEST, args![seq])?),
    }
}

/// Up to 50 entries of one type in one stream before a position, newest first: reads that stream only,
/// where [`before`] walks the log.
pub fn of_stream(
    conn: &mut Conn,
    stream: &str,
    kind: &Code,
    before: i64,
) -> Result<Vec<Stored>, StoreError> {
    stored(&conn.query(&NEWEST_OF_STREAM, args![stream, kind.as_str(), before])?)
}

/// Entries that an incident's timeline shows, newest first.
pub fn of_incident(
    conn: &mut Conn,
    incident: &str,
    before: i64,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    stored(&conn.query(&OF_INCIDENT, args![incident, before, limit])?)
}

/// How many entries an incident's timeline has.
pub fn count_of_incident(conn: &mut Conn, incident: &str) -> Result<i64, StoreError> {
    Ok(one(conn.query(&COUNT_OF_INCIDENT, args![incident])?, &COUNT_OF_INCIDENT)?.int(0)?)
}

/// The first position recorded at or after an instant; the log's size where there is none.
pub fn first_after(conn: &mut Conn, at: Timestamp) -> Result<i64, StoreError> {
    match conn.query(&FIRST_AFTER, args![at])?.first() {
        Some(row) => Ok(row.int(0)?),
        None => size(conn),
    }
}

fn stored(rows: &[db::Row]) -> Result<Vec<Stored>, StoreError> {
    let read = |row: &db::Row| {
        Ok(Stored {
            seq: row.int(0)?,
            leaf: row.digest(1)?,
            bytes: row.blob(2)?.to_vec(),
            recorded_at: row.instant(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The only row of an answer that always has one.
pub(crate) fn one(mut rows: Vec<db::Row>, stmt: &'static Stmt) -> Result<db::Row, StoreError> {
    rows.pop().ok_or(StoreError::Conflict { stmt: stmt.name })
}

/// The place of the next entry of a stream that has none yet.
pub(crate) fn fresh() -> Tail {
    Tail { stream_seq: 0, prev: None }
}
