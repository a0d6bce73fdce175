//! What happens in an instance: one struct per event, leaf-safe at compile time.
//!
//! `kind` is the entry's type, `data` its data; `parse` reads both back exactly. Tokens, scopes, tasks,
//! timers, jobs, faults, subscriptions and kept messages are numbered from 1 within the instance; scope
//! 0 is the instance itself. Fields that came later are absent where they say nothing, so that old
//! entries read and write as they did.

mod tokens;
mod waits;
mod work;

use serde::Deserialize as _;

pub use tokens::*;
pub use waits::*;
pub use work::*;

impl ScopeKind {
    /// Whether it is a sub-process as there always was.
    pub fn is_plain(&self) -> bool {
        *self == Self::SubProcess
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields by reference")]
fn is_false(is: &bool) -> bool {
    !is
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields by reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// An entry that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a process entry of type {kind} cannot be read: {reason}")]
pub struct Unreadable {
    /// The type.
    pub kind: String,
    /// What is wrong.
    pub reason: String,
}

macro_rules! events {
    ($($(#[$meta:meta])* $variant:ident = $kind:literal,)*) => {
        /// Something that happened in an instance.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event { $($(#[$meta])* $variant($variant)),* }

        impl base::LeafSafe for Event {}
        const _: () = {
            const fn safe<T: base::LeafSafe>() {}
            $(safe::<$variant>();)*
        };

        impl Event {
            /// Every type, in the order of declaration.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// The entry's type, such as `task_created`.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind),* }
            }

            /// The entry's data: a JSON object of leaf-safe values.
            pub fn data(&self) -> serde_json::Value {
                match self {
                    $(Self::$variant(data) => serde_json::to_value(data)),*
                }.expect("invariant: events have string keys and no failing serializers")
            }

            /// Reads an entry back.
            ///
            /// # Errors
            /// [`Unreadable`] for an unknown type or data of another shape.
            pub fn parse(kind: &str, data: &serde_json::Value) -> Result<Self, Unreadable> {
                let unreadable = |reason| Unreadable { kind: kind.to_owned(), reason };
                match kind {
                    $($kind => $variant::deserialize(data)
                        .map(Self::$variant)
                        .map_err(|error| unreadable(error.to_string())),)*
                    _ => Err(unreadable("unknown type".to_owned())),
                }
            }
        }

        $(impl From<$variant> for Event {
            fn from(data: $variant) -> Self {
                Self::$variant(data)
            }
        })*
    };
}

events! {
    /// The instance began.
    InstanceStarted = "instance_started",
    /// A token stands on an element.
    ElementEntered = "element_entered",
    /// An element is done.
    ElementLeft = "element_left",
    /// A token is on a flow.
    FlowTaken = "flow_taken",
    /// A gateway chose.
    GatewayDecided = "gateway_decided",
    /// One token became several.
    TokenForked = "token_forked",
    /// A token waits at a join.
    TokenWaiting = "token_waiting",
    /// Several tokens became one.
    TokensJoined = "tokens_joined",
    /// A token was consumed.
    TokenEnded = "token_ended",
    /// A sub-process began.
    ScopeOpened = "scope_opened",
    /// A sub-process is done.
    ScopeCompleted = "scope_completed",
    /// A scope was ended with all in it.
    ScopeTerminated = "scope_terminated",
    /// A task waits for a person.
    TaskCreated = "task_created",
    /// A task was completed.
    TaskCompleted = "task_completed",
    /// A task is no longer wanted.
    TaskCancelled = "task_cancelled",
    /// An action waits.
    JobCreated = "job_created",
    /// An action was done.
    JobCompleted = "job_completed",
    /// An action failed.
    JobFailed = "job_failed",
    /// An action is no longer wanted.
    JobCancelled = "job_cancelled",
    /// A decision was made.
    DecisionEvaluated = "decision_evaluated",
    /// A timer runs.
    TimerArmed = "timer_armed",
    /// A timer fired.
    TimerFired = "timer_fired",
    /// A timer is no longer wanted.
    TimerCancelled = "timer_cancelled",
    /// A boundary event started its path.
    BoundaryTriggered = "boundary_triggered",
    /// A token is parked.
    FaultRaised = "fault_raised",
    /// A fault is over.
    FaultResolved = "fault_resolved",
    /// An element was bypassed.
    ExceptionInvoked = "exception_invoked",
    /// The instance is over.
    InstanceCompleted = "instance_completed",
    /// The instance was given up.
    InstanceCancelled = "instance_cancelled",
    /// The tokens of a scope were ended, the scope lives on.
    ScopeInterrupted = "scope_interrupted",
    /// Variables were set by a mapping.
    VariablesMapped = "variables_mapped",
    /// A repeated activity knows its rounds.
    RoundsPlanned = "rounds_planned",
    /// A round began.
    RoundStarted = "round_started",
    /// A round is done.
    RoundCompleted = "round_completed",
    /// An activity was chosen.
    ElementActivated = "element_activated",
    /// A script gave its value.
    ScriptEvaluated = "script_evaluated",
    /// A token is held for its evidence.
    EvidenceAwaited = "evidence_awaited",
    /// The evidence is complete.
    EvidenceCompleted = "evidence_completed",
    /// A completed activity can be compensated.
    CompensationHeld = "compensation_held",
    /// Completed activities are being undone.
    CompensationRequested = "compensation_requested",
    /// A compensation handler begins.
    CompensationRun = "compensation_run",
    /// All handlers are done.
    CompensationDone = "compensation_done",
    /// A transaction was cancelled.
    TransactionCancelled = "transaction_cancelled",
    /// Something waits for a message, a signal or a condition.
    SubscriptionOpened = "subscription_opened",
    /// Nothing waits any more.
    SubscriptionClosed = "subscription_closed",
    /// A message reached what waits for it.
    MessageCorrelated = "message_correlated",
    /// A message came early and is kept.
    MessageBuffered = "message_buffered",
    /// Nothing waited for a kept message in time.
    MessageExpired = "message_expired",
    /// An element sent a message.
    MessagePublished = "message_published",
    /// An element told all who wait for a signal.
    SignalThrown = "signal_thrown",
    /// A signal reached what waits for it.
    SignalCaught = "signal_caught",
    /// A condition that something waits for changed.
    ConditionChanged = "condition_changed",
    /// An event began an event sub-process.
    HandlerTriggered = "handler_triggered",
    /// An error was raised.
    ErrorThrown = "error_thrown",
    /// An error was caught.
    ErrorCaught = "error_caught",
    /// An escalation was raised.
    EscalationThrown = "escalation_thrown",
    /// A token jumped to the other side of a link.
    LinkFollowed = "link_followed",
    /// The instance moved to another version.
    InstanceMigrated = "instance_migrated",
}
