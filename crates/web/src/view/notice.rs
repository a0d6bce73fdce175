//! Errors, and pages that say one thing.

use askama::Template;

use super::{
    Place, Shell, filters,
    samples::{outside, shell},
};

/// Something went wrong, or is not allowed.
#[derive(Debug, Clone, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// Around it.
    pub shell: Shell,
    /// The HTTP status: the template says what to do about 401, 403, 404, 409, 413, 422, 429, 500
    /// and 503.
    pub status: u16,
    /// The refusal's code, such as `INC-004`.
    pub code: Option<String>,
    /// The refusal's own text.
    pub text: Option<String>,
    /// The request's id, as in the server's log; for faults.
    pub request: Option<String>,
}

/// One message, with one way on.
#[derive(Debug, Clone, Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    /// Around it.
    pub shell: Shell,
    /// `signed_out`, `link_used`, `link_expired`, `set_up_done`, `already_set_up`.
    pub kind: String,
    /// Where it goes on.
    pub href: String,
}

/// Something found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// `incident`, `alert`, `person`, `entry`.
    pub kind: String,
    /// What it is called.
    pub text: String,
    /// Its page.
    pub href: String,
}

/// The page `/search`.
#[derive(Debug, Clone, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Around it.
    pub shell: Shell,
    /// What was looked for.
    pub q: String,
    /// What was found.
    pub hits: Vec<Hit>,
}

impl ErrorPage {
    /// Not permitted.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Elsewhere, "/integrations"),
            status: 403,
            code: Some("PER-008".to_owned()),
            text: Some("Your roles do not permit this.".to_owned()),
            request: None,
        }
    }

    /// A fault.
    pub fn sample_fault() -> Self {
        Self {
            status: 500,
            code: None,
            text: None,
            request: Some("req_7f21".to_owned()),
            ..Self::sample()
        }
    }
}

impl MessagePage {
    /// After signing out.
    pub fn sample() -> Self {
        Self {
            shell: outside("/sign-in"),
            kind: "signed_out".to_owned(),
            href: "/sign-in".to_owned(),
        }
    }
}

impl SearchPage {
    /// What was found, by kind, in the order it was found.
    pub fn by_kind(&self) -> Vec<(String, Vec<&Hit>)> {
        let mut groups: Vec<(String, Vec<&Hit>)> = Vec::new();
        for hit in &self.hits {
            match groups.iter_mut().find(|(kind, _)| *kind == hit.kind) {
                Some((_, hits)) => hits.push(hit),
                None => groups.push((hit.kind.clone(), vec![hit])),
            }
        }
        groups
    }

    /// Two things found.
    pub fn sample() -> Self {
        let hit = |kind: &str, text: &str, href: &str| Hit {
            kind: kind.to_owned(),
            text: text.to_owned(),
            href: href.to_owned(),
        };
        Self {
            shell: shell(Place::Elsewhere, "/search?q=ledger"),
            q: "ledger".to_owned(),
            hits: vec![
                hit(
                    "incident",
                    "INC-2026-0042 Instant payments rejected: core ledger gateway",
                    "/incidents/INC-2026-0042",
                ),
                hit("alert", "LedgerGatewayTimeouts", "/alerts/alt_1"),
            ],
        }
    }
}
