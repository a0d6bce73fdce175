//! The page behind the link in a message: says what answering does and does not do.

use askama::Template;

use super::{
    AlertLevel, Shell, Time, Words, filters,
    samples::{at, outside},
};

/// How the page stands.
#[derive(Debug, Clone)]
pub enum AckState {
    /// Waits for an answer.
    Waiting,
    /// Was answered by this person, then.
    Answered(String, Time),
    /// Nobody needs to answer any more.
    Over,
}

/// The page `/ack/{token}`. Needs no sign-in: the link is the proof.
#[derive(Debug, Clone, Template)]
#[template(path = "ack.html")]
pub struct AckPage {
    /// Around it; only its foot is shown.
    pub shell: Shell,
    /// The link's token.
    pub token: String,
    /// The person it was sent to.
    pub person: String,
    /// What is broken.
    pub title: Words,
    /// How bad the sender says it is, where it is about alerts.
    pub level: Option<AlertLevel>,
    /// The incident, where there is one.
    pub incident: Option<String>,
    /// When it was sent.
    pub sent: Time,
    /// How it stands.
    pub state: AckState,
    /// When the ladder climbs unless somebody answers.
    pub climbs_at: Option<Time>,
    /// For how many minutes an answer holds before the ladder climbs again.
    pub holds_minutes: Option<i64>,
}

impl AckPage {
    /// A page that waits.
    pub fn sample() -> Self {
        Self {
            shell: outside("/ack/sample"),
            token: "sample".to_owned(),
            person: "A. Lindqvist".to_owned(),
            title: Words::known("Instant payments rejected: core ledger gateway times out"),
            level: Some(AlertLevel::Critical),
            incident: Some("INC-2026-0042".to_owned()),
            sent: at("02:31:00"),
            state: AckState::Waiting,
            climbs_at: Some(at("02:36:00")),
            holds_minutes: Some(30),
        }
    }

    /// The same, answered.
    pub fn sample_answered() -> Self {
        let state = AckState::Answered("A. Lindqvist".to_owned(), at("02:31:38"));
        Self { state, ..Self::sample() }
    }
}
