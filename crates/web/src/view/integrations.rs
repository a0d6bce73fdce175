//! Integrations: the doors through which alerts come in.

use askama::Template;

use super::{
    Choice, Input, Place, Shell, Time, Words, filters,
    samples::{at, shell},
};

/// An integration as a row.
#[derive(Debug, Clone)]
pub struct IntegrationRow {
    /// The id: `itg_…`.
    pub id: String,
    /// Its name.
    pub name: Words,
    /// The source it speaks.
    pub source: String,
    /// The ladder of its groups.
    pub policy: String,
    /// The legal entity of its incidents.
    pub entity: String,
    /// Whether a critical alert declares an incident at once.
    pub declares: bool,
    /// Where the sender posts to.
    pub url: String,
    /// When the last input came.
    pub last: Option<Time>,
    /// Whether that is too long ago for this source.
    pub silent: bool,
    /// How many inputs came in 24 hours.
    pub events: i64,
    /// How many of its inputs are in quarantine.
    pub quarantined: i64,
}

/// A key, shown once.
#[derive(Debug, Clone)]
pub struct KeyOnce {
    /// The integration's name.
    pub name: String,
    /// The key.
    pub key: String,
    /// Where the sender posts to.
    pub url: String,
    /// A command that sends a test.
    pub example: String,
}

/// The page `/integrations`.
#[derive(Debug, Clone, Template)]
#[template(path = "integrations.html")]
pub struct IntegrationsPage {
    /// Around it.
    pub shell: Shell,
    /// By name.
    pub rows: Vec<IntegrationRow>,
    /// The key of the one just added.
    pub key: Option<KeyOnce>,
    /// Whether the reader may add some.
    pub may: bool,
    /// New: the name.
    pub name: Input,
    /// New: the source.
    pub source: Input,
    /// New: the ladder.
    pub policy: Input,
    /// New: the legal entity.
    pub entity: Input,
    /// New: label names to group by, separated by spaces.
    pub group_by: Input,
    /// New: `1` where a critical alert declares.
    pub declares: Input,
    /// The sources there are.
    pub sources: Vec<Choice>,
    /// The ladders there are.
    pub policies: Vec<Choice>,
    /// The legal entities there are.
    pub entities: Vec<Choice>,
}

impl IntegrationsPage {
    /// Two integrations, one just added.
    pub fn sample() -> Self {
        let row = |name: &str, source: &str, last: Option<&str>, silent, events, quarantined| {
            IntegrationRow {
                id: "itg_1".to_owned(),
                name: Words::known(name),
                source: source.to_owned(),
                policy: "pay-core".to_owned(),
                entity: "Nordhaven Bank AG".to_owned(),
                declares: source == "prometheus",
                url: format!("/ingest/{source}/itg_1"),
                last: last.map(at),
                silent,
                events,
                quarantined,
            }
        };
        Self {
            shell: shell(Place::Integrations, "/integrations"),
            rows: vec![
                row("Prometheus, production", "prometheus", Some("02:30:58"), false, 1_812, 1),
                row("Mail from the vendor", "mail", Some("2026-11-14T05:31:00Z"), true, 0, 1),
                row("Grafana", "grafana", None, false, 0, 0),
            ],
            key: Some(KeyOnce {
                name: "Grafana".to_owned(),
                key: "wk_itg_6f0c2a77ab02c9d84f0c6be1a1c740d2".to_owned(),
                url: "https://watch.nordhaven.example/ingest/grafana/itg_3".to_owned(),
                example: "curl -H 'Authorization: Bearer wk_itg_6f0c…' -d @alert.json https://watch.nordhaven.example/ingest/grafana/itg_3".to_owned(),
            }),
            may: true,
            name: Input::default(),
            source: Input::default(),
            policy: Input::default(),
            entity: Input::default(),
            group_by: Input::of("service"),
            declares: Input::default(),
            sources: vec![Choice::new("prometheus", "Prometheus Alertmanager"), Choice::new("grafana", "Grafana")],
            policies: vec![Choice::new("pay-core", "pay-core v7")],
            entities: vec![Choice::new("ent_nb", "Nordhaven Bank AG")],
        }
    }
}
