//! Google Cloud Monitoring: the notification channel "webhook".
//!
//! Source: Google Cloud documentation, notification channels; payloads in the field, versions 1.0 to 1.2.

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source, SourceSeverity,
    body::{self, Sent},
    draft::{Draft, claimed},
    table::{self, Table},
    view::{View, not_ours},
};

/// The notification channel.
pub(super) struct Gcp;

const SEVERITIES: Table<SourceSeverity> = &[
    ("critical", SourceSeverity::Critical),
    ("error", SourceSeverity::High),
    ("warning", SourceSeverity::Warning),
];

const STATES: Table<Action> = &[("open", Action::Trigger), ("closed", Action::Resolve)];

impl Source for Gcp {
    fn name(&self) -> &'static str {
        "gcp"
    }

    fn label(&self) -> &'static str {
        "Google Cloud Monitoring"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        body::alert(arrival, self.max_body(), Sent::AsJson, |view, flags| {
            let incident = view.at("/incident").filter(|incident| incident.is_object());
            let incident = incident.ok_or_else(|| not_ours("the object has no incident"))?;
            Ok(read(incident, flags))
        })
    }
}

fn read(incident: View<'_>, flags: &mut Flags) -> Draft {
    let labels = ["/severity", "/metadata/system_labels/severity", "/policy_user_labels/severity"];
    let condition = incident.first(&["/condition_name", "/condition/displayName"]);
    let mut draft = Draft {
        key: incident.text("/incident_id"),
        action: table::action(STATES, incident.text("/state").as_deref(), flags),
        title: vec![incident.text("/summary"), condition.clone(), incident.text("/policy_name")],
        // An object, or a plain text in test notifications.
        description: incident.first(&[
            "/documentation/content",
            "/documentation/subject",
            "/documentation",
        ]),
        severity: table::severity(SEVERITIES, incident.first(&labels).as_deref()),
        occurred_at: claimed(incident.text("/started_at"), flags),
        ends_at: claimed(incident.text("/ended_at"), flags),
        resource: incident.first(&["/resource_display_name", "/resource_name", "/resource_id"]),
        service: incident.first(&["/policy_user_labels/service", "/resource/labels/service_name"]),
        environment: incident.text("/metadata/user_labels/environment"),
        labels: incident.pairs("/resource/labels"),
        links: vec![(LinkKind::Generator, incident.text("/url"))],
        ..Draft::default()
    };
    draft.labels.extend(incident.pairs("/policy_user_labels"));
    draft.label("policy", incident.text("/policy_name"));
    draft.label("condition", condition);
    draft.label("project", incident.text("/scoping_project_id"));
    for (name, pointer) in [
        ("observed_value", "/observed_value"),
        ("threshold_value", "/threshold_value"),
        ("metric", "/metric/type"),
    ] {
        draft.note(name, incident.text(pointer));
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Signal;

    fn signal(more: &str) -> Signal {
        let body = format!(r#"{{"incident":{{"incident_id":"i","summary":"s",{more}}}}}"#);
        let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        Gcp.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_documentation_is_an_object_or_a_text() {
        assert_eq!(signal(r#""documentation":"plain""#).description, "plain");
        assert_eq!(signal(r#""documentation":{"content":"c"}"#).description, "c");
    }

    #[test]
    fn trap_the_state_comes_in_any_case_and_times_are_epoch_seconds() {
        let open = signal(r#""state":"OPEN","started_at":1499368214,"ended_at":null"#);
        assert_eq!(open.action, Action::Trigger);
        assert_eq!(open.occurred_at.unwrap().to_string(), "2017-07-06T19:10:14.000000Z");
        assert_eq!(signal(r#""state":"closed","started_at":0"#).action, Action::Resolve);
        assert_eq!(signal(r#""state":"closed","started_at":0"#).occurred_at, None);
    }

    #[test]
    fn trap_an_absent_severity_is_unknown() {
        assert_eq!(signal(r#""state":"open""#).severity, SourceSeverity::Unknown);
        assert_eq!(signal(r#""severity":"CRITICAL""#).severity, SourceSeverity::Critical);
    }
}
