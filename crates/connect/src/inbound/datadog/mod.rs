//! Datadog: its webhook integration, whose payload is a template of the user's.
//!
//! Our template names its members after Datadog's variables; others' are read as far as they do. Source:
//! Datadog documentation, webhooks integration.

use std::collections::BTreeMap;

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source,
    body::{self, Sent},
    draft::{Draft, claimed},
    table::{self, PRIORITY, Table},
    view::View,
};

/// The webhook.
pub(super) struct Datadog;

const TRANSITIONS: Table<Action> = &[
    ("triggered", Action::Trigger),
    ("re-triggered", Action::Trigger),
    ("warn", Action::Trigger),
    ("re-warn", Action::Trigger),
    ("no data", Action::Trigger),
    ("re-no data", Action::Trigger),
    ("renotify", Action::Trigger),
    ("recovered", Action::Resolve),
];

impl Source for Datadog {
    fn name(&self) -> &'static str {
        "datadog"
    }

    fn label(&self) -> &'static str {
        "Datadog"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        body::alert(arrival, self.max_body(), Sent::AsJsonOrForm, |view, flags| {
            Ok(read(view, flags))
        })
    }
}

fn read(view: View<'_>, flags: &mut Flags) -> Draft {
    let tags = tags(view);
    let host = view.first(&["/hostname", "/host"]).or_else(|| tags.get("host").cloned());
    let transition = view.first(&["/alert_transition", "/transition"]);
    Draft {
        key: key(view),
        action: table::action(TRANSITIONS, transition.as_deref(), flags),
        title: vec![view.first(&["/alert_title", "/event_title", "/title"])],
        description: view.first(&["/event_msg", "/body", "/message", "/description"]),
        severity: table::severity(
            PRIORITY,
            view.first(&["/alert_priority", "/priority"]).as_deref(),
        ),
        occurred_at: claimed(view.first(&["/date", "/last_updated"]), flags),
        resource: host,
        service: tags.get("service").cloned(),
        environment: tags.get("env").or_else(|| tags.get("environment")).cloned(),
        links: vec![
            (LinkKind::Generator, view.text("/link")),
            (LinkKind::Dashboard, view.text("/snapshot")),
        ],
        annotations: ["alert_query", "query", "alert_metric", "alert_status", "alert_type"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), view.text(&format!("/{name}"))?)))
            .collect(),
        labels: tags,
        ..Draft::default()
    }
}

/// The aggregation and the cycle: the same from trigger to recovery, another at the next outbreak. Else
/// the monitor and what it looked at.
fn key(view: View<'_>) -> Option<String> {
    if let (Some(group), Some(cycle)) = (view.text("/aggreg_key"), view.text("/alert_cycle_key")) {
        return Some(format!("{group}-{cycle}"));
    }
    let monitor = view.first(&["/alert_id", "/monitor_id"])?;
    Some(match view.first(&["/alert_scope", "/scopes/0"]) {
        Some(scope) => format!("{monitor}/{scope}"),
        None => monitor,
    })
}

/// `env:prod, team:pay` as one text or as a list; a tag without a value is one with an empty value, which
/// says nothing.
fn tags(view: View<'_>) -> BTreeMap<String, String> {
    let texts = view.texts("/tags");
    let pairs = texts.iter().flat_map(|text| text.split(',')).filter_map(|tag| {
        let (name, value) = tag.trim().split_once(':')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    });
    let mut tags = BTreeMap::new();
    for (name, value) in pairs.filter(|(name, value)| !(name.is_empty() || value.is_empty())) {
        tags.entry(name).or_insert(value);
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::{Signal, SourceSeverity};

    fn signal(media: &str, body: &str) -> Signal {
        let arrival = Arrival::of(Some(media), body.as_bytes(), base::Timestamp::default());
        Datadog.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_priority_is_a_word_or_a_number_and_tags_are_one_text() {
        let of = |priority: &str| {
            let body = format!(
                r#"{{"alert_id":"1","title":"t","priority":{priority},"tags":"env:prod, team:pay,x"}}"#
            );
            signal("application/json", &body)
        };
        assert_eq!(of(r#""P3""#).severity, SourceSeverity::Warning);
        assert_eq!(of("4").severity, SourceSeverity::Info);
        assert_eq!(of("null").severity, SourceSeverity::Unknown);
        assert_eq!((of("4").environment.as_deref(), of("4").labels.len()), (Some("prod"), 2));
    }

    #[test]
    fn trap_a_payload_may_come_as_a_form() {
        let body = "aggreg_key=a&alert_cycle_key=7&alert_transition=Recovered&alert_title=t";
        let signal = signal("application/x-www-form-urlencoded", body);
        assert_eq!((signal.dedup_key.as_str(), signal.action), ("a-7", Action::Resolve));
    }

    #[test]
    fn trap_unfilled_variables_make_no_key() {
        let body =
            r#"{"aggreg_key":"$AGGREG_KEY","alert_cycle_key":"$ALERT_CYCLE_KEY","title":"disk"}"#;
        assert!(signal("application/json", body).dedup_key.starts_with("text-"));
    }
}
