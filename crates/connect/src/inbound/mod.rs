//! Sources: each reads one sender's format and answers canonical signals.
//!
//! A source decides what a message says, never what it does: whether a signal opens, changes or
//! ends an alert is the domain's decision. The bytes are kept by the caller before they come here,
//! so that nothing read too narrowly is lost.

mod alertmanager;
mod alertmanager_api;
mod arrival;
mod azure;
mod body;
mod checkmk;
mod cloudevents;
mod content_type;
mod datadog;
mod draft;
mod eventbridge;
mod gcp;
pub mod generic;
mod grafana;
mod heartbeat;
mod icinga;
mod instant;
mod json;
mod key;
mod labels;
pub mod limits;
mod malformed;
mod mapped;
mod nagios;
mod opsgenie;
mod pagerduty;
mod recipe;
mod sentry;
mod signal;
mod signature;
mod sns;
mod statuspage;
mod table;
mod template;
mod uptime_kuma;
mod view;
mod zabbix;

use std::borrow::Cow;

pub use arrival::{Arrival, Headers, IDENTIFIER, MAX_HEADERS, Settings, VERB, keeps};
pub use heartbeat::{NAME as HEARTBEAT, missed};
pub use malformed::{At, CODES, Malformed, Rejected, WAITS_FOR_CONFIRMATION};
pub use recipe::recipe;
pub use signal::{
    Action, Change, Flags, Link, LinkKind, Parsed, Signal, SourceSeverity, Subscription,
};

/// One sender's format.
pub trait Source: Send + Sync {
    /// Its name in the address `POST /in/{source}/{key}`; stable.
    fn name(&self) -> &'static str;

    /// What people call the sender.
    fn label(&self) -> &'static str;

    /// A message as the sender writes it, for the test button and for the tests.
    fn sample(&self) -> Sample;

    /// The largest body it reads, in bytes; the caller stops reading there.
    fn max_body(&self) -> usize {
        limits::MAX_BODY
    }

    /// Whether the sender has a documented act by which a person there answers for an alert; only such a
    /// source can be granted that its acknowledgements count.
    fn acknowledges(&self) -> bool {
        false
    }

    /// Whether its sender can sign with a secret that both know.
    fn signs(&self) -> bool {
        false
    }

    /// Whether it also takes a message in the query of a GET request, because its sender can do nothing
    /// else.
    fn by_get(&self) -> bool {
        false
    }

    /// Where something lies that is needed to read this request, such as the certificate of its
    /// signature; the host was checked.
    fn wants(&self, _: &Arrival<'_>) -> Option<String> {
        None
    }

    /// The bytes of a body or of a query to keep: without the secrets that the sender sends along.
    fn kept<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        Cow::Borrowed(bytes)
    }

    /// What the request says.
    ///
    /// # Errors
    /// [`Malformed`] when nothing of the body can be used. A single alert that cannot be used
    /// stands as [`Rejected`] among the signals and does not stop its neighbours.
    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed>;
}

/// A message as a sender writes it.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Its content type.
    pub content_type: &'static str,
    /// Its headers, by lower-case name.
    pub headers: &'static [(&'static str, &'static str)],
    /// Its body.
    pub body: &'static str,
}

impl Sample {
    /// A message in JSON.
    const fn json(body: &'static str) -> Self {
        Self { content_type: "application/json", headers: &[], body }
    }
}

/// Every source, one line each.
pub static SOURCES: &[&dyn Source] = &[
    &alertmanager::Alertmanager,
    &alertmanager_api::AlertmanagerApi,
    &grafana::Grafana,
    &pagerduty::PagerDuty,
    &opsgenie::Opsgenie,
    &cloudevents::CloudEvents,
    &generic::Generic,
    &zabbix::Zabbix,
    &nagios::Nagios,
    &icinga::Icinga,
    &checkmk::Checkmk,
    &datadog::Datadog,
    &sns::Sns,
    &eventbridge::EventBridge,
    &azure::Azure,
    &gcp::Gcp,
    &sentry::Sentry,
    &statuspage::Statuspage,
    &uptime_kuma::UptimeKuma,
    &heartbeat::Heartbeat,
    &mapped::PINGDOM,
    &mapped::NEW_RELIC,
    &mapped::GRAYLOG,
    &mapped::RIEMANN,
    &mapped::LIBRENMS,
    &mapped::THOUSANDEYES,
    &mapped::AXIOM,
    &mapped::DASH0,
    &mapped::VREALIZE,
    &mapped::SPLUNK_ON_CALL,
];

/// The source of this name.
pub fn find(name: &str) -> Option<&'static dyn Source> {
    SOURCES.iter().copied().find(|source| source.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_is_found_by_its_own_name() {
        for source in SOURCES {
            assert_eq!(find(source.name()).map(Source::name), Some(source.name()));
        }
        assert!(find("smoke-signals").is_none());
    }
}
