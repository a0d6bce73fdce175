//! Who asks: a person in a session, a token, a sender, the clock, the host operator.

use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    Refused,
    access::{Grant, Permission, Scope, allowed},
    person,
};
use evidence::entry::{Actor, ActorKind, Envelope, Mode};

use crate::once::Once;

/// How long a given password confirms approvals, in minutes.
pub const CONFIRMED_MINUTES: i64 = 10;

/// What a request proved of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials {
    /// A person, signed in, who last gave the password at this instant.
    Session {
        /// When.
        confirmed_at: Timestamp,
    },
    /// A token; it never approves.
    Token,
    /// The server itself: a clock that came due.
    Timer,
    /// Whoever runs the command line on the host.
    Host,
    /// A sender with an integration's key.
    Sender,
    /// A link out of a message.
    Link,
}

/// Who asks, and what they may.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The actor as the log names it.
    pub actor: Actor,
    /// The person, where it is one.
    pub person: Option<Id<id::Person>>,
    /// The roles held.
    pub grants: Vec<Grant>,
    /// When the account was created or last given a role.
    pub elevated_at: Timestamp,
    /// What the request proved.
    pub credentials: Credentials,
    /// The session or token, pseudonymous.
    pub session: Option<Code>,
    /// The key under which this request is done once, where it has one.
    pub once: Option<Once>,
}

impl Caller {
    /// The server, because a clock came due.
    pub fn timer() -> Self {
        Self::server(ActorKind::Timer, Credentials::Timer)
    }

    /// The host operator: may do what the command line offers; each act is an entry.
    pub fn host() -> Self {
        Self::server(ActorKind::Host, Credentials::Host)
    }

    /// A sender with the key of an integration.
    pub fn sender(integration: Id<id::Integration>) -> Self {
        let id = integration.to_string().parse().expect("invariant: an id is a code");
        let mut caller = Self::server(ActorKind::Sender, Credentials::Sender);
        caller.actor.id = id;
        caller
    }

    /// A person through the link of a message that was sent to them.
    pub fn link(person: Id<id::Person>) -> Self {
        let mut caller = Self::server(ActorKind::Person, Credentials::Link);
        (caller.actor.id, caller.person) = (person::code(person), Some(person));
        caller
    }

    fn server(kind: ActorKind, credentials: Credentials) -> Self {
        let id = domain::server::STREAM.to_string().parse().expect("invariant: an id is a code");
        Self {
            actor: Actor { id, kind },
            person: None,
            grants: Vec::new(),
            elevated_at: Timestamp::default(),
            credentials,
            session: None,
            once: None,
        }
    }

    /// Checks a permission.
    ///
    /// # Errors
    /// `PER-008` without it.
    pub fn needs(&self, permission: Permission, scope: Scope) -> Result<(), Refused> {
        let host = matches!(self.credentials, Credentials::Host | Credentials::Timer);
        if host || allowed(&self.grants, permission, scope) {
            Ok(())
        } else {
            Err(person::forbidden())
        }
    }

    /// The person who approves: distinct, freshly confirmed, not new (ground rules G11, G21).
    ///
    /// # Errors
    /// `PER-011` for a token, `PER-009` without a fresh password, `PER-010` for a new account.
    pub fn approver(&self, elevation: Duration, now: Timestamp) -> Result<Id<id::Person>, Refused> {
        let Credentials::Session { confirmed_at } = self.credentials else {
            return Err(person::token_cannot_approve());
        };
        if now - confirmed_at > Duration::minutes(CONFIRMED_MINUTES) {
            return Err(person::sign_in_again());
        }
        if now - self.elevated_at < elevation {
            return Err(person::too_new_to_approve());
        }
        self.person.ok_or_else(person::token_cannot_approve)
    }

    /// The person who acts.
    ///
    /// # Errors
    /// `PER-014` where nobody is signed in.
    pub fn someone(&self) -> Result<Id<id::Person>, Refused> {
        self.person.ok_or_else(person::sign_in_first)
    }

    /// The envelope of this caller's entries.
    pub fn envelope(&self, mode: Mode) -> Envelope {
        Envelope {
            actor: self.actor.clone(),
            on_behalf_of: None,
            session: self.session.clone(),
            mode,
            cause: None,
        }
    }
}
