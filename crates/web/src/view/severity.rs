//! Deciding the severity: the questions of the table, and what they would answer.

use askama::Template;

use super::{Choice, Input, Level, Place, Sev, Shell, Words, filters, samples::shell};

/// A question: one input of the decision table.
#[derive(Debug, Clone)]
pub struct Question {
    /// The input's name; posted as `answer.{key}`.
    pub key: String,
    /// The question, from the table.
    pub text: String,
    /// Help, from the table.
    pub help: Option<String>,
    /// The answers; the template adds "Unknown yet" where `unknown` is set.
    pub answers: Vec<Choice>,
    /// Whether "unknown yet" is an answer.
    pub unknown: bool,
    /// What was answered.
    pub input: Input,
}

/// What deciding now would record.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The outcome.
    pub sev: Sev,
    /// The rules that match.
    pub rules: Vec<String>,
    /// What holds now.
    pub held: Option<Sev>,
    /// Whether the outcome is lower than what holds: then it waits for a second person.
    pub lowered: bool,
    /// Minutes a second person has to approve; `None` where none is wanted.
    pub approve_within: Option<i64>,
}

/// A row of the decision table.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `R3`.
    pub name: String,
    /// Its conditions, one per column.
    pub conditions: Vec<String>,
    /// Its outcome.
    pub sev: Sev,
    /// Whether it matches the answers.
    pub hit: bool,
}

/// The page `/incidents/{reference}/severity`.
#[derive(Debug, Clone, Template)]
#[template(path = "severity.html")]
pub struct SeverityPage {
    /// Around it.
    pub shell: Shell,
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// The table's name and version.
    pub table: String,
    /// The questions.
    pub questions: Vec<Question>,
    /// Why.
    pub rationale: Input,
    /// The result, once every question has an answer.
    pub preview: Option<Preview>,
    /// The columns of the table.
    pub columns: Vec<String>,
    /// Its rows.
    pub rules: Vec<Rule>,
}

impl SeverityPage {
    /// Answered, S1.
    pub fn sample() -> Self {
        let question =
            |key: &str, text: &str, help: &str, answers: &[(&str, &str)], answer: &str| Question {
                key: key.to_owned(),
                text: text.to_owned(),
                help: (!help.is_empty()).then(|| help.to_owned()),
                answers: answers.iter().map(|(code, label)| Choice::new(*code, *label)).collect(),
                unknown: true,
                input: Input::of(answer),
            };
        let rule = |name: &str, function: &str, clients: &str, level, hit| Rule {
            name: name.to_owned(),
            conditions: vec![function.to_owned(), clients.to_owned()],
            sev: Sev::of(level, false),
            hit,
        };
        Self {
            shell: shell(Place::Incidents, "/incidents/INC-2026-0042/severity"),
            reference: "INC-2026-0042".to_owned(),
            title: Words::known("Instant payments rejected: core ledger gateway times out"),
            table: "severity v12".to_owned(),
            questions: vec![
                question(
                    "function",
                    "Is a critical or important function affected?",
                    "Instant payments supports “Payments, retail” in the register of information.",
                    &[("down", "Down"), ("degraded", "Degraded"), ("no", "No")],
                    "degraded",
                ),
                question(
                    "clients",
                    "What share of the clients of this service?",
                    "",
                    &[("few", "10 % or less"), ("many", "More than 10 %")],
                    "many",
                ),
                question(
                    "data",
                    "Could data be lost, altered or read?",
                    "",
                    &[("yes", "Yes"), ("no", "No")],
                    "unknown",
                ),
            ],
            rationale: Input::of("Payments are bouncing, not queueing. Waiting makes it worse."),
            preview: Some(Preview {
                sev: Sev::of(Level::S1, true),
                rules: vec!["R3".to_owned()],
                held: Some(Sev::of(Level::S2, false)),
                lowered: false,
                approve_within: Some(30),
            }),
            columns: vec!["Function".to_owned(), "Clients".to_owned()],
            rules: vec![
                rule("R1", "down", "any", Level::S1, false),
                rule("R3", "degraded", "> 10 %", Level::S1, true),
                rule("R4", "degraded", "≤ 10 %", Level::S2, false),
                rule("R5", "not critical", "> 10 %", Level::S3, false),
                rule("R6", "not critical", "≤ 10 %", Level::S4, false),
            ],
        }
    }

    /// Nothing answered; posted too early.
    pub fn sample_empty() -> Self {
        let mut sample = Self { preview: None, ..Self::sample() };
        for question in &mut sample.questions {
            question.input = Input::default();
        }
        if let Some(first) = sample.questions.first_mut() {
            first.input = Input::default().refused("Choose an answer; “unknown yet” is one.");
        }
        for rule in &mut sample.rules {
            rule.hit = false;
        }
        sample
    }
}
