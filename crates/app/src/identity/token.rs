//! Tokens for the API: of a named service, with one role; they never approve.

use base::{Id, id};
use domain::{
    access::{Permission, Role, Scope},
    person::{Event, PersonKind, TokenCreated, TokensRevoked, name_missing, unknown_person},
};
use store::{credential, person};

use super::{add, secret};
use crate::{App, Caller, Error, identity::NewPerson, turn::Turn};

impl App {
    /// Creates a token for a named service and answers it; it is shown once and kept nowhere.
    ///
    /// # Errors
    /// `PER-007`, `PER-008`.
    pub async fn create_token(
        &self,
        caller: &Caller,
        (name, role): (String, Role),
    ) -> Result<String, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        if name.trim().is_empty() {
            return Err(name_missing().into());
        }
        let command = move |turn: &mut Turn<'_>| {
            let (text, hash) = secret("wkt_", turn.entropy());
            let token = turn.mint::<id::Token>();
            let service = NewPerson {
                kind: PersonKind::Service,
                name: name.clone(),
                // A service has no mailbox; its token's id keeps the address unique.
                email: token.to_string(),
                roles: Vec::new(),
                contacts: Vec::new(),
            };
            let owner = add::add(turn, &service)?;
            let event = Event::from(TokenCreated { token, role });
            turn.record(vec![event.draft(owner, turn.now).word("name", name.trim())])?;
            let credential = credential::Credential {
                kind: "token".to_owned(),
                subject: owner.to_string(),
                role: Some(role.code().to_owned()),
                created_at: turn.now,
                expires_at: None,
            };
            credential::add(turn.conn, hash, &credential)?;
            Ok(text)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Takes every token of a person or service away; streams that one opened end within seconds.
    ///
    /// # Errors
    /// `PER-008`, `PER-012`.
    pub async fn revoke_tokens(&self, caller: &Caller, id: Id<id::Person>) -> Result<i64, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            person::load(turn.conn, id)?.ok_or_else(unknown_person)?;
            let spent = credential::spend_tokens(turn.conn, &id.to_string())?;
            let count = i64::try_from(spent).unwrap_or(i64::MAX);
            if count > 0 {
                let event = Event::from(TokensRevoked { count });
                turn.record(vec![event.draft(id, turn.now)])?;
            }
            Ok(count)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
