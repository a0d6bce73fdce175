//! Reading sets of changes.

use base::{Id, id};
use db::{Conn, Rows, Stmt};
use domain::change::ChangeSet;

use crate::{StoreError, aggregate};

stmt!(
    SETS,
    Rows::Any,
    "SELECT stream, state FROM aggregate WHERE stream >= 'chg_' AND stream < 'chg`'
     ORDER BY stream DESC LIMIT 200"
);

pub(crate) static ALL: &[&Stmt] = &[&SETS];

/// The newest 200 sets.
pub fn all(conn: &mut Conn) -> Result<Vec<(Id<id::ChangeSet>, ChangeSet)>, StoreError> {
    let rows = conn.query(&SETS, args![])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        if let Some(text) = row.opt_text(1)? {
            found.push((row.id(0)?, aggregate::parse(row.text(0)?, text)?));
        }
    }
    Ok(found)
}

/// One set.
pub fn load(conn: &mut Conn, id: Id<id::ChangeSet>) -> Result<Option<ChangeSet>, StoreError> {
    aggregate::load(conn, &id.to_string())
}
