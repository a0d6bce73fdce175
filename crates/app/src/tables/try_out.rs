//! Trying a table on values, cell by cell. Nothing is recorded.

use dmn::{Answer, Fault, Model, said};
use serde_json::{Map, Value};

/// A cell as it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedCell {
    /// The rule.
    pub rule: String,
    /// Whether the whole rule matched.
    pub matched: bool,
    /// Whether each cell passed, in the order of the columns.
    pub passed: Vec<bool>,
}

/// What a table says to some values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TriedOut {
    /// The answers, by output.
    pub outputs: Vec<(String, String)>,
    /// Every rule of the main table.
    pub rules: Vec<TriedCell>,
    /// Why there is no answer: code and sentence.
    pub fault: Option<(String, String)>,
}

/// What a table answers a program.
#[derive(Debug, Clone, Default)]
pub struct Decided {
    /// The answers, by output.
    pub outputs: Map<String, Value>,
    /// The rules that matched.
    pub matched_rules: Vec<String>,
    /// The decision.
    pub decision: String,
    /// The inputs that were read.
    pub inputs: Map<String, Value>,
    /// Every cell, or why there is no answer.
    pub tried: TriedOut,
}

impl Decided {
    /// Asks the main decision of a text; `None` where the text does not run.
    pub fn of(xml: &str, inputs: &Map<String, Value>) -> Option<Self> {
        let model = Model::parse(xml).ok()?;
        let answer = model.answer(None, inputs);
        let tried = TriedOut::told(&model, answer.as_ref());
        let decision = model.main().id.to_string();
        Some(match answer {
            Ok(answer) => Self {
                matched_rules: answer.matched_rules.iter().map(ToString::to_string).collect(),
                outputs: answer.outputs,
                inputs: answer.inputs,
                decision,
                tried,
            },
            Err(_) => Self { decision, tried, ..Self::default() },
        })
    }
}

impl TriedOut {
    /// Tries the main decision of a text on values as people write them; `None` where the text does
    /// not run.
    pub fn of(xml: &str, given: &[(String, String)]) -> Option<Self> {
        let model = Model::parse(xml).ok()?;
        Some(Self::told(&model, model.try_out(None, given).as_ref()))
    }

    fn told(model: &Model, answer: Result<&Answer, &Fault>) -> Self {
        match answer {
            Ok(answer) => {
                let width = model.table().map_or(1, |table| table.inputs.len().max(1));
                let own = answer.tables.iter().find(|table| table.decision == answer.decision);
                let rules = own.iter().flat_map(|table| table.cells.chunks(width));
                let rules = rules.map(|cells| TriedCell {
                    rule: cells[0].rule.to_string(),
                    matched: answer.matched_rules.contains(&cells[0].rule),
                    passed: cells.iter().map(|cell| cell.passed).collect(),
                });
                Self {
                    rules: rules.collect(),
                    outputs: answer.outputs.iter().map(|(n, v)| (n.clone(), said(v))).collect(),
                    fault: None,
                }
            }
            Err(fault) => Self {
                fault: Some((fault.code().to_string(), fault.to_string())),
                ..Self::default()
            },
        }
    }
}
