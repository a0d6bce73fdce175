//! Alertmanager's own API, `POST /api/v2/alerts`: Prometheus can list us as one of its
//! Alertmanagers.
//!
//! The body is a list of alerts without a status. One is over when its `endsAt` has passed;
//! Prometheus sends a future `endsAt` with each alert that fires and renews it. The list of the
//! older
//! `/api/v1/alerts` has the same shape. Source: Alertmanager, api/v2/openapi.yaml.

use super::{
    Arrival, Malformed, Parsed, Sample, Source,
    alertmanager::{Message, OverBy},
    content_type, json, limits,
};

/// The API.
pub(super) struct AlertmanagerApi;

impl Source for AlertmanagerApi {
    fn name(&self) -> &'static str {
        "alertmanager-api"
    }

    fn max_body(&self) -> usize {
        limits::MAX_API_BODY
    }

    fn label(&self) -> &'static str {
        "Prometheus, with us as its Alertmanager"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        content_type::check_json(arrival.content_type)?;
        let text = json::checked(arrival.body, self.max_body())?;
        Message::read(text)?.into_signals(OverBy::End, arrival.received_at)
    }
}

#[cfg(test)]
mod tests;
