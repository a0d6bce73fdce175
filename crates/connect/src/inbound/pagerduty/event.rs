//! Events that a client of the Events API sends.

use sha2::{Digest as _, Sha256};

use super::ACTIONS;
use crate::inbound::{
    Action, Arrival, Change, Flags, LinkKind, Malformed, Parsed, SourceSeverity,
    draft::{Draft, claimed},
    malformed::{At, NOT_ALERTS},
    table::{self, Table},
    view::View,
};

const SEVERITIES: Table<SourceSeverity> = &[
    ("critical", SourceSeverity::Critical),
    ("error", SourceSeverity::High),
    ("warning", SourceSeverity::Warning),
    ("info", SourceSeverity::Info),
];

/// Version 2. On acknowledging and resolving the payload may be whole, null or absent.
///
/// # Errors
/// `ING-006` (422) for another action, and for a trigger without a payload or an act without a key.
pub(super) fn version_2(view: View<'_>, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
    let action = action(view, "/event_action")?;
    if action == Action::Trigger && !view.has("/payload/summary") {
        return Err(wrong("a trigger has no summary", "/payload/summary"));
    }
    let mut flags = Flags::default();
    let links = view.list("/links").into_iter().map(|link| link.text("/href"));
    let links = links.chain(view.list("/images").into_iter().map(|image| image.text("/href")));
    let links = links.map(|url| (LinkKind::Dashboard, url));
    let mut draft = Draft {
        key: Some(key(view.text("/dedup_key"), action, arrival, "/dedup_key")?),
        action,
        title: vec![view.text("/payload/summary")],
        severity: table::severity(SEVERITIES, view.text("/payload/severity").as_deref()),
        occurred_at: claimed(view.text("/payload/timestamp"), &mut flags),
        resource: view.text("/payload/source"),
        service: view.text("/payload/component"),
        annotations: view.pairs("/payload/custom_details"),
        links: std::iter::once((LinkKind::Generator, view.text("/client_url")))
            .chain(links)
            .collect(),
        ..Draft::default()
    };
    for name in ["source", "component", "group", "class"] {
        draft.label(name, view.text(&format!("/payload/{name}")));
    }
    draft.label("client", view.text("/client"));
    if let Some(text) = view.text("/payload/custom_details") {
        draft.note("details", Some(text));
    }
    Ok(draft.alone(flags))
}

/// Version 1, which Alertmanager still sends where it has a `service_key`.
///
/// # Errors
/// As [`version_2`].
pub(super) fn version_1(view: View<'_>, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
    let action = action(view, "/event_type")?;
    let details = view.pairs("/details");
    let severity = details.get("severity").map(String::as_str);
    let draft = Draft {
        key: Some(key(view.text("/incident_key"), action, arrival, "/incident_key")?),
        action,
        title: vec![view.text("/description")],
        severity: table::severity(SEVERITIES, severity),
        links: vec![(LinkKind::Generator, view.text("/client_url"))],
        annotations: details,
        ..Draft::default()
    };
    Ok(draft.alone(Flags::default()))
}

/// A change event: context, never an alert.
pub(super) fn change(view: View<'_>) -> Parsed {
    let mut flags = Flags::default();
    let links = view.list("/links").into_iter().filter_map(|link| link.text("/href"));
    let change = Change {
        summary: view.text("/payload/summary").unwrap_or_default(),
        resource: view.text("/payload/source"),
        occurred_at: claimed(view.text("/payload/timestamp"), &mut flags),
        details: view.pairs("/payload/custom_details"),
        links: links.collect(),
    };
    Parsed { changes: vec![change], flags, ..Parsed::default() }
}

fn action(view: View<'_>, pointer: &str) -> Result<Action, Malformed> {
    let found = table::look_up(ACTIONS, view.text(pointer).as_deref());
    found.ok_or_else(|| wrong("the event is neither trigger, acknowledge nor resolve", pointer))
}

/// A trigger without a key always opens an alert of its own: its key is made of the body and the instant
/// of arrival.
fn key(
    given: Option<String>,
    action: Action,
    arrival: &Arrival<'_>,
    pointer: &str,
) -> Result<String, Malformed> {
    if let Some(key) = given {
        return Ok(key);
    }
    if action != Action::Trigger {
        return Err(wrong("only a trigger may leave its key to us", pointer));
    }
    let mut digest = Sha256::new();
    digest.update(arrival.received_at.micros().to_be_bytes());
    digest.update(arrival.body);
    Ok(hex::encode(&digest.finalize()[..16]))
}

fn wrong(what: &str, pointer: &str) -> Malformed {
    Malformed::new(422, NOT_ALERTS, what).at(At::Pointer(pointer.to_owned()))
}
