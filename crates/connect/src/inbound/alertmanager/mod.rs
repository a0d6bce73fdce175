//! Prometheus Alertmanager's webhook, version "4", and the older version "3".
//!
//! Each alert is read by its own `status`, never by the status of the message: a message whose
//! group still fires may well end some of its alerts. Source: Alertmanager, docs/configuration.md,
//! `webhook_config`; notify/webhook and template at 0.34.

mod alert;
mod message;
mod severity;

use super::{Arrival, Malformed, Parsed, Sample, Source, content_type, json};

pub(super) use alert::OverBy;
pub(super) use message::Message;

/// The webhook.
pub(super) struct Alertmanager;

impl Source for Alertmanager {
    fn name(&self) -> &'static str {
        "alertmanager"
    }

    fn label(&self) -> &'static str {
        "Prometheus Alertmanager"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        content_type::check_json(arrival.content_type)?;
        let text = json::checked(arrival.body, self.max_body())?;
        Message::read(text)?.into_signals(OverBy::Status, arrival.received_at)
    }
}

#[cfg(test)]
mod tests;
