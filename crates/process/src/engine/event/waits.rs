//! Events of waiting and being told: timers, messages, signals, conditions, errors.

use base::{Code, Duration, Timestamp};

use super::is_zero;
use crate::value::Variables;

base::leaf! {
    /// A timer runs.
    pub struct TimerArmed {
        /// The timer.
        pub timer: u32,
        /// The token it belongs to: the waiting one, or the host's; 0 when it belongs to a scope.
        pub token: u32,
        /// The catching or boundary event.
        pub element: Code,
        /// When it fires.
        pub due_at: Timestamp,
        /// The scope whose event sub-process it begins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scope: Option<u32>,
        /// The time between rounds of a cycle.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub every: Option<Duration>,
        /// The rounds after this one; `None` without an end, or without a cycle.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub left: Option<u32>,
        /// Rounds that an outage swallowed, before this one.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub skipped: u32,
    }

    /// A timer fired.
    pub struct TimerFired {
        /// The timer.
        pub timer: u32,
        /// The element.
        pub element: Code,
        /// When it should have.
        pub scheduled: Timestamp,
        /// When it did.
        pub actual: Timestamp,
    }

    /// A timer is no longer wanted.
    pub struct TimerCancelled {
        /// The timer.
        pub timer: u32,
        /// The element.
        pub element: Code,
    }

    /// A boundary event started its path.
    pub struct BoundaryTriggered {
        /// The boundary event.
        pub element: Code,
        /// The activity it is attached to.
        pub host: Code,
        /// The host's token; consumed when interrupting.
        pub host_token: u32,
        /// Whether the host ends.
        pub interrupting: bool,
    }

    /// What a subscription waits for.
    pub enum WaitsFor {
        /// A message.
        Message,
        /// A signal.
        Signal,
        /// A condition.
        Condition,
    }

    /// Something waits for a message, a signal or a condition.
    pub struct SubscriptionOpened {
        /// The subscription.
        pub subscription: u32,
        /// The token it belongs to: the waiting one, or the host's; 0 when it belongs to a scope.
        pub token: u32,
        /// The scope whose event sub-process it begins.
        pub scope: Option<u32>,
        /// The catching event.
        pub element: Code,
        /// For what.
        pub waits_for: WaitsFor,
        /// The name of the message or signal.
        pub name: Option<Code>,
        /// The correlation key; without one any matches.
        pub key: Option<Code>,
    }

    /// Nothing waits any more.
    pub struct SubscriptionClosed {
        /// The subscription.
        pub subscription: u32,
        /// The catching event.
        pub element: Code,
    }

    /// A message reached what waits for it.
    pub struct MessageCorrelated {
        /// The subscription.
        pub subscription: u32,
        /// The catching event.
        pub element: Code,
        /// The message.
        pub name: Code,
        /// The key it came with.
        pub key: Option<Code>,
        /// What it brought; becomes variables.
        pub variables: Variables,
        /// The number under which it was kept, when it came too early.
        pub buffered: Option<u32>,
    }

    /// A message came for which nothing waits yet; it is kept for a while.
    pub struct MessageBuffered {
        /// Its number.
        pub message: u32,
        /// The message.
        pub name: Code,
        /// The key it came with.
        pub key: Option<Code>,
        /// What it brought.
        pub variables: Variables,
        /// Until when it is kept.
        pub expires_at: Timestamp,
    }

    /// Nothing waited for a kept message in time.
    pub struct MessageExpired {
        /// Its number.
        pub message: u32,
        /// The message.
        pub name: Code,
    }

    /// An element sent a message.
    pub struct MessagePublished {
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// The message.
        pub name: Code,
        /// Its key.
        pub key: Option<Code>,
    }

    /// An element told all who wait for a signal.
    pub struct SignalThrown {
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// The signal.
        pub name: Code,
    }

    /// A signal reached what waits for it.
    pub struct SignalCaught {
        /// The subscription.
        pub subscription: u32,
        /// The catching event.
        pub element: Code,
        /// The signal.
        pub name: Code,
        /// What it brought; becomes variables.
        pub variables: Variables,
    }

    /// A condition that something waits for changed.
    pub struct ConditionChanged {
        /// The subscription.
        pub subscription: u32,
        /// The catching event.
        pub element: Code,
        /// Whether it holds now; it fires when it begins to.
        pub holds: bool,
        /// What it read.
        pub inputs: Variables,
    }

    /// An event began an event sub-process.
    pub struct HandlerTriggered {
        /// Its start event.
        pub element: Code,
        /// The event sub-process.
        pub handler: Code,
        /// The scope it lies in.
        pub scope: u32,
        /// Whether what ran there ended.
        pub interrupting: bool,
    }

    /// An error was raised.
    pub struct ErrorThrown {
        /// The token.
        pub token: u32,
        /// Where.
        pub element: Code,
        /// The code.
        pub code: Option<Code>,
    }

    /// An escalation was raised.
    pub struct EscalationThrown {
        /// The token.
        pub token: u32,
        /// Where.
        pub element: Code,
        /// The code.
        pub code: Option<Code>,
        /// What caught it; nothing has to.
        pub caught: Option<Code>,
    }

    /// An error was caught.
    pub struct ErrorCaught {
        /// The boundary or start event.
        pub element: Code,
        /// The code.
        pub code: Option<Code>,
    }

    /// A token jumped to the other side of a link.
    pub struct LinkFollowed {
        /// The token.
        pub token: u32,
        /// The throwing link.
        pub element: Code,
        /// The catching link.
        pub to: Code,
    }
}
