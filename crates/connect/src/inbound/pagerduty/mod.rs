//! PagerDuty: the Events API in version 2 and 1, its change events, and its webhooks in version 3.
//!
//! Clients of PagerDuty can send to us as they are; PagerDuty itself can tell us what happened there.
//! Source: PagerDuty/developer-docs, docs/events-API-v2 and docs/webhooks; Alertmanager,
//! notify/pagerduty, for what it sends.

mod event;
mod webhook;

use super::{
    Action, Arrival, Malformed, Parsed, Sample, Source,
    body::{self, Sent},
    signature,
    table::Table,
    view::{View, not_ours},
};

/// Both directions.
pub(super) struct PagerDuty;

impl Source for PagerDuty {
    fn name(&self) -> &'static str {
        "pagerduty"
    }

    fn label(&self) -> &'static str {
        "PagerDuty"
    }

    fn acknowledges(&self) -> bool {
        true
    }

    fn signs(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        let text = body::text(arrival, self.max_body(), Sent::UnderAnyType)?;
        let view = View::object(&text)?;
        if view.has("/event/event_type") {
            let given = arrival.header("x-pagerduty-signature").unwrap_or_default();
            let given = given.split(',').filter_map(|one| one.trim().strip_prefix("v1="));
            signature::check(arrival.settings.secret.as_ref(), given, &[arrival.body])?;
            return Ok(webhook::read(view));
        }
        if view.has("/event_action") {
            return event::version_2(view, arrival);
        }
        if view.has("/event_type") {
            return event::version_1(view, arrival);
        }
        if view.has("/payload/summary") {
            return Ok(event::change(view));
        }
        if view.text("/type").as_deref() == Some("incident") {
            return Ok(webhook::incident(view));
        }
        Err(not_ours("the object is no event of PagerDuty: it has neither event_action nor event"))
    }
}

/// What an event asks for; only these three.
const ACTIONS: Table<Action> = &[
    ("trigger", Action::Trigger),
    ("acknowledge", Action::Acknowledge),
    ("resolve", Action::Resolve),
];

#[cfg(test)]
mod tests;
