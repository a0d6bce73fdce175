//! Decision tables: the list, one table as plain HTML, the form that changes it, the modeler.

use askama::Template;

use super::{Choice, Input, Place, Shell, Time, filters, samples::shell};

/// A table in the list.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// Its name.
    pub name: String,
    /// What it calls itself.
    pub title: String,
    /// The newest version.
    pub version: Option<i64>,
    /// When it was published.
    pub published: Option<Time>,
    /// Its open drafts.
    pub drafts: Vec<u32>,
}

/// The page `/tables`.
#[derive(Debug, Clone, Template)]
#[template(path = "tables/list.html")]
pub struct TablesPage {
    /// Around it.
    pub shell: Shell,
    /// The tables, by name.
    pub rows: Vec<TableRow>,
}

/// A column of conditions or answers.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    /// The variable.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What may stand in it, as written; empty where anything.
    pub allowed: String,
}

/// A rule as it is read.
#[derive(Debug, Clone, Default)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Its tests.
    pub tests: Vec<TestCell>,
    /// Its answers.
    pub answers: Vec<String>,
    /// What is noted beside it.
    pub annotation: String,
    /// Whether it matched the tried values; `None` where nothing was tried.
    pub matched: Option<bool>,
}

/// A cell of conditions.
#[derive(Debug, Clone, Default)]
pub struct TestCell {
    /// As written; `-` asks nothing.
    pub text: String,
    /// Whether the tried value passes; `None` where nothing was tried.
    pub passed: Option<bool>,
}

/// Something that the checks say.
#[derive(Debug, Clone)]
pub struct Found {
    /// The rule or element.
    pub id: String,
    /// Its place in the file.
    pub place: String,
    /// The check's name.
    pub rule: String,
    /// What is wrong, in words, with the offending input.
    pub message: String,
    /// Whether it forbids publication.
    pub refuses: bool,
}

/// A stored test case.
#[derive(Debug, Clone, Default)]
pub struct CaseRow {
    /// What it shows.
    pub name: String,
    /// Its inputs, in words.
    pub given: String,
    /// What is wanted, in words.
    pub expect: String,
    /// What differs; absent where it passes.
    pub differs: Option<String>,
}

/// A field of the form that tries a table.
#[derive(Debug, Clone)]
pub struct TryField {
    /// The input's name; sent as `given.{name}`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// The values to choose from; none where anything may be typed.
    pub choices: Vec<Choice>,
    /// Whether numbers are wanted.
    pub number: bool,
    /// What was given.
    pub input: Input,
}

/// What a table says to the tried values.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The answers, by output.
    pub outputs: Vec<(String, String)>,
    /// The rules that matched.
    pub rules: Vec<String>,
    /// Why there is no answer.
    pub fault: Option<String>,
}

/// A version or a draft to go to.
#[derive(Debug, Clone)]
pub struct Text {
    /// `Version 2` or `Draft 3`.
    pub label: String,
    /// Where it is shown.
    pub href: String,
    /// What became of it, in a word.
    pub state: String,
    /// When.
    pub at: Time,
    /// Whether it is the one that is shown.
    pub current: bool,
}

/// A draft on its way to a version.
#[derive(Debug, Clone)]
pub struct Way {
    /// Its number.
    pub draft: u32,
    /// How far it is: `drafted`, `submitted`, `reviewed`, `approved`, `published`, `returned`, `withdrawn`.
    pub stage: String,
    /// Whether the checks object, so that it cannot be submitted.
    pub objected: bool,
    /// Why it is changed.
    pub rationale: String,
    /// What differs from the version it begins from, rule by rule.
    pub changes: Vec<String>,
}

/// The page `/tables/{name}`.
#[derive(Debug, Clone, Template)]
#[template(path = "tables/table.html")]
pub struct TablePage {
    /// Around it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// What it calls itself.
    pub title: String,
    /// What is shown: `Version 2`, `Draft 3, from version 2`.
    pub shown: String,
    /// How the shown text is asked for: `version=2` or `draft=3`.
    pub query: String,
    /// Whether a draft is shown: it decides nothing yet.
    pub draft: bool,
    /// SHA-256 of the text.
    pub sha256: String,
    /// The hit policy: letter and meaning.
    pub policy: (String, String),
    /// The conditions.
    pub inputs: Vec<Heading>,
    /// The answers.
    pub outputs: Vec<Heading>,
    /// The rules; none where the text does not run.
    pub rules: Vec<RuleRow>,
    /// What the checks say.
    pub findings: Vec<Found>,
    /// The test cases.
    pub cases: Vec<CaseRow>,
    /// The form that tries it.
    pub fields: Vec<TryField>,
    /// What it says to the tried values.
    pub tried: Option<Tried>,
    /// Versions and drafts, newest first.
    pub texts: Vec<Text>,
    /// The shown draft on its way to a version; absent where none is shown.
    pub way: Option<Way>,
    /// Whether the reader may change it.
    pub may_edit: bool,
}

