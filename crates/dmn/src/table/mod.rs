//! Decision tables: inputs, outputs, rules, and which of several matching rules hold.

mod check;
mod evaluate;
mod partition;
mod policy;
mod read;
mod rule;
pub(crate) mod shape;

use base::{Code, Digest};
use process::{Finding, finding::Position};

pub(crate) use evaluate::Ran;
pub use evaluate::{Cell, Fault, Outcome};
pub use policy::HitPolicy;
pub(crate) use read::{Around, Names, read};
pub use rule::{Domain, Input, Kind, Output, Rule};

/// The most rules of a table.
pub const MAX_RULES: usize = 500;
/// The most inputs or outputs.
pub const MAX_COLUMNS: usize = 32;
/// The most steps that the check of gaps takes; where it is cut it says so.
pub const MAX_STEPS: usize = 200_000;

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
    /// Where it starts in the file.
    pub position: Position,
    /// SHA-256 of the bytes it was read from.
    pub sha256: Digest,
}

impl Table {
    /// Whether it reads names only, and every cell and answer is simple: no scope is built.
    pub(crate) fn is_plain(&self) -> bool {
        let simple = |rule: &Rule| {
            rule.cells.iter().all(|test| test.shape.is_some())
                && rule.results.iter().all(|answer| matches!(answer, rule::Answer::Constant(_)))
        };
        self.inputs.iter().all(|input| input.plain.is_some()) && self.rules.iter().all(simple)
    }

    /// Gaps, overlaps and rules that never decide, over the whole domain of every input. Each finding
    /// shows the offending input; where the check cannot be complete it says so.
    pub fn check(&self) -> Vec<Finding> {
        check::check(self)
    }
}
