//! Webhooks out: endpoints elsewhere that are told of entries of the log.
//!
//! What an endpoint is told is the leaf of an entry, which holds no word of a person. Deliveries are not
//! entries: each would be told in turn. That an endpoint was added, paused or given up is one.

use base::{Code, Id, Timestamp, id, leaf};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use crate::{Meta, Refused, event::events, refusal::refusals};

/// The most types in a filter.
pub const MAX_TYPES: usize = 64;
/// The most endpoints that are told.
pub const MAX_ENDPOINTS: i64 = 50;

leaf! {
    /// An endpoint; words `name` and `url`.
    pub struct WebhookAdded {
        /// The types of entry it is told of; all where empty.
        pub types: Vec<Code>,
    }

    /// It is told nothing for a while.
    pub struct WebhookPaused {}

    /// It is told again, from where it stopped.
    pub struct WebhookResumed {}

    /// It was given up: nothing was taken for too long.
    pub struct WebhookDisabled {
        /// Since when nothing was taken.
        pub failing_since: Timestamp,
        /// Why the newest attempt failed.
        pub reason: Code,
    }

    /// It has a new secret; the old one signs nothing any more.
    pub struct WebhookSecretRenewed {
        /// Which secret it is, from 1.
        pub generation: i64,
    }

    /// It is told nothing any more.
    pub struct WebhookRemoved {}

    /// Whether an endpoint is told.
    pub enum Standing {
        /// It is told.
        Active,
        /// Somebody paused it.
        Paused,
        /// It was given up.
        Disabled,
        /// It is gone.
        Removed,
    }
}

events! {
    /// What happened to a webhook.
    pub enum Event {
        /// An endpoint.
        WebhookAdded = "webhook_added",
        /// It is told nothing for a while.
        WebhookPaused = "webhook_paused",
        /// It is told again.
        WebhookResumed = "webhook_resumed",
        /// It was given up.
        WebhookDisabled = "webhook_disabled",
        /// It has a new secret.
        WebhookSecretRenewed = "webhook_secret_renewed",
        /// It is gone.
        WebhookRemoved = "webhook_removed",
    }
}

refusals! {
    /// No such webhook.
    unknown_webhook: Missing = "HOK-001", "There is no such webhook.";
    /// The address cannot be told.
    address_refused: Invalid = "HOK-002",
        "A webhook goes to https; inside the house only to a host and port of the allow-list.";
    /// A type that no entry has.
    unknown_type: Invalid = "HOK-003", "No entry has one of these types; see the list of entries.";
    /// It stands otherwise.
    stands_otherwise: State = "HOK-004", "The webhook is not in a state in which this can be done.";
    /// Enough.
    too_many: State = "HOK-005", "There are 50 webhooks already; remove one that nobody needs.";
    /// A name is missing.
    name_missing: Invalid = "HOK-006", "Give the webhook a name.";
}

/// A webhook, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// The types of entry it is told of; all where empty.
    pub types: Vec<Code>,
    /// Whether it is told.
    pub standing: Standing,
    /// Which secret signs.
    pub generation: i64,
    /// The position of its words.
    pub word: i64,
}

impl Webhook {
    /// Whether it is told of entries of this type. Its own life is told to it as well.
    pub fn wants(&self, kind: &Code) -> bool {
        self.types.is_empty() || self.types.contains(kind)
    }
}

/// What is done to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Tell it nothing for a while.
    Pause,
    /// Tell it again.
    Resume,
    /// Give it up.
    Disable {
        /// Since when nothing was taken.
        failing_since: Timestamp,
        /// Why the newest attempt failed.
        reason: Code,
    },
    /// Give it a new secret.
    Renew,
    /// Tell it nothing any more.
    Remove,
}

/// Decides a command.
///
/// | | active | paused | disabled | removed |
/// | --- | --- | --- | --- | --- |
/// | pause | yes | no | no | no |
/// | resume | no | yes | yes | no |
/// | disable | yes | no | no | no |
/// | renew, remove | yes | yes | yes | no |
///
/// # Errors
/// `HOK-004`.
pub fn decide(
    id: Id<id::Endpoint>,
    state: &Webhook,
    command: &Command,
    now: Timestamp,
) -> Result<Draft, Refused> {
    use Standing as S;
    let event = match (command, state.standing) {
        (Command::Pause, S::Active) => Event::from(WebhookPaused {}),
        (Command::Resume, S::Paused | S::Disabled) => Event::from(WebhookResumed {}),
        (Command::Disable { failing_since, reason }, S::Active) => {
            let (failing_since, reason) = (*failing_since, reason.clone());
            Event::from(WebhookDisabled { failing_since, reason })
        }
        (Command::Renew, S::Active | S::Paused | S::Disabled) => {
            Event::from(WebhookSecretRenewed { generation: state.generation + 1 })
        }
        (Command::Remove, S::Active | S::Paused | S::Disabled) => Event::from(WebhookRemoved {}),
        _ => return Err(stands_otherwise()),
    };
    Ok(event.draft(id, now))
}

/// Folds one entry.
pub fn apply(state: Option<Webhook>, event: &Event, meta: &Meta) -> Option<Webhook> {
    if let Event::WebhookAdded(e) = event {
        let (types, standing) = (e.types.clone(), Standing::Active);
        return Some(Webhook { types, standing, generation: 1, word: meta.seq });
    }
    let mut state = state?;
    match event {
        Event::WebhookPaused(_) => state.standing = Standing::Paused,
        Event::WebhookResumed(_) => state.standing = Standing::Active,
        Event::WebhookDisabled(_) => state.standing = Standing::Disabled,
        Event::WebhookRemoved(_) => state.standing = Standing::Removed,
        Event::WebhookSecretRenewed(e) => state.generation = e.generation,
        Event::WebhookAdded(_) => {}
    }
    Some(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_stands_as_the_table_says() {
        let id: Id<id::Endpoint> = Id::from_bytes([1; 16]);
        let now = Timestamp::from_micros(0);
        let disable = Command::Disable { failing_since: now, reason: Code::fixed("x") };
        let commands = [Command::Pause, Command::Resume, disable, Command::Renew, Command::Remove];
        let row = |standing| {
            let state = Webhook { types: Vec::new(), standing, generation: 1, word: 0 };
            let may = |command| if decide(id, &state, command, now).is_ok() { 'y' } else { 'n' };
            commands.iter().map(may).collect::<String>()
        };
        let rows: Vec<String> = Standing::ALL.iter().map(|standing| row(*standing)).collect();
        // Pause, resume, disable, renew, remove; active, paused, disabled, removed.
        assert_eq!(rows, ["ynyyy", "nynyy", "nynyy", "nnnnn"]);
    }
}
