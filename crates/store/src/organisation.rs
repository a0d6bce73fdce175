//! Reading the organisation: legal entities, functions, teams, services, the scale of criticality.

use std::collections::BTreeMap;

use base::Kind;
use db::{Conn, Rows, Stmt};
use domain::{
    entity::EntityDescribed,
    function::FunctionDescribed,
    organisation::{Details, Organisation, Parts, STREAM},
    service::ServiceDescribed,
    team::TeamDescribed,
};

use crate::{StoreError, aggregate, word};

stmt!(
    STATES,
    Rows::Any,
    "SELECT stream, state FROM aggregate WHERE stream >= $1 AND stream < $2
     ORDER BY stream LIMIT 20000"
);
stmt!(PEOPLE, Rows::Any, "SELECT id FROM person ORDER BY id LIMIT 100000");

pub(crate) static ALL: &[&Stmt] = &[&STATES, &PEOPLE];

/// The whole organisation, without its words.
pub fn load(conn: &mut Conn) -> Result<Organisation, StoreError> {
    let people = conn.query(&PEOPLE, args![])?;
    Ok(Organisation {
        entities: all(conn)?,
        functions: all(conn)?,
        teams: all(conn)?,
        services: all(conn)?,
        scale: aggregate::load(conn, &STREAM.to_string())?.unwrap_or_default(),
        people: people.iter().map(|row| row.id(0)).collect::<Result<_, _>>()?,
    })
}

/// All parts of a kind, the retired ones too.
pub fn all<D: Details>(conn: &mut Conn) -> Result<Parts<D>, StoreError> {
    let prefix = <D::Kind as Kind>::PREFIX;
    // The character after the underscore of an id's text form ends the range.
    let rows = conn.query(&STATES, args![format!("{prefix}_"), format!("{prefix}`")])?;
    let mut found = BTreeMap::new();
    for row in &rows {
        if let Some(text) = row.opt_text(1)? {
            found.insert(row.id(0)?, aggregate::parse(row.text(0)?, text)?);
        }
    }
    Ok(found)
}

/// The names of the levels of the scale, by code.
pub fn labels(conn: &mut Conn) -> Result<BTreeMap<String, String>, StoreError> {
    let scale: domain::organisation::Scale =
        aggregate::load(conn, &STREAM.to_string())?.unwrap_or_default();
    match word::value(conn, scale.word, "labels")? {
        Some(evidence::entry::Erasable::Known(value)) if !scale.levels.is_empty() => {
            Ok(serde_json::from_value(value).unwrap_or_default())
        }
        _ => Ok(BTreeMap::new()),
    }
}

/// What people call each thing, the retired ones too, by its id: what the past says names them.
pub fn names(conn: &mut Conn) -> Result<BTreeMap<String, String>, StoreError> {
    let mut found = BTreeMap::new();
    names_of::<EntityDescribed>(conn, &mut found)?;
    names_of::<FunctionDescribed>(conn, &mut found)?;
    names_of::<TeamDescribed>(conn, &mut found)?;
    names_of::<ServiceDescribed>(conn, &mut found)?;
    Ok(found)
}

fn names_of<D: Details>(
    conn: &mut Conn,
    found: &mut BTreeMap<String, String>,
) -> Result<(), StoreError> {
    for (id, part) in all::<D>(conn)? {
        found.insert(id.to_string(), word::text(conn, part.word, "name")?);
    }
    Ok(())
}
