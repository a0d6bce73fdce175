//! Alerts, what explains one, and input that was not understood.

use askama::Template;

use super::{
    AlertLevel, Chip, Input, Place, Shell, Time, Words, filters,
    incident::Attempt,
    lists::chip,
    part::Pager,
    samples::{at, shell},
};

/// An alert as a row.
#[derive(Debug, Clone)]
pub struct AlertRow {
    /// The id: `alt_…`.
    pub id: String,
    /// What it says.
    pub title: Words,
    /// How bad its sender says it is.
    pub level: AlertLevel,
    /// Whether it is open.
    pub open: bool,
    /// The service it names.
    pub service: Option<String>,
    /// The integration it came through.
    pub source: String,
    /// How many signals were folded into it.
    pub count: i64,
    /// When the first came.
    pub first: Time,
    /// When the last came.
    pub last: Time,
    /// What keeps it silent: a silence or another alert.
    pub suppressed_by: Option<String>,
    /// The incident it belongs to.
    pub incident: Option<String>,
}

/// The page `/alerts`.
#[derive(Debug, Clone, Template)]
#[template(path = "alerts.html")]
pub struct AlertsPage {
    /// Around it.
    pub shell: Shell,
    /// Filters: `open`, `resolved`, `all`.
    pub states: Vec<Chip>,
    /// Filters: `critical`, `high`, `warning`, `info`, `unknown`.
    pub levels: Vec<Chip>,
    /// What was looked for.
    pub q: Input,
    /// The filters in force besides `q`.
    pub kept: Vec<(String, String)>,
    /// Newest first.
    pub rows: Vec<AlertRow>,
    /// The same as CSV.
    pub csv: String,
    /// Where it goes on.
    pub pager: Pager,
    /// Inputs in quarantine.
    pub quarantine: u32,
}

/// What arrived.
#[derive(Debug, Clone)]
pub struct Raw {
    /// When.
    pub received: Time,
    /// The integration.
    pub integration: String,
    /// The source it speaks.
    pub source: String,
    /// How many bytes.
    pub bytes: i64,
    /// SHA-256 of them, hexadecimal.
    pub sha256: String,
    /// The bytes as text, cut where they are many; `None` once they are no longer kept.
    pub text: Option<String>,
    /// Whether the text was cut.
    pub cut: bool,
}

/// A rule that was asked.
#[derive(Debug, Clone)]
pub struct RuleTrace {
    /// Its name.
    pub name: String,
    /// What it looks for.
    pub condition: String,
    /// Whether it matched.
    pub matched: bool,
    /// What it then does.
    pub effect: String,
}

/// Where it went.
#[derive(Debug, Clone)]
pub struct Route {
    /// The group's key.
    pub group: Words,
    /// How many alerts the group has.
    pub alerts: i64,
    /// The ladder's policy.
    pub policy: String,
    /// Its version.
    pub version: i64,
    /// The incident.
    pub incident: Option<String>,
}

/// An alert in detail.
#[derive(Debug, Clone)]
pub struct AlertDetail {
    /// The row.
    pub row: AlertRow,
    /// What was read out of the input: name and value.
    pub fields: Vec<(String, Words)>,
    /// The fingerprint under which it is deduplicated.
    pub fingerprint: String,
    /// What the fingerprint is made of.
    pub key: Words,
    /// The rules, in the order they were asked.
    pub rules: Vec<RuleTrace>,
    /// Where it went.
    pub route: Option<Route>,
    /// Who was told, oldest first.
    pub told: Vec<Attempt>,
    /// Whether the reader may answer for it.
    pub may_acknowledge: bool,
    /// The entry that opened it.
    pub entry: i64,
}

