//! Integrations: the doors in, each with a source and a key of its own.

use base::{Code, Id, id, leaf};
use serde::{Deserialize, Serialize};

use crate::{Meta, event::events, refusal::refusals};

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
}

events! {
    /// What happened to an integration.
    pub enum Event {
        /// A door in.
        IntegrationAdded = "integration_added",
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
}

/// Folds one entry.
pub fn apply(_: Option<Integration>, event: &Event, meta: &Meta) -> Option<Integration> {
    let Event::IntegrationAdded(e) = event;
    Some(Integration {
        source: e.source.clone(),
        policy: e.policy.clone(),
        entity: e.entity,
        declares: e.declares,
        word: meta.seq,
    })
}
