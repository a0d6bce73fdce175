//! What `decide` reads: where the tokens are and what they wait for. No history: that is the log.

use std::collections::BTreeMap;

use base::{Code, Duration, Timestamp};
use serde::{Deserialize, Serialize};

use super::event::{ScopeKind, TaskKind, WaitsFor};
use crate::{
    model::Bound,
    value::{Value, Variables},
};

/// An instance. Its size is bounded by the model and by [`super::MAX_TOKENS`], not by its age.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Whether it runs.
    pub status: Status,
    /// The process's id, once started.
    pub process: Option<Code>,
    /// Open scopes; 0 is the instance.
    pub scopes: BTreeMap<u32, Scope>,
    /// Living tokens.
    pub tokens: BTreeMap<u32, Token>,
    /// Open tasks.
    pub tasks: BTreeMap<u32, Task>,
    /// Running timers.
    pub timers: BTreeMap<u32, Timer>,
    /// Open jobs.
    pub jobs: BTreeMap<u32, Job>,
    /// Open faults.
    pub faults: BTreeMap<u32, Fault>,
    /// How often each element was entered and left: what the diagram is painted with.
    pub visits: BTreeMap<Code, Visit>,
    /// Bypassed elements with the newest exception code.
    pub excepted: BTreeMap<Code, Code>,
    /// The last number given to anything of each kind.
    pub last: Last,
    /// What waits for messages, signals and conditions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subscriptions: BTreeMap<u32, Subscription>,
    /// Messages that came too early.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<u32, Kept>,
    /// Tokens held for their evidence: the records that are missing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<u32, Vec<Code>>,
    /// What is being undone, by the token that waits for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub undoing: BTreeMap<u32, Undoing>,
}

/// Whether an instance runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not begun.
    #[default]
    New,
    /// Has tokens.
    Running,
    /// All tokens were consumed.
    Completed,
    /// Given up.
    Cancelled,
}

/// A scope: variables and tokens that end together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The scope around it; `None` for the instance.
    pub parent: Option<u32>,
    /// The sub-process; `None` for the instance.
    pub element: Option<Code>,
    /// The token that waits for it; `None` for the instance.
    pub token: Option<u32>,
    /// Its own variables.
    pub variables: Variables,
    /// What kind of scope it is.
    #[serde(default, skip_serializing_if = "ScopeKind::is_plain")]
    pub kind: ScopeKind,
    /// The version that a call runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Bound>,
    /// The number of a round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// The rounds of a repeated activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounds: Option<Rounds>,
    /// Completed activities that can be compensated, with their handlers; the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<(Code, Code)>,
}

/// How far a repeated activity is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rounds {
    /// How many; `None` for a loop.
    pub total: Option<u32>,
    /// The items, where it goes over a list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Value>,
    /// How many began.
    pub started: u32,
    /// How many are done.
    pub completed: u32,
    /// What they gave, by number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<u32, Value>,
}

/// What waits for a message, a signal or a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The token it belongs to; 0 when it belongs to a scope.
    pub token: u32,
    /// The scope whose event sub-process it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<u32>,
    /// The catching event.
    pub element: Code,
    /// For what.
    pub waits_for: WaitsFor,
    /// The name of the message or signal.
    pub name: Option<Code>,
    /// The correlation key; without one any matches.
    pub key: Option<Code>,
    /// Whether the condition held when it was last judged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holds: bool,
}

/// A message that came too early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The message.
    pub name: Code,
    /// The key it came with.
    pub key: Option<Code>,
    /// What it brought.
    pub variables: Variables,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

/// What is being undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undoing {
    /// The scope whose activities are undone.
    pub scope: u32,
    /// The handlers to come.
    pub handlers: Vec<Code>,
    /// The token that runs a handler now.
    pub runner: Option<u32>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The element it stands on or has just left.
    pub element: Code,
    /// Its scope.
    pub scope: u32,
    /// What it is doing.
    pub place: Place,
    /// The fault that parks it.
    pub fault: Option<u32>,
}

/// What a token is doing. Between commands every token waits, joins or is parked by a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// On its element, which has not acted yet.
    Entered,
    /// On its element, which waits for a task, job, timer or sub-process.
    Waiting,
    /// At a join.
    Joining {
        /// The flow it came by.
        flow: Code,
        /// Its turn among all that ever arrived at joins.
        arrived: u32,
    },
    /// Its element is done; the way on is not chosen.
    Leaving,
    /// On a flow.
    OnFlow {
        /// The flow.
        flow: Code,
    },
}

/// An open task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The token that waits.
    pub token: u32,
    /// The element.
    pub element: Code,
    /// What is wanted.
    pub kind: TaskKind,
    /// When it is due.
    pub due_at: Option<Timestamp>,
}

/// A running timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// The token it belongs to; 0 when it belongs to a scope.
    pub token: u32,
    /// The element.
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
}

/// An open job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The token that waits.
    pub token: u32,
    /// The element.
    pub element: Code,
    /// The action.
    pub action: Code,
}

/// An open fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The parked token.
    pub token: u32,
    /// Where.
    pub element: Code,
    /// Why.
    pub code: Code,
}

/// How often an element was entered and left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Entered.
    pub entered: u32,
    /// Left.
    pub left: u32,
}

/// The last number of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// Of tokens.
    pub token: u32,
    /// Of scopes.
    pub scope: u32,
    /// Of tasks.
    pub task: u32,
    /// Of timers.
    pub timer: u32,
    /// Of jobs.
    pub job: u32,
    /// Of faults.
    pub fault: u32,
    /// Of arrivals at joins.
    pub arrival: u32,
    /// Of subscriptions.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub subscription: u32,
    /// Of kept messages.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub message: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields by reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl State {
    /// The variables a scope sees: its own over those around it.
    pub fn variables(&self, scope: u32) -> Variables {
        let mut seen = Variables::new();
        let mut at = Some(scope);
        // Scopes form a tree with numbers growing inwards, so the walk ends.
        while let Some(scope) = at.and_then(|id| self.scopes.get(&id)) {
            for (name, value) in &scope.variables {
                seen.entry(name.clone()).or_insert_with(|| value.clone());
            }
            // A called process sees nothing of what is around it.
            at = scope.parent.filter(|_| scope.kind != ScopeKind::Call);
        }
        seen
    }

    /// One variable as a scope sees it; `None` when unknown.
    pub fn seen(&self, scope: u32, name: &Code) -> Option<&Value> {
        let mut at = Some(scope);
        while let Some(scope) = at.and_then(|id| self.scopes.get(&id)) {
            if let Some(value) = scope.variables.get(name) {
                return Some(value).filter(|value| value.is_known());
            }
            at = scope.parent.filter(|_| scope.kind != ScopeKind::Call);
        }
        None
    }

    /// The variables of the instance as a whole.
    pub fn root(&self) -> Variables {
        self.variables(0)
    }

    /// One variable of the instance; `None` when unknown.
    pub fn variable(&self, name: &str) -> Option<&Value> {
        let name: Code = name.parse().ok()?;
        self.scopes.get(&0)?.variables.get(&name).filter(|value| value.is_known())
    }

    /// The elements on which tokens stand, parked ones included.
    pub fn active(&self) -> std::collections::BTreeSet<&Code> {
        self.tokens.values().map(|token| &token.element).collect()
    }

    /// The due time that comes next: the earliest timer.
    pub fn next_timer(&self) -> Option<(u32, &Timer)> {
        self.timers.iter().min_by_key(|(id, timer)| (timer.due_at, **id)).map(|(id, t)| (*id, t))
    }
}
