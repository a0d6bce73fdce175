//! The one table of due rows.

use base::{Code, Timestamp};
use db::{Conn, Rows, Stmt};

use crate::StoreError;

/// How many due rows one tick takes at a time.
pub const DUE_LIMIT: i64 = 256;

stmt!(
    UPSERT,
    Rows::Exactly(1),
    "INSERT INTO clock (id, kind, target, generation, started_at, due_at, state, rule)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (id) DO UPDATE SET generation = excluded.generation, due_at = excluded.due_at,
     state = excluded.state, rule = excluded.rule"
);
stmt!(
    DUE,
    Rows::Any,
    "SELECT id, kind, target, generation, started_at, due_at, state, rule FROM clock
     WHERE state = 'running' AND due_at <= $1 ORDER BY due_at, id LIMIT 256"
);
stmt!(
    OF_TARGET,
    Rows::Any,
    "SELECT id, kind, target, generation, started_at, due_at, state, rule FROM clock
     WHERE target = $1 ORDER BY due_at, id LIMIT 200"
);
stmt!(
    SOONEST,
    Rows::Any,
    "SELECT id, kind, target, generation, started_at, due_at, state, rule FROM clock
     WHERE state = 'running' AND kind <> 'escalation_step' ORDER BY due_at, id LIMIT 8"
);
stmt!(OLDEST_DUE, Rows::Exactly(1), "SELECT MIN(due_at) FROM clock WHERE state = 'running'");

pub(crate) static ALL: &[&Stmt] = &[&UPSERT, &DUE, &OF_TARGET, &SOONEST, &OLDEST_DUE];

/// A due row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Its id: the target, what it is, and its number.
    pub id: Code,
    /// `escalation_step`, `process_timer`, `task_due`, `severity_approval`.
    pub kind: String,
    /// The stream it belongs to.
    pub target: String,
    /// Which time it was set.
    pub generation: i64,
    /// When it began to run.
    pub started_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// `running`, `met`, `breached`.
    pub state: String,
    /// Where the due time comes from.
    pub rule: String,
}

pub(crate) fn upsert(conn: &mut Conn, clock: &Clock) -> Result<(), StoreError> {
    conn.put(
        &UPSERT,
        row![
            clock.id.as_str(),
            clock.kind.as_str(),
            clock.target.as_str(),
            clock.generation,
            clock.started_at,
            clock.due_at,
            clock.state.as_str(),
            clock.rule.as_str(),
        ],
    )?;
    Ok(())
}

/// Up to [`DUE_LIMIT`] clocks that are due, the longest due first.
pub fn due(conn: &mut Conn, now: Timestamp) -> Result<Vec<Clock>, StoreError> {
    clocks(&conn.query(&DUE, args![now])?)
}

/// The clocks of a stream, soonest first.
pub fn of_target(conn: &mut Conn, target: &str) -> Result<Vec<Clock>, StoreError> {
    clocks(&conn.query(&OF_TARGET, args![target])?)
}

/// The clocks that are due soonest, without the steps of escalations.
pub fn soonest(conn: &mut Conn) -> Result<Vec<Clock>, StoreError> {
    clocks(&conn.query(&SOONEST, args![])?)
}

/// When the longest-due running clock was or will be due.
pub fn oldest_due(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    let row = crate::log::one(conn.query(&OLDEST_DUE, args![])?, &OLDEST_DUE)?;
    Ok(row.opt_int(0)?.map(Timestamp::from_micros))
}

fn clocks(rows: &[db::Row]) -> Result<Vec<Clock>, StoreError> {
    let read = |row: &db::Row| {
        Ok(Clock {
            id: row.code(0)?,
            kind: row.text(1)?.to_owned(),
            target: row.text(2)?.to_owned(),
            generation: row.int(3)?,
            started_at: row.instant(4)?,
            due_at: row.instant(5)?,
            state: row.text(6)?.to_owned(),
            rule: row.text(7)?.to_owned(),
        })
    };
    rows.iter().map(read).collect()
}
