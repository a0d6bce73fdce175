//! Changes of configuration that wait for a second person, and those that are settled.

use askama::Template;

use super::{
    Input, Place, Shell, Time, filters,
    samples::{at, shell},
};

/// One thing that would change.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// `add`, `change` or `retire`.
    pub verb: &'static str,
    /// What kind of thing it is.
    pub kind: String,
    /// Its code.
    pub code: String,
    /// What changes, a line a member.
    pub diff: Vec<String>,
}

/// A set of changes.
#[derive(Debug, Clone)]
pub struct ChangeSetShown {
    /// `chg_…`.
    pub id: String,
    /// `proposed`, `applied` or `rejected`.
    pub standing: &'static str,
    /// Who proposed it.
    pub by: String,
    /// When.
    pub at: Time,
    /// The entry of the proposal.
    pub entry: i64,
    /// What would change.
    pub rows: Vec<ChangeRow>,
    /// Who settled it, and when.
    pub settled: Option<(String, Time)>,
}

/// The page `/configuration`.
#[derive(Debug, Clone, Template)]
#[template(path = "configuration.html")]
pub struct ConfigurationPage {
    /// Around it.
    pub shell: Shell,
    /// Those that wait first.
    pub sets: Vec<ChangeSetShown>,
    /// Whether the reader may approve.
    pub may_approve: bool,
    /// Why one is given up, as typed.
    pub reason: Input,
}

impl ConfigurationPage {
    /// One that waits, one that is settled.
    pub fn sample() -> Self {
        let row = |verb, kind: &str, code: &str, diff: &[&str]| ChangeRow {
            verb,
            kind: kind.to_owned(),
            code: code.to_owned(),
            diff: diff.iter().map(|line| (*line).to_owned()).collect(),
        };
        let set = |id: &str, standing, rows, settled| ChangeSetShown {
            id: id.to_owned(),
            standing,
            by: "the host operator".to_owned(),
            at: at("02:12:40"),
            entry: 412,
            rows,
            settled,
        };
        let waits = vec![
            row("add", "service", "payment-gateway", &[]),
            row("change", "team", "payments", &["members: ana@bank.example → bo@bank.example"]),
            row("retire", "service", "old-ledger", &[]),
        ];
        let settled = Some(("Marta Board".to_owned(), at("02:14:02")));
        let done = vec![row("add", "legal_entity", "lux", &[])];
        Self {
            shell: shell(Place::Elsewhere, "/configuration"),
            sets: vec![
                set("chg_2", "proposed", waits, None),
                set("chg_1", "applied", done, settled),
            ],
            may_approve: true,
            reason: Input::default(),
        }
    }
}
