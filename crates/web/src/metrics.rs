//! `GET /metrics`: how the engine is, as Prometheus reads it. Private: a token that may read.
//!
//! Labels hold ids and codes of ours, no name of anybody. What cannot be read is left out, so that an
//! alert on its absence fires; nothing is shown as zero that is unknown.

use std::fmt::{Display, Write as _};

use app::{Health, log::Signing, metrics::COMMIT_BOUNDS};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use base::Timestamp;
use store::{alert, operational};

use crate::{health::is_ready, state::Web};

/// The exposition format, version 0.0.4.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The kinds of metric.
#[derive(Clone, Copy)]
enum Kind {
    Gauge,
    Counter,
}

/// A text in the making.
#[derive(Default)]
struct Exposition(String);

/// Everything that can be told.
pub(crate) async fn show(State(web): State<Web>) -> Response {
    let mut text = Exposition::default();
    text.one("build_info", Kind::Gauge, "The version that runs.", &[build()]);
    commits(&mut text, &web);
    if let Err(error) = tell(&mut text, &web).await {
        tracing::error!(%error, "not everything could be measured");
        text.value("ready", Kind::Gauge, READY, 0);
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], text.0).into_response()
}

const READY: &str = "Whether this node does its work, as /readyz says it.";

async fn tell(text: &mut Exposition, web: &Web) -> Result<(), app::Error> {
    let health = web.app().health().await?;
    engine(text, web, &health);
    let counted =
        web.app().look(|conn| Ok((operational::counts(conn)?, alert::quarantine_count(conn)?)));
    let (counts, quarantined) = counted.await?;
    let help = "Inputs that were not understood and are kept.";
    text.value("quarantine_inputs", Kind::Gauge, help, quarantined);
    text.value("alert_groups_open", Kind::Gauge, "Open groups of alerts.", counts.groups);
    let incidents = counts.incidents.iter();
    let incidents: Vec<_> =
        incidents.map(|(severity, count)| (label("severity", severity), *count)).collect();
    text.one("incidents_open", Kind::Gauge, "Open incidents by severity.", &incidents);
    let told = [
        ("ingest_requests_total", "Requests that a door took."),
        ("ingest_quarantined_total", "Requests of a door that were not understood."),
        ("ingest_ignored_total", "Signals of a door that said nothing about an open alert."),
    ];
    for (at, (name, help)) in told.into_iter().enumerate() {
        let doors = counts.doors.iter().map(|door| (door_label(door), door.counts[at]));
        text.one(name, Kind::Counter, help, &doors.collect::<Vec<_>>());
    }
    let seen = counts.doors.iter();
    let seen: Vec<_> =
        seen.filter_map(|door| Some((door_label(door), door.last_seen?.seconds()))).collect();
    let help = "When a door last took something, in seconds since 1970.";
    text.one("ingest_last_seen_timestamp_seconds", Kind::Gauge, help, &seen);
    Ok(())
}

fn engine(text: &mut Exposition, web: &Web, health: &Health) {
    let now = web.app().now();
    let age = |since: Option<Timestamp>| since.map_or(0.0, |since| seconds(now - since).max(0.0));
    let gauge = Kind::Gauge;
    text.value("ready", gauge, READY, i32::from(is_ready(health, now)));
    text.value("log_entries", gauge, "Entries of the log.", health.size);
    let help = "How long the oldest entry has waited for a signature.";
    text.value("log_unsigned_age_seconds", gauge, help, age(health.unsigned_since));
    let help = "Whether checkpoints are signed.";
    text.value("log_signing", gauge, help, i32::from(health.signing == Signing::Well));
    if let Some(at) = health.ticked_at {
        let help = "How long ago the last tick ended.";
        text.value("tick_age_seconds", gauge, help, seconds(now - at));
    }
    let help = "How late the longest-due clock is.";
    text.value("tick_lag_seconds", gauge, help, age(health.oldest_due));
    let (oldest, waiting) = health.unsent;
    text.value("pages_unsent", gauge, "Pages that are not sent yet.", waiting);
    let help = "How long the oldest unsent page has waited.";
    text.value("outbox_age_seconds", gauge, help, age(oldest));
    let held = web.app().keeper().held_back().is_some();
    let help = "Whether pages of a restored older log are held back.";
    text.value("outbox_held", gauge, help, i32::from(held));
    let help = "Open groups that nothing is due for; must be 0.";
    text.value("alert_groups_silent", gauge, help, health.silent);
}

/// How long commands took from being handed in until they were durable.
fn commits(text: &mut Exposition, web: &Web) {
    let seen = web.app().commits().seen();
    let name = "watchkeeper_commit_seconds";
    text.head("commit_seconds", "histogram", "From a command handed in to its durable answer.");
    for (bound, count) in COMMIT_BOUNDS.iter().zip(seen.at_most) {
        let bound = seconds(base::Duration::micros(*bound));
        text.line(&format!("{name}_bucket{{le=\"{bound}\"}} {count}"));
    }
    text.line(&format!("{name}_bucket{{le=\"+Inf\"}} {}", seen.count));
    let sum = i64::try_from(seen.sum).unwrap_or(i64::MAX);
    text.line(&format!("{name}_sum {}", seconds(base::Duration::micros(sum))));
    text.line(&format!("{name}_count {}", seen.count));
}

impl Exposition {
    fn value(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.one(name, kind, help, &[(String::new(), value)]);
    }

    /// One metric with its samples; none at all where there is no sample.
    fn one(&mut self, name: &str, kind: Kind, help: &str, samples: &[(String, impl Display)]) {
        if samples.is_empty() {
            return;
        }
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
        };
        self.head(name, kind, help);
        for (labels, value) in samples {
            self.line(&format!("watchkeeper_{name}{labels} {value}"));
        }
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(&format!("# HELP watchkeeper_{name} {help}"));
        self.line(&format!("# TYPE watchkeeper_{name} {kind}"));
    }

    fn line(&mut self, line: &str) {
        writeln!(self.0, "{line}").expect("invariant: a text takes every line");
    }
}

fn build() -> (String, i32) {
    (label("version", env!("CARGO_PKG_VERSION")), 1)
}

fn door_label(door: &operational::DoorSeen) -> String {
    format!("{{integration=\"{}\",source=\"{}\"}}", door.id, door.source)
}

/// One label; its value is a code or an id of ours, which needs no escape.
fn label(name: &str, value: &str) -> String {
    format!("{{{name}=\"{value}\"}}")
}

#[expect(clippy::cast_precision_loss, reason = "a measurement: microseconds of centuries fit")]
fn seconds(length: base::Duration) -> f64 {
    length.as_micros() as f64 / 1_000_000.0
}
