//! Ready for audit? Four questions, each with what answers it.

use askama::Template;

use super::{
    Place, Shell, Time, Words, filters,
    samples::{at, shell},
};

/// How a question or a piece of evidence stands; the last in order is the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditState {
    /// There, in time.
    Present,
    /// Not applicable yet: the process has not come there.
    NotYet,
    /// Passed by exception.
    Excepted,
    /// There, but recorded too long after it happened.
    Late,
    /// The process asks for nothing that would answer it.
    Unknown,
    /// Due, and not there.
    Missing,
}

/// A piece of evidence.
#[derive(Debug, Clone)]
pub struct AuditItem {
    /// What it is.
    pub name: String,
    /// The step that requires it.
    pub element: String,
    /// How it stands.
    pub state: AuditState,
    /// The entry.
    pub entry: Option<i64>,
    /// When it happened, as claimed.
    pub happened: Option<Time>,
    /// When it was recorded.
    pub recorded: Option<Time>,
    /// The task that brings it.
    pub task: Option<String>,
}

/// A question with its answer.
#[derive(Debug, Clone)]
pub struct AuditPoint {
    /// `severity`, `containment`, `communications`, `remediation`.
    pub question: &'static str,
    /// How it stands: as the worst of its evidence.
    pub state: AuditState,
    /// What answers it.
    pub items: Vec<AuditItem>,
}

impl AuditPoint {
    /// How many pieces stand so.
    pub fn count(&self, state: &AuditState) -> usize {
        self.items.iter().filter(|item| item.state == *state).count()
    }

    /// Four answers, one of each kind.
    pub fn samples() -> Vec<Self> {
        let item = |name: &str, state: AuditState| AuditItem {
            name: name.to_owned(),
            element: "Decide severity".to_owned(),
            state,
            entry: matches!(state, AuditState::Present | AuditState::Late).then_some(48_120),
            happened: Some(at("01:55:00")),
            recorded: Some(at("01:56:12")),
            task: (state == AuditState::Missing).then(|| "/tasks/INC-2026-0042/17".to_owned()),
        };
        let point = |question, state, items| AuditPoint { question, state, items };
        vec![
            point(
                "severity",
                AuditState::Present,
                vec![
                    item("Severity decision", AuditState::Present),
                    item("Approver", AuditState::Present),
                ],
            ),
            point("containment", AuditState::Late, vec![item("Containment", AuditState::Late)]),
            point(
                "communications",
                AuditState::Missing,
                vec![
                    item("Communication draft", AuditState::Present),
                    item("Communication approval", AuditState::Missing),
                    item("Legal review", AuditState::Excepted),
                ],
            ),
            point("remediation", AuditState::NotYet, Vec::new()),
        ]
    }
}

/// The page `/incidents/{reference}/audit`.
#[derive(Debug, Clone, Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// Around it.
    pub shell: Shell,
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// The four questions.
    pub points: Vec<AuditPoint>,
    /// The process and its version.
    pub process: String,
    /// How many entries the incident has.
    pub entries: i64,
}

impl AuditPage {
    /// One of each kind.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Incidents, "/incidents/INC-2026-0042/audit"),
            reference: "INC-2026-0042".to_owned(),
            title: Words::known("Instant payments rejected: core ledger gateway times out"),
            points: AuditPoint::samples(),
            process: "major-incident v3".to_owned(),
            entries: 141,
        }
    }
}
