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
        let given = arrival.header("x-grafana-alerting-signature");
        signature::check(arrival.settings.secret.as_ref(), given.into_iter(), arrival.body)?;
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

#[cfg(test)]
mod tests;