/// A rule in the form.
#[derive(Debug, Clone, Default)]
pub struct EditRule {
    /// Its id; empty for a new one.
    pub id: String,
    /// What people read of it.
    pub label: String,
    /// Its tests.
    pub tests: Vec<String>,
    /// Its answers.
    pub answers: Vec<String>,
    /// What is noted beside it.
    pub annotation: String,
}

/// A test case in the form.
#[derive(Debug, Clone, Default)]
pub struct EditCase {
    /// Its id; empty for a new one.
    pub id: String,
    /// What it shows.
    pub name: String,
    /// The inputs, in the order of the columns.
    pub given: Vec<String>,
    /// The wanted outputs, in the order of the columns.
    pub expect: Vec<String>,
    /// The rules that must match.
    pub rules: String,
    /// The fault that must come.
    pub fault: String,
    /// What differs; absent where it passes or was not run.
    pub differs: Option<String>,
}

/// The page `/tables/{name}/edit`.
#[derive(Debug, Clone, Template)]
#[template(path = "tables/edit.html")]
pub struct TableEditPage {
    /// Around it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// What it calls itself.
    pub title: String,
    /// What it begins from: `Version 2`, `Draft 3, from version 2`.
    pub from: String,
    /// How the text it begins from is asked for.
    pub query: String,
    /// The hit policy.
    pub policy: Input,
    /// The hit policies.
    pub policies: Vec<Choice>,
    /// The conditions.
    pub inputs: Vec<Heading>,
    /// The answers.
    pub outputs: Vec<Heading>,
    /// The rules.
    pub rules: Vec<EditRule>,
    /// The test cases.
    pub cases: Vec<EditCase>,
    /// What the checks say of the table as it stands in the form.
    pub findings: Vec<Found>,
    /// Why it is changed.
    pub rationale: Input,
}

/// The page `/tables/{name}/modeler`.
#[derive(Debug, Clone, Template)]
#[template(path = "tables/modeler.html")]
pub struct TableModelerPage {
    /// Around it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// What it begins from.
    pub from: String,
    /// How the text it begins from is asked for.
    pub query: String,
    /// The file.
    pub xml: Input,
    /// Why it is changed.
    pub rationale: Input,
}

fn heading(name: &str, label: &str, allowed: &str) -> Heading {
    Heading { name: name.to_owned(), label: label.to_owned(), allowed: allowed.to_owned() }
}

fn sample_columns() -> (Vec<Heading>, Vec<Heading>) {
    let inputs = vec![
        heading("customers_affected", "Customers affected", "\"few\", \"many\", \"unknown\""),
        heading("minutes_open", "Minutes open", ">= 0"),
    ];
    (inputs, vec![heading("escalate_to", "Escalate to", "\"management\", \"nobody\"")])
}

fn sample_findings() -> Vec<Found> {
    let found = |rule: &str, message: &str, refuses| Found {
        id: "escalation-triggers".to_owned(),
        place: "line 87, column 7".to_owned(),
        rule: rule.to_owned(),
        message: message.to_owned(),
        refuses,
    };
    vec![
        found("gap", "no rule answers customers_affected=many minutes_open=29.5", true),
        found("shadowed-rule", "no combination of inputs is decided by this rule", false),
    ]
}

impl TablesPage {
    /// The shipped tables.
    pub fn sample() -> Self {
        let shell = shell(Place::Tables, "/tables");
        let row = |name: &str, title: &str, version, drafts: &[u32]| TableRow {
            name: name.to_owned(),
            title: title.to_owned(),
            version: Some(version),
            published: Some(shell.now.clone()),
            drafts: drafts.to_vec(),
        };
        let rows = vec![
            row("escalation-triggers", "Escalation triggers", 1, &[]),
            row("legal-review-required", "Legal review required", 1, &[]),
            row("severity", "Severity", 12, &[13]),
        ];
        Self { rows, shell }
    }

    /// None.
    pub fn sample_empty() -> Self {
        Self { shell: shell(Place::Tables, "/tables"), rows: Vec::new() }
    }
}

impl TablePage {
    /// What the form that tries sends along, so that the same text is shown again.
    fn asked(&self) -> (&str, &str) {
        self.query.split_once('=').unwrap_or_default()
    }

