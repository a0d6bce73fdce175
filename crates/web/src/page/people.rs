//! People: who holds which role, who can be reached, one-time links.

use app::identity::{NewContact, NewPerson};
use axum::extract::Path;
use base::{Duration, Id, Timestamp, id};
use db::Conn;
use domain::{
    access::{Grant, Permission, Role},
    entity::unknown_entity,
    page::Channel,
    person::{ELEVATION_HOURS, Person, PersonKind, unknown_role},
};
use store::{StoreError, config, log, person, word};

use super::{
    around::shell,
    incident::flash,
    parts::{entities, initials, person_id, roles, roles_of},
    tell::words,
};
use crate::{
    answer::{self, Answer, then},
    csv::Csv,
    flash::Outcome,
    trouble::Trouble,
    view::{
        Input, Place, Reach, Time,
        people::{ContactRow, GrantRow, PeoplePage, PersonPage, PersonRow},
        time::Reader,
    },
    visit::Visit,
};

/// For how many hours a one-time link works.
const LINK_HOURS: i64 = 72;

/// `GET /people`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let page = people_page(&visit).await?;
    answer::page(&visit, &page)
}

/// `POST /people`: somebody new, with a one-time link that is shown once.
pub(crate) async fn add(visit: Visit) -> Answer {
    let form = visit.form.clone();
    match added(&visit).await {
        Ok((id, link)) => {
            let done = Outcome::done("Added. Hand the link over yourself.").with_secret(link);
            then(&visit, &format!("/people/{id}"), &done)
        }
        Err(trouble) if trouble.is_refusal() => {
            let mut page = people_page(&visit).await?;
            let typed = |name: &str| Input::of(form.get(name));
            page.name = typed("name");
            page.email = typed("email");
            page.role = typed("role");
            page.entity = typed("entity");
            match trouble.code.as_str() {
                "PER-001" => page.email = page.email.refused(trouble.detail.clone()),
                "PER-013" => page.role = page.role.refused(trouble.detail.clone()),
                _ => page.name = page.name.refused(trouble.detail.clone()),
            }
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

async fn added(visit: &Visit) -> Result<(Id<id::Person>, String), Trouble> {
    let form = &visit.form;
    let role = match form.get("role") {
        "" => None,
        code => Some(Role::from_code(code).ok_or_else(unknown_role)?),
    };
    let email = form.text("email");
    let contact = NewContact { channel: Channel::Mail, address: email.clone() };
    let new = NewPerson {
        kind: PersonKind::Human,
        name: form.text("name"),
        email,
        roles: role.into_iter().collect(),
        contacts: vec![contact],
    };
    let id = visit.web.app().add_person(visit.caller()?, new).await?;
    let link = visit.web.app().person_link(visit.caller()?, id).await?;
    Ok((id, link))
}

/// `GET /people/{id}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    let page = person_page(&visit, &id).await?;
    answer::page(&visit, &page)
}

/// `POST /people/{id}/roles`.
pub(crate) async fn grant(visit: Visit, Path(id): Path<String>) -> Answer {
    let acted = async {
        let role = Role::from_code(visit.form.get("role")).ok_or_else(unknown_role)?;
        if !visit.form.get("entity").is_empty() {
            let detail = "Roles for one legal entity cannot be granted here yet.";
            return Err(Trouble::unreadable(detail));
        }
        let person = person_id(&id)?;
        Ok(visit.web.app().grant_role(visit.caller()?, (person, role)).await?)
    };
    match acted.await {
        Ok(()) => then(&visit, &format!("/people/{id}"), &Outcome::done("The role is granted.")),
        Err(trouble) if trouble.is_refusal() => {
            let mut page = person_page(&visit, &id).await?;
            page.role = Input::of(visit.form.get("role")).refused(trouble.detail.clone());
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

/// `POST /people/{id}/roles/revoke`.
pub(crate) async fn revoke(visit: Visit, Path(id): Path<String>) -> Answer {
    let role = Role::from_code(visit.form.get("role")).ok_or_else(unknown_role)?;
    let entity = match visit.form.get("entity") {
        "" => None,
        text => Some(text.parse().map_err(|_| unknown_entity())?),
    };
    let taken = (person_id(&id)?, Grant { role, entity });
    visit.web.app().revoke_role(visit.caller()?, taken).await?;
    then(&visit, &format!("/people/{id}"), &Outcome::done("The role is taken away."))
}

/// `POST /people/{id}/link`: a new one-time link.
pub(crate) async fn link(visit: Visit, Path(id): Path<String>) -> Answer {
    let link = visit.web.app().person_link(visit.caller()?, person_id(&id)?).await?;
    let done = Outcome::done("A new link; it works once.").with_secret(link);
    then(&visit, &format!("/people/{id}"), &done)
}

async fn people_page(visit: &Visit) -> Result<PeoplePage, Trouble> {
    let shell = shell(visit, Place::People).await?;
    let reader = visit.reader();
    let found = visit.web.app().look(move |conn| {
        let mut rows = Vec::new();
        for named in person::all(conn)? {
            if let Some(state) = person::load(conn, named.id)? {
                rows.push(row(conn, named, &state, &reader)?);
            }
        }
        rows.sort_by_key(|row| format!("{:?}", row.name).to_lowercase());
        Ok((rows, entities(conn)?))
    });
    let (rows, entities) = found.await?;
    Ok(PeoplePage {
        shell,
        rows,
        may: visit.may(Permission::Administer),
        name: Input::default(),
        email: Input::default(),
        role: Input::default(),
        entity: Input::default(),
        roles: roles(),
        entities,
    })
}

fn row(
    conn: &mut Conn,
    named: person::Named,
    state: &Person,
    reader: &Reader,
) -> Result<PersonRow, StoreError> {
    let proven = person::last_reached(conn, named.id)?;
    let signed_in =
        log::stream(conn, &named.id.to_string())?.into_iter().rev().find_map(|stored| {
            let entry = stored.entry().ok()?;
            (entry.kind.as_str() == "signed_in").then_some(entry.recorded_at)
        });
    Ok(PersonRow {
        ways: ways(conn, named.id, state, reader)?,
        id: named.id.to_string(),
        initials: initials(&named.name),
        name: words(named.name),
        email: words(named.email),
        service: state.kind == PersonKind::Service,
        roles: roles_of(&state.grants).into_iter().map(|role| role.name().to_owned()).collect(),
        reach: if proven.is_some() { Reach::Reached } else { Reach::Unknown },
        proven: proven.map(|at| reader.time(at)),
        signed_in: signed_in.map(|at| reader.time(at)),
    })
}

async fn person_page(visit: &Visit, id: &str) -> Result<PersonPage, Trouble> {
    let id = person_id(id)?;
    let shell = shell(visit, Place::People).await?;
    let (reader, now) = (visit.reader(), visit.now());
    let found = visit.web.app().look(move |conn| {
        let Some(state) = person::load(conn, id)? else { return Ok(None) };
        let named = person::all(conn)?.into_iter().find(|person| person.id == id);
        let Some(named) = named else { return Ok(None) };
        let grants = grants(conn, id, &state, &reader)?;
        let reached = person::reached_by(conn, id)?;
        let mut contacts = Vec::new();
        for (place, contact) in (0..).zip(&state.contacts) {
            let proven = reached.iter().find(|(position, _)| *position == place);
            contacts.push(ContactRow {
                channel: channel(contact.channel),
                address: address(word::text(conn, contact.word, "address")?),
                reach: if proven.is_some() { Reach::Reached } else { Reach::Unknown },
                proven: proven.map(|(_, at)| reader.time(*at)),
            });
        }
        let row = row(conn, named, &state, &reader)?;
        let from = state.elevated_at + Duration::hours(ELEVATION_HOURS);
        let new = (from > now).then(|| reader.time(from));
        Ok(Some((row, grants, contacts, new, entities(conn)?)))
    });
    let found = found.await?.ok_or_else(domain::person::unknown_person)?;
    let (person, grants, contacts, approves_from, entities) = found;
    Ok(PersonPage {
        shell,
        person,
        grants,
        contacts,
        link: visit.outcome.as_ref().and_then(|outcome| outcome.secret.clone()),
        link_hours: LINK_HOURS,
        approves_from,
        may: visit.may(Permission::Administer),
        may_contacts: false,
        role: Input::default(),
        entity: Input::default(),
        channel: Input::of("mail"),
        address: Input::default(),
        roles: roles(),
        entities,
    })
}

fn channel(channel: Channel) -> String {
    match channel {
        Channel::Mail => "mail".to_owned(),
        Channel::Webhook => "webhook".to_owned(),
    }
}

/// The ways of reaching somebody, in order, each with when it was last proven.
fn ways(
    conn: &mut Conn,
    id: Id<id::Person>,
    state: &Person,
    reader: &Reader,
) -> Result<Vec<(String, Option<Time>)>, StoreError> {
    let reached = person::reached_by(conn, id)?;
    let proven = |place: i64| reached.iter().find(|(position, _)| *position == place);
    let ways = (0..).zip(&state.contacts).map(|(place, contact)| {
        (channel(contact.channel), proven(place).map(|(_, at)| reader.time(*at)))
    });
    Ok(ways.collect())
}

/// `GET /people.csv`.
pub(crate) async fn csv(visit: Visit) -> Answer {
    let table = visit.web.app().look(move |conn| {
        let columns = ["person", "name", "kind", "roles", "ways", "last_reached_at"];
        let mut table = Csv::new(&columns);
        for named in person::all(conn)? {
            let Some(state) = person::load(conn, named.id)? else { continue };
            let roles: Vec<&str> = roles_of(&state.grants).iter().map(|role| role.code()).collect();
            let ways = state.contacts.iter().map(|contact| channel(contact.channel));
            let reached = person::last_reached(conn, named.id)?;
            table.row(&[
                named.id.to_string(),
                named.name,
                named.kind,
                roles.join(" "),
                ways.collect::<Vec<_>>().join(" "),
                reached.map(|at| at.to_string()).unwrap_or_default(),
            ]);
        }
        Ok(table)
    });
    table.await?.file("people")
}

/// An endpoint's address is its URL, a blank, and its secret: the secret is not shown.
fn address(text: String) -> crate::view::Words {
    words(text.split_once(' ').map(|(url, _)| url.to_owned()).unwrap_or(text))
}

/// The roles held, each with the entry that granted it.
fn grants(
    conn: &mut Conn,
    id: Id<id::Person>,
    state: &Person,
    reader: &Reader,
) -> Result<Vec<GrantRow>, StoreError> {
    let names = config::entities(conn)?;
    let mut granted: Vec<(String, Option<String>, Timestamp, i64)> = Vec::new();
    for stored in log::stream(conn, &id.to_string())? {
        let entry = stored.entry()?;
        if entry.kind.as_str() == "role_granted" {
            let text = |key: &str| entry.data[key].as_str().map(str::to_owned);
            let role = text("role").unwrap_or_default();
            granted.push((role, text("entity"), entry.recorded_at, stored.seq));
        }
    }
    let rows = state.grants.iter().map(|grant| {
        let entity = grant.entity.map(|entity| entity.to_string());
        let is = |row: &&(String, Option<String>, Timestamp, i64)| {
            row.0 == grant.role.code() && row.1 == entity
        };
        let found = granted.iter().rev().find(is);
        let name = names.iter().find(|part| Some(part.id) == grant.entity);
        GrantRow {
            role: grant.role.code().to_owned(),
            name: grant.role.name().to_owned(),
            entity_name: name.map(|part| part.name.clone()),
            entity: entity.clone().unwrap_or_default(),
            since: reader.time(found.map_or(state.elevated_at, |row| row.2)),
            entry: found.map_or(state.word, |row| row.3),
        }
    });
    Ok(rows.collect())
}
