//! Amazon EventBridge: events of AWS Health, GuardDuty, CloudWatch and others, by an API destination or
//! inside a notification of SNS.
//!
//! Source: AWS documentation, events from AWS services.

use super::{
    Action, Arrival, Flags, Malformed, Parsed, Sample, Source, SourceSeverity,
    body::{self, Sent},
    draft::{Draft, claimed},
    table::{self, Table},
    view::{View, not_ours},
};

/// The API destination.
pub(super) struct EventBridge;

/// What AWS Health tells; only an issue is a problem.
const CATEGORIES: Table<Action> = &[
    ("issue", Action::Trigger),
    ("investigation", Action::Trigger),
    ("scheduledChange", Action::Info),
    ("accountNotification", Action::Info),
];

const ALARMS: Table<Action> =
    &[("alarm", Action::Trigger), ("ok", Action::Resolve), ("insufficient_data", Action::Update)];

impl Source for EventBridge {
    fn name(&self) -> &'static str {
        "eventbridge"
    }

    fn label(&self) -> &'static str {
        "Amazon EventBridge"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        body::alert(arrival, self.max_body(), Sent::AsJson, |view, flags| {
            if view.has("/detail-type") {
                Ok(read(view, flags))
            } else {
                Err(not_ours("the object has no detail-type"))
            }
        })
    }
}

/// Reads an event by its kind.
pub(super) fn read(event: View<'_>, flags: &mut Flags) -> Draft {
    let kind = event.text("/detail-type");
    let mut draft = match kind.as_deref() {
        Some("AWS Health Event" | "AWS Health Abuse Event") => health(event, flags),
        Some("GuardDuty Finding") => finding(event, flags),
        Some("CloudWatch Alarm State Change") => alarm(event, flags),
        _ => Draft {
            occurrence: event.text("/id"),
            description: event.at("/detail").map(|detail| detail.raw().to_owned()),
            title: vec![event.first(&["/detail/title", "/detail/message"])],
            ..Draft::default()
        },
    };
    if draft.occurred_at.is_none() {
        draft.occurred_at = claimed(event.text("/time"), flags);
    }
    if draft.resource.is_none() {
        draft.resource = event.text("/resources/0");
    }
    draft.title.push(kind.clone());
    draft.label("kind", kind);
    draft.label("source", event.text("/source"));
    draft.label("account", event.first(&["/account", "/detail/accountId"]));
    draft.label("region", event.text("/region"));
    draft
}

/// A notice of Amazon itself: a provider's incident. Its instants are RFC 1123, and their weekday may be
/// wrong.
fn health(event: View<'_>, flags: &mut Flags) -> Draft {
    let closed = event.text("/detail/statusCode").as_deref() == Some("closed");
    let category = event.text("/detail/eventTypeCategory");
    let mut draft = Draft {
        key: event.text("/detail/eventArn"),
        action: match table::action(CATEGORIES, category.as_deref(), flags) {
            Action::Trigger if closed => Action::Resolve,
            action => action,
        },
        title: vec![event.text("/detail/eventTypeCode")],
        description: event.text("/detail/eventDescription/0/latestDescription"),
        occurred_at: claimed(event.text("/detail/startTime"), flags),
        ends_at: claimed(event.text("/detail/endTime"), flags),
        resource: event.text("/detail/affectedEntities/0/entityValue"),
        environment: event.text("/detail/affectedEntities/0/tags/stage"),
        ..Draft::default()
    };
    draft.label("aws_service", event.text("/detail/service"));
    draft.note("category", category);
    draft
}

/// A finding of GuardDuty; its severity is a number up to 10.
fn finding(event: View<'_>, flags: &mut Flags) -> Draft {
    let number = event.text("/detail/severity").and_then(|text| text.parse::<f64>().ok());
    let severity = match number {
        Some(number) if number >= 9.0 => SourceSeverity::Critical,
        Some(number) if number >= 7.0 => SourceSeverity::High,
        Some(number) if number >= 4.0 => SourceSeverity::Warning,
        Some(_) => SourceSeverity::Info,
        None => SourceSeverity::Unknown,
    };
    let mut draft = Draft {
        key: event.text("/detail/id"),
        title: vec![event.text("/detail/title")],
        description: event.text("/detail/description"),
        severity,
        occurred_at: claimed(event.text("/detail/service/eventFirstSeen"), flags),
        ..Draft::default()
    };
    draft.note("finding", event.text("/detail/type"));
    draft.note("count", event.text("/detail/service/count"));
    draft
}

fn alarm(event: View<'_>, flags: &mut Flags) -> Draft {
    let state = event.text("/detail/state/value");
    let is_alarm = state.as_deref() == Some("ALARM");
    Draft {
        key: event.text("/resources/0"),
        action: table::action(ALARMS, state.as_deref(), flags),
        title: vec![event.text("/detail/alarmName")],
        description: event.text("/detail/state/reason"),
        severity: if is_alarm { SourceSeverity::Critical } else { SourceSeverity::Unknown },
        occurred_at: claimed(event.text("/detail/state/timestamp"), flags),
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Signal;

    fn signal(body: &str) -> Signal {
        let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        EventBridge.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_a_health_event_writes_rfc_1123_with_a_wrong_weekday() {
        let signal = signal(
            r#"{"detail-type":"AWS Health Event","time":"2016-06-05T06:27:57Z","detail":{"eventArn":"a",
            "eventTypeCategory":"issue","startTime":"Sat, 05 Jun 2016 15:10:09 GMT"}}"#,
        );
        assert_eq!(signal.occurred_at.unwrap().to_string(), "2016-06-05T15:10:09.000000Z");
    }

    #[test]
    fn trap_a_scheduled_change_of_a_provider_is_a_note() {
        let of = |category: &str, status: &str| {
            let body = format!(
                r#"{{"detail-type":"AWS Health Event","detail":{{"eventArn":"a","statusCode":"{status}",
                "eventTypeCategory":"{category}"}}}}"#
            );
            signal(&body).action
        };
        assert_eq!(of("issue", "open"), Action::Trigger);
        assert_eq!(of("issue", "closed"), Action::Resolve);
        assert_eq!(of("scheduledChange", "upcoming"), Action::Info);
    }

    #[test]
    fn trap_insufficient_data_is_no_recovery() {
        let body = r#"{"detail-type":"CloudWatch Alarm State Change","resources":["arn"],"detail":
            {"alarmName":"a","state":{"value":"INSUFFICIENT_DATA"}}}"#;
        assert_eq!(signal(body).action, Action::Update);
    }
}
