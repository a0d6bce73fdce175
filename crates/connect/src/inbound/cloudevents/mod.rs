//! CloudEvents 1.0 over HTTP: binary, structured and batched.
//!
//! An event has no state; its type may end with one (`….resolved`). Source: cloudevents/spec, spec.md,
//! formats/json-format.md, bindings/http-protocol-binding.md, extensions/severity.md.

mod event;

use super::{
    Arrival, Flags, Malformed, Parsed, Sample, Source,
    body::{self, Sent},
    content_type, json,
    limits::MAX_ALERTS,
    malformed::{At, TOO_MANY},
    view::{View, not_ours},
};

/// All three ways of sending.
pub(super) struct CloudEvents;

impl Source for CloudEvents {
    fn name(&self) -> &'static str {
        "cloudevents"
    }

    fn label(&self) -> &'static str {
        "CloudEvents"
    }

    fn sample(&self) -> Sample {
        let body = include_str!("sample.json");
        Sample { content_type: "application/cloudevents+json", headers: &[], body }
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        if arrival.headers.contains_key("ce-specversion") {
            let media = content_type::media(arrival.content_type);
            let is_json =
                matches!(media.as_str(), "" | "application/json") || media.ends_with("+json");
            let text = match arrival.body {
                b"" => None,
                body if is_json => Some(json::checked(body, self.max_body())?),
                _ => None,
            };
            return event::binary(arrival, text);
        }
        let text = body::text(arrival, self.max_body(), Sent::AsJson)?;
        let view = View::of(&text)?;
        let mut flags = Flags::default();
        let signals = match (view.is_object(), view.is_list()) {
            (true, _) => vec![event::structured(view, (0, ""), &mut flags)],
            (_, true) => batch(view, &mut flags)?,
            _ => return Err(not_ours("the body is neither an event nor a batch of events")),
        };
        Ok(Parsed { signals, flags, ..Parsed::default() })
    }
}

type Signals = Vec<Result<super::Signal, super::Rejected>>;

/// A batch may be empty.
fn batch(view: View<'_>, flags: &mut Flags) -> Result<Signals, Malformed> {
    let events = view.elements("", MAX_ALERTS + 1);
    if events.len() > MAX_ALERTS {
        let what = format!("more than {MAX_ALERTS} events in one batch");
        return Err(Malformed::new(413, TOO_MANY, what).at(At::Pointer(String::new())));
    }
    let events = events.into_iter().enumerate();
    Ok(events.map(|(i, event)| event::structured(event, (i, &format!("/{i}")), flags)).collect())
}

#[cfg(test)]
mod tests;
