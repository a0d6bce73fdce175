//! Webhooks in version 3: what happened to an incident at PagerDuty.

use crate::inbound::{
    Action, Flags, LinkKind, Parsed, SourceSeverity,
    draft::{Draft, claimed},
    table::{self, PRIORITY, Table},
    view::View,
};

/// What happened to an incident. Everything that is not here, more than twenty kinds, is an update.
const EVENTS: Table<Action> = &[
    ("incident.triggered", Action::Trigger),
    ("incident.reopened", Action::Trigger),
    ("incident.unacknowledged", Action::Update),
    ("incident.acknowledged", Action::Acknowledge),
    ("incident.resolved", Action::Resolve),
    ("pagey.ping", Action::Info),
];

/// The state of an incident that was read from the API.
const STATES: Table<Action> = &[
    ("triggered", Action::Trigger),
    ("acknowledged", Action::Acknowledge),
    ("resolved", Action::Resolve),
];

const URGENCIES: Table<SourceSeverity> =
    &[("high", SourceSeverity::High), ("low", SourceSeverity::Info)];

/// Reads a webhook.
pub(super) fn read(view: View<'_>) -> Parsed {
    let mut flags = Flags::default();
    let kind = view.text("/event/event_type");
    let about_incident = view.text("/event/resource_type").as_deref() == Some("incident");
    let action = table::look_up(EVENTS, kind.as_deref()).unwrap_or(Action::Update);
    let mut draft = match view.at("/event/data") {
        Some(data) if about_incident => about(data),
        // Notes and the like name their incident; services and tests have none.
        data => Draft {
            key: data.and_then(|data| data.first(&["/incident/id", "/id"])),
            title: vec![data.and_then(|d| d.first(&["/incident/summary", "/summary", "/message"]))],
            ..Draft::default()
        },
    };
    draft.title.push(kind.clone());
    draft.occurrence = view.text("/event/id");
    draft.occurred_at = claimed(view.text("/event/occurred_at"), &mut flags);
    draft.action = match action {
        Action::Info => Action::Info,
        action if about_incident => action,
        _ => Action::Update,
    };
    draft.note("event", kind);
    draft.alone(flags)
}

/// Reads an incident as the API shows it.
pub(super) fn incident(view: View<'_>) -> Parsed {
    let mut flags = Flags::default();
    let action = table::action(STATES, view.text("/status").as_deref(), &mut flags);
    let occurred_at = claimed(view.text("/created_at"), &mut flags);
    Draft { action, occurred_at, ..about(view) }.alone(flags)
}

fn about(data: View<'_>) -> Draft {
    let priority = data.first(&["/priority/summary", "/priority/name"]);
    let severity = match table::severity(PRIORITY, priority.as_deref()) {
        SourceSeverity::Unknown => table::severity(URGENCIES, data.text("/urgency").as_deref()),
        known => known,
    };
    let mut draft = Draft {
        key: data.text("/id"),
        title: vec![data.text("/title"), data.text("/summary")],
        severity,
        service: data.text("/service/summary"),
        links: vec![
            (LinkKind::Generator, data.text("/html_url")),
            (LinkKind::Dashboard, data.text("/conference_bridge/conference_url")),
        ],
        ..Draft::default()
    };
    draft.label("service", data.text("/service/summary"));
    draft.note("status", data.text("/status"));
    draft.note("urgency", data.text("/urgency"));
    draft.note("priority", priority);
    draft
}
