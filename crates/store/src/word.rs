//! The one erasable store: what people and senders wrote.

use std::collections::HashMap;

use base::{Code, Digest};
use db::{Conn, ManyStmt, Rows, Stmt};
use evidence::entry::{Erasable, SealedWord};

use crate::{StoreError, label};

/// Many words of one entry in few statements: an alert storm is mostly words.
static INSERT: ManyStmt = ManyStmt {
    name: "store::word::INSERT",
    insert: "INSERT INTO word (seq, field, salt, value, artifact) VALUES",
    columns: 5,
    tail: "",
    rows: Rows::Exactly(1),
};
stmt!(
    OF_ENTRY,
    Rows::Any,
    "SELECT w.field, w.salt, w.value, w.artifact, a.bytes, w.erased_by FROM word w
     LEFT JOIN artifact a ON a.sha256 = w.artifact WHERE w.seq = $1 ORDER BY w.field"
);
stmt!(
    ONE,
    Rows::AtMost(1),
    "SELECT w.value, a.bytes FROM word w LEFT JOIN artifact a ON a.sha256 = w.artifact
     WHERE w.seq = $1 AND w.field = $2"
);
stmt!(
    RANGE,
    Rows::Any,
    "SELECT w.field, w.salt, w.value, w.artifact, a.bytes, w.erased_by, w.seq FROM word w
     LEFT JOIN artifact a ON a.sha256 = w.artifact
     WHERE w.seq >= $1 AND w.seq < $2 ORDER BY w.seq, w.field"
);
stmt!(
    KEEP_ARTIFACT,
    Rows::AtMost(1),
    "INSERT INTO artifact (sha256, media_type, bytes) VALUES ($1, $2, $3)
     ON CONFLICT (sha256) DO NOTHING"
);
stmt!(ARTIFACT, Rows::AtMost(1), "SELECT bytes, media_type FROM artifact WHERE sha256 = $1");
stmt!(
    ERASE,
    Rows::Exactly(1),
    "UPDATE word SET salt = NULL, value = NULL, artifact = NULL, erased_by = $3
     WHERE seq = $1 AND field = $2"
);
stmt!(
    FORGET_ARTIFACT,
    Rows::AtMost(1),
    "DELETE FROM artifact WHERE sha256 = $1
     AND NOT EXISTS (SELECT 1 FROM word w WHERE w.artifact = $1)
     AND NOT EXISTS (SELECT 1 FROM document d WHERE d.sha256 = $1)
     AND NOT EXISTS (SELECT 1 FROM document_draft d WHERE d.sha256 = $1)"
);
stmt!(LARGE, Rows::AtMost(1), "SELECT artifact FROM word WHERE seq = $1 AND field = $2");
stmt!(
    COPY,
    Rows::Exactly(1),
    "INSERT INTO word (seq, field, salt, value, artifact, erased_by) VALUES ($1, $2, $3, $4, $5, $6)"
);

/// Multi-row inserts of this module.
pub(crate) static MANY: &[&ManyStmt] = &[&INSERT];

pub(crate) static ALL: &[&Stmt] =
    &[&OF_ENTRY, &ONE, &RANGE, &KEEP_ARTIFACT, &ARTIFACT, &ERASE, &FORGET_ARTIFACT, &LARGE, &COPY];

/// A word as stored, with what proves it.
#[derive(Debug, Clone)]
pub struct StoredWord {
    /// The entry.
    pub seq: i64,
    /// The field.
    pub field: Code,
    /// The salt; gone when erased.
    pub salt: Option<Vec<u8>>,
    /// The canonical value; gone when erased.
    pub value: Option<Vec<u8>>,
    /// Where the value is an artifact, its digest.
    pub artifact: Option<Digest>,
    /// The entry that erased it.
    pub erased_by: Option<i64>,
}

/// The words of one entry, as the projection reads them.
pub type Words = HashMap<Code, Vec<u8>>;

/// The words of an entry that was just sealed.
pub(crate) fn sealed(words: &[SealedWord]) -> Words {
    words.iter().map(|word| (word.field.clone(), word.value.clone())).collect()
}

/// Stores the words of an entry.
pub(crate) fn insert(conn: &mut Conn, seq: i64, words: &[SealedWord]) -> Result<(), StoreError> {
    for word in words {
        let (value, artifact) = if word.large {
            let digest = evidence::sha256(&word.value);
            keep_artifact(conn, digest, "application/json", &word.value)?;
            (None, Some(digest))
        } else {
            (Some(word.value.clone()), None)
        };
        let salt = word.salt.as_slice();
        conn.put_row(&INSERT, row![seq, word.field.as_str(), salt, value, artifact])?;
    }
    Ok(())
}

