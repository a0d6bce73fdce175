//! The entries of an escalation.

use base::{Code, Id, Timestamp, id, leaf};

use crate::{access::Role, event::events};

leaf! {
    /// What an escalation is about.
    pub enum TargetKind {
        /// A group of alerts.
        Group,
        /// An incident.
        Incident,
        /// An exception that nobody has judged in time; its id is that of the clock that ran out.
        Exception,
    }

    /// Why it ended.
    pub enum EndReason {
        /// The alerts are resolved.
        Resolved,
        /// It became, or joined, an incident that pages on its own.
        Superseded,
        /// Somebody took command of the incident.
        Answered,
        /// A person ended it with the incident.
        Closed,
        /// What it asked for was decided.
        Decided,
    }

    /// The ladder begins.
    pub struct EscalationStarted {
        /// What it is about.
        pub target: TargetKind,
        /// The id of the group or incident.
        pub target_id: Code,
        /// The policy's name.
        pub policy: Code,
        /// The policy's version.
        pub policy_version: i64,
        /// When the first step is due.
        pub due_at: Timestamp,
        /// For a call outside any policy: the person who is paged.
        pub person: Option<Id<id::Person>>,
        /// For a call outside any policy: the role that is paged.
        pub role: Option<Role>,
    }

    /// A step's people are paged.
    pub struct StepTaken {
        /// The step, from 0; the number of steps stands for the last resort.
        pub step: u32,
        /// Whether this is the last resort.
        pub last_resort: bool,
        /// The pages sent.
        pub pages: Vec<Id<id::Page>>,
        /// When the next step is due.
        pub due_at: Timestamp,
    }

    /// Somebody answered.
    pub struct EscalationAcknowledged {
        /// The person.
        pub by: Id<id::Person>,
        /// The page that was answered, when it was one.
        pub page: Option<Id<id::Page>>,
        /// When it climbs again unless it has ended.
        pub due_at: Timestamp,
    }

    /// Somebody answered at the sender's side, and its integration was granted that this counts.
    pub struct EscalationAnsweredAtSender {
        /// The integration.
        pub integration: Id<id::Integration>,
        /// When it climbs again unless it has ended.
        pub due_at: Timestamp,
    }

    /// Nothing more is due.
    pub struct EscalationEnded {
        /// Why.
        pub reason: EndReason,
    }
}

events! {
    /// What happened to an escalation.
    pub enum Event {
        /// The ladder begins.
        EscalationStarted = "escalation_started",
        /// A step's people are paged.
        StepTaken = "step_taken",
        /// Somebody answered.
        EscalationAcknowledged = "escalation_acknowledged",
        /// Somebody answered at the sender's side.
        EscalationAnsweredAtSender = "escalation_answered_at_sender",
        /// Nothing more is due.
        EscalationEnded = "escalation_ended",
    }
}
