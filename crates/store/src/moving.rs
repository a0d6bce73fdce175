//! Reading plans to move cases.

use base::{Code, Id, Timestamp, id};
use db::{Conn, Row, Rows, Stmt};
use domain::moving::Plan;

use crate::{StoreError, aggregate};

/// The most plans that are read at once.
pub const PAGE: usize = 100;
/// The most plans that move cases at the same time; the others wait for them.
const AT_ONCE: i64 = 4;

stmt!(
    NEWEST,
    Rows::Any,
    "SELECT id, process, from_version, to_version, standing, cases, moved, stay, proposed_by,
     proposed_at, word, judged FROM move_plan WHERE ($1 = '' OR process = $1)
     ORDER BY proposed_at DESC, id DESC LIMIT 100"
);
stmt!(
    WAITING,
    Rows::Any,
    "SELECT id, process, from_version, to_version, standing, cases, moved, stay, proposed_by,
     proposed_at, word, judged FROM move_plan WHERE standing = 'proposed'
     ORDER BY proposed_at, id LIMIT 100"
);
stmt!(
    MOVING,
    Rows::Any,
    "SELECT id FROM move_plan WHERE standing = 'moving' ORDER BY proposed_at, id LIMIT $1"
);

pub(crate) static ALL: &[&Stmt] = &[&NEWEST, &WAITING, &MOVING];

/// A plan as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The plan.
    pub id: Id<id::CaseMove>,
    /// The process.
    pub process: Code,
    /// From which version.
    pub from: i64,
    /// To which.
    pub to: i64,
    /// proposed, moving, done, rejected, withdrawn.
    pub standing: String,
    /// How many cases it names.
    pub cases: i64,
    /// How many have moved.
    pub moved: i64,
    /// How many stay: they could not move, or were found not to.
    pub stay: i64,
    /// Who proposed it: a person's id, or the server's for the host operator.
    pub proposed_by: Code,
    /// When.
    pub proposed_at: Timestamp,
    /// The entry with the reason.
    pub word: i64,
    /// The entry that approved it or gave it up.
    pub judged: Option<i64>,
}

/// The folded state.
pub fn load(conn: &mut Conn, id: Id<id::CaseMove>) -> Result<Option<Plan>, StoreError> {
    aggregate::load(conn, &id.to_string())
}

/// The newest plans of a process, or of all where `process` is empty; at most [`PAGE`].
pub fn newest(conn: &mut Conn, process: &str) -> Result<Vec<Listed>, StoreError> {
    conn.query(&NEWEST, args![process])?.iter().map(listed).collect()
}

/// Plans that wait for a second person, the oldest first; at most [`PAGE`].
pub fn waiting(conn: &mut Conn) -> Result<Vec<Listed>, StoreError> {
    conn.query(&WAITING, args![])?.iter().map(listed).collect()
}

/// A case that a plan is to move.
pub type Due = (Id<id::CaseMove>, Id<id::Incident>);

/// The next cases that approved plans are to move, at most `limit`.
pub fn due(conn: &mut Conn, limit: usize) -> Result<Vec<Due>, StoreError> {
    let mut found = Vec::new();
    for row in conn.query(&MOVING, args![AT_ONCE])? {
        let id: Id<id::CaseMove> = row.id(0)?;
        let plan = load(conn, id)?;
        let cases = plan.iter().flat_map(Plan::due).map(|case| (id, case));
        found.extend(cases.take(limit - found.len()));
    }
    Ok(found)
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.id(0)?,
        process: row.code(1)?,
        from: row.int(2)?,
        to: row.int(3)?,
        standing: row.text(4)?.to_owned(),
        cases: row.int(5)?,
        moved: row.int(6)?,
        stay: row.int(7)?,
        proposed_by: row.code(8)?,
        proposed_at: row.instant(9)?,
        word: row.int(10)?,
        judged: row.opt_int(11)?,
    })
}
