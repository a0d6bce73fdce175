//! The entries of an inbound request.

use base::{Code, Digest, Id, id, leaf};

use crate::event::events;

/// The most transitions one entry carries; a longer request is split into parts.
pub const MAX_TRANSITIONS: usize = 120;

leaf! {
    /// How bad the sender says it is. Unknown stays unknown and is never read as harmless.
    pub enum Severity {
        /// A service is lost.
        Critical,
        /// A service is hurt.
        High,
        /// Something is about to hurt.
        Warning,
        /// For information.
        Info,
        /// The sender did not say, or in a word we do not know.
        Unknown,
    }

    /// What a signal did to an alert.
    pub enum AlertAction {
        /// A new alert.
        Opened,
        /// The open alert is over.
        Resolved,
        /// The open alert changed its severity.
        Changed,
    }

    /// One alert's transition; its words stand in field `a.<word>` of the same entry.
    pub struct Transition {
        /// The alert.
        pub alert: Id<id::Alert>,
        /// What happened to it.
        pub action: AlertAction,
        /// The sender's severity.
        pub severity: Severity,
        /// The group it belongs to.
        pub group: Id<id::Group>,
        /// Whether this opened the group.
        pub opens_group: bool,
        /// The number of its word field.
        pub word: u32,
    }

    /// A request that changed alerts.
    pub struct AlertsReceived {
        /// The door it came through.
        pub integration: Id<id::Integration>,
        /// The name of the source.
        pub source: Code,
        /// SHA-256 of the bytes as received.
        pub body: Digest,
        /// This part's number, from 1.
        pub part: u32,
        /// How many parts the request has.
        pub parts: u32,
        /// The sender said that it left alerts out.
        pub incomplete: bool,
        /// What happened.
        pub transitions: Vec<Transition>,
    }

    /// Input that could not be read; the bytes are kept in quarantine.
    pub struct InputQuarantined {
        /// The door it came through.
        pub integration: Id<id::Integration>,
        /// The name of the source.
        pub source: Code,
        /// SHA-256 of the bytes as received.
        pub body: Digest,
        /// The code of the reason, which has a page in docs/codes.
        pub reason: Code,
    }
}

events! {
    /// What an inbound request recorded.
    pub enum Event {
        /// Alerts opened, changed or resolved.
        AlertsReceived = "alerts_received",
        /// Input kept in quarantine.
        InputQuarantined = "input_quarantined",
    }
}
