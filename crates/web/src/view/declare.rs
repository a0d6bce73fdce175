//! Declaring an incident: what, which service, how bad; and what it may be a duplicate of.

use askama::Template;

use super::{
    Choice, Input, Level, Place, Sev, Shell, Time, filters,
    samples::{at, shell},
};

/// An open incident that may be the same.
#[derive(Debug, Clone)]
pub struct Duplicate {
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: String,
    /// How bad.
    pub sev: Sev,
    /// Since when.
    pub since: Time,
    /// Whether it is the same service.
    pub same_service: bool,
}

/// The page `/declare`.
#[derive(Debug, Clone, Template)]
#[template(path = "declare.html")]
pub struct DeclarePage {
    /// Around it.
    pub shell: Shell,
    /// What is broken.
    pub title: Input,
    /// Which service.
    pub service: Input,
    /// Whether customers feel it: `yes`, `some`, `no`, `unknown`.
    pub customers: Input,
    /// More of it.
    pub description: Input,
    /// Since when.
    pub occurred_at: Input,
    /// `live` or `exercise`.
    pub mode: Input,
    /// The alert it begins with.
    pub alert: Option<String>,
    /// The services there are.
    pub services: Vec<Choice>,
    /// What it may be a duplicate of; looked for once the form came back.
    pub duplicates: Vec<Duplicate>,
    /// Whether they were looked for.
    pub checked: bool,
    /// How many people declaring pages at once, where known.
    pub pages: Option<u32>,
}

impl DeclarePage {
    /// Empty, with two services.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Incidents, "/declare"),
            title: Input::default(),
            service: Input::default(),
            customers: Input::default(),
            description: Input::default(),
            occurred_at: Input::default(),
            mode: Input::of("live"),
            alert: None,
            services: vec![
                Choice::new("srv_ip", "Instant payments").noted("critical function"),
                Choice::new("srv_ca", "Cards"),
            ],
            duplicates: Vec::new(),
            checked: false,
            pages: Some(3),
        }
    }

    /// Checked, with a likely duplicate and a field refused.
    pub fn sample_checked() -> Self {
        Self {
            title: Input::of("Payments bounce"),
            service: Input::of("srv_ip"),
            customers: Input::of("yes"),
            occurred_at: Input::of("2026-11-17T04:00").refused("This lies in the future."),
            duplicates: vec![Duplicate {
                reference: "INC-2026-0042".to_owned(),
                title: "Instant payments rejected: core ledger gateway times out".to_owned(),
                sev: Sev::of(Level::S1, true),
                since: at("01:41:08"),
                same_service: true,
            }],
            checked: true,
            ..Self::sample()
        }
    }
}
