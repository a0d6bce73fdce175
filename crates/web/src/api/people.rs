//! People: the list, one of them, adding them, and their roles.
//!
//! One-time links are not made here: whoever holds one becomes that person and may approve, and a token
//! never approves (ground rule G21).

use app::identity::{NewContact, NewPerson};
use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use db::Conn;
use domain::{
    access::{Grant, Role},
    page::Channel,
    person::{Person, PersonKind, unknown_person, unknown_role},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{StoreError, person};

use super::{
    list::List,
    spec::{Created, Done},
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// An account.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PersonRow {
    /// The person.
    id: Id<id::Person>,
    /// Whether it is a named service.
    service: bool,
    /// The name; `[erased]` where the words were erased.
    name: String,
    /// The e-mail address.
    email: String,
    /// The roles held.
    roles: Vec<RoleHeld>,
    /// When this person last answered a page: the only proof of being reachable.
    reached_at: Option<Timestamp>,
}

/// A role that somebody holds.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RoleHeld {
    /// Its code.
    role: &'static str,
    /// For which legal entity; `null` for all.
    entity: Option<Id<id::LegalEntity>>,
}

/// Somebody to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPersonBody {
    /// The name.
    name: String,
    /// The e-mail address, under which they sign in and are paged.
    email: String,
    /// Roles by code, for all legal entities.
    #[serde(default)]
    roles: Vec<Code>,
}

/// Somebody who was added.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PersonAddedBody {
    /// The person.
    id: Id<id::Person>,
}

/// A role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleGranted {
    /// Its code: `commander`.
    role: Code,
}

/// A role to take away.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleTaken {
    /// Its code: `commander`.
    role: Code,
    /// The legal entity it was granted for; `null` for all.
    #[serde(default)]
    entity: Option<Id<id::LegalEntity>>,
}

/// Everybody with an account.
pub(crate) async fn people(State(web): State<Web>) -> Result<Json<List<PersonRow>>, Trouble> {
    let list = web.app().look(|conn| {
        let mut rows = Vec::new();
        for named in person::all(conn)? {
            if let Some(state) = person::load(conn, named.id)? {
                rows.push(row(conn, named, &state)?);
            }
        }
        Ok(rows)
    });
    Ok(Json(List::whole(list.await?)))
}

/// One person.
pub(crate) async fn one(
    State(web): State<Web>,
    Path(id): Path<Id<id::Person>>,
) -> Result<Json<PersonRow>, Trouble> {
    let found = web.app().look(move |conn| {
        let Some(state) = person::load(conn, id)? else { return Ok(None) };
        let named = person::all(conn)?.into_iter().find(|person| person.id == id);
        named.map(|named| row(conn, named, &state)).transpose()
    });
    found.await?.map(Json).ok_or_else(|| unknown_person().into())
}

/// Adds a person.
pub(crate) async fn add(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(new): Json<NewPersonBody>,
) -> Result<Created<PersonAddedBody>, Trouble> {
    let roles: Option<Vec<Role>> =
        new.roles.iter().map(|code| Role::from_code(code.as_str())).collect();
    let contact = NewContact { channel: Channel::Mail, address: new.email.clone() };
    let person = NewPerson {
        kind: PersonKind::Human,
        name: new.name,
        email: new.email,
        roles: roles.ok_or_else(unknown_role)?,
        contacts: vec![contact],
    };
    let id = web.app().add_person(&caller, person).await?;
    Ok(Created { at: format!("/api/v1/people/{id}"), body: PersonAddedBody { id } })
}

/// Grants a role for all legal entities.
pub(crate) async fn grant(
    State(web): State<Web>,
    Path(id): Path<Id<id::Person>>,
    Asker(caller): Asker,
    Json(granted): Json<RoleGranted>,
) -> Result<Done, Trouble> {
    let role = Role::from_code(granted.role.as_str()).ok_or_else(unknown_role)?;
    web.app().grant_role(&caller, (id, role)).await?;
    Ok(Done)
}

/// Takes a role away.
pub(crate) async fn revoke(
    State(web): State<Web>,
    Path(id): Path<Id<id::Person>>,
    Asker(caller): Asker,
    Json(taken): Json<RoleTaken>,
) -> Result<Done, Trouble> {
    let role = Role::from_code(taken.role.as_str()).ok_or_else(unknown_role)?;
    web.app().revoke_role(&caller, (id, Grant { role, entity: taken.entity })).await?;
    Ok(Done)
}

/// What became of tokens.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TokensRevokedBody {
    /// How many there were.
    count: i64,
}

/// Takes every token of a person or service away.
pub(crate) async fn revoke_tokens(
    State(web): State<Web>,
    Path(id): Path<Id<id::Person>>,
    Asker(caller): Asker,
) -> Result<Json<TokensRevokedBody>, Trouble> {
    let count = web.app().revoke_tokens(&caller, id).await?;
    Ok(Json(TokensRevokedBody { count }))
}

fn row(conn: &mut Conn, named: person::Named, state: &Person) -> Result<PersonRow, StoreError> {
    let held = |grant: &Grant| RoleHeld { role: grant.role.code(), entity: grant.entity };
    Ok(PersonRow {
        id: named.id,
        service: state.kind == PersonKind::Service,
        reached_at: person::last_reached(conn, named.id)?,
        name: named.name,
        email: named.email,
        roles: state.grants.iter().map(held).collect(),
    })
}
