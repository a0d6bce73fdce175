//! Opsgenie: its Alert API, so that its clients can send to us as they are, and its outgoing webhook.
//!
//! Source: opsgenie/opsgenie-oas, definitions/alert.yaml; Alertmanager, notify/opsgenie, for what it
//! sends.

use super::{
    Action, Arrival, Flags, IDENTIFIER, LinkKind, Malformed, Parsed, Sample, Source, VERB,
    body::{self, Sent},
    draft::{Draft, claimed},
    table::{self, PRIORITY, Table},
    view::{View, not_ours},
};

/// Both directions.
pub(super) struct Opsgenie;

/// What the path of the API asks for. What is not here, such as a tag or a new owner, is an update.
const VERBS: Table<Action> = &[
    ("close", Action::Resolve),
    ("delete", Action::Resolve),
    ("acknowledge", Action::Acknowledge),
];

/// What the outgoing webhook tells. What is not here is an update.
const ACTIONS: Table<Action> = &[
    ("create", Action::Trigger),
    ("close", Action::Resolve),
    ("delete", Action::Resolve),
    ("acknowledge", Action::Acknowledge),
];

impl Source for Opsgenie {
    fn name(&self) -> &'static str {
        "opsgenie"
    }

    fn label(&self) -> &'static str {
        "Opsgenie"
    }

    fn acknowledges(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        if let Some(verb) = arrival.header(VERB) {
            return by_verb(verb, arrival, self.max_body());
        }
        let text = body::text(arrival, self.max_body(), Sent::UnderAnyType)?;
        let view = View::object(&text)?;
        match (view.at("/alert"), view.has("/message")) {
            (Some(alert), _) => Ok(webhook(view, alert)),
            (None, true) => Ok(created(view)),
            (None, false) => Err(not_ours("the object has neither a message nor an alert")),
        }
    }
}

/// `POST /v2/alerts`.
fn created(view: View<'_>) -> Parsed {
    about(view, view.text("/alias")).alone(Flags::default())
}

/// `POST /v2/alerts/{identifier}/{verb}`: the body says who and why, and may be empty.
fn by_verb(verb: &str, arrival: &Arrival<'_>, max: usize) -> Result<Parsed, Malformed> {
    let text = match arrival.body {
        b"" => std::borrow::Cow::Borrowed("{}"),
        _ => body::text(arrival, max, Sent::UnderAnyType)?,
    };
    let view = View::object(&text)?;
    let mut draft = Draft {
        key: arrival.header(IDENTIFIER).map(str::to_owned),
        action: table::look_up(VERBS, Some(verb)).unwrap_or(Action::Update),
        title: vec![Some(format!("{verb} by the Alert API"))],
        description: view.text("/note"),
        ..Draft::default()
    };
    draft.note("verb", Some(verb.to_owned()));
    for name in ["user", "source", "endTime"] {
        draft.note(name, view.text(&format!("/{name}")));
    }
    Ok(draft.alone(Flags::default()))
}

fn webhook(view: View<'_>, alert: View<'_>) -> Parsed {
    let mut flags = Flags::default();
    let action = view.text("/action");
    let mut draft = about(alert, alert.first(&["/alertId", "/alias"]));
    draft.action = match action.as_deref() {
        None => Action::Trigger,
        action => table::look_up(ACTIONS, action).unwrap_or(Action::Update),
    };
    draft.occurred_at = claimed(alert.text("/createdAt"), &mut flags);
    draft.note("action", action);
    draft.note("integration", view.text("/integrationName"));
    draft.alone(flags)
}

fn about(alert: View<'_>, key: Option<String>) -> Draft {
    let mut draft = Draft {
        key,
        title: vec![alert.text("/message")],
        description: alert.text("/description"),
        severity: table::severity(PRIORITY, alert.text("/priority").as_deref()),
        resource: alert.text("/entity"),
        annotations: alert.pairs("/details"),
        ..Draft::default()
    };
    let source = alert.text("/source");
    draft.links.push((LinkKind::Generator, source.clone()));
    draft.label("source", source);
    draft.label("entity", alert.text("/entity"));
    let tags = alert.texts("/tags");
    draft.label("tags", (!tags.is_empty()).then(|| tags.join(",")));
    draft.note("note", alert.text("/note"));
    draft.service = draft.annotations.get("service").cloned();
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::{Signal, SourceSeverity};

    fn signal(headers: &[(&str, &str)], body: &str) -> Signal {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers = headers.iter().map(owned).collect();
        let mut arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        arrival.headers = &headers;
        Opsgenie.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_one_object_holds_milliseconds_and_nanoseconds() {
        let body = r#"{"action":"Create","alert":{"alertId":"a","message":"m","priority":3,
            "createdAt":1553275891123,"updatedAt":1553275891123456789}}"#;
        let signal = signal(&[], body);
        assert_eq!(signal.occurred_at.unwrap().to_string(), "2019-03-22T17:31:31.123000Z");
        assert_eq!(signal.severity, SourceSeverity::Warning);
    }

    #[test]
    fn trap_only_acknowledge_acknowledges() {
        let of = |action: &str| {
            let body =
                format!(r#"{{"action":"{action}","alert":{{"alertId":"a","message":"m"}}}}"#);
            signal(&[], &body).action
        };
        assert_eq!(of("Acknowledge"), Action::Acknowledge);
        for action in ["UnAcknowledge", "AddNote", "Snooze", "Escalate", "TakeOwnership"] {
            assert_eq!(of(action), Action::Update, "{action}");
        }
    }

    #[test]
    fn a_path_of_the_api_names_its_alert_and_the_body_may_be_empty() {
        let close = [(VERB, "close"), (IDENTIFIER, "k")];
        let closed = signal(&close, "");
        assert_eq!((closed.action, closed.dedup_key.as_str()), (Action::Resolve, "k"));
        let noted = signal(&[(VERB, "notes"), (IDENTIFIER, "k")], r#"{"note":"n","user":"u"}"#);
        assert_eq!((noted.action, noted.description.as_str()), (Action::Update, "n"));
    }
}
