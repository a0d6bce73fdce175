//! Which version of which process governs which incident.

use base::{Id, Timestamp, id};
use db::{Conn, Row, Rows, Stmt};

use crate::StoreError;

stmt!(
    RUNNING,
    Rows::Any,
    "SELECT p.process, p.version, COUNT(*) FROM incident_process p
     JOIN incident i ON i.id = p.incident WHERE i.status = 'open'
     GROUP BY p.process, p.version ORDER BY p.process, p.version DESC LIMIT 10000"
);
stmt!(
    CASES,
    Rows::Any,
    "SELECT p.incident, p.version, p.since, i.reference, i.status FROM incident_process p
     JOIN incident i ON i.id = p.incident WHERE p.process = $1
     ORDER BY p.since DESC, p.incident DESC LIMIT $2"
);
stmt!(
    OPEN_ON,
    Rows::Any,
    "SELECT p.incident, p.version, p.since, i.reference, i.status FROM incident_process p
     JOIN incident i ON i.id = p.incident
     WHERE p.process = $1 AND p.version = $2 AND i.status = 'open'
     ORDER BY p.since DESC, p.incident DESC LIMIT $3"
);
pub(crate) static ALL: &[&Stmt] = &[&RUNNING, &CASES, &OPEN_ON];

/// How many open incidents run a version of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The process.
    pub process: String,
    /// The version.
    pub version: i64,
    /// How many.
    pub cases: i64,
}

/// An incident that a process governs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The incident.
    pub incident: Id<id::Incident>,
    /// The version that governs it now.
    pub version: i64,
    /// Since when: the declaration, or the newest migration.
    pub since: Timestamp,
    /// `INC-2026-0042`.
    pub reference: String,
    /// open, closed or merged.
    pub status: String,
}

/// How many open incidents run which version of which process.
pub fn running(conn: &mut Conn) -> Result<Vec<Running>, StoreError> {
    let read = |row: &Row| {
        let process = row.text(0)?.to_owned();
        Ok(Running { process, version: row.int(1)?, cases: row.int(2)? })
    };
    conn.query(&RUNNING, args![])?.iter().map(read).collect()
}

/// The newest incidents of a process, open or not, at most `limit`.
pub fn cases(conn: &mut Conn, process: &str, limit: i64) -> Result<Vec<Case>, StoreError> {
    conn.query(&CASES, args![process, limit])?.iter().map(case).collect()
}

/// The newest open incidents on one version of a process, at most `limit`.
pub fn open_on(
    conn: &mut Conn,
    process: &str,
    version: i64,
    limit: i64,
) -> Result<Vec<Case>, StoreError> {
    conn.query(&OPEN_ON, args![process, version, limit])?.iter().map(case).collect()
}

fn case(row: &Row) -> Result<Case, StoreError> {
    Ok(Case {
        incident: row.id(0)?,
        version: row.int(1)?,
        since: row.instant(2)?,
        reference: row.text(3)?.to_owned(),
        status: row.text(4)?.to_owned(),
    })
}
