//! The canonical signal that every source produces.

use std::collections::BTreeMap;

use base::Timestamp;
use domain::alert::Seen;
pub use domain::alert::Severity as SourceSeverity;

use super::Rejected;

/// What a signal says about its alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// There is a problem.
    Trigger,
    /// The problem is over.
    Resolve,
    /// A change of what was said before, neither problem nor recovery.
    Update,
    /// A note: maintenance began, a silence was set.
    Info,
    /// Somebody answered for it at the sender's side, by the sender's own documented act. It counts only
    /// where the integration was granted that; otherwise it is a note.
    Acknowledge,
}

/// Where a link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// To the rule or graph that raised it.
    Generator,
    /// To what to do about it.
    Runbook,
    /// To a dashboard.
    Dashboard,
}

/// A link that the sender gave: `http` or `https` only, everything else is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub kind: LinkKind,
    /// The address.
    pub url: String,
}

/// One alert as its sender tells it.
///
/// All texts are the sender's words: they belong into the erasable store, never into a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Names this occurrence: for Alertmanager the dedup key and the start, so that a second
    /// outbreak of the same alert has another id and a repeated message the same.
    pub external_id: String,
    /// Names the alert: signals with the same key speak of the same thing.
    pub dedup_key: String,
    /// What it says.
    pub action: Action,
    /// One line for people; never empty.
    pub title: String,
    /// More for people; may be empty.
    pub description: String,
    /// How bad the sender says it is; input to our own decision, not its result.
    pub severity: SourceSeverity,
    /// When it began, as the sender claims; shown beside the instant of arrival.
    pub occurred_at: Option<Timestamp>,
    /// When it ended or will end if not renewed, as the sender claims.
    pub ends_at: Option<Timestamp>,
    /// The machine, instance or pod.
    pub resource: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The environment, such as `prod`.
    pub environment: Option<String>,
    /// Labels: they identify.
    pub labels: BTreeMap<String, String>,
    /// Annotations: they explain.
    pub annotations: BTreeMap<String, String>,
    /// Links, in the order of [`LinkKind`].
    pub links: Vec<Link>,
    /// The sender's own group or thread.
    pub group_key: Option<String>,
}

/// What a whole body says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parsed {
    /// Its alerts in the order of the body, each usable or refused with the reason.
    pub signals: Vec<Result<Signal, Rejected>>,
    /// Changes that the sender made to its systems: context, never alerts.
    pub changes: Vec<Change>,
    /// A subscription that the sender wants confirmed.
    pub subscription: Option<Subscription>,
    /// What the reader of the alerts should know about them.
    pub flags: Flags,
}

/// A deployment or another change at the sender's side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// One line for people; never empty.
    pub summary: String,
    /// What was changed, as the sender names it.
    pub resource: Option<String>,
    /// When, as the sender claims.
    pub occurred_at: Option<Timestamp>,
    /// More of it: names and values.
    pub details: BTreeMap<String, String>,
    /// Where to read about it.
    pub links: Vec<String>,
}

/// What a sender asks before it sends: that its address be confirmed by opening a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The topic.
    pub topic: String,
    /// The link that confirms; its host was checked.
    pub url: String,
}

/// What was noticed while reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// How many alerts the sender says that it left out.
    pub left_out: u64,
    /// Words that were cut, and links left out, because they were longer than their limit.
    pub cut: u32,
    /// Statuses in a word that we do not know; read as a problem.
    pub unknown_status: u32,
    /// Instants that could not be read; treated as not given.
    pub unreadable_instants: u32,
    /// Texts with a template in them that the sender did not fill in.
    pub unfilled: u32,
}

impl Flags {
    /// Whether the sender says that its batch is not whole.
    pub fn incomplete(&self) -> bool {
        self.left_out > 0
    }
}

impl From<Action> for Seen {
    fn from(action: Action) -> Self {
        match action {
            Action::Trigger => Self::Trigger,
            Action::Resolve => Self::Resolve,
            Action::Acknowledge => Self::Acknowledge,
            Action::Update | Action::Info => Self::Note,
        }
    }
}
