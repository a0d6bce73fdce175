//! Reading the register of exceptions.

use base::{Code, Id, Timestamp, id};
use db::{Conn, Rows, Stmt};

use crate::StoreError;

/// How many exceptions a page of the register shows.
pub const PAGE: usize = 100;

stmt!(
    BEFORE,
    Rows::Any,
    "SELECT x.incident, x.seq, x.element, x.code, x.person, x.authority, x.invoked_at, x.ratify_by,
     x.judgement, x.judged, i.reference, i.severity, i.word, i.mode FROM incident_exception x
     JOIN incident i ON i.id = x.incident WHERE x.seq < $1 ORDER BY x.seq DESC LIMIT 100"
);
stmt!(
    UNJUDGED,
    Rows::Any,
    "SELECT x.incident, x.seq, x.element, x.code, x.person, x.authority, x.invoked_at, x.ratify_by,
     x.judgement, x.judged, i.reference, i.severity, i.word, i.mode FROM incident_exception x
     JOIN incident i ON i.id = x.incident WHERE x.judgement IS NULL AND x.seq < $1
     ORDER BY x.seq DESC LIMIT 100"
);
stmt!(
    COUNTS,
    Rows::Exactly(1),
    "SELECT COUNT(*), COUNT(CASE WHEN judgement IS NULL THEN 1 END),
     COUNT(CASE WHEN judgement IS NULL AND ratify_by < $1 THEN 1 END) FROM incident_exception"
);

pub(crate) static ALL: &[&Stmt] = &[&BEFORE, &UNJUDGED, &COUNTS];

/// A row of the register.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The incident.
    pub incident: Id<id::Incident>,
    /// The entry that invoked it.
    pub seq: i64,
    /// The step that was passed.
    pub element: Code,
    /// The exception code.
    pub code: Code,
    /// Who passed it.
    pub person: Option<String>,
    /// `held` or `missing`; absent for those before ratification was asked for.
    pub authority: Option<String>,
    /// When.
    pub invoked_at: Timestamp,
    /// Until when it is to be ratified.
    pub ratify_by: Option<Timestamp>,
    /// `ratified` or `refused`; absent while it waits.
    pub judgement: Option<String>,
    /// The entry that judged it.
    pub judged: Option<i64>,
    /// The incident's reference.
    pub reference: Code,
    /// Its severity.
    pub severity: Option<String>,
    /// The entry with its title.
    pub word: i64,
    /// live, exercise or retrospective.
    pub mode: String,
}

/// Which exceptions are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Every one.
    All,
    /// Those that nobody has judged.
    Unjudged,
}

/// How many there are, how many wait, and how many of those are overdue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Every one.
    pub all: i64,
    /// Waiting for a second person.
    pub unjudged: i64,
    /// Waiting longer than they should.
    pub overdue: i64,
}

/// Exceptions invoked before this entry, newest first, at most [`PAGE`].
pub fn before(conn: &mut Conn, wanted: Wanted, seq: i64) -> Result<Vec<Listed>, StoreError> {
    let stmt = match wanted {
        Wanted::All => &BEFORE,
        Wanted::Unjudged => &UNJUDGED,
    };
    conn.query(stmt, args![seq])?.iter().map(listed).collect()
}

/// How many exceptions there are as of `now`.
pub fn counts(conn: &mut Conn, now: Timestamp) -> Result<Counts, StoreError> {
    let row = crate::log::one(conn.query(&COUNTS, args![now])?, &COUNTS)?;
    Ok(Counts { all: row.int(0)?, unjudged: row.int(1)?, overdue: row.int(2)? })
}

fn listed(row: &db::Row) -> Result<Listed, StoreError> {
    let text = |at| Ok::<_, StoreError>(row.opt_text(at)?.map(str::to_owned));
    Ok(Listed {
        incident: row.id(0)?,
        seq: row.int(1)?,
        element: row.code(2)?,
        code: row.code(3)?,
        person: text(4)?,
        authority: text(5)?,
        invoked_at: row.instant(6)?,
        ratify_by: row.opt_int(7)?.map(Timestamp::from_micros),
        judgement: text(8)?,
        judged: row.opt_int(9)?,
        reference: row.code(10)?,
        severity: text(11)?,
        word: row.int(12)?,
        mode: row.text(13)?.to_owned(),
    })
}
