//! Integrations: the doors in, each with a source and a key of its own.

use base::{Code, Duration, Id, id, leaf};
use serde::{Deserialize, Serialize};

use crate::{Meta, Refused, event::events, refusal::refusals};

/// The shortest interval of a heartbeat.
pub const MIN_HEARTBEAT: Duration = Duration::minutes(1);
/// The longest interval of a heartbeat: a month and a day.
pub const MAX_HEARTBEAT: Duration = Duration::hours(24 * 32);
/// The interval of a heartbeat that nobody set.
pub const USUAL_HEARTBEAT: Duration = Duration::hours(1);

leaf! {
    /// A door in; words `name` and `group_by` (label names).
    pub struct IntegrationAdded {
        /// The source it speaks.
        pub source: Code,
        /// The escalation policy of its groups.
        pub policy: Code,
        /// The legal entity its incidents belong to.
        pub entity: Id<id::LegalEntity>,
        /// Whether a critical alert declares an incident at once.
        pub declares: bool,
    }

    /// How a door reads what comes; word `settings` (mapping and topics).
    pub struct IntegrationConfigured {
        /// Whether an answer at the sender's side stops our ladder.
        pub acknowledges: bool,
        /// How long a heartbeat may stay away, in seconds; 0 where the source is none.
        pub heartbeat_seconds: i64,
        /// Whether a secret for signatures is kept; the secret itself is sealed elsewhere.
        pub signed: bool,
    }

    /// The key was replaced; the old one opens nothing any more.
    pub struct IntegrationKeyRenewed {
        /// How many keys were withdrawn.
        pub withdrawn: u32,
    }
}

events! {
    /// What happened to an integration.
    pub enum Event {
        /// A door in.
        IntegrationAdded = "integration_added",
        /// How it reads what comes.
        IntegrationConfigured = "integration_configured",
        /// Its key was replaced.
        IntegrationKeyRenewed = "integration_key_renewed",
    }
}

refusals! {
    /// The key is wrong.
    wrong_key: Unauthenticated = "ITG-001", "This key opens no integration.";
    /// No such source.
    unknown_source: Missing = "ITG-002", "There is no source of this name; see the list of sources.";
    /// The key belongs to another source.
    other_source: Forbidden = "ITG-003", "This key belongs to an integration of another source.";
    /// A name is missing.
    name_missing: Invalid = "ITG-004", "Give the integration a name.";
    /// No such integration.
    unknown_integration: Missing = "ITG-005", "There is no such integration.";
    /// The source has no act that could count.
    cannot_acknowledge: Invalid = "ITG-007", "This source has no acknowledgement of its own that could be granted.";
    /// An interval out of bounds.
    wrong_interval: Invalid = "ITG-008", "A heartbeat's interval lies between one minute and 32 days.";
}

/// A mapping that is not one; `what` says why.
pub fn wrong_mapping(what: &str) -> Refused {
    Refused {
        code: "ITG-006",
        message: format!("The mapping cannot be used: {what}."),
        kind: crate::refusal::RefusalKind::Invalid,
    }
}

/// An integration, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integration {
    /// The source it speaks.
    pub source: Code,
    /// The escalation policy of its groups.
    pub policy: Code,
    /// The legal entity its incidents belong to.
    pub entity: Id<id::LegalEntity>,
    /// Whether a critical alert declares an incident at once.
    pub declares: bool,
    /// The log position of its words.
    pub word: i64,
    /// Whether an answer at the sender's side stops our ladder.
    #[serde(default)]
    pub acknowledges: bool,
    /// How long a heartbeat may stay away, in seconds; 0 where the source is none.
    #[serde(default)]
    pub heartbeat_seconds: i64,
    /// The log position of its settings' words.
    #[serde(default)]
    pub settings: Option<i64>,
}

/// Folds one entry.
pub fn apply(state: Option<Integration>, event: &Event, meta: &Meta) -> Option<Integration> {
    match (state, event) {
        (None, Event::IntegrationAdded(e)) => Some(Integration {
            source: e.source.clone(),
            policy: e.policy.clone(),
            entity: e.entity,
            declares: e.declares,
            word: meta.seq,
            acknowledges: false,
            heartbeat_seconds: 0,
            settings: None,
        }),
        (Some(held), Event::IntegrationConfigured(e)) => Some(Integration {
            acknowledges: e.acknowledges,
            heartbeat_seconds: e.heartbeat_seconds,
            settings: Some(meta.seq),
            ..held
        }),
        (state, _) => state,
    }
}

/// Checks the interval of a heartbeat.
///
/// # Errors
/// `ITG-008`.
pub fn check_heartbeat(interval: Duration) -> Result<(), Refused> {
    if interval < MIN_HEARTBEAT || interval > MAX_HEARTBEAT {
        return Err(wrong_interval());
    }
    Ok(())
}
