//! Alertmanager's own API, `POST /api/v2/alerts`: Prometheus can list us as one of its
//! Alertmanagers.
//!
//! The body is a list of alerts without a status. One is over when its `endsAt` has passed;
//! Prometheus sends a future `endsAt` with each alert that fires and renews it. The list of the
//! older
//! `/api/v1/alerts` has the same shape. Source: Alertmanager, api/v2/openapi.yaml.

use base::Timestamp;

use super::{
    Malformed, Parsed, Source,
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

    fn parse(
        &self,
        content_type: Option<&str>,
        body: &[u8],
        received_at: Timestamp,
    ) -> Result<Parsed, Malformed> {
        content_type::check_json(content_type)?;
        let text = json::checked(body, self.max_body())?;
        Message::read(text)?.into_signals(OverBy::End, received_at)
    }
}

#[cfg(test)]
mod tests;
