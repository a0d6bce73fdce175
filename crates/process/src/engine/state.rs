//! What `decide` reads: where the tokens are and what they wait for. No history: that is the log.

use std::collections::BTreeMap;

use base::{Code, Timestamp};
use serde::{Deserialize, Serialize};

use super::event::TaskKind;
use crate::value::{Value, Variables};

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
    /// The token it belongs to.
    pub token: u32,
    /// The element.
    pub element: Code,
    /// When it fires.
    pub due_at: Timestamp,
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
            at = scope.parent;
        }
        seen
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
