//! The list of incidents.

use askama::Template;

use super::{Chip, Input, Place, Shell, filters, now::PhaseGroup, part::Pager, samples::shell};

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
    /// The same as CSV.
    pub csv: String,
    /// Where it goes on.
    pub pager: Pager,
    /// Whether this person may declare.
    pub may_declare: bool,
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
            csv: "/incidents.csv?status=open".to_owned(),
            pager: Pager { shown: 10, total: Some(10), ..Pager::default() },
            may_declare: true,
        }
    }
}
