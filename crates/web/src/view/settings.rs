//! Settings: the reader's own, the house, the log.

use askama::Template;

use super::{
    Choice, Input, Place, Shell, Time, filters,
    samples::{at, shell},
};

/// How the log stands.
#[derive(Debug, Clone)]
pub struct LogState {
    /// The verifier key.
    pub vkey: String,
    /// The newest checkpoint: its size, and when it was signed.
    pub checkpoint: Option<(i64, Time)>,
    /// How signing stands, in a sentence.
    pub signing: String,
    /// How long entries have waited for a signature.
    pub unsigned: Option<String>,
    /// When the newest backup was taken; `None` where none is known.
    pub backup: Option<Time>,
}

/// The page `/settings`.
#[derive(Debug, Clone, Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    /// Around it.
    pub shell: Shell,
    /// The zones to choose from.
    pub zones: Vec<Choice>,
    /// The reader's zone; empty for the house's.
    pub zone: Input,
    /// The house's zone.
    pub house_zone: String,
    /// Whether single letters act as keys.
    pub keys: bool,
    /// What the installation is called.
    pub name: String,
    /// Where people reach it.
    pub base_url: String,
    /// What this node is called.
    pub node: String,
    /// The log's origin.
    pub origin: String,
    /// The legal entities.
    pub entities: Vec<String>,
    /// How many services there are.
    pub services: usize,
    /// The log; `None` without the permission to read it.
    pub log: Option<LogState>,
}

impl SettingsPage {
    /// A house with a backup of last night.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Settings, "/settings"),
            zones: vec![
                Choice::new("UTC", "UTC"),
                Choice::new("Europe/Berlin", "Europe/Berlin"),
                Choice::new("Europe/Madrid", "Europe/Madrid"),
            ],
            zone: Input::of("Europe/Berlin"),
            house_zone: "Europe/Brussels".to_owned(),
            keys: true,
            name: "Nordhaven Bank".to_owned(),
            base_url: "https://watch.nordhaven.example".to_owned(),
            node: "node-a".to_owned(),
            origin: "nordhaven.example/log".to_owned(),
            entities: vec!["Nordhaven Bank".to_owned(), "Nordhaven Payments".to_owned()],
            services: 12,
            log: Some(LogState {
                vkey: "nordhaven.example/log+8a11c2f0+ARmq0bq0n9mYV4o3zXw1TTnqjFWJp5vZz8CqH5lU4Ak2"
                    .to_owned(),
                checkpoint: Some((48_213, at("02:30:00"))),
                signing: "Signing works.".to_owned(),
                unsigned: None,
                backup: Some(at("2026-11-16T23:00:04Z")),
            }),
        }
    }
}
