//! What the interpreter asks of the world: expressions in FEEL, bound decisions, and which evidence is
//! there. All must be deterministic: the same question on the same variables has the same answer, for ever.

use base::{Code, Digest};

use crate::value::{Value, Variables};

/// A condition's answer and the variables it read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Whether the condition is true.
    pub holds: bool,
    /// What it read, as it was.
    pub inputs: Variables,
}

/// A decision's answer with what an auditor asks of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The table's id.
    pub table: Code,
    /// Its deployed version.
    pub table_version: i64,
    /// SHA-256 of the deployed bytes.
    pub sha256: Digest,
    /// The inputs it saw, and no others.
    pub inputs: Variables,
    /// The outputs by name; never null.
    pub outputs: Variables,
    /// The ids of the rules that matched, in the order of the table.
    pub matched_rules: Vec<Code>,
}

/// Why there is no answer. It is never taken for "no".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Untold {
    /// A stable code, such as `expression_null` or `no_rule_matched`; goes into the fault's entry.
    pub code: Code,
    /// For the operator's eyes; not evidence.
    pub detail: String,
}

/// Conditions of sequence flows.
pub trait Expressions {
    /// Whether a text is an expression that may be deployed; the reason when not.
    ///
    /// # Errors
    /// The reason in English.
    fn check(&self, text: &str) -> Result<(), String>;

    /// Evaluates a condition.
    ///
    /// # Errors
    /// [`Untold`] when the answer is neither true nor false.
    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold>;

    /// Whether a text is an expression of any value that may be deployed; the reason when not.
    ///
    /// # Errors
    /// The reason in English.
    fn check_value(&self, text: &str) -> Result<(), String>;

    /// Evaluates an expression: a script, a mapping, a key, a list, a number of rounds.
    ///
    /// # Errors
    /// [`Untold`] when there is no value, or none that may stand in a leaf.
    fn value(&self, text: &str, variables: &Variables) -> Result<Value, Untold>;
}

/// Decisions bound to business rule tasks.
pub trait Decisions {
    /// The names of the inputs the decision reads; `None` when no such decision is bound.
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>>;

    /// Evaluates it.
    ///
    /// # Errors
    /// [`Untold`] when no rule matched, an output is null, or the decision is not bound.
    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold>;
}

/// All that is asked.
pub trait Host: Expressions + Decisions {
    /// Whether evidence of this name has been recorded: by any entry, at any time, whoever caused it
    /// (ground rule G6). Where nobody keeps records, as in a dry run, nothing is asked for.
    fn recorded(&self, name: &Code) -> bool {
        let _ = name;
        true
    }
}