/// Input in quarantine in detail.
#[derive(Debug, Clone)]
pub struct Quarantined {
    /// The id: `int_…`.
    pub id: String,
    /// The code of the reason, such as `ING-001`.
    pub code: String,
    /// The reason's text.
    pub reason: String,
    /// Line and column where reading stopped, where known.
    pub place: Option<(u32, u32)>,
    /// The entry.
    pub entry: i64,
    /// Whether it was read again since, or put away, and by whom.
    pub settled: Option<String>,
    /// Whether the reader may read it again or put it away.
    pub may_settle: bool,
    /// What was typed as the reason for putting it away.
    pub dismiss_reason: Input,
}

/// What is explained.
#[derive(Debug, Clone)]
pub enum Subject {
    /// An alert.
    Alert(Box<AlertDetail>),
    /// Input that was not understood.
    Quarantined(Quarantined),
}

/// The pages `/alerts/{id}` and `/quarantine/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "explain.html")]
pub struct ExplainPage {
    /// Around it.
    pub shell: Shell,
    /// What arrived; `None` where it is no longer known.
    pub raw: Option<Raw>,
    /// What became of it.
    pub subject: Subject,
}

/// Input in quarantine as a row.
#[derive(Debug, Clone)]
pub struct QuarantineRow {
    /// The id.
    pub id: String,
    /// When it came.
    pub received: Time,
    /// The integration.
    pub integration: String,
    /// The source it should speak.
    pub source: String,
    /// The code of the reason.
    pub code: String,
    /// The reason's text.
    pub reason: String,
    /// How many bytes.
    pub bytes: i64,
    /// The beginning of it.
    pub beginning: String,
}

/// The page `/quarantine`.
#[derive(Debug, Clone, Template)]
#[template(path = "quarantine.html")]
pub struct QuarantinePage {
    /// Around it.
    pub shell: Shell,
    /// Newest first.
    pub rows: Vec<QuarantineRow>,
    /// Where it goes on.
    pub pager: Pager,
}

impl AlertRow {
    fn sample(title: &str, level: AlertLevel, count: i64) -> Self {
        Self {
            id: "alt_1".to_owned(),
            title: Words::known(title),
            level,
            open: true,
            service: Some("payments".to_owned()),
            source: "prometheus".to_owned(),
            count,
            first: at("01:41:08"),
            last: at("02:30:58"),
            suppressed_by: None,
            incident: Some("INC-2026-0042".to_owned()),
        }
    }
}

impl AlertsPage {
    /// Five open alerts.
    pub fn sample() -> Self {
        let rows = vec![
            AlertRow::sample(
                "LedgerGatewayTimeouts: 38 % of calls time out",
                AlertLevel::Critical,
                412,
            ),
            AlertRow::sample("InstantPaymentRejects above 5 %", AlertLevel::High, 96),
            AlertRow {
                incident: None,
                ..AlertRow::sample("QueueDepth on node north-2-c", AlertLevel::Warning, 3)
            },
            AlertRow {
                suppressed_by: Some("LedgerGatewayTimeouts".to_owned()),
                ..AlertRow::sample(
                    "ProbeFailed: payment journey from outside",
                    AlertLevel::Unknown,
                    18,
                )
            },
            AlertRow {
                open: false,
                incident: None,
                service: None,
                title: Words::Erased,
                ..AlertRow::sample("", AlertLevel::Info, 1)
            },
        ];
        Self {
            shell: shell(Place::Alerts, "/alerts"),
            states: vec![
                chip("open", "/alerts?state", true),
                chip("resolved", "/alerts?state", false),
                chip("all", "/alerts?state", false),
            ],
            levels: ["critical", "high", "warning", "info", "unknown"]
                .map(|code| chip(code, "/alerts?severity", false))
                .into(),
            q: Input::default(),
            kept: Vec::new(),
            csv: "/alerts.csv?state=open".to_owned(),
            pager: Pager {
                older: Some("/alerts?after=c1".to_owned()),
                shown: rows.len(),
                ..Pager::default()
            },
            rows,
            quarantine: 2,
        }
    }
}

