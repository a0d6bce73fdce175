//! One evaluation with its trace: every cell of every rule, and which rules matched.

use base::{Code, Digest};
use process::{Value, Variables};

use super::{Domain, HitPolicy, Rule, Table};

/// What a table answered, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The answers by output; never null.
    pub outputs: Variables,
    /// The rules that matched, in the order of the table. Under `FIRST` the first one held.
    pub matched_rules: Vec<Code>,
    /// The inputs it saw.
    pub inputs: Variables,
    /// Every cell, rule by rule.
    pub cells: Vec<Cell>,
    /// The table's id.
    pub table_id: Code,
    /// SHA-256 of the table's bytes.
    pub sha256: Digest,
}

/// One cell of the trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The rule.
    pub rule: Code,
    /// The input.
    pub input: Code,
    /// Whether the input passed the cell's test.
    pub passed: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An input is unknown.
    #[error("the input {input} is unknown")]
    InputUnknown {
        /// The input.
        input: Code,
    },
    /// An input holds what its column does not allow.
    #[error("the input {input} may not be {value}")]
    InputNotAllowed {
        /// The input.
        input: Code,
        /// What it holds.
        value: String,
    },
    /// A cell is neither true nor false.
    #[error("the test of {input} in {rule} is neither true nor false")]
    CellNull {
        /// The rule.
        rule: Code,
        /// The input.
        input: Code,
    },
    /// No rule matched.
    #[error("no rule matched")]
    NoRuleMatched,
    /// Several rules matched where one may, or where all must say the same.
    #[error("rules {first} and {second} both matched")]
    SeveralRulesMatched {
        /// One.
        first: Code,
        /// The other.
        second: Code,
    },
}

impl Fault {
    /// The stable code that goes into the fault's entry.
    pub fn code(&self) -> Code {
        match self {
            Self::InputUnknown { .. } => Code::fixed("input_unknown"),
            Self::InputNotAllowed { .. } => Code::fixed("input_not_allowed"),
            Self::CellNull { .. } => Code::fixed("cell_null"),
            Self::NoRuleMatched => Code::fixed("no_rule_matched"),
            Self::SeveralRulesMatched { .. } => Code::fixed("several_rules_matched"),
        }
    }
}

pub(super) fn evaluate(table: &Table, variables: &Variables) -> Result<Outcome, Fault> {
    let inputs = inputs(table, variables)?;
    let mut cells = Vec::with_capacity(table.rules.len() * table.inputs.len());
    let mut matched = Vec::new();
    for rule in &table.rules {
        if passes(table, rule, &inputs, &mut cells)? {
            matched.push(rule);
        }
    }
    let holds = pick(table.hit_policy, &matched)?;
    let names = table.outputs.iter().map(|output| output.name.clone());
    Ok(Outcome {
        outputs: names.zip(holds.results.iter().cloned()).collect(),
        matched_rules: matched.iter().map(|rule| rule.id.clone()).collect(),
        inputs,
        cells,
        table_id: table.id.clone(),
        sha256: table.sha256,
    })
}

fn inputs(table: &Table, variables: &Variables) -> Result<Variables, Fault> {
    let mut inputs = Variables::new();
    for input in &table.inputs {
        let name = input.name.clone();
        let value = variables.get(&name).filter(|value| value.is_known());
        let Some(value) = value else { return Err(Fault::InputUnknown { input: name }) };
        if !input.domain.allows(value) {
            return Err(Fault::InputNotAllowed { input: name, value: value.to_string() });
        }
        inputs.insert(name, value.clone());
    }
    Ok(inputs)
}

impl Domain {
    /// The values it lists; none when it allows anything of its kind.
    pub fn values(&self) -> &[Value] {
        match self {
            Self::Finite(values) => values,
            Self::Number | Self::Code => &[],
        }
    }

    /// Whether a value may stand in the column.
    pub fn allows(&self, value: &Value) -> bool {
        match self {
            Self::Finite(values) => values.contains(value),
            Self::Number => {
                matches!(value, Value::Integer(_) | Value::Instant(_) | Value::Duration(_))
            }
            Self::Code => matches!(value, Value::Code(_)),
        }
    }
}

/// Tests all cells, also after one failed: the trace is whole.
fn passes(
    table: &Table,
    rule: &Rule,
    inputs: &Variables,
    cells: &mut Vec<Cell>,
) -> Result<bool, Fault> {
    let mut all = true;
    for (column, cell) in table.inputs.iter().zip(&rule.cells) {
        let (rule, input) = (rule.id.clone(), column.name.clone());
        let value = inputs.get(&input).unwrap_or(&Value::None);
        let Some(passed) = cell.matches(value, inputs) else {
            return Err(Fault::CellNull { rule, input });
        };
        all &= passed;
        cells.push(Cell { rule, input, passed });
    }
    Ok(all)
}

pub(super) fn pick<'r>(policy: HitPolicy, matched: &[&'r Rule]) -> Result<&'r Rule, Fault> {
    let [first, rest @ ..] = matched else { return Err(Fault::NoRuleMatched) };
    let against = match policy {
        HitPolicy::First => None,
        HitPolicy::Unique => rest.first(),
        HitPolicy::Any => rest.iter().find(|rule| rule.results != first.results),
    };
    match against {
        None => Ok(first),
        Some(second) => {
            Err(Fault::SeveralRulesMatched { first: first.id.clone(), second: second.id.clone() })
        }
    }
}
