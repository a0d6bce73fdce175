//! One evaluation with its trace: every cell of every rule, and which rules matched.

use base::{Code, Digest};
use dsntk_feel::{FeelScope, Name, context::FeelContext, values::Value as Feel};
use process::Variables;

use super::{Kind, Table, policy};
use crate::{
    feel::{feel, ours},
    json,
    open::INPUT,
};

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
    /// The inputs are larger or deeper than a decision takes.
    #[error(
        "the inputs are larger than {} values or deeper than {}",
        json::MAX_ITEMS,
        json::MAX_DEPTH
    )]
    InputsTooLarge,
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
    /// An answer is null.
    #[error("the answer {output} is null")]
    AnswerNull {
        /// The output.
        output: Code,
    },
    /// An answer is not among the output's values.
    #[error("the answer {output} may not be {value}")]
    AnswerNotAllowed {
        /// The output.
        output: Code,
        /// What it would be.
        value: String,
    },
    /// An answer cannot be kept as evidence: words, fractions, structures.
    #[error("the answer {output} is no code, whole number or flag, and cannot be recorded")]
    AnswerNotRecordable {
        /// The output.
        output: Code,
    },
    /// The model holds no such decision.
    #[error("there is no decision {decision}")]
    DecisionUnknown {
        /// What was asked for.
        decision: String,
    },
}

impl Fault {
    /// The stable code that goes into the fault's entry.
    pub fn code(&self) -> Code {
        Code::fixed(match self {
            Self::InputUnknown { .. } => "input_unknown",
            Self::InputNotAllowed { .. } => "input_not_allowed",
            Self::InputsTooLarge => "inputs_too_large",
            Self::CellNull { .. } => "cell_null",
            Self::NoRuleMatched => "no_rule_matched",
            Self::SeveralRulesMatched { .. } => "several_rules_matched",
            Self::AnswerNull { .. } => "answer_null",
            Self::AnswerNotAllowed { .. } => "answer_not_allowed",
            Self::AnswerNotRecordable { .. } => "answer_not_recordable",
            Self::DecisionUnknown { .. } => "decision_unknown",
        })
    }
}

/// What a table answered, in FEEL's terms.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    /// What each column saw.
    pub(crate) inputs: Vec<Feel>,
    /// Whether each cell passed, rule by rule.
    pub(crate) passed: Vec<bool>,
    /// The rules that matched, by their place.
    pub(crate) matched: Vec<usize>,
    /// The answers, one per output.
    pub(crate) columns: Vec<Feel>,
}

impl Table {
    /// Evaluates on inputs by name; others are not looked at.
    ///
    /// # Errors
    /// [`Fault`]: never is "no answer" taken for the mildest one.
    pub fn evaluate(&self, variables: &Variables) -> Result<Outcome, Fault> {
        let mut context = FeelContext::default();
        if !self.is_plain() {
            for (name, value) in variables {
                context.set_entry(&Name::from(name.as_str()), feel(value));
            }
        }
        let given = |name: &str| {
            let code = name.parse::<Code>().ok()?;
            variables.get(&code).map(feel)
        };
        let ran = self.run(&given, &|| context.clone().into())?;
        self.outcome(&ran)
    }

    fn outcome(&self, ran: &Ran) -> Result<Outcome, Fault> {
        let leaf = |(name, value): (&Code, &Feel)| match ours(value) {
            Some(value) => Ok((name.clone(), value)),
            None => Err(Fault::AnswerNotRecordable { output: name.clone() }),
        };
        let outputs = self.outputs.iter().map(|output| &output.name).zip(&ran.columns);
        let inputs = self.inputs.iter().map(|input| &input.name).zip(&ran.inputs);
        Ok(Outcome {
            outputs: outputs.map(leaf).collect::<Result<_, _>>()?,
            matched_rules: self.matched(ran),
            inputs: inputs.map(leaf).filter_map(Result::ok).collect(),
            cells: self.trace(ran),
            table_id: self.id.clone(),
            sha256: self.sha256,
        })
    }

    /// The ids of the rules that matched.
    pub(crate) fn matched(&self, ran: &Ran) -> Vec<Code> {
        ran.matched.iter().map(|at| self.rules[*at].id.clone()).collect()
    }

    /// The trace with its names.
    pub(crate) fn trace(&self, ran: &Ran) -> Vec<Cell> {
        let cells = self.rules.iter().flat_map(|rule| self.inputs.iter().map(move |i| (rule, i)));
        let cell = |((rule, input), passed): ((&super::Rule, &super::Input), &bool)| Cell {
            rule: rule.id.clone(),
            input: input.name.clone(),
            passed: *passed,
        };
        cells.zip(&ran.passed).map(cell).collect()
    }

    /// The whole answer as FEEL has it.
    pub(crate) fn result(&self, ran: &Ran) -> Feel {
        policy::result(self, ran.matched.len(), &ran.columns)
    }

    /// Runs on values by name, and on a scope where an expression is more than a name.
    pub(crate) fn run(
        &self,
        given: &dyn Fn(&str) -> Option<Feel>,
        scope: &dyn Fn() -> FeelScope,
    ) -> Result<Ran, Fault> {
        let inputs = self.values(given, scope)?;
        let mut passed = Vec::with_capacity(self.rules.len() * self.inputs.len());
        let mut matched = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let mut all = true;
            for (column, test) in rule.cells.iter().enumerate() {
                let simple = test.shape.as_ref().and_then(|shape| shape.passes(&inputs[column]));
                let told = match simple {
                    Some(told) => told,
                    None => self.judge(at, column, &inputs[column], &scope())?,
                };
                all &= told;
                passed.push(told);
            }
            if all {
                matched.push(at);
            }
        }
        let columns = policy::answer(self, &matched, scope)?;
        Ok(Ran { inputs, passed, matched, columns })
    }

    /// A cell that is not simple, by the evaluator.
    fn judge(
        &self,
        rule: usize,
        column: usize,
        value: &Feel,
        scope: &FeelScope,
    ) -> Result<bool, Fault> {
        let mut context = FeelContext::default();
        context.set_entry(&Name::from(INPUT), value.clone());
        scope.push(context);
        let rule = &self.rules[rule];
        match rule.cells[column].open.evaluate(scope) {
            Feel::Boolean(told) => Ok(told),
            _ => Err(Fault::CellNull {
                rule: rule.id.clone(),
                input: self.inputs[column].name.clone(),
            }),
        }
    }

    fn values(
        &self,
        given: &dyn Fn(&str) -> Option<Feel>,
        scope: &dyn Fn() -> FeelScope,
    ) -> Result<Vec<Feel>, Fault> {
        let mut values = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let value = match &input.plain {
                Some(name) => given(name).unwrap_or(Feel::Null(None)),
                None => input.expression.evaluate(&scope()),
            };
            let name = || input.name.clone();
            match &value {
                Feel::Null(_) if input.minds_null => {}
                Feel::Null(_) => return Err(Fault::InputUnknown { input: name() }),
                value if !input.domain.allows(value) => {
                    let value = json::plain(value);
                    return Err(Fault::InputNotAllowed { input: name(), value });
                }
                value if json::has_no_zone(value) && input.domain.kind == Kind::Other => {
                    let value = json::plain(value);
                    return Err(Fault::InputNotAllowed { input: name(), value });
                }
                _ => {}
            }
            values.push(value);
        }
        Ok(values)
    }
}
