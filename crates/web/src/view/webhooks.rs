//! Webhooks: the list, and one of them with its deliveries.

use askama::Template;

use super::{
    Input, Place, Shell, Time, Words, filters,
    samples::{at, shell},
};

/// A webhook in the list.
#[derive(Debug, Clone)]
pub struct WebhookRow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: Words,
    /// Where it goes.
    pub url: Words,
    /// active, paused or disabled.
    pub standing: String,
    /// The types of entry it is told of; all where empty.
    pub types: Vec<String>,
    /// How many entries it was not told of yet.
    pub behind: i64,
    /// Since when nothing is taken.
    pub failing: Option<Time>,
    /// When it is tried next.
    pub retry: Option<Time>,
}

/// A secret, shown once.
#[derive(Debug, Clone)]
pub struct SecretOnce {
    /// `whsec_…`.
    pub secret: String,
}

/// The page `/webhooks`.
#[derive(Debug, Clone, Template)]
#[template(path = "webhooks.html")]
pub struct WebhooksPage {
    /// Around it.
    pub shell: Shell,
    /// All webhooks.
    pub rows: Vec<WebhookRow>,
    /// Whether the reader may change them.
    pub may: bool,
    /// The form.
    pub name: Input,
    /// The form.
    pub url: Input,
    /// The form: types separated by blanks.
    pub types: Input,
}

/// An attempt.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// The entry.
    pub seq: i64,
    /// Its type.
    pub kind: String,
    /// Which attempt.
    pub attempt: i64,
    /// When.
    pub sent: Time,
    /// taken, deferred or refused.
    pub outcome: String,
    /// What was answered.
    pub reason: String,
}

/// The page `/webhooks/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "webhook.html")]
pub struct WebhookPage {
    /// Around it.
    pub shell: Shell,
    /// The webhook.
    pub row: WebhookRow,
    /// Its secret, right after it was made.
    pub secret: Option<SecretOnce>,
    /// The newest attempts.
    pub deliveries: Vec<DeliveryRow>,
    /// Whether the reader may change it.
    pub may: bool,
}

fn row() -> WebhookRow {
    WebhookRow {
        id: "hok_00000000000000000000000000000001".to_owned(),
        name: Words::Known("Ticket system".to_owned()),
        url: Words::Known("https://tickets.nordhaven.example/hooks/watchkeeper".to_owned()),
        standing: "active".to_owned(),
        types: vec!["incident_declared".to_owned(), "severity_decided".to_owned()],
        behind: 2,
        failing: Some(at("02:12:00")),
        retry: Some(at("02:34:00")),
    }
}

impl WebhooksPage {
    /// One that fails.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Integrations, "/webhooks"),
            rows: vec![row()],
            may: true,
            name: Input::default(),
            url: Input::default(),
            types: Input::default(),
        }
    }

    /// None yet.
    pub fn sample_empty() -> Self {
        Self { rows: Vec::new(), ..Self::sample() }
    }
}

impl WebhookPage {
    /// Just made.
    pub fn sample() -> Self {
        let delivery = |seq, outcome: &str, reason: &str| DeliveryRow {
            seq,
            kind: "severity_decided".to_owned(),
            attempt: 1,
            sent: at("02:31:00"),
            outcome: outcome.to_owned(),
            reason: reason.to_owned(),
        };
        Self {
            shell: shell(Place::Integrations, "/webhooks/hok_1"),
            row: row(),
            secret: Some(SecretOnce { secret: "whsec_c2FtcGxlIHNlY3JldA==".to_owned() }),
            deliveries: vec![
                delivery(48_201, "taken", "http.204"),
                delivery(48_190, "deferred", "webhook.timeout"),
            ],
            may: true,
        }
    }
}
