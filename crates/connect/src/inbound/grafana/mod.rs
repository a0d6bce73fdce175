//! Grafana: the contact point "webhook" of its unified alerting, and the notifications of version 8 and
//! before.
//!
//! The unified message is Alertmanager's with more members. Source: grafana/alerting,
//! receivers/webhook/v1 and templates/template_data.go; http/hmac.go for the signature.

mod legacy;

use super::{
    Arrival, Malformed, Parsed, Sample, Source,
    alertmanager::{Message, OverBy},
    body::{self, Sent},
    signature,
    view::View,
};

/// The contact point.
pub(super) struct Grafana;

impl Source for Grafana {
    fn name(&self) -> &'static str {
        "grafana"
    }

    fn label(&self) -> &'static str {
        "Grafana"
    }

    fn signs(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        check_signature(arrival)?;
        let text = body::text(arrival, self.max_body(), Sent::AsJson)?;
        let view = View::object(&text)?;
        if !view.has("/alerts") && (view.has("/ruleId") || view.has("/ruleName")) {
            return Ok(legacy::read(view));
        }
        if !view.has("/alerts") && view.has("/labels") {
            // One rule by itself, whatever other lists it has.
            let alone = format!("[{}]", view.raw());
            return Message::read(&alone)?.into_signals(OverBy::Status, arrival.received_at);
        }
        Message::read(&text)?.into_signals(OverBy::Status, arrival.received_at)
    }
}

/// The headers that Grafana may be told to sign in; both were its default.
const SIGNATURES: &[&str] = &["x-grafana-alerting-signature", "x-grafana-alert-signature"];

/// With a timestamp, which is optional there, it signs that and a colon before the body; such a message
/// is good for a while only.
fn check_signature(arrival: &Arrival<'_>) -> Result<(), Malformed> {
    let given = SIGNATURES.iter().filter_map(|name| arrival.header(name));
    let secret = arrival.settings.secret.as_ref();
    match arrival.header("x-grafana-alerting-timestamp") {
        None => signature::check(secret, given, &[arrival.body]),
        Some(at) => {
            signature::check(secret, given, &[at.as_bytes(), b":", arrival.body])?;
            signature::check_age(secret, at, arrival.received_at)
        }
    }
}

#[cfg(test)]
mod tests;
