//! A request as a source reads it: the body, the few headers that mean something, what the integration
//! was told beforehand.

use std::collections::BTreeMap;

use base::Timestamp;

use super::generic::Mapping;
use crate::outbound::Secret;

/// The headers that are kept with a request, beside every `ce-…`: they say what the body is, or sign it.
/// None of them is a credential.
pub const KEPT_HEADERS: &[&str] = &[
    "sentry-hook-resource",
    "sentry-hook-signature",
    "x-amz-sns-message-type",
    "x-grafana-alert-signature",
    "x-grafana-alerting-signature",
    "x-grafana-alerting-timestamp",
    "x-pagerduty-signature",
    VERB,
    IDENTIFIER,
];

/// The most headers that are kept with one request.
pub const MAX_HEADERS: usize = 64;

/// The name under which a vendor's endpoint hands over what its path asks for, such as `close`.
pub const VERB: &str = "watchkeeper-verb";

/// The name under which a vendor's endpoint hands over the alert that its path names.
pub const IDENTIFIER: &str = "watchkeeper-identifier";

/// Headers by lower-case name.
pub type Headers = BTreeMap<String, String>;

/// Whether a header is kept with its request.
pub fn keeps(name: &str) -> bool {
    name.starts_with("ce-") || KEPT_HEADERS.contains(&name)
}

/// What an integration was told about its sender.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How the source `generic` reads a body.
    pub mapping: Option<Mapping>,
    /// The topics that the source `sns` takes; empty: any, once an operator has confirmed it.
    pub topics: Vec<String>,
    /// The secret that the sender signs with, where it does.
    pub secret: Option<Secret>,
}

/// A request as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// The header `Content-Type`, as sent.
    pub content_type: Option<&'a str>,
    /// The headers that are kept.
    pub headers: &'a Headers,
    /// The query of the address, where the request has no body of its own.
    pub query: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// Our own clock's instant of arrival: formats without a status say "over" by an end that has
    /// passed.
    pub received_at: Timestamp,
    /// What the integration was told.
    pub settings: &'a Settings,
    /// What was fetched from where [`Source::wants`](super::Source::wants) said; `None` where nothing
    /// was, or it could not be.
    pub fetched: Option<&'a [u8]>,
}

static NO_HEADERS: Headers = Headers::new();
static NO_SETTINGS: Settings = Settings { mapping: None, topics: Vec::new(), secret: None };

impl<'a> Arrival<'a> {
    /// A body alone, with no headers but its type and an integration that was told nothing.
    pub fn of(content_type: Option<&'a str>, body: &'a [u8], received_at: Timestamp) -> Self {
        let (headers, settings) = (&NO_HEADERS, &NO_SETTINGS);
        Self { content_type, headers, query: "", body, received_at, settings, fetched: None }
    }

    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).map(String::as_str)
    }
}
