//! My work: what waits for the reader, overdue first.

use askama::Template;

use super::{Chip, Level, Place, Sev, Shell, Time, filters, lists::chip, part::Pager, samples};

/// Something that waits for somebody.
#[derive(Debug, Clone)]
pub struct WorkRow {
    /// `task`, `decision`, `approval`, `severity`, `command`, `ratification`, `move`.
    pub kind: &'static str,
    /// What is to be done, as the model says it; empty where the kind says it.
    pub name: String,
    /// Where it is done.
    pub href: String,
    /// `INC-2026-0042`; empty where it is about no incident in particular.
    pub reference: String,
    /// What is broken.
    pub title: String,
    /// How bad.
    pub sev: Sev,
    /// To whom it belongs, as people write it.
    pub roles: Vec<String>,
    /// Since when it waits.
    pub since: Time,
    /// Until when.
    pub due: Option<Time>,
    /// What is left, or how late with a minus: `8 m`.
    pub left: Option<String>,
    /// Whether it is late.
    pub late: bool,
    /// Whether it is late or nearly so.
    pub pressing: bool,
    /// Whether it waits for the reader.
    pub mine: bool,
    /// Who is on it.
    pub holder: Option<String>,
    /// Whether that is the reader.
    pub held: bool,
    /// From whom, and until when, where it was delegated.
    pub delegated: Option<(String, Time)>,
    /// How many approved its answer already.
    pub approved: usize,
    /// Where to claim it, to give it back, to delegate it; `None` where there is nothing to hold.
    pub path: Option<String>,
    /// Whether the reader may take it on.
    pub may_claim: bool,
}

/// Rows under one heading.
#[derive(Debug, Clone)]
pub struct WorkGroup {
    /// `late`, `due`, `open`.
    pub when: &'static str,
    /// Soonest due first.
    pub rows: Vec<WorkRow>,
}

/// The page `/tasks`.
#[derive(Debug, Clone, Template)]
#[template(path = "work.html")]
pub struct WorkPage {
    /// Around it.
    pub shell: Shell,
    /// Filters: `mine`, `held`, `all`.
    pub whose: Vec<Chip>,
    /// Filters: `any`, `task`, `decision`, `approval`, `ratification`.
    pub kinds: Vec<Chip>,
    /// Overdue, due, without a limit; groups without rows are left out.
    pub groups: Vec<WorkGroup>,
    /// Where it goes on.
    pub pager: Pager,
    /// The same list as CSV.
    pub csv: String,
    /// Whether other filters would show something.
    pub elsewhere: bool,
}

impl WorkRow {
    fn sample(kind: &'static str, name: &str, due: Option<(&str, &str)>) -> Self {
        let late = due.is_some_and(|(_, left)| left.starts_with('−'));
        Self {
            kind,
            name: name.to_owned(),
            href: "/tasks/INC-2026-0042/17".to_owned(),
            reference: "INC-2026-0042".to_owned(),
            title: "Instant payments rejected: core ledger gateway times out".to_owned(),
            sev: Sev::of(Level::S1, true),
            roles: vec!["Incident commander".to_owned(), "Management".to_owned()],
            since: samples::at("02:11:08"),
            due: due.map(|(at, _)| samples::at(at)),
            left: due.map(|(_, left)| left.to_owned()),
            late,
            pressing: late,
            mine: true,
            holder: None,
            held: false,
            delegated: None,
            approved: 0,
            path: Some("/tasks/INC-2026-0042/17".to_owned()),
            may_claim: true,
        }
    }
}

impl WorkPage {
    /// One of each kind.
    pub fn sample() -> Self {
        let severity = WorkRow { path: None, ..WorkRow::sample("severity", "", None) };
        let late = vec![
            WorkRow::sample("ratification", "Ratify EX-URGENT", Some(("02:19:40", "−12 m"))),
            WorkRow {
                due: Some(samples::at("02:30:00")),
                left: Some("−1 m 40 s".to_owned()),
                late: true,
                ..severity
            },
        ];
        let due = vec![
            WorkRow {
                approved: 1,
                ..WorkRow::sample("approval", "Approve the message", Some(("02:41:40", "10 m")))
            },
            WorkRow {
                holder: Some("K. Brandt".to_owned()),
                held: true,
                delegated: Some(("T. Weiss".to_owned(), samples::at("06:00:00"))),
                ..WorkRow::sample("task", "Contain", Some(("03:00:00", "28 m")))
            },
        ];
        let open = vec![
            WorkRow {
                path: None,
                sev: Sev::of(Level::S3, false),
                ..WorkRow::sample("command", "", None)
            },
            WorkRow {
                path: None,
                href: "/moves/mov_0192".to_owned(),
                reference: String::new(),
                title: "Version 2 asks legal before anything is sent".to_owned(),
                sev: Sev::UNDECIDED,
                roles: Vec::new(),
                ..WorkRow::sample("move", "major-incident to version 2", None)
            },
        ];
        let group = |when, rows| WorkGroup { when, rows };
        Self {
            shell: samples::shell(Place::Tasks, "/tasks"),
            whose: vec![
                chip("mine", "/tasks?show", true),
                chip("held", "/tasks?show", false),
                chip("all", "/tasks?show", false),
            ],
            kinds: ["any", "task", "decision", "approval", "ratification"]
                .map(|code| chip(code, "/tasks?kind", code == "any"))
                .into(),
            groups: vec![group("late", late), group("due", due), group("open", open)],
            pager: Pager { shown: 6, total: Some(6), ..Pager::default() },
            csv: "/tasks.csv?show=mine".to_owned(),
            elsewhere: true,
        }
    }

    /// Nothing waits.
    pub fn sample_empty() -> Self {
        let pager = Pager::default();
        Self { groups: Vec::new(), pager, elsewhere: false, ..Self::sample() }
    }
}
