//! Decision tables: one per file, inputs by name, cells as FEEL tests, rules by id.

mod check;
mod evaluate;
mod read;

use base::{Code, Digest};
use process::{Finding, Value, finding::Position};

pub use evaluate::{Cell, Fault, Outcome};

use crate::feel::Expression;

/// The most rules of a table.
pub const MAX_RULES: usize = 500;
/// The most inputs or outputs.
pub const MAX_COLUMNS: usize = 32;
/// The most combinations of inputs that the gap check walks through.
pub const MAX_COMBINATIONS: usize = 200_000;

/// A decision table that may run.
#[derive(Debug)]
pub struct Table {
    /// The decision's id.
    pub id: Code,
    /// The decision's name; may be empty.
    pub name: String,
    /// Which of several matching rules holds.
    pub hit_policy: HitPolicy,
    /// The columns of conditions.
    pub inputs: Vec<Input>,
    /// The columns of answers.
    pub outputs: Vec<Output>,
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// SHA-256 of the bytes it was read from.
    pub sha256: Digest,
}

/// Which of several matching rules holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HitPolicy {
    /// At most one may match.
    Unique,
    /// The first that matches.
    First,
    /// Several may match when they say the same.
    Any,
}

/// A column of conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The variable.
    pub name: Code,
    /// What the author calls it; may be empty.
    pub label: String,
    /// What it may hold.
    pub domain: Domain,
}

/// What a variable may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// One of these.
    Finite(Vec<Value>),
    /// Any whole number, instant or duration.
    Number,
    /// Any code.
    Code,
}

/// A column of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The variable.
    pub name: Code,
    /// What the author calls it; may be empty.
    pub label: String,
    /// What it may hold; empty when anything.
    pub allowed: Vec<Value>,
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: Code,
    /// Where it starts in the file.
    pub position: Position,
    /// The tests as written, one per input.
    pub tests: Vec<String>,
    /// The answers as written, one per output.
    pub answers: Vec<String>,
    /// What the author notes beside it; may be empty.
    pub annotation: String,
    cells: Vec<Expression>,
    results: Vec<Value>,
}

impl Table {
    /// Reads the one decision table of a DMN 1.3 to 1.5 file.
    ///
    /// # Errors
    /// All findings: limits, other decision logic, other hit policies, expressions that may not run,
    /// answers that are no constants.
    pub fn parse(xml: &str) -> Result<Self, Vec<Finding>> {
        read::read(xml)
    }

    /// Evaluates on inputs by name; others are not looked at.
    ///
    /// # Errors
    /// [`Fault`]: never is "no answer" taken for the mildest one.
    pub fn evaluate(&self, inputs: &process::Variables) -> Result<Outcome, Fault> {
        evaluate::evaluate(self, inputs)
    }

    /// Gaps, overlaps and rules that never decide, over every combination of inputs when all are
    /// finite. Each finding shows the offending input.
    pub fn check(&self) -> Vec<Finding> {
        check::check(self)
    }
}
