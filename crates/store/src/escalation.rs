//! Reading escalations.

use base::{Id, id};
use db::{Conn, Rows, Stmt};
use domain::escalation::Escalation;

use crate::{StoreError, aggregate};

stmt!(
    OF_TARGET,
    Rows::Any,
    "SELECT id FROM escalation WHERE target_id = $1 ORDER BY started_at, id LIMIT 100"
);

stmt!(
    RUNNING,
    Rows::AtMost(1),
    "SELECT 1 FROM escalation WHERE target_id = $1 AND phase <> 'ended' LIMIT 1"
);

pub(crate) static ALL: &[&Stmt] = &[&OF_TARGET, &RUNNING];

/// The folded state.
pub fn load(conn: &mut Conn, id: Id<id::Escalation>) -> Result<Option<Escalation>, StoreError> {
    aggregate::load(conn, &id.to_string())
}

/// The escalations about a group or an incident, oldest first, with their states.
pub fn of_target(
    conn: &mut Conn,
    target: &str,
) -> Result<Vec<(Id<id::Escalation>, Escalation)>, StoreError> {
    let mut found = Vec::new();
    for row in conn.query(&OF_TARGET, args![target])? {
        let id = row.id(0)?;
        found.extend(load(conn, id)?.map(|state| (id, state)));
    }
    Ok(found)
}

/// Whether a group or an incident has an escalation that is not over.
pub fn running(conn: &mut Conn, target: &str) -> Result<bool, StoreError> {
    Ok(!conn.query(&RUNNING, args![target])?.is_empty())
}
