//! Lists of incidents and of tasks.

use askama::Template;

use super::{
    Chip, Input, Place, Shell, filters, incident::NextStep, now::PhaseGroup, part::Pager,
    samples::shell,
};

/// The page `/incidents`.
#[derive(Debug, Clone, Template)]
#[template(path = "incidents.html")]
pub struct IncidentsPage {
    /// Around it.
    pub shell: Shell,
    /// Filters: `open`, `closed`, `all`.
    pub statuses: Vec<Chip>,
    /// Filters: `S1` to `S4`.
    pub levels: Vec<Chip>,
    /// What was looked for.
    pub q: Input,
    /// The filters in force besides `q`, as hidden fields of the search form.
    pub kept: Vec<(String, String)>,
    /// By phase; a list of closed ones is one group with the phase `closed`.
    pub groups: Vec<PhaseGroup>,
    /// Where it goes on.
    pub pager: Pager,
    /// Whether this person may declare.
    pub may_declare: bool,
}

/// A task as a row.
#[derive(Debug, Clone)]
pub struct TaskRow {
    /// The task.
    pub task: NextStep,
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: String,
}

/// The page `/tasks`.
#[derive(Debug, Clone, Template)]
#[template(path = "tasks.html")]
pub struct TasksPage {
    /// Around it.
    pub shell: Shell,
    /// Filters: `mine`, `all`.
    pub chips: Vec<Chip>,
    /// Soonest due first.
    pub rows: Vec<TaskRow>,
    /// Where it goes on.
    pub pager: Pager,
}

/// A filter of a sample.
pub(super) fn chip(code: &'static str, path: &str, on: bool) -> Chip {
    Chip { code, href: format!("{path}={code}"), on, count: None }
}

impl IncidentsPage {
    /// All that is open.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Incidents, "/incidents"),
            statuses: vec![
                chip("open", "/incidents?status", true),
                chip("closed", "/incidents?status", false),
                chip("all", "/incidents?status", false),
            ],
            levels: ["S1", "S2", "S3", "S4"]
                .map(|code| chip(code, "/incidents?status=open&severity", false))
                .into(),
            q: Input::default(),
            kept: vec![("status".to_owned(), "open".to_owned())],
            groups: PhaseGroup::samples(),
            pager: Pager { shown: 10, total: Some(10), ..Pager::default() },
            may_declare: true,
        }
    }
}

impl TasksPage {
    /// Three tasks.
    pub fn sample() -> Self {
        let row = |name: &str, due: &str, pressing| TaskRow {
            task: NextStep::sample(name, "17", due, pressing),
            reference: "INC-2026-0042".to_owned(),
            title: "Instant payments rejected: core ledger gateway times out".to_owned(),
        };
        Self {
            shell: shell(Place::Tasks, "/tasks"),
            chips: vec![chip("mine", "/tasks?show", true), chip("all", "/tasks?show", false)],
            rows: vec![
                row("Ratify the exception URG-2", "−12 m", true),
                row("Approve failover of the ledger gateway to site B", "10 m", false),
                row("Notify the provider", "28 m", false),
            ],
            pager: Pager { shown: 3, total: Some(3), ..Pager::default() },
        }
    }
}
