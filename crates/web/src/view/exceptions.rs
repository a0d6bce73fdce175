//! Exceptions: the register, and one of them with its judgement.

use askama::Template;

use super::{
    Chip, Input, Place, Sev, Shell, Time, Words, filters,
    lists::chip,
    part::{Level, Pager},
    samples::{at, shell},
};

/// How an exception stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Waits for a second person.
    Waiting,
    /// Waits longer than it should.
    Overdue,
    /// It was right.
    Ratified,
    /// It should not have been.
    Refused,
    /// Made before ratification was asked for.
    Unknown,
}

/// A row of the register.
#[derive(Debug, Clone)]
pub struct ExceptionRow {
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// How bad.
    pub sev: Sev,
    /// Whether it was an exercise.
    pub exercise: bool,
    /// The step that was passed.
    pub step: String,
    /// `EX-URGENT`.
    pub code: String,
    /// Why, in the person's words.
    pub rationale: Words,
    /// Who passed it.
    pub by: String,
    /// Whether the role was not held.
    pub without_role: bool,
    /// When.
    pub at: Time,
    /// How it stands.
    pub standing: Standing,
    /// Until when it is to be ratified.
    pub due: Option<Time>,
    /// What is left, or how late with a minus.
    pub due_in: Option<String>,
    /// The entry.
    pub entry: i64,
    /// The entry that judged it.
    pub judged: Option<i64>,
}

impl ExceptionRow {
    /// Its page.
    pub fn path(&self) -> String {
        format!("/incidents/{}/exceptions/{}", self.reference, self.entry)
    }
}

/// The page `/exceptions`.
#[derive(Debug, Clone, Template)]
#[template(path = "exceptions.html")]
pub struct ExceptionsPage {
    /// Around it.
    pub shell: Shell,
    /// Filters: `waiting`, `all`.
    pub chips: Vec<Chip>,
    /// How many wait longer than they should.
    pub overdue: i64,
    /// Newest first.
    pub rows: Vec<ExceptionRow>,
    /// Where it goes on.
    pub pager: Pager,
}

/// The page `/incidents/{reference}/exceptions/{seq}`.
#[derive(Debug, Clone, Template)]
#[template(path = "exception.html")]
pub struct ExceptionPage {
    /// Around it.
    pub shell: Shell,
    /// The exception.
    pub row: ExceptionRow,
    /// What the step asks for as evidence.
    pub evidence: Vec<String>,
    /// Roles the step belongs to.
    pub roles: Vec<String>,
    /// Who judged it and what was said.
    pub judgement: Option<(String, Time, Option<Words>)>,
    /// Whether the reader may judge; else why not: `own`, `role`, `new`, `judged`.
    pub why_not: String,
    /// What is said of it.
    pub comment: Input,
}

impl ExceptionRow {
    fn sample(standing: Standing, entry: i64) -> Self {
        Self {
            reference: "INC-2026-0042".to_owned(),
            title: Words::known("Instant payments rejected: core ledger gateway times out"),
            sev: Sev::of(Level::S1, true),
            exercise: false,
            step: "Failover or shutdown?".to_owned(),
            code: "EX-UNREACHABLE".to_owned(),
            rationale: Words::known("deputy unreachable, payments stop in five minutes"),
            by: "K. Brandt".to_owned(),
            without_role: standing == Standing::Overdue,
            at: at("02:26:40"),
            standing,
            due: Some(at("2026-11-18T02:26:40Z")),
            due_in: (standing != Standing::Ratified).then(|| "23 h 55 m".to_owned()),
            entry,
            judged: (standing == Standing::Ratified).then_some(48_290),
        }
    }
}

impl ExceptionsPage {
    /// One that waits, one overdue, one ratified.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Exceptions, "/exceptions"),
            chips: vec![
                chip("waiting", "/exceptions?show", true),
                chip("all", "/exceptions?show", false),
            ],
            overdue: 1,
            rows: [
                (Standing::Waiting, 48_204),
                (Standing::Overdue, 48_112),
                (Standing::Ratified, 47_020),
            ]
            .map(|(standing, entry)| ExceptionRow::sample(standing, entry))
            .into(),
            pager: Pager { shown: 3, total: Some(3), ..Pager::default() },
        }
    }

    /// None at all.
    pub fn sample_empty() -> Self {
        let pager = Pager { total: Some(0), ..Pager::default() };
        Self { overdue: 0, rows: Vec::new(), pager, ..Self::sample() }
    }
}

impl ExceptionPage {
    /// One that the reader may judge.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Exceptions, "/incidents/INC-2026-0042/exceptions/48204"),
            row: ExceptionRow::sample(Standing::Waiting, 48_204),
            evidence: vec!["failover_approval".to_owned()],
            roles: vec!["Incident commander".to_owned(), "Management".to_owned()],
            judgement: None,
            why_not: String::new(),
            comment: Input::default(),
        }
    }

    /// One that was ratified.
    pub fn sample_judged() -> Self {
        Self {
            row: ExceptionRow::sample(Standing::Ratified, 48_204),
            judgement: Some((
                "M. Board".to_owned(),
                at("2026-11-17T07:10:00Z"),
                Some(Words::known("right call")),
            )),
            why_not: "judged".to_owned(),
            ..Self::sample()
        }
    }
}
