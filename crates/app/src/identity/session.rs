//! Who a cookie or a token belongs to.

use base::{Code, Digest, Id, id};
use domain::{
    access::{Grant, Role},
    person::{self as people, PersonKind, sign_in_first},
};
use evidence::entry::{Actor, ActorKind};
use store::{credential, person, setting};

use super::{choose::Keys, ended};
use crate::{App, Caller, Credentials, Error, turn::Turn};

/// A person's open session.
#[derive(Debug, Clone)]
pub struct Session {
    /// The person.
    pub person: Id<id::Person>,
    /// What they are called.
    pub name: String,
    /// The digest of the cookie.
    pub hash: Digest,
    /// The token that each form repeats.
    pub csrf: String,
    /// The person as a caller.
    pub caller: Caller,
    /// The time zone that was chosen, by its IANA name.
    pub zone: Option<String>,
    /// Whether single letters act as keys.
    pub keys: Keys,
}

impl App {
    /// The session of a cookie; `None` where it is unknown or over.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, Error> {
        let (hash, now) = (evidence::sha256(cookie.as_bytes()), self.now());
        self.look(move |conn| {
            let Some(held) = credential::session(conn, hash)? else { return Ok(None) };
            if ended(Some(held.expires_at), now) {
                return Ok(None);
            }
            let Ok(id) = held.person.parse() else { return Ok(None) };
            let Some(state) = person::load(conn, id)? else { return Ok(None) };
            let credentials = Credentials::Session { confirmed_at: held.confirmed_at };
            let caller = Caller {
                actor: Actor { id: people::code(id), kind: ActorKind::Person },
                person: Some(id),
                grants: state.grants,
                elevated_at: state.elevated_at,
                credentials,
                session: Some(pseudonym(hash)),
                once: None,
            };
            let name = person::name(conn, id)?;
            let zone = setting::get(conn, id, setting::ZONE)?.filter(|zone| !zone.is_empty());
            let keys = setting::get(conn, id, setting::KEYS)?;
            let keys = keys.map_or(Keys::On, |code| Keys::from_code(&code));
            Ok(Some(Session { person: id, name, hash, csrf: held.csrf, caller, zone, keys }))
        })
        .await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn sign_out(&self, session: &Session) -> Result<(), Error> {
        let hash = session.hash;
        let command = move |turn: &mut Turn<'_>| Ok(credential::close_session(turn.conn, hash)?);
        self.commit(db::Lane::Normal, &session.caller, command).await
    }

    /// The caller of a bearer token: the person or service it belongs to, with the token's one role.
    ///
    /// # Errors
    /// `PER-014` for a token that is unknown or over.
    pub async fn bearer(&self, token: &str) -> Result<Caller, Error> {
        let (hash, now) = (evidence::sha256(token.as_bytes()), self.now());
        self.read(move |conn| {
            let held = credential::find(conn, hash)?.filter(|c| c.kind == "token");
            let held = held.filter(|c| !ended(c.expires_at, now)).ok_or_else(sign_in_first)?;
            let id = held.subject.parse().map_err(|_| sign_in_first())?;
            let state = person::load(conn, id)?.ok_or_else(sign_in_first)?;
            let role = held.role.as_deref().and_then(Role::from_code).ok_or_else(sign_in_first)?;
            let kind = match state.kind {
                PersonKind::Human => ActorKind::Person,
                PersonKind::Service => ActorKind::Service,
            };
            Ok(Caller {
                actor: Actor { id: people::code(id), kind },
                person: Some(id),
                grants: vec![Grant { role, entity: None }],
                elevated_at: state.elevated_at,
                credentials: Credentials::Token,
                session: Some(pseudonym(hash)),
                once: None,
            })
        })
        .await
    }
}

/// A session or token as the log names it: the first half of its digest.
fn pseudonym(hash: Digest) -> Code {
    let text = hash.to_string();
    format!("ses_{}", &text[..32]).parse().expect("invariant: hex is a code")
}
