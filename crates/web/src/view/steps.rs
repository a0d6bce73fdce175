//! Deciding the severity one question a screen, with a thumb.

use askama::Template;

use super::{Input, Level, Place, Sev, Shell, Words, filters, samples::shell, severity::Preview};

/// An answer to tap.
#[derive(Debug, Clone)]
pub struct StepChoice {
    /// What it says.
    pub label: String,
    /// The next screen.
    pub href: String,
    /// Whether it was given before.
    pub on: bool,
}

/// The question of this screen.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// The question, from the table.
    pub text: String,
    /// The answers.
    pub choices: Vec<StepChoice>,
    /// "Unknown yet", where that is an answer.
    pub unknown: Option<StepChoice>,
}

/// What was answered before.
#[derive(Debug, Clone)]
pub struct Given {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// The screen that changes it.
    pub href: String,
}

/// The page `/incidents/{reference}/severity/steps`.
#[derive(Debug, Clone, Template)]
#[template(path = "steps.html")]
pub struct StepsPage {
    /// Around it.
    pub shell: Shell,
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// The table's name and version.
    pub table: String,
    /// The question; `None` where no further answer changes the outcome.
    pub step: Option<Step>,
    /// What was answered.
    pub given: Vec<Given>,
    /// Questions without an answer.
    pub unasked: Vec<String>,
    /// What deciding now would record; `None` where the table has no answer yet.
    pub preview: Option<Preview>,
    /// The gravest and the mildest that it can still become.
    pub range: Option<(Sev, Sev)>,
    /// The answers as the decision posts them.
    pub hidden: Vec<(String, String)>,
    /// Why; proposed from the answers.
    pub rationale: Input,
}

impl StepsPage {
    /// The second question, S1 so far.
    pub fn sample() -> Self {
        let choice = |label: &str, on| StepChoice {
            label: label.to_owned(),
            href: "/incidents/INC-2026-0042/severity/steps?customers=most".to_owned(),
            on,
        };
        Self {
            shell: shell(Place::Incidents, "/incidents/INC-2026-0042/severity/steps"),
            reference: "INC-2026-0042".to_owned(),
            title: Words::known("Instant payments rejected: core ledger gateway times out"),
            table: "severity v12".to_owned(),
            step: Some(Step {
                number: 2,
                of: 4,
                text: "Is a critical or important function affected?".to_owned(),
                choices: vec![choice("Yes", false), choice("No", false)],
                unknown: Some(choice("Unknown yet", false)),
            }),
            given: vec![Given {
                question: "Customers affected".to_owned(),
                answer: "Most".to_owned(),
                href: "/incidents/INC-2026-0042/severity/steps?ask=customers".to_owned(),
            }],
            unasked: vec!["Critical function".to_owned(), "Data at risk".to_owned()],
            preview: Some(Preview {
                sev: Sev::of(Level::S1, false),
                rules: vec!["R1".to_owned()],
                held: None,
                lowered: false,
                approve_within: Some(30),
            }),
            range: Some((Sev::of(Level::S1, false), Sev::of(Level::S3, false))),
            hidden: vec![("customers".to_owned(), "most".to_owned())],
            rationale: Input::of("Customers affected: most; not known yet: critical function."),
        }
    }

    /// Settled, and lower than what holds.
    pub fn sample_settled() -> Self {
        Self {
            step: None,
            unasked: Vec::new(),
            preview: Some(Preview {
                sev: Sev::of(Level::S3, false),
                rules: vec!["R7".to_owned()],
                held: Some(Sev::of(Level::S1, true)),
                lowered: true,
                approve_within: Some(30),
            }),
            range: None,
            ..Self::sample()
        }
    }
}
