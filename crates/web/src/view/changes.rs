//! Changes at senders' sides: what was deployed lately, beside what is broken.

use askama::Template;

use super::{
    Place, Shell, Time, filters,
    part::Pager,
    samples::{at, shell},
};

/// A change as a row.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// One line.
    pub summary: String,
    /// What was changed.
    pub resource: Option<String>,
    /// The integration it came through.
    pub integration: String,
    /// When it was received.
    pub received: Time,
    /// When it happened, as the sender claims.
    pub claimed: Option<String>,
    /// More of it.
    pub details: Vec<(String, String)>,
    /// Where to read about it.
    pub links: Vec<String>,
    /// The entry.
    pub entry: i64,
}

/// The page `/changes`.
#[derive(Debug, Clone, Template)]
#[template(path = "changes.html")]
pub struct ChangesPage {
    /// Around it.
    pub shell: Shell,
    /// Newest first.
    pub rows: Vec<ChangeRow>,
    /// Where it goes on.
    pub pager: Pager,
}

impl ChangesPage {
    /// Two changes.
    pub fn sample() -> Self {
        let row = |summary: &str, details: Vec<(String, String)>| ChangeRow {
            summary: summary.to_owned(),
            resource: Some("ledger-gateway".to_owned()),
            integration: "Deployments".to_owned(),
            received: at("01:20:11"),
            claimed: Some("2026-11-17T01:20:09.000000Z".to_owned()),
            details,
            links: vec!["https://ci.nordhaven.example/build/4711".to_owned()],
            entry: 48_001,
        };
        Self {
            shell: shell(Place::Alerts, "/changes"),
            rows: vec![
                row(
                    "Deployed ledger-gateway 4.12.0",
                    vec![("build".to_owned(), "4711".to_owned())],
                ),
                row("Opened the firewall to the new relay", Vec::new()),
            ],
            pager: Pager { shown: 2, total: None, newer: None, older: None },
        }
    }
}
