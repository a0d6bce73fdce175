//! Amazon SNS: notifications of a topic, signed, as they come over HTTPS, wrapped by a function, or raw.
//!
//! Inside is text or JSON: an alarm of CloudWatch, an event of EventBridge, or anything else. Source: AWS
//! documentation, parsing SNS message formats and verifying their signatures.

mod alarm;
mod certificate;
mod envelope;

use super::{
    Action, Arrival, Flags, Malformed, Parsed, Rejected, Sample, Signal, Source, Subscription,
    body::{self, Sent},
    draft::{Draft, claimed},
    eventbridge,
    malformed::{At, WAITS_FOR_CONFIRMATION},
    table::{self, Table},
    view::{View, not_ours},
};

/// The topic's subscription.
pub(super) struct Sns;

impl Source for Sns {
    fn name(&self) -> &'static str {
        "sns"
    }

    fn label(&self) -> &'static str {
        "Amazon SNS and CloudWatch"
    }

    fn sample(&self) -> Sample {
        // What a topic with raw delivery sends: a signed sample would want Amazon's own key.
        Sample::json(include_str!("sample.json"))
    }

    fn wants(&self, arrival: &Arrival<'_>) -> Option<String> {
        let text = body::text(arrival, self.max_body(), Sent::UnderAnyType).ok()?;
        let view = View::object(&text).ok()?;
        view.text("/Type")?;
        view.first(envelope::CERTIFICATE).filter(|url| envelope::is_amazons(url))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        // The content type is text/plain, whatever the body is.
        let text = body::text(arrival, self.max_body(), Sent::UnderAnyType)?;
        let view = View::object(&text)?;
        let wrapped_ones = view.at("/Records").is_some_and(View::is_list);
        if wrapped_ones || !view.has("/Type") {
            envelope::may_be_unsigned(arrival.settings)?;
        }
        let mut flags = Flags::default();
        let signals = if wrapped_ones {
            let records = view.list("/Records").into_iter().enumerate();
            records.map(|(index, record)| wrapped(record, index, &mut flags)).collect()
        } else if view.has("/Type") {
            envelope::check(view, arrival)?;
            match view.text("/Type").as_deref() {
                Some("Notification") => vec![notified(view, (0, ""), &mut flags)],
                Some("SubscriptionConfirmation") => return subscribed(view, arrival),
                Some("UnsubscribeConfirmation") => vec![unsubscribed(view, &mut flags)],
                _ => return Err(not_ours("the envelope is of a type that SNS does not have")),
            }
        } else if view.has("/Message") {
            vec![notified(view, (0, ""), &mut flags)]
        } else {
            vec![message(view, None, &mut flags).finish((0, ""), &mut flags)]
        };
        Ok(Parsed { signals, flags, ..Parsed::default() })
    }
}

/// A record of a function's event: the envelope lies in `Sns`.
fn wrapped(record: View<'_>, index: usize, flags: &mut Flags) -> Result<Signal, Rejected> {
    let place = format!("/Records/{index}");
    notified(record.at("/Sns").unwrap_or(record), (index, &place), flags)
}

fn notified(
    envelope: View<'_>,
    (index, place): (usize, &str),
    flags: &mut Flags,
) -> Result<Signal, Rejected> {
    // The message is JSON as a string; others send it as an object.
    let text = envelope.text("/Message").unwrap_or_default();
    let inner = match envelope.at("/Message") {
        Some(message) if message.is_object() => Some(message),
        _ => View::object(&text).ok(),
    };
    let mut draft = match inner {
        Some(inner) => message(inner, envelope.text("/Subject"), flags),
        None => plain(&text, envelope),
    };
    if draft.occurred_at.is_none() {
        draft.occurred_at = claimed(envelope.text("/Timestamp"), flags);
    }
    draft.label("topic", envelope.text("/TopicArn"));
    for (name, attribute) in envelope.pairs("/MessageAttributes") {
        let value = View::of(&attribute).ok().and_then(|value| value.text("/Value"));
        draft.note(&name, value);
    }
    draft.finish((index, place), flags)
}

/// What a message in JSON says, by its shape.
fn message(inner: View<'_>, subject: Option<String>, flags: &mut Flags) -> Draft {
    if inner.has("/AlarmName") || inner.has("/NewStateValue") {
        return alarm::read(inner, flags);
    }
    if inner.has("/detail-type") {
        return eventbridge::read(inner, flags);
    }
    Draft {
        title: vec![inner.first(&["/title", "/Event Message", "/message"]), subject],
        description: Some(inner.raw().to_owned()),
        annotations: inner.pairs(""),
        occurred_at: claimed(inner.text("/time"), flags),
        resource: inner.first(&["/SourceId", "/Source ID", "/resource"]),
        ..Draft::default()
    }
}

/// What the attribute `State` says of a job of AWS Backup: one that runs or is done is no problem.
const JOBS: Table<Action> = &[
    ("created", Action::Info),
    ("pending", Action::Info),
    ("running", Action::Info),
    ("completed", Action::Info),
];

/// A message that is only text.
fn plain(text: &str, envelope: View<'_>) -> Draft {
    let state = envelope.text("/MessageAttributes/State/Value");
    Draft {
        action: table::look_up(JOBS, state.as_deref()).unwrap_or(Action::Trigger),
        title: vec![text.lines().next().map(str::to_owned), envelope.text("/Subject")],
        description: Some(text.to_owned()),
        resource: envelope.text("/Subject"),
        ..Draft::default()
    }
}

/// A topic that is on the list is confirmed; any other waits for an operator.
fn subscribed(view: View<'_>, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
    let topic = view.text("/TopicArn").unwrap_or_default();
    let url = view.text("/SubscribeURL").filter(|url| envelope::is_amazons(url));
    let url = url.ok_or_else(|| not_ours("the link that confirms does not lead to Amazon"))?;
    if !arrival.settings.topics.contains(&topic) {
        let what = "a subscription waits: allow its topic for this integration, then read it again";
        return Err(Malformed::new(202, WAITS_FOR_CONFIRMATION, what)
            .at(At::Pointer("/TopicArn".to_owned())));
    }
    Ok(Parsed { subscription: Some(Subscription { topic, url }), ..Parsed::default() })
}

/// The end of a subscription is a problem: from here on the topic is silent.
fn unsubscribed(view: View<'_>, flags: &mut Flags) -> Result<Signal, Rejected> {
    let topic = view.text("/TopicArn");
    let draft = Draft {
        key: topic.as_ref().map(|topic| format!("{topic}#subscription")),
        title: vec![Some("The subscription to this topic was ended".to_owned())],
        description: view.text("/Message"),
        resource: topic,
        occurred_at: claimed(view.text("/Timestamp"), flags),
        ..Draft::default()
    };
    draft.finish((0, ""), flags)
}

#[cfg(test)]
mod tests;
