//! Events of what people and machines do: tasks, jobs, decisions, faults, compensation.

use base::{Code, Digest, Timestamp};

use crate::value::Variables;

base::leaf! {
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

    /// A script gave its value.
    pub struct ScriptEvaluated {
        /// The token.
        pub token: u32,
        /// The element.
        pub element: Code,
        /// The variables it set.
        pub outputs: Variables,
    }

    /// The work of an activity is done, but its evidence is not complete: the token is held.
    pub struct EvidenceAwaited {
        /// The token.
        pub token: u32,
        /// The activity.
        pub element: Code,
        /// The records that are missing.
        pub missing: Vec<Code>,
    }

    /// The evidence of a held token is complete: it moves on.
    pub struct EvidenceCompleted {
        /// The token.
        pub token: u32,
        /// The activity.
        pub element: Code,
    }

    /// A completed activity can be compensated.
    pub struct CompensationHeld {
        /// The scope that remembers it.
        pub scope: u32,
        /// The activity.
        pub element: Code,
        /// Its handler.
        pub handler: Code,
    }

    /// Completed activities are being undone, the newest first.
    pub struct CompensationRequested {
        /// The token that waits for it.
        pub token: u32,
        /// The throwing or cancelling event.
        pub element: Code,
        /// The scope whose activities are undone.
        pub scope: u32,
        /// The activities, in the order of their undoing.
        pub activities: Vec<Code>,
        /// Their handlers, in the same order.
        pub handlers: Vec<Code>,
    }

    /// A handler begins.
    pub struct CompensationRun {
        /// The token that waits.
        pub token: u32,
        /// The token that runs the handler.
        pub runner: u32,
        /// The handler.
        pub element: Code,
    }

    /// All handlers are done.
    pub struct CompensationDone {
        /// The token that waited.
        pub token: u32,
        /// The throwing or cancelling event.
        pub element: Code,
    }

    /// A transaction was cancelled; what it had completed has been undone.
    pub struct TransactionCancelled {
        /// Its scope.
        pub scope: u32,
        /// The transaction.
        pub element: Code,
    }
}
