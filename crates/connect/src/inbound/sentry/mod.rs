//! Sentry: webhooks of its integration platform, and of the older plugin.
//!
//! Source: getsentry/integration-platform-example; Sentry documentation, webhooks.

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source, SourceSeverity,
    body::{self, Sent},
    draft::{Draft, claimed},
    signature,
    table::{self, COMMON, Table},
    view::{View, not_ours},
};

/// Both kinds of webhook.
pub(super) struct Sentry;

/// Archiving hides an issue; it does not mend it.
const ISSUES: Table<Action> = &[
    ("created", Action::Trigger),
    ("unresolved", Action::Trigger),
    ("resolved", Action::Resolve),
    ("assigned", Action::Update),
    ("ignored", Action::Update),
    ("archived", Action::Update),
];

const METRICS: Table<Action> =
    &[("critical", Action::Trigger), ("warning", Action::Trigger), ("resolved", Action::Resolve)];

impl Source for Sentry {
    fn name(&self) -> &'static str {
        "sentry"
    }

    fn label(&self) -> &'static str {
        "Sentry"
    }

    fn signs(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        let headers = &[("sentry-hook-resource", "metric_alert")];
        let body = include_str!("sample.json");
        Sample { content_type: "application/json", headers, body }
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        let given = arrival.header("sentry-hook-signature");
        signature::check(arrival.settings.secret.as_ref(), given.into_iter(), &[arrival.body])?;
        body::alert(arrival, self.max_body(), Sent::AsJson, |view, flags| {
            read(view, arrival, flags)
        })
    }
}

fn read(view: View<'_>, arrival: &Arrival<'_>, flags: &mut Flags) -> Result<Draft, Malformed> {
    let action = view.text("/action");
    if let Some(issue) = view.at("/data/issue") {
        Ok(of_issue(issue, action.as_deref(), flags))
    } else if let Some(event) = view.at("/data/event") {
        Ok(of_event(view, event, flags))
    } else if let Some(alert) = view.at("/data/metric_alert") {
        Ok(of_metric(view, alert, action.as_deref(), flags))
    } else if view.has("/project") && (view.has("/event") || view.has("/culprit")) {
        Ok(of_plugin(view, flags))
    } else if view.has("/installation") {
        Ok(note(arrival, view))
    } else {
        Err(not_ours("the object is no webhook of Sentry"))
    }
}

fn of_issue(issue: View<'_>, action: Option<&str>, flags: &mut Flags) -> Draft {
    let project = issue.first(&["/project/slug", "/project/name"]);
    let mut draft = Draft {
        key: issue.text("/id").map(|id| format!("issue-{id}")),
        action: table::action(ISSUES, action, flags),
        title: vec![issue.text("/title"), issue.text("/culprit")],
        description: issue.text("/culprit"),
        severity: table::severity(COMMON, issue.text("/level").as_deref()),
        occurred_at: claimed(issue.text("/firstSeen"), flags),
        service: project.clone(),
        links: vec![(LinkKind::Generator, issue.first(&["/web_url", "/permalink"]))],
        ..Draft::default()
    };
    draft.label("project", project);
    draft.note("issue", issue.text("/shortId"));
    draft.note("count", issue.text("/count"));
    draft
}

/// A rule for issues fired: the key is the issue, so that its resolving ends the alert.
fn of_event(view: View<'_>, event: View<'_>, flags: &mut Flags) -> Draft {
    let mut draft = Draft {
        key: event.text("/issue_id").map(|id| format!("issue-{id}")),
        occurrence: event.text("/event_id"),
        title: vec![event.text("/title"), event.text("/culprit")],
        description: event.text("/culprit"),
        severity: table::severity(COMMON, event.text("/level").as_deref()),
        occurred_at: claimed(event.first(&["/datetime", "/timestamp"]), flags),
        environment: event.text("/environment"),
        links: vec![(LinkKind::Generator, event.first(&["/web_url", "/url"]))],
        ..Draft::default()
    };
    draft.note("rule", view.text("/data/triggered_rule"));
    draft
}

fn of_metric(view: View<'_>, alert: View<'_>, action: Option<&str>, flags: &mut Flags) -> Draft {
    let severities: Table<SourceSeverity> =
        &[("critical", SourceSeverity::Critical), ("warning", SourceSeverity::Warning)];
    let titles = [view.text("/data/description_title"), alert.text("/title")];
    Draft {
        key: alert.text("/id").map(|id| format!("metric-{id}")),
        action: table::action(METRICS, action, flags),
        title: titles.into_iter().chain([alert.text("/alert_rule/name")]).collect(),
        description: view.text("/data/description_text"),
        severity: table::severity(severities, action),
        occurred_at: claimed(alert.first(&["/date_started", "/date_detected"]), flags),
        links: vec![(LinkKind::Generator, view.text("/data/web_url"))],
        ..Draft::default()
    }
}

/// The plugin tells problems only: there is no message for their end.
fn of_plugin(view: View<'_>, flags: &mut Flags) -> Draft {
    let project = view.first(&["/project_slug", "/project"]);
    let mut draft = Draft {
        key: view.text("/id").map(|id| format!("issue-{id}")),
        occurrence: view.text("/event/event_id"),
        title: vec![view.text("/message"), view.text("/event/title"), view.text("/culprit")],
        description: view.text("/culprit"),
        severity: table::severity(COMMON, view.text("/level").as_deref()),
        occurred_at: claimed(view.first(&["/event/timestamp", "/event/received"]), flags),
        service: project.clone(),
        environment: view.text("/event/environment"),
        links: vec![(LinkKind::Generator, view.text("/url"))],
        ..Draft::default()
    };
    draft.label("project", project);
    draft
}

/// Comments, installations and single errors are notes.
fn note(arrival: &Arrival<'_>, view: View<'_>) -> Draft {
    let kind = arrival.header("sentry-hook-resource").unwrap_or("message");
    Draft {
        action: Action::Info,
        title: vec![Some(format!("Sentry {kind} {}", view.text("/action").unwrap_or_default()))],
        description: view.text("/data/comment"),
        key: view
            .first(&["/data/issue_id", "/data/error/issue_id"])
            .map(|id| format!("issue-{id}")),
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Signal;

    fn signal(body: &str) -> Signal {
        let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        Sentry.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_archiving_assigning_and_commenting_end_nothing() {
        let of = |action: &str| {
            let body =
                format!(r#"{{"action":"{action}","data":{{"issue":{{"id":"1","title":"t"}}}}}}"#);
            signal(&body).action
        };
        assert_eq!((of("created"), of("resolved")), (Action::Trigger, Action::Resolve));
        for action in ["assigned", "ignored", "archived"] {
            assert_eq!(of(action), Action::Update, "{action}");
        }
        let comment = r#"{"action":"created","installation":{"uuid":"u"},"data":{"comment":"c"}}"#;
        assert_eq!(signal(comment).action, Action::Info);
    }

    #[test]
    fn trap_an_event_alert_ends_with_its_issue() {
        let event = r#"{"action":"triggered","data":{"event":{"issue_id":"7","event_id":"e","title":"t"}}}"#;
        let issue = r#"{"action":"resolved","data":{"issue":{"id":"7","title":"t"}}}"#;
        assert_eq!(signal(event).dedup_key, signal(issue).dedup_key);
    }

    #[test]
    fn trap_an_epoch_has_a_fraction() {
        let body = r#"{"project":"p","id":"1","message":"m","event":{"timestamp":1709991285.873}}"#;
        assert_eq!(signal(body).occurred_at.unwrap().to_string(), "2024-03-09T13:34:45.873000Z");
    }
}
