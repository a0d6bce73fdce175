//! Senders: a Prometheus that repeats itself, delivers late and twice, resolves before it fires, and
//! now and then sends what nobody can read.

use std::collections::BTreeMap;

use app::{Error, intake::Incoming};
use base::{Duration, Id, Timestamp, id};
use serde_json::{Value, json};

use crate::World;

/// What may be broken: service, alert, and a word that must never be in a leaf.
const SERVICES: &[&str] = &["transfers", "cards", "ledger"];
const ALERTS: &[&str] = &["LedgerUnreachable", "QueueGrows", "CertificateEnds"];
const SEVERITIES: &[&str] = &["critical", "high", "warning", "info", "strange"];

/// What the monitoring believes, and what is still on its way.
#[derive(Default)]
pub(crate) struct Monitoring {
    /// Alerts that fire: severity by service and alert.
    firing: BTreeMap<(usize, usize), usize>,
    /// Bodies that will be delivered late.
    late: Vec<(Timestamp, Value)>,
    /// Alerts that the server said it holds.
    pub(crate) receipts: Vec<Id<id::Alert>>,
    /// How many requests were refused because nothing could be committed.
    pub(crate) refused: usize,
}

impl World {
    /// One alert fires.
    pub fn alert(&mut self, service: &str, severity: &str) {
        self.deliver(&json!([body(service, "LedgerUnreachable", severity, true)]));
    }

    /// It is over.
    pub fn resolve(&mut self, service: &str) {
        self.deliver(&json!([body(service, "LedgerUnreachable", "high", false)]));
    }

    /// One signal of any alert.
    pub fn deliver_one(&mut self, service: &str, alert: &str, severity: &str, fires: bool) {
        self.deliver(&json!([body(service, alert, severity, fires)]));
    }

    /// Over and firing again within one request.
    pub fn over_and_again(&mut self, service: &str) {
        let signal = |fires| body(service, "LedgerUnreachable", "high", fires);
        self.deliver(&json!([signal(false), signal(true)]));
    }

    /// The monitoring sends something, by chance.
    pub(crate) fn send_something(&mut self) {
        let (service, alert) = (self.pick(SERVICES.len()), self.pick(ALERTS.len()));
        let severity = self.pick(SEVERITIES.len());
        let mut signals = Vec::new();
        match self.roll(10) {
            0..=3 => {
                self.monitoring.firing.insert((service, alert), severity);
                signals.push(signal((service, alert), severity, true));
            }
            4 | 5 => {
                let firing = self.monitoring.firing.iter();
                signals.extend(firing.map(|(key, severity)| signal(*key, *severity, true)));
            }
            6 | 7 => {
                let key = self.monitoring.firing.keys().next().copied();
                let key = key.unwrap_or((service, alert));
                self.monitoring.firing.remove(&key);
                signals.push(signal(key, severity, false));
            }
            8 => {
                // Out of order in one request: over, and firing again; another one just over.
                signals.push(signal((service, alert), severity, false));
                signals.push(signal((service, (alert + 1) % ALERTS.len()), severity, true));
                signals.push(signal((service, alert), severity, true));
                self.monitoring.firing.insert((service, alert), severity);
                self.monitoring.firing.insert((service, (alert + 1) % ALERTS.len()), severity);
            }
            _ => {
                signals.push(signal((service, alert), severity, true));
                signals.push(signal((service, alert), severity, false));
                self.monitoring.firing.remove(&(service, alert));
            }
        }
        self.dispatch(Value::Array(signals));
    }

    /// A body goes out: at once, twice, late, or garbled.
    fn dispatch(&mut self, body: Value) {
        match self.roll(12) {
            0 => {
                self.deliver(&body);
                self.deliver(&body);
            }
            1 => {
                let at = self.clock.real() + Duration::seconds(i64::from(self.roll(400)));
                self.monitoring.late.push((at, body));
            }
            2 => self.post_alerts(br#"[{"labels":"#.to_vec()),
            3 => self.deliver(&json!([{ "labels": "Oona Calloway" }, body[0]])),
            _ => self.deliver(&body),
        }
    }

    /// What was on its way arrives.
    pub(crate) fn deliver_late(&mut self) {
        let now = self.clock.real();
        let all = std::mem::take(&mut self.monitoring.late);
        let (due, later): (Vec<_>, Vec<_>) = all.into_iter().partition(|(at, _)| *at <= now);
        self.monitoring.late = later;
        due.into_iter().for_each(|(_, body)| self.deliver(&body));
    }

    fn deliver(&mut self, body: &Value) {
        self.note_step(format!("sender: {body}"));
        self.post_alerts(body.to_string().into_bytes());
    }

    fn post_alerts(&mut self, body: Vec<u8>) {
        let key = self.key.clone();
        let arrived = self.run(|app| async move {
            let door = app.open_door(&key, "alertmanager-api").await?;
            app.receive(door, Incoming::of(None, body)).await
        });
        match arrived {
            Ok(Ok(arrived)) => {
                let held = arrived.receipts.iter().filter_map(|receipt| receipt.alert);
                self.monitoring.receipts.extend(held);
            }
            Ok(Err(_)) => {}
            Err(Error::Refused(refused)) => self.fail(&format!("a sender was refused: {refused}")),
            Err(error) => {
                self.monitoring.refused += 1;
                self.expect_no_fault::<()>("a sender", Err(error));
            }
        }
    }
}

fn signal((service, alert): (usize, usize), severity: usize, fires: bool) -> Value {
    body(SERVICES[service], ALERTS[alert], SEVERITIES[severity], fires)
}

fn body(service: &str, alert: &str, severity: &str, fires: bool) -> Value {
    let end = if fires { Value::Null } else { json!("2020-01-01T00:00:00Z") };
    json!({
        "labels": {"alertname": alert, "service": service, "severity": severity},
        "annotations": {"summary": format!("{service}: {alert} seen by Oona Calloway")},
        "endsAt": end,
    })
}
