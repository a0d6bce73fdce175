//! Reading documents of configuration: their versions, their drafts, their bytes.

use base::{Code, Digest, Id, Timestamp, id};
use db::{Conn, Row, Rows, Stmt};
use domain::document::{Document, DocumentKind};
use evidence::entry::Erasable;

use crate::{StoreError, aggregate, word};

stmt!(STREAM, Rows::AtMost(1), "SELECT stream FROM document_name WHERE kind = $1 AND name = $2");
stmt!(
    NAMES,
    Rows::Any,
    "SELECT n.kind, n.name, n.stream FROM document_name n WHERE n.kind = $1
     ORDER BY n.name LIMIT 1000"
);
stmt!(
    VERSIONS,
    Rows::Any,
    "SELECT version, sha256, published_at, seq FROM document WHERE kind = $1 AND name = $2
     ORDER BY version DESC LIMIT 1000"
);
stmt!(
    DRAFTS,
    Rows::Any,
    "SELECT draft, stage, revision, base, sha256, word, checked, refusing, advising, saved_by,
     saved_at, changed_at FROM document_draft WHERE stream = $1 ORDER BY draft DESC LIMIT 200"
);
stmt!(
    DRAFT,
    Rows::AtMost(1),
    "SELECT draft, stage, revision, base, sha256, word, checked, refusing, advising, saved_by,
     saved_at, changed_at FROM document_draft WHERE stream = $1 AND draft = $2"
);

pub(crate) static ALL: &[&Stmt] = &[&STREAM, &NAMES, &VERSIONS, &DRAFTS, &DRAFT];

/// A document, whether or not a version of it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it configures.
    pub kind: DocumentKind,
    /// Its name.
    pub name: Code,
    /// Its stream.
    pub stream: Id<id::Document>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// Its number.
    pub version: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// When it was published.
    pub published_at: Timestamp,
    /// The entry.
    pub seq: i64,
}

/// A draft, open or over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Its number.
    pub draft: u32,
    /// drafted, returned, submitted, reviewed, approved; published or withdrawn once over.
    pub stage: String,
    /// Its newest revision.
    pub revision: u32,
    /// The version it begins from; 0 where there was none.
    pub base: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// The entry with the rationale.
    pub word: i64,
    /// The entry with the findings.
    pub checked: Option<i64>,
    /// How many findings forbid publication.
    pub refusing: i64,
    /// How many advise.
    pub advising: i64,
    /// Who saved the newest revision: a person's id, or the server's for the host operator.
    pub saved_by: Code,
    /// When.
    pub saved_at: Timestamp,
    /// When it last moved on.
    pub changed_at: Timestamp,
}

impl DraftRow {
    /// Whether it still waits for something.
    pub fn is_open(&self) -> bool {
        !matches!(self.stage.as_str(), "published" | "withdrawn")
    }
}

/// The stream of a document.
pub fn stream(
    conn: &mut Conn,
    kind: DocumentKind,
    name: &str,
) -> Result<Option<Id<id::Document>>, StoreError> {
    let rows = conn.query(&STREAM, args![kind.code(), name])?;
    Ok(rows.first().map(|row| row.id(0)).transpose()?)
}

/// The folded state.
pub fn load(conn: &mut Conn, stream: Id<id::Document>) -> Result<Option<Document>, StoreError> {
    aggregate::load(conn, &stream.to_string())
}

/// All documents of a kind by name, at most 1 000.
pub fn named(conn: &mut Conn, kind: DocumentKind) -> Result<Vec<Named>, StoreError> {
    let read = |row: &Row| Ok(Named { kind, name: row.code(1)?, stream: row.id(2)? });
    conn.query(&NAMES, args![kind.code()])?.iter().map(read).collect()
}

/// The published versions of a document, newest first, at most 1 000.
pub fn versions(
    conn: &mut Conn,
    kind: DocumentKind,
    name: &str,
) -> Result<Vec<VersionRow>, StoreError> {
    let read = |row: &Row| {
        Ok(VersionRow {
            version: row.int(0)?,
            sha256: row.digest(1)?,
            published_at: row.instant(2)?,
            seq: row.int(3)?,
        })
    };
    conn.query(&VERSIONS, args![kind.code(), name])?.iter().map(read).collect()
}

/// The drafts of a document, newest first, at most 200.
pub fn drafts(conn: &mut Conn, stream: Id<id::Document>) -> Result<Vec<DraftRow>, StoreError> {
    conn.query(&DRAFTS, args![stream])?.iter().map(draft_row).collect()
}

/// One draft, open or over.
pub fn draft(
    conn: &mut Conn,
    stream: Id<id::Document>,
    number: u32,
) -> Result<Option<DraftRow>, StoreError> {
    let rows = conn.query(&DRAFT, args![stream, i64::from(number)])?;
    rows.first().map(draft_row).transpose()
}

/// What the checks said in entry `seq`, as it was recorded; empty where it was erased.
pub fn findings(conn: &mut Conn, seq: i64) -> Result<Vec<serde_json::Value>, StoreError> {
    Ok(match word::value(conn, seq, "findings")? {
        Some(Erasable::Known(serde_json::Value::Array(findings))) => findings,
        _ => Vec::new(),
    })
}

fn draft_row(row: &Row) -> Result<DraftRow, StoreError> {
    let count = |at| Ok::<_, StoreError>(u32::try_from(row.int(at)?).unwrap_or(u32::MAX));
    Ok(DraftRow {
        draft: count(0)?,
        stage: row.text(1)?.to_owned(),
        revision: count(2)?,
        base: row.int(3)?,
        sha256: row.digest(4)?,
        word: row.int(5)?,
        checked: row.opt_int(6)?,
        refusing: row.int(7)?,
        advising: row.int(8)?,
        saved_by: row.code(9)?,
        saved_at: row.instant(10)?,
        changed_at: row.instant(11)?,
    })
}