/// Keeps an artifact by its digest; keeping it twice is the same as once.
pub fn keep_artifact(
    conn: &mut Conn,
    digest: Digest,
    media_type: &str,
    bytes: &[u8],
) -> Result<(), StoreError> {
    conn.put(&KEEP_ARTIFACT, row![digest, media_type, bytes])?;
    Ok(())
}

/// The bytes of an artifact and their media type.
pub fn artifact(conn: &mut Conn, digest: Digest) -> Result<Option<(Vec<u8>, String)>, StoreError> {
    let rows = conn.query(&ARTIFACT, args![digest])?;
    rows.first().map(|row| Ok((row.blob(0)?.to_vec(), row.text(1)?.to_owned()))).transpose()
}

/// The words of an entry with their salts.
pub fn of_entry(conn: &mut Conn, seq: i64) -> Result<Vec<StoredWord>, StoreError> {
    let rows = conn.query(&OF_ENTRY, args![seq])?;
    rows.iter().map(|row| read(row, seq)).collect()
}

/// The words of entries from `from` up to `to`, exclusive. The caller bounds the range.
pub fn range(conn: &mut Conn, from: i64, to: i64) -> Result<Vec<StoredWord>, StoreError> {
    let rows = conn.query(&RANGE, args![from, to])?;
    rows.iter().map(|row| read(row, row.int(6)?)).collect()
}

/// One word as JSON; `Erased` where it was erased, `None` where there is no such word.
pub fn value(
    conn: &mut Conn,
    seq: i64,
    field: &str,
) -> Result<Option<Erasable<serde_json::Value>>, StoreError> {
    let rows = conn.query(&ONE, args![seq, field])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let bytes = match row.opt_blob(0)? {
        Some(bytes) => Some(bytes),
        None => row.opt_blob(1)?,
    };
    let parsed = bytes.map(|bytes| {
        serde_json::from_slice(bytes)
            .map_err(|e| StoreError::Entry { seq, reason: format!("word {field}: {e}") })
    });
    Ok(Some(match parsed.transpose()? {
        Some(value) => Erasable::Known(value),
        None => Erasable::Erased,
    }))
}

/// One word as text, for people: `[erased]` where it was erased, empty where there is none.
pub fn text(conn: &mut Conn, seq: i64, field: &str) -> Result<String, StoreError> {
    Ok(match value(conn, seq, field)? {
        Some(Erasable::Known(serde_json::Value::String(text))) => text,
        Some(Erasable::Known(other)) => other.to_string(),
        Some(Erasable::Erased) => ERASED.to_owned(),
        None => String::new(),
    })
}

/// What stands in the place of an erased word.
pub const ERASED: &str = "[erased]";

/// Takes a word away for good; the commitment in the leaf stays and every proof stays valid.
pub(crate) fn erase(conn: &mut Conn, seq: i64, field: &Code, by: i64) -> Result<(), StoreError> {
    label::forget(conn, seq, field.as_str())?;
    let large = conn.query_opt(&LARGE, args![seq, field.as_str()])?;
    conn.execute(&ERASE, args![seq, field.as_str(), by])?;
    if let Some(artifact) = large.and_then(|row| row.opt_digest(0).ok().flatten()) {
        conn.execute(&FORGET_ARTIFACT, args![artifact])?;
    }
    Ok(())
}

/// Copies a word as it is now into a log that is folded beside itself.
pub(crate) fn copy(conn: &mut Conn, word: &StoredWord) -> Result<(), StoreError> {
    let (salt, value) = (word.salt.clone(), word.value.clone());
    conn.execute(
        &COPY,
        args![word.seq, word.field.as_str(), salt, value, None::<Digest>, word.erased_by],
    )?;
    Ok(())
}

fn read(row: &db::Row, seq: i64) -> Result<StoredWord, StoreError> {
    let value = match row.opt_blob(2)? {
        Some(value) => Some(value),
        None => row.opt_blob(4)?,
    };
    Ok(StoredWord {
        seq,
        field: row.code(0)?,
        salt: row.opt_blob(1)?.map(<[u8]>::to_vec),
        value: value.map(<[u8]>::to_vec),
        artifact: row.opt_blob(3)?.and_then(Digest::from_slice),
        erased_by: row.opt_int(5)?,
    })
}
