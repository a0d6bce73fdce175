//! Legal entities and the services they run.

use base::{Id, id, leaf};

use crate::{event::events, refusal::refusals};

leaf! {
    /// A legal entity; words `name` and `lei`.
    pub struct EntityAdded {
        /// Whether this is the entity that runs the installation.
        pub home: bool,
    }

    /// A service; word `name`.
    pub struct ServiceAdded {
        /// The legal entity that answers for it.
        pub entity: Id<id::LegalEntity>,
        /// Whether it supports a critical or important function.
        pub critical: bool,
    }
}

events! {
    /// What happened to entities and services.
    pub enum Event {
        /// A legal entity.
        EntityAdded = "entity_added",
        /// A service.
        ServiceAdded = "service_added",
    }
}

refusals! {
    /// No such entity.
    unknown_entity: Missing = "ENT-001", "There is no such legal entity.";
    /// No such service.
    unknown_service: Missing = "ENT-002", "There is no such service.";
    /// A name is missing.
    name_missing: Invalid = "ENT-003", "Give it a name.";
}