impl Raw {
    fn sample(text: &str) -> Self {
        Self {
            received: at("01:41:07"),
            integration: "Prometheus, production".to_owned(),
            source: "prometheus".to_owned(),
            bytes: 1_204,
            sha256: "9f3c71e0b2d84f0c6be1a1c740d241d802bb0ec02f9a4471c90355d17c5a1d00".to_owned(),
            text: Some(text.to_owned()),
            cut: true,
        }
    }
}

impl ExplainPage {
    /// An alert that woke somebody.
    pub fn sample() -> Self {
        let row = AlertRow::sample(
            "LedgerGatewayTimeouts: 38 % of calls time out",
            AlertLevel::Critical,
            412,
        );
        let rule = |name: &str, condition: &str, matched, effect: &str| RuleTrace {
            name: name.to_owned(),
            condition: condition.to_owned(),
            matched,
            effect: effect.to_owned(),
        };
        let detail = AlertDetail {
            row,
            fields: [
                ("alertname", "LedgerGatewayTimeouts"),
                ("service", "payments"),
                ("severity", "critical"),
                ("runbook", "RB-17"),
            ]
            .map(|(name, value)| (name.to_owned(), Words::known(value)))
            .into(),
            fingerprint: "5cc0917a2be3f1".to_owned(),
            key: Words::known("alertname=LedgerGatewayTimeouts, service=payments, site=A"),
            rules: vec![
                rule("silences", "any silence that matches", false, "hold it back"),
                rule("critical-declares", "severity is critical", true, "declare an incident"),
                rule("default-route", "everything else", false, "ladder default"),
            ],
            route: Some(Route {
                group: Words::known("service=payments"),
                alerts: 3,
                policy: "pay-core".to_owned(),
                version: 7,
                incident: Some("INC-2026-0042".to_owned()),
            }),
            told: super::incident::IncidentPage::sample().crew.attempts,
            may_acknowledge: true,
            entry: 48_141,
        };
        Self {
            shell: shell(Place::Alerts, "/alerts/alt_1"),
            raw: Some(Raw::sample(
                "{\n  \"version\": \"4\",\n  \"status\": \"firing\",\n  \"alerts\": [\n    {\n      \"labels\": {\n        \"alertname\": \"LedgerGatewayTimeouts\"\n      }\n    }\n  ]\n}",
            )),
            subject: Subject::Alert(Box::new(detail)),
        }
    }

    /// Input that was not understood.
    pub fn sample_quarantined() -> Self {
        Self {
            shell: shell(Place::Alerts, "/quarantine/int_1"),
            raw: Some(Raw::sample(
                "{\"version\": \"4\", \"alerts\": [{\"label\": {\"sev\": \"page\"",
            )),
            subject: Subject::Quarantined(Quarantined {
                id: "int_1".to_owned(),
                code: "ING-001".to_owned(),
                reason: "The input ends in the middle of a value.".to_owned(),
                place: Some((1, 53)),
                entry: 48_190,
                settled: None,
                may_settle: true,
                dismiss_reason: Input::default(),
            }),
        }
    }
}

impl QuarantinePage {
    /// Two inputs.
    pub fn sample() -> Self {
        let row = |integration: &str, code: &str, reason: &str, beginning: &str| QuarantineRow {
            id: "int_1".to_owned(),
            received: at("02:17:40"),
            integration: integration.to_owned(),
            source: "prometheus".to_owned(),
            code: code.to_owned(),
            reason: reason.to_owned(),
            bytes: 1_204,
            beginning: beginning.to_owned(),
        };
        Self {
            shell: shell(Place::Alerts, "/quarantine"),
            rows: vec![
                row(
                    "Prometheus, production",
                    "ING-001",
                    "The input ends in the middle of a value.",
                    "{\"version\": \"4\", \"alerts\": [{\"label\": {\"sev\": \"page\"",
                ),
                row(
                    "Mail from the vendor",
                    "ING-006",
                    "No rule reads a severity out of this mail.",
                    "Subject: maintenance overran",
                ),
            ],
            pager: Pager { shown: 2, total: Some(2), ..Pager::default() },
        }
    }
}
