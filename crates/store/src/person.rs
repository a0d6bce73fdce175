//! Reading people: who holds a role, how they are reached, what they are called.

use base::{Id, Timestamp, id};
use db::{Conn, Rows, Stmt};
use domain::{access::Role, person::Person};

use crate::{StoreError, aggregate, log::one, word};

stmt!(ALL_PEOPLE, Rows::Any, "SELECT id, word, kind FROM person ORDER BY id LIMIT 10000");
stmt!(
    HOLDERS,
    Rows::Any,
    "SELECT DISTINCT person FROM person_role WHERE role = $1 ORDER BY person LIMIT 1000"
);
stmt!(COUNT, Rows::Exactly(1), "SELECT COUNT(*) FROM person");
stmt!(WORD, Rows::AtMost(1), "SELECT word FROM person WHERE id = $1");
stmt!(LAST_REACHED, Rows::Exactly(1), "SELECT MAX(acknowledged_at) FROM page WHERE person = $1");

stmt!(
    REACHED_BY,
    Rows::Any,
    "SELECT position, MAX(acknowledged_at) FROM page
     WHERE person = $1 AND acknowledged_at IS NOT NULL GROUP BY position ORDER BY position"
);

pub(crate) static ALL: &[&Stmt] =
    &[&REACHED_BY, &ALL_PEOPLE, &HOLDERS, &COUNT, &WORD, &LAST_REACHED];

/// A person with the name and address that stand in the store of words.
#[derive(Debug, Clone)]
pub struct Named {
    /// The person.
    pub id: Id<id::Person>,
    /// human or service.
    pub kind: String,
    /// The name, or what stands for an erased one.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// The folded state.
pub fn load(conn: &mut Conn, id: Id<id::Person>) -> Result<Option<Person>, StoreError> {
    aggregate::load(conn, &id.to_string())
}

/// Everybody, in order of creation.
pub fn all(conn: &mut Conn) -> Result<Vec<Named>, StoreError> {
    let rows = conn.query(&ALL_PEOPLE, args![])?;
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let word = row.int(1)?;
        people.push(Named {
            id: row.id(0)?,
            kind: row.text(2)?.to_owned(),
            name: word::text(conn, word, "name")?,
            email: word::text(conn, word, "email")?,
        });
    }
    Ok(people)
}

/// What a person is called; the id's text for an unknown one.
pub fn name(conn: &mut Conn, id: Id<id::Person>) -> Result<String, StoreError> {
    let rows = conn.query(&WORD, args![id])?;
    match rows.first() {
        Some(row) => word::text(conn, row.int(0)?, "name"),
        None => Ok(id.to_string()),
    }
}

/// Who holds a role, for any entity.
pub fn holders(conn: &mut Conn, role: Role) -> Result<Vec<Id<id::Person>>, StoreError> {
    conn.query(&HOLDERS, args![role.code()])?.iter().map(|row| Ok(row.id(0)?)).collect()
}

/// How many accounts there are.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&COUNT, args![])?, &COUNT)?.int(0)?)
}

/// When this person last answered a page, by the place of the way it went.
pub fn reached_by(
    conn: &mut Conn,
    id: Id<id::Person>,
) -> Result<Vec<(i64, Timestamp)>, StoreError> {
    let rows = conn.query(&REACHED_BY, args![id])?;
    rows.iter().map(|row| Ok((row.int(0)?, row.instant(1)?))).collect()
}

/// When this person last answered a page: the only proof of being reachable.
pub fn last_reached(conn: &mut Conn, id: Id<id::Person>) -> Result<Option<Timestamp>, StoreError> {
    let row = one(conn.query(&LAST_REACHED, args![id])?, &LAST_REACHED)?;
    Ok(row.opt_int(0)?.map(Timestamp::from_micros))
}
