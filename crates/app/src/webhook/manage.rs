//! Adding webhooks, pausing, resuming, testing and removing them.

use base::{Code, Id, id};
use connect::outbound::{ChannelKind, Delivery, Outgoing, Secret, To};
use domain::{
    access::{Permission, Scope},
    webhook::{
        Command, Event, MAX_ENDPOINTS, MAX_TYPES, WebhookAdded, address_refused, decide,
        name_missing, too_many, unknown_type, unknown_webhook,
    },
};
use store::webhook::{self, Attempt};

use super::deliver::outcome;
use crate::{App, Caller, Error, turn::Turn};

/// An endpoint to tell.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// What people call it.
    pub name: String,
    /// Where it goes.
    pub url: String,
    /// The types of entry it is told of; all where empty.
    pub types: Vec<Code>,
}

/// An endpoint with its secret, which is shown once.
#[derive(Debug, Clone)]
pub struct Made {
    /// The webhook.
    pub id: Id<id::Endpoint>,
    /// What its messages are signed with: `whsec_…`.
    pub secret: String,
}

/// What a test came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// taken, deferred or refused.
    pub outcome: String,
    /// What was answered, as a code.
    pub reason: String,
}

impl App {
    /// Adds a webhook; the first thing it is told is that it was added.
    ///
    /// # Errors
    /// `PER-008`, `HOK-002`, `HOK-003`, `HOK-005`, `HOK-006`.
    pub async fn add_webhook(&self, caller: &Caller, new: NewWebhook) -> Result<Made, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        if new.name.trim().is_empty() {
            return Err(name_missing().into());
        }
        let known = entry_types();
        if new.types.len() > MAX_TYPES || !new.types.iter().all(|t| known.contains(&t.as_str())) {
            return Err(unknown_type().into());
        }
        let (url, secret) = (new.url.trim().to_owned(), Secret::new(""));
        let to = To::Entries { url: url.clone(), secret, body: Vec::new() };
        self.channels().accepts(ChannelKind::Webhook, &to).map_err(|_| address_refused())?;
        let command = move |turn: &mut Turn<'_>| {
            if webhook::count(turn.conn)? >= MAX_ENDPOINTS {
                return Err(too_many().into());
            }
            let id = turn.mint::<id::Endpoint>();
            let event = Event::from(WebhookAdded { types: new.types.clone() });
            let draft = event.draft(id, turn.now).word("name", new.name.trim());
            let positions = turn.record(vec![draft.word("url", url.as_str())])?;
            let first = positions.first().copied().unwrap_or(0);
            webhook::begin(turn.conn, id, (first, turn.now))?;
            Ok(id)
        };
        let id = self.commit(db::Lane::Normal, caller, command).await?;
        Ok(Made { id, secret: self.webhook_secret(id, 1).reveal().to_owned() })
    }

    /// Pauses, resumes, renews or removes a webhook; answers which secret signs from here on.
    ///
    /// # Errors
    /// `PER-008`, `HOK-001`, `HOK-004`.
    pub async fn change_webhook(
        &self,
        caller: &Caller,
        id: Id<id::Endpoint>,
        what: Command,
    ) -> Result<i64, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let state = webhook::load(turn.conn, id)?.ok_or_else(unknown_webhook)?;
            turn.record(vec![decide(id, &state, &what, turn.now)?])?;
            webhook::hasten(turn.conn, id, turn.now)?;
            let renewed = i64::from(what == Command::Renew);
            Ok(state.generation + renewed)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Gives a webhook a new secret and answers it, once.
    ///
    /// # Errors
    /// As [`App::change_webhook`].
    pub async fn renew_webhook(
        &self,
        caller: &Caller,
        id: Id<id::Endpoint>,
    ) -> Result<Made, Error> {
        let generation = self.change_webhook(caller, id, Command::Renew).await?;
        Ok(Made { id, secret: self.webhook_secret(id, generation).reveal().to_owned() })
    }

    /// Sends a signed message of the type `webhook_test`, now and once.
    ///
    /// # Errors
    /// `PER-008`, `HOK-001`.
    pub async fn test_webhook(
        &self,
        caller: &Caller,
        id: Id<id::Endpoint>,
    ) -> Result<Tested, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let found = self.look(move |conn| {
            let state = webhook::load(conn, id)?;
            let url = match &state {
                Some(state) => store::word::text(conn, state.word, "url")?,
                None => String::new(),
            };
            Ok(state.map(|state| (state, url)))
        });
        let (state, url) = found.await?.ok_or_else(unknown_webhook)?;
        let now = self.now();
        let told = serde_json::json!({ "type": "webhook_test", "timestamp": now, "data": {} });
        let secret = self.webhook_secret(id, state.generation);
        let message = Outgoing {
            message_id: format!("test_{}", now.micros()).parse().unwrap_or(Code::fixed("test")),
            topic: Code::fixed("webhook_test"),
            at: now,
            to: To::Entries { url, secret, body: told.to_string().into_bytes() },
            subject: String::new(),
            text: String::new(),
            html: None,
            url: None,
        };
        let delivery: Delivery = self.channels().send(&message).await;
        let (outcome, reason) = outcome(&delivery);
        let tested = Tested { outcome: outcome.to_owned(), reason: reason.to_string() };
        let attempt = Attempt {
            number: 0,
            seq: state.word,
            kind: "webhook_test".to_owned(),
            attempt: 1,
            sent_at: now,
            outcome: tested.outcome.clone(),
            reason: tested.reason.clone(),
        };
        let command = move |turn: &mut Turn<'_>| {
            Ok(webhook::attempted(turn.conn, id, std::slice::from_ref(&attempt))?)
        };
        self.commit(db::Lane::Normal, caller, command).await?;
        Ok(tested)
    }
}

/// Every type that an entry may have.
pub fn entry_types() -> Vec<&'static str> {
    let all = [
        domain::incident::Event::KINDS,
        domain::alert::Event::KINDS,
        domain::escalation::Event::KINDS,
        domain::page::Event::KINDS,
        domain::person::Event::KINDS,
        domain::integration::Event::KINDS,
        domain::entity::Event::KINDS,
        domain::function::Event::KINDS,
        domain::team::Event::KINDS,
        domain::service::Event::KINDS,
        domain::organisation::Event::KINDS,
        domain::change::Event::KINDS,
        domain::document::Event::KINDS,
        domain::moving::Event::KINDS,
        domain::server::Event::KINDS,
        domain::webhook::Event::KINDS,
    ];
    let mut kinds: Vec<&str> = all.concat();
    kinds.sort_unstable();
    kinds
}