    /// A draft with a gap, tried.
    pub fn sample() -> Self {
        let shell = shell(Place::Tables, "/tables/escalation-triggers");
        let (inputs, outputs) = sample_columns();
        let cell = |text: &str, passed| TestCell { text: text.to_owned(), passed: Some(passed) };
        let rule = |id: &str, tests: Vec<TestCell>, answer: &str, matched| RuleRow {
            id: id.to_owned(),
            tests,
            answers: vec![answer.to_owned()],
            annotation: "Half an hour is long enough".to_owned(),
            matched: Some(matched),
        };
        let field = |name: &str, label: &str, choices: &[&str], value: &str| TryField {
            name: name.to_owned(),
            label: label.to_owned(),
            choices: choices.iter().map(|code| Choice::new(*code, *code)).collect(),
            number: choices.is_empty(),
            input: Input::of(value),
        };
        let text = |label: &str, state: &str, current| Text {
            label: label.to_owned(),
            href: "/tables/escalation-triggers?version=1".to_owned(),
            state: state.to_owned(),
            at: shell.now.clone(),
            current,
        };
        Self {
            name: "escalation-triggers".to_owned(),
            title: "Escalation triggers".to_owned(),
            shown: "Draft 2, from version 1".to_owned(),
            query: "draft=2".to_owned(),
            draft: true,
            sha256: "9f3c71e0".repeat(8),
            policy: ("P".to_owned(), "the first answer in the order of the output".to_owned()),
            rules: vec![
                rule(
                    "T1",
                    vec![cell("\"many\"", true), cell(">= 30", true)],
                    "\"management\"",
                    true,
                ),
                rule("T2", vec![cell("-", true), cell("< 29", false)], "\"nobody\"", false),
            ],
            findings: sample_findings(),
            cases: vec![
                CaseRow {
                    name: "Half an hour".to_owned(),
                    given: "customers_affected=many minutes_open=30".to_owned(),
                    expect: "escalate_to=management".to_owned(),
                    differs: None,
                },
                CaseRow {
                    name: "A minute less".to_owned(),
                    given: "customers_affected=many minutes_open=29".to_owned(),
                    expect: "escalate_to=nobody".to_owned(),
                    differs: Some("no rule matched (no_rule_matched)".to_owned()),
                },
            ],
            fields: vec![
                field("customers_affected", "Customers affected", &["few", "many"], "many"),
                field("minutes_open", "Minutes open", &[], "30"),
            ],
            tried: Some(Tried {
                outputs: vec![("escalate_to".to_owned(), "management".to_owned())],
                rules: vec!["T1".to_owned()],
                fault: None,
            }),
            texts: vec![text("Draft 2", "drafted", true), text("Version 1", "in force", false)],
            way: Some(Way {
                draft: 2,
                stage: "drafted".to_owned(),
                objected: true,
                rationale: "Half an hour is too long for most customers.".to_owned(),
                changes: vec!["T2, Minutes open: was any, is < 29.".to_owned()],
            }),
            may_edit: true,
            inputs,
            outputs,
            shell,
        }
    }

    /// A draft that waits for approval.
    pub fn sample_reviewed() -> Self {
        let mut sample = Self::sample();
        if let Some(way) = &mut sample.way {
            (way.stage, way.objected) = ("reviewed".to_owned(), false);
        }
        sample.findings.clear();
        sample
    }

    /// A version without findings, cases or a try.
    pub fn sample_clean() -> Self {
        let mut sample = Self::sample();
        sample.draft = false;
        sample.way = None;
        sample.may_edit = false;
        sample.shown = "Version 1".to_owned();
        sample.findings.clear();
        sample.cases.clear();
        sample.tried = None;
        for rule in &mut sample.rules {
            rule.matched = None;
            rule.tests.iter_mut().for_each(|cell| cell.passed = None);
        }
        sample
    }
}

impl TableEditPage {
    /// Two rules and a gap between them.
    pub fn sample() -> Self {
        let (inputs, outputs) = sample_columns();
        let rule = |id: &str, tests: &[&str], answer: &str| EditRule {
            id: id.to_owned(),
            label: id.to_owned(),
            tests: tests.iter().map(|text| (*text).to_owned()).collect(),
            answers: vec![answer.to_owned()],
            annotation: String::new(),
        };
        Self {
            shell: shell(Place::Tables, "/tables/escalation-triggers/edit"),
            name: "escalation-triggers".to_owned(),
            title: "Escalation triggers".to_owned(),
            from: "Version 1".to_owned(),
            query: "version=1".to_owned(),
            policy: Input::of("P"),
            policies: vec![Choice::new("P", "P: the first answer in the order of the output")],
            rules: vec![
                rule("T1", &["\"many\"", ">= 30"], "\"management\""),
                rule("T2", &["-", "< 29"], "\"nobody\""),
            ],
            cases: vec![EditCase {
                id: "case_1".to_owned(),
                name: "Half an hour".to_owned(),
                given: vec!["many".to_owned(), "30".to_owned()],
                expect: vec!["management".to_owned()],
                differs: Some("no rule matched".to_owned()),
                ..EditCase::default()
            }],
            findings: sample_findings(),
            rationale: Input::default(),
            inputs,
            outputs,
        }
    }
}

impl TableModelerPage {
    /// A small file.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Tables, "/tables/severity/modeler"),
            name: "severity".to_owned(),
            from: "Version 1".to_owned(),
            query: "version=1".to_owned(),
            xml: Input::of(include_str!("../../../../processes/severity.dmn")),
            rationale: Input::default(),
        }
    }
}
