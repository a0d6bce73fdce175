//! What a person chose for the pages: operational, and no evidence of anything.

use base::{Id, id};
use db::{Conn, Rows, Stmt};

use crate::StoreError;

stmt!(GET, Rows::AtMost(1), "SELECT value FROM person_setting WHERE person = $1 AND name = $2");
stmt!(
    SET,
    Rows::Exactly(1),
    "INSERT INTO person_setting (person, name, value) VALUES ($1, $2, $3)
     ON CONFLICT (person, name) DO UPDATE SET value = excluded.value"
);

pub(crate) static ALL: &[&Stmt] = &[&GET, &SET];

/// The name of a person's time zone.
pub const ZONE: &str = "zone";
/// Whether single letters act as keys.
pub const KEYS: &str = "keys";

/// What was chosen; nothing where the house's own holds.
pub fn get(
    conn: &mut Conn,
    person: Id<id::Person>,
    name: &str,
) -> Result<Option<String>, StoreError> {
    let rows = conn.query(&GET, args![person, name])?;
    Ok(rows.first().map(|row| row.text(0).map(str::to_owned)).transpose()?)
}

/// Remembers a choice.
pub fn set(
    conn: &mut Conn,
    person: Id<id::Person>,
    (name, value): (&str, &str),
) -> Result<(), StoreError> {
    conn.execute(&SET, args![person, name, value])?;
    Ok(())
}
