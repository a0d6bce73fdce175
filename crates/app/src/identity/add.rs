//! Adding people: by an administrator, or by the one-time link of the first start.

use base::{Code, Duration, Id, id};
use domain::{
    access::{Permission, Role, Scope},
    page::Channel,
    person::{
        ContactAdded, Event, PasswordSet, PersonAdded, PersonKind, RoleGranted, email_taken,
        link_spent, name_missing, roles_together,
    },
};
use evidence::Draft;
use store::{credential, person};

use super::{ended, password, secret};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// How long a one-time link works, in hours.
const LINK_HOURS: i64 = 72;

/// A way of reaching somebody.
#[derive(Debug, Clone)]
pub struct NewContact {
    /// The kind of channel.
    pub channel: Channel,
    /// The address.
    pub address: String,
}

/// Somebody to add.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// A human being, or a named service.
    pub kind: PersonKind,
    /// The name.
    pub name: String,
    /// The e-mail address, under which they sign in.
    pub email: String,
    /// The roles, for all legal entities.
    pub roles: Vec<Role>,
    /// How they are reached, in the order of trying.
    pub contacts: Vec<NewContact>,
}

impl App {
    /// A one-time link to make the first account; nothing where somebody is there already.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn first_link(&self) -> Result<Option<String>, Error> {
        let command = move |turn: &mut Turn<'_>| {
            if person::count(turn.conn)? > 0 {
                return Ok(None);
            }
            link(turn, "").map(Some)
        };
        self.commit(db::Lane::Normal, &Caller::host(), command).await
    }

    /// A one-time link with which a person sets a new password and is signed in.
    ///
    /// # Errors
    /// `PER-008` without the permission, `PER-012` for nobody.
    pub async fn person_link(&self, caller: &Caller, id: Id<id::Person>) -> Result<String, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            person::load(turn.conn, id)?.ok_or_else(domain::person::unknown_person)?;
            link(turn, &id.to_string())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Whom a one-time link is for: an account, or the first one.
    ///
    /// # Errors
    /// `PER-003` for a link that is spent or too old.
    pub async fn link_for(&self, token: &str) -> Result<Option<Id<id::Person>>, Error> {
        let (hash, now) = (evidence::sha256(token.as_bytes()), self.now());
        self.read(move |conn| {
            let link = credential::find(conn, hash)?.filter(|c| c.kind == "set_up");
            let link = link.filter(|c| !ended(c.expires_at, now)).ok_or_else(link_spent)?;
            Ok(link.subject.parse().ok())
        })
        .await
    }

    /// Spends a one-time link: makes the first account with all it needs, or sets a password.
    ///
    /// # Errors
    /// `PER-003`, `PER-004`, `PER-007`.
    pub async fn spend_link(
        &self,
        token: &str,
        first: Option<NewPerson>,
        new_password: String,
    ) -> Result<Id<id::Person>, Error> {
        let salt: [u8; 16] = self.seed()[..16].try_into().unwrap_or_default();
        let hashed = tokio::task::spawn_blocking(move || password::hash(&new_password, &salt));
        let hashed = hashed.await.map_err(|e| Error::Fault(e.to_string()))??;
        let hash = evidence::sha256(token.as_bytes());
        let command = move |turn: &mut Turn<'_>| {
            let link = credential::find(turn.conn, hash)?.filter(|c| c.kind == "set_up");
            let link = link.filter(|c| !ended(c.expires_at, turn.now)).ok_or_else(link_spent)?;
            credential::spend(turn.conn, hash)?;
            let id = match (link.subject.parse(), &first) {
                (Ok(id), _) => id,
                (Err(_), Some(first)) => add(turn, first)?,
                (Err(_), None) => return Err(name_missing().into()),
            };
            let event = Event::from(PasswordSet { by_link: true });
            turn.record(vec![event.draft(id, turn.now)])?;
            credential::set_password(turn.conn, &id.to_string(), &hashed, turn.now)?;
            Ok(id)
        };
        self.commit(db::Lane::Normal, &Caller::host(), command).await
    }

    /// Adds somebody.
    ///
    /// # Errors
    /// `PER-001`, `PER-007`, `PER-008`.
    pub async fn add_person(
        &self,
        caller: &Caller,
        new: NewPerson,
    ) -> Result<Id<id::Person>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| add(turn, &new);
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Gives somebody a role for all legal entities.
    ///
    /// # Errors
    /// `PER-008`, `PER-012`.
    pub async fn grant_role(
        &self,
        caller: &Caller,
        (id, role): (Id<id::Person>, Role),
    ) -> Result<(), Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let held = person::load(turn.conn, id)?.ok_or_else(domain::person::unknown_person)?;
            let held = held.grants.iter().map(|grant| grant.role);
            roles_together(&held.chain([role]).collect::<Vec<_>>())?;
            let event = Event::from(RoleGranted { role, entity: None });
            turn.record(vec![event.draft(id, turn.now)])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

pub(super) fn add(turn: &mut Turn<'_>, new: &NewPerson) -> Result<Id<id::Person>, Stop> {
    let (name, email) = (new.name.trim(), new.email.trim().to_lowercase());
    if name.is_empty() || email.is_empty() {
        return Err(name_missing().into());
    }
    if new.contacts.len() > domain::person::MAX_CONTACTS {
        return Err(domain::person::too_many_contacts().into());
    }
    roles_together(&new.roles)?;
    if person::all(turn.conn)?.iter().any(|held| held.email == email) {
        return Err(email_taken().into());
    }
    let id = turn.mint();
    let now = turn.now;
    let added = Event::from(PersonAdded { kind: new.kind }).draft(id, now);
    let mut drafts: Vec<Draft> = vec![added.word("name", name).word("email", email.as_str())];
    for (position, contact) in (0..).zip(&new.contacts) {
        let event = Event::from(ContactAdded { channel: contact.channel, position });
        drafts.push(event.draft(id, now).word("address", contact.address.trim()));
    }
    let grant = |role: &Role| Event::from(RoleGranted { role: *role, entity: None }).draft(id, now);
    drafts.extend(new.roles.iter().map(grant));
    turn.record(drafts)?;
    Ok(id)
}

fn link(turn: &mut Turn<'_>, subject: &str) -> Result<String, Stop> {
    let (text, hash) = secret("", turn.entropy());
    let credential = credential::Credential {
        kind: "set_up".to_owned(),
        subject: subject.to_owned(),
        role: None,
        created_at: turn.now,
        expires_at: Some(turn.now + Duration::hours(LINK_HOURS)),
    };
    credential::add(turn.conn, hash, &credential)?;
    let command = Code::fixed("sign_in_link");
    let event = domain::server::Event::from(domain::server::HostCommand { command });
    turn.record(vec![event.draft(domain::server::STREAM, turn.now)])?;
    let base = &turn.app.options().base_url;
    Ok(format!("{base}/set-up/{text}"))
}
