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

    /// Quarantined input was read again, and this time understood; what it did follows on the same
    /// stream.
    pub struct InputReplayed {
        /// The entry that put it into quarantine.
        pub quarantined: i64,
    }

    /// Quarantined input was put away unread; word `reason`.
    pub struct InputDismissed {
        /// The entry that put it into quarantine.
        pub quarantined: i64,
    }

    /// Changes at the sender's side, kept as context; words `c.0`, `c.1` and so on, one a change.
    pub struct ChangesReported {
        /// The door they came through.
        pub integration: Id<id::Integration>,
        /// The name of the source.
        pub source: Code,
        /// SHA-256 of the bytes as received.
        pub body: Digest,
        /// How many changes.
        pub count: u32,
    }

    /// A subscription was confirmed at its sender; word `topic`.
    pub struct SubscriptionConfirmed {
        /// The door it asked for.
        pub integration: Id<id::Integration>,
        /// The status that the sender answered with; absent where there was no answer.
        pub status: Option<u16>,
    }
}

events! {
    /// What an inbound request recorded.
    pub enum Event {
        /// Alerts opened, changed or resolved.
        AlertsReceived = "alerts_received",
        /// Input kept in quarantine.
        InputQuarantined = "input_quarantined",
        /// Quarantined input was read again and understood.
        InputReplayed = "input_replayed",
        /// Quarantined input was put away.
        InputDismissed = "input_dismissed",
        /// Changes at the sender's side.
        ChangesReported = "changes_reported",
        /// A subscription was confirmed.
        SubscriptionConfirmed = "subscription_confirmed",
    }
}
