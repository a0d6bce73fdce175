//! What happens in an instance: one struct per event, leaf-safe at compile time.
//!
//! `kind` is the entry's type, `data` its data; `parse` reads both back exactly. Tokens, scopes, tasks,
//! timers, jobs and faults are numbered from 1 within the instance; scope 0 is the instance itself.
//! Long because it is the one list of all that can happen.

use base::{Code, Digest, Timestamp};
use serde::Deserialize as _;

use crate::value::Variables;

base::leaf! {
    /// The instance began; scope 0 opened.
    pub struct InstanceStarted {
        /// The process's id.
        pub process: Code,
        /// What is known at the start.
        pub variables: Variables,
    }

    /// A token stands on an element. Unknown tokens are born here.
    pub struct ElementEntered {
        /// The token.
        pub token: u32,
        /// Its scope.
        pub scope: u32,
        /// Where it stands.
        pub element: Code,
        /// The flow it came by; `None` at starts and boundary events.
        pub flow: Option<Code>,
    }

    /// The element is done with the token, which now looks for its way on.
    pub struct ElementLeft {
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
    }

    /// A token is on a flow.
    pub struct FlowTaken {
        /// The token.
        pub token: u32,
        /// The flow.
        pub flow: Code,
        /// What its condition read; empty without condition and after gateways.
        pub inputs: Variables,
    }

    /// A gateway chose.
    pub struct GatewayDecided {
        /// The token.
        pub token: u32,
        /// The gateway.
        pub element: Code,
        /// The chosen flow.
        pub flow: Code,
        /// What the conditions read, up to the one that was true.
        pub inputs: Variables,
        /// Whether no condition was true and the default was taken.
        pub by_default: bool,
    }

    /// One token became several: the first of `tokens` is the old one.
    pub struct TokenForked {
        /// The token that forked.
        pub token: u32,
        /// Where.
        pub element: Code,
        /// One token a flow.
        pub tokens: Vec<u32>,
        /// The flows, in document order.
        pub flows: Vec<Code>,
    }

    /// A token waits at a joining gateway.
    pub struct TokenWaiting {
        /// The token.
        pub token: u32,
        /// The gateway.
        pub element: Code,
        /// The flow it came by.
        pub flow: Code,
    }

    /// A joining gateway had a token of each incoming flow; one goes on.
    pub struct TokensJoined {
        /// The gateway.
        pub element: Code,
        /// The tokens that became one.
        pub tokens: Vec<u32>,
        /// The one that goes on.
        pub token: u32,
    }

    /// A token was consumed at an end.
    pub struct TokenEnded {
        /// The token.
        pub token: u32,
        /// Where.
        pub element: Code,
    }

    /// A sub-process began.
    pub struct ScopeOpened {
        /// The new scope.
        pub scope: u32,
        /// The scope around it.
        pub parent: u32,
        /// The sub-process.
        pub element: Code,
        /// The token that waits for it.
        pub token: u32,
    }

    /// A sub-process has no token left.
    pub struct ScopeCompleted {
        /// The scope.
        pub scope: u32,
        /// The sub-process.
        pub element: Code,
    }

    /// All tokens of a scope and of the scopes in it were ended.
    pub struct ScopeTerminated {
        /// The scope.
        pub scope: u32,
        /// What ended it: an end event, a boundary event, a bypassed sub-process; `None` for a
        /// cancelled instance.
        pub element: Option<Code>,
    }

    /// What a task wants of a person.
    pub enum TaskKind {
        /// The form of a user task.
        Form,
        /// The inputs of a decision.
        Decision,
    }

    /// A task waits for a person.
    pub struct TaskCreated {
        /// The task.
        pub task: u32,
        /// The token that waits.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// What is wanted.
        pub kind: TaskKind,
        /// Who is asked, in order.
        pub roles: Vec<Code>,
        /// How many distinct persons approve.
        pub approvals: Option<u32>,
        /// When it is due.
        pub due_at: Option<Timestamp>,
    }

    /// A task was completed.
    pub struct TaskCompleted {
        /// The task.
        pub task: u32,
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// The answers that are not words; they become variables.
        pub outputs: Variables,
    }

    /// A task is no longer wanted.
    pub struct TaskCancelled {
        /// The task.
        pub task: u32,
        /// The element.
        pub element: Code,
    }

    /// An action waits to be done outside.
    pub struct JobCreated {
        /// The job.
        pub job: u32,
        /// The token that waits.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// The action.
        pub action: Code,
    }

    /// An action was done.
    pub struct JobCompleted {
        /// The job.
        pub job: u32,
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// What it brought; becomes variables.
        pub outputs: Variables,
    }

    /// An action failed for good.
    pub struct JobFailed {
        /// The job.
        pub job: u32,
        /// The element.
        pub element: Code,
        /// Why.
        pub code: Code,
    }

    /// An action is no longer wanted.
    pub struct JobCancelled {
        /// The job.
        pub job: u32,
        /// The element.
        pub element: Code,
    }

    /// A decision was made.
    pub struct DecisionEvaluated {
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// The decision's name in the model.
        pub decision: Code,
        /// The task in which a person gave inputs; `None` when all were known.
        pub task: Option<u32>,
        /// The table's id.
        pub table: Code,
        /// Its version.
        pub table_version: i64,
        /// SHA-256 of its bytes.
        pub sha256: Digest,
        /// What it saw.
        pub inputs: Variables,
        /// The rules that matched.
        pub matched_rules: Vec<Code>,
        /// The answer; becomes variables.
        pub outputs: Variables,
    }

    /// A timer runs.
    pub struct TimerArmed {
        /// The timer.
        pub timer: u32,
        /// The token it belongs to: the waiting one, or the host's.
        pub token: u32,
        /// The catching or boundary event.
        pub element: Code,
        /// When it fires.
        pub due_at: Timestamp,
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

    /// A token cannot go on and is parked.
    pub struct FaultRaised {
        /// The fault.
        pub fault: u32,
        /// The token.
        pub token: u32,
        /// Where.
        pub element: Code,
        /// Why: `no_flow_true`, `expression_null`, `no_rule_matched`, `step_limit`, `join_stuck` …
        pub code: Code,
        /// The flow whose condition could not be judged.
        pub flow: Option<Code>,
    }

    /// How a fault ended.
    pub enum FaultEnd {
        /// The step is tried again.
        Retried,
        /// The token was moved on.
        MovedOn,
        /// The token was bypassed or ended.
        Overtaken,
    }

    /// A fault is over.
    pub struct FaultResolved {
        /// The fault.
        pub fault: u32,
        /// The element.
        pub element: Code,
        /// How.
        pub end: FaultEnd,
        /// Variables the operator set.
        pub variables: Variables,
    }

    /// An element was bypassed by an exception.
    pub struct ExceptionInvoked {
        /// The token that moves on.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// The exception code.
        pub code: Code,
        /// Answers given with the bypass; become variables.
        pub outputs: Variables,
    }

    /// The instance is over.
    pub struct InstanceCompleted {
        /// The end at which the last token was consumed.
        pub element: Code,
    }

    /// The instance was given up.
    pub struct InstanceCancelled {
        /// Why.
        pub code: Code,
    }
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
}
