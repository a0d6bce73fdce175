//! People: who they are, which roles they hold, how they are reached.
//!
//! Names and addresses are words (erasable); the leaf knows a person by a stable id only (G18).

use base::{Code, Id, Timestamp, id, leaf};
use serde::{Deserialize, Serialize};

use crate::{
    Meta,
    access::{Grant, Role},
    event::events,
    page::Channel,
    refusal::refusals,
};

/// How long a new or elevated account may not approve, in hours (ground rule G11).
pub const ELEVATION_HOURS: i64 = 24;
/// The most ways of reaching a person.
pub const MAX_CONTACTS: usize = 8;

leaf! {
    /// What acts under this account.
    pub enum PersonKind {
        /// A human being.
        Human,
        /// A named service; it never approves.
        Service,
    }

    /// An account; words `name` and `email`.
    pub struct PersonAdded {
        /// What acts under it.
        pub kind: PersonKind,
    }

    /// A way of reaching the person; word `address`.
    pub struct ContactAdded {
        /// The kind of channel.
        pub channel: Channel,
        /// Its place in the order of trying, from 0.
        pub position: u32,
    }

    /// A role, for one legal entity or all.
    pub struct RoleGranted {
        /// The role.
        pub role: Role,
        /// The legal entity; all where absent.
        pub entity: Option<Id<id::LegalEntity>>,
    }

    /// A role taken away.
    pub struct RoleRevoked {
        /// The role.
        pub role: Role,
        /// The legal entity; all where absent.
        pub entity: Option<Id<id::LegalEntity>>,
    }

    /// The password was set; it is kept elsewhere, hashed.
    pub struct PasswordSet {
        /// Whether a one-time link was used.
        pub by_link: bool,
    }

    /// The person signed in.
    pub struct SignedIn {
        /// Whether it was to confirm an approval.
        pub again: bool,
    }

    /// A token for the API; word `name`.
    pub struct TokenCreated {
        /// The token.
        pub token: Id<id::Token>,
        /// The one role it carries.
        pub role: Role,
    }

    /// Every token of this service opens nothing any more.
    pub struct TokensRevoked {
        /// How many there were.
        pub count: i64,
    }

    /// Failed sign-ins of one window, counted together.
    pub struct SignInsFailed {
        /// How many.
        pub count: i64,
        /// The first of them.
        pub first_at: Timestamp,
    }
}

events! {
    /// What happened to an account.
    pub enum Event {
        /// An account.
        PersonAdded = "person_added",
        /// A way of reaching the person.
        ContactAdded = "contact_added",
        /// A role.
        RoleGranted = "role_granted",
        /// A role taken away.
        RoleRevoked = "role_revoked",
        /// The password was set.
        PasswordSet = "password_set",
        /// The person signed in.
        SignedIn = "signed_in",
        /// A token for the API.
        TokenCreated = "token_created",
        /// Its tokens open nothing any more.
        TokensRevoked = "tokens_revoked",
        /// Failed sign-ins, counted.
        SignInsFailed = "sign_ins_failed",
    }
}

/// A way of reaching a person; the address is the word `address` of entry `word`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The kind of channel.
    pub channel: Channel,
    /// The log position of the entry that holds the address.
    pub word: i64,
}

/// An account, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What acts under it.
    pub kind: PersonKind,
    /// The log position of the entry with its name and e-mail.
    pub word: i64,
    /// The roles it holds.
    pub grants: Vec<Grant>,
    /// How to reach it, in the order of trying.
    pub contacts: Vec<Contact>,
    /// When it was created or last given a role.
    pub elevated_at: Timestamp,
    /// How many entries its stream has.
    pub version: i64,
}

refusals! {
    /// The e-mail is taken.
    email_taken: State = "PER-001", "Somebody has this e-mail address already; use another one.";
    /// A wrong name or password.
    wrong_credentials: Unauthenticated = "PER-002",
        "The e-mail address or the password is wrong.";
    /// A one-time link that is used up or too old.
    link_spent: Unauthenticated = "PER-003",
        "This one-time link was used already or is too old; ask for a new one.";
    /// A password that is too short.
    weak_password: Invalid = "PER-004", "A password has at least 12 characters.";
    /// Too many failed attempts.
    too_many_attempts: Unauthenticated = "PER-005",
        "Too many failed attempts; wait a few minutes and try again.";
    /// Too many contacts.
    too_many_contacts: Invalid = "PER-006", "A person has at most 8 ways of being reached.";
    /// A required field is empty.
    name_missing: Invalid = "PER-007", "Give a name and an e-mail address.";
    /// The role lacks the permission.
    forbidden: Forbidden = "PER-008", "Your roles do not allow this; ask an administrator.";
    /// An approval wants a fresh sign-in.
    sign_in_again: Forbidden = "PER-009",
        "An approval wants your password once more; sign in again and repeat it.";
    /// The account is too new.
    too_new_to_approve: Forbidden = "PER-010",
        "An account created or given a role in the last 24 hours cannot approve.";
    /// Tokens never approve.
    token_cannot_approve: Forbidden = "PER-011",
        "A token never approves or ratifies; a person does, signed in.";
    /// No such person.
    unknown_person: Missing = "PER-012", "There is no such person.";
    /// An unknown role.
    unknown_role: Invalid = "PER-013", "There is no such role.";
    /// An administrator with an approval role.
    roles_apart: Invalid = "PER-015",
        "An administrator holds no role that approves; give the roles to two people.";
    /// Not signed in.
    sign_in_first: Unauthenticated = "PER-014", "Sign in first, or send a valid token.";
}

/// Folds one entry.
pub fn apply(state: Option<Person>, event: &Event, meta: &Meta) -> Option<Person> {
    let mut next = match (state, event) {
        (None, Event::PersonAdded(e)) => Person {
            kind: e.kind,
            word: meta.seq,
            grants: Vec::new(),
            contacts: Vec::new(),
            elevated_at: meta.recorded_at,
            version: 0,
        },
        (state, _) => state?,
    };
    match event {
        Event::ContactAdded(e) => {
            next.contacts.push(Contact { channel: e.channel, word: meta.seq });
        }
        Event::RoleGranted(e) => {
            next.grants.push(Grant { role: e.role, entity: e.entity });
            next.elevated_at = meta.recorded_at;
        }
        Event::RoleRevoked(e) => {
            next.grants.retain(|held| *held != Grant { role: e.role, entity: e.entity });
        }
        Event::PersonAdded(_)
        | Event::PasswordSet(_)
        | Event::SignedIn(_)
        | Event::TokenCreated(_)
        | Event::TokensRevoked(_)
        | Event::SignInsFailed(_) => {}
    }
    next.version += 1;
    Some(next)
}

/// Checks that these roles may be held by one person (ground rule G21).
///
/// # Errors
/// `PER-015` for an administrator with a role that approves or ratifies.
pub fn roles_together(roles: &[Role]) -> Result<(), crate::Refused> {
    use crate::access::Permission::{Approve, Ratify};
    let approves = roles.iter().any(|role| role.may(Approve) || role.may(Ratify));
    if approves && roles.contains(&Role::Administrator) { Err(roles_apart()) } else { Ok(()) }
}

/// The stable code of a person for use as a target or actor.
pub fn code(id: Id<id::Person>) -> Code {
    id.to_string().parse().expect("invariant: an id is a code")
}
