//! A table as a grid of texts: what a page shows, what a form changes.

use base::Code;
use dmn::{Case, Edited, EditedCase, EditedRule, HitPolicy, Model, Tried, said, table::Kind};

/// A column of conditions or of answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// The variable, or the expression.
    pub name: String,
    /// What the author calls it; its name where it says nothing.
    pub label: String,
    /// What may stand in it: `text`, `number`, `flag`, `date`, `length`, `other`.
    pub kind: &'static str,
    /// The listed values; none where anything may stand, or a range.
    pub values: Vec<String>,
    /// What may stand in it, as written.
    pub allowed: String,
    /// For an answer: what is said where no rule matches, as written.
    pub default: String,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The tests, as written.
    pub tests: Vec<String>,
    /// The answers, as written.
    pub answers: Vec<String>,
    /// What is noted beside it.
    pub annotation: String,
}

/// A stored test case and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSeen {
    /// Its id.
    pub id: String,
    /// What it shows.
    pub name: String,
    /// The inputs, by name.
    pub given: Vec<(String, String)>,
    /// The wanted outputs, by name.
    pub expect: Vec<(String, String)>,
    /// The rules that must match; empty where any may.
    pub rules: String,
    /// The fault that must come; empty where an answer must.
    pub fault: String,
    /// What differs; absent where it passes.
    pub differs: Option<String>,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The decision's id.
    pub decision: Code,
    /// What it calls itself.
    pub title: String,
    /// Which of several matching rules holds.
    pub policy: HitPolicy,
    /// The conditions.
    pub inputs: Vec<Column>,
    /// The answers.
    pub outputs: Vec<Column>,
    /// The rules, in order.
    pub rows: Vec<Row>,
}

impl Grid {
    /// The main table of a model; `None` where the main decision is no table.
    pub(super) fn of(model: &Model) -> Option<Self> {
        let table = model.table()?;
        let title = if table.name.is_empty() { table.id.to_string() } else { table.name.clone() };
        let inputs = table.inputs.iter().map(|input| Column {
            name: if input.text.is_empty() { input.name.to_string() } else { input.text.clone() },
            label: labelled(&input.label, &input.text),
            kind: kind(input.domain.kind),
            values: input.domain.values(),
            allowed: input.domain.text.clone(),
            default: String::new(),
        });
        let outputs = table.outputs.iter().map(|output| Column {
            name: output.name.to_string(),
            label: labelled(&output.label, output.name.as_str()),
            kind: "other",
            values: output.values(),
            allowed: output.text.clone(),
            default: output.default.clone(),
        });
        let rows = table.rules.iter().map(|rule| Row {
            id: rule.id.to_string(),
            tests: rule.tests.clone(),
            answers: rule.answers.clone(),
            annotation: rule.annotation.clone(),
        });
        Some(Self {
            decision: table.id.clone(),
            title,
            policy: table.hit_policy,
            inputs: inputs.collect(),
            outputs: outputs.collect(),
            rows: rows.collect(),
        })
    }

    /// The grid as a form begins with it.
    pub fn to_edit(&self, cases: &[CaseSeen]) -> Edited {
        let rules = self.rows.iter().map(|row| EditedRule {
            id: row.id.clone(),
            tests: row.tests.clone(),
            answers: row.answers.clone(),
            annotation: row.annotation.clone(),
        });
        let cases = cases.iter().map(|case| EditedCase {
            id: case.id.clone(),
            name: case.name.clone(),
            given: case.given.clone(),
            expect: case.expect.clone(),
            rules: case.rules.clone(),
            fault: case.fault.clone(),
        });
        Edited {
            hit_policy: Some(self.policy),
            rules: rules.collect(),
            cases: Some(cases.collect()),
        }
    }
}

fn labelled(label: &str, name: &str) -> String {
    if label.is_empty() { name.to_owned() } else { label.to_owned() }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Flag => "flag",
        Kind::Date => "date",
        Kind::Length => "length",
        Kind::Other => "other",
    }
}

/// A case with its outcome.
pub(super) fn case((case, tried): (&Case, Tried)) -> CaseSeen {
    let rules = case.rules.iter().flatten().map(Code::as_str).collect::<Vec<_>>().join(" ");
    CaseSeen {
        id: case.id.to_string(),
        name: case.name.clone(),
        given: case.given.iter().map(|(name, value)| (name.clone(), said(value))).collect(),
        expect: case.expect.clone(),
        rules,
        fault: case.fault.as_ref().map(ToString::to_string).unwrap_or_default(),
        differs: tried.differs,
    }
}
