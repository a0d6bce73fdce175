//! One event: its attributes, its extensions, and what its data says.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use percent_encoding::percent_decode_str;

use crate::inbound::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Rejected, Signal, SourceSeverity,
    draft::{Draft, claimed},
    json,
    limits::MAX_BODY,
    malformed::NOT_ALERTS,
    table::{self, COMMON, Table},
    view::{View, not_ours},
};

/// The last part of a type, where it tells a state.
const STATES: Table<Action> = &[
    ("triggered", Action::Trigger),
    ("firing", Action::Trigger),
    ("failed", Action::Trigger),
    ("opened", Action::Trigger),
    ("created", Action::Trigger),
    ("resolved", Action::Resolve),
    ("recovered", Action::Resolve),
    ("closed", Action::Resolve),
    ("cleared", Action::Resolve),
    ("ok", Action::Resolve),
];

/// The attributes of the specification; every other member but the data is an extension.
const CORE: &[&str] =
    &["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"];

/// A structured event. Null is the same as absent.
pub(super) fn structured(
    view: View<'_>,
    (index, place): (usize, &str),
    flags: &mut Flags,
) -> Result<Signal, Rejected> {
    let refuse = |what: &str| Rejected {
        index,
        code: NOT_ALERTS,
        what: what.to_owned(),
        where_: place.to_owned(),
    };
    if view.has("/data") && view.has("/data_base64") {
        return Err(refuse("the event has both data and data_base64"));
    }
    let mut attributes = view.pairs("");
    attributes.remove("data");
    attributes.remove("data_base64");
    let decoded = decoded(view);
    let data = match decoded.as_deref() {
        Some(text) => View::of(text).ok(),
        None => view.at("/data"),
    };
    let draft = draft(&attributes, data, flags).map_err(|what| refuse(&what))?;
    draft.finish((index, place), flags)
}

/// Data that came in Base64, where it is JSON: the content type decides nothing, senders leave it out.
fn decoded(event: View<'_>) -> Option<String> {
    let bytes = BASE64.decode(event.text("/data_base64")?).ok()?;
    json::checked(&bytes, MAX_BODY).ok().map(str::to_owned)
}

/// A binary event: attributes in headers, percent-encoded; the body is the data.
pub(super) fn binary(arrival: &Arrival<'_>, data: Option<&str>) -> Result<Parsed, Malformed> {
    let attribute = |(name, value): (&String, &String)| {
        let value = percent_decode_str(value.trim().trim_matches('"')).decode_utf8_lossy();
        Some((name.strip_prefix("ce-")?.to_owned(), value.into_owned()))
    };
    let attributes = arrival.headers.iter().filter_map(attribute).collect();
    let data = data.map(View::of).transpose()?;
    let mut flags = Flags::default();
    let draft = draft(&attributes, data, &mut flags).map_err(|what| not_ours(&what))?;
    Ok(draft.alone(flags))
}

fn draft(
    attributes: &BTreeMap<String, String>,
    data: Option<View<'_>>,
    flags: &mut Flags,
) -> Result<Draft, String> {
    let given = |name: &str| attributes.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
    let required = |name: &str| given(name).ok_or_else(|| format!("the event has no {name}"));
    if required("specversion")? != "1.0" {
        return Err("the event is of another version than 1.0".to_owned());
    }
    let (id, source, kind) = (required("id")?, required("source")?, required("type")?);
    let (stem, action) = state_of(kind);
    let subject = given("subject");
    let said = |pointers: &[&str]| data.and_then(|data| data.first(pointers));
    let mut draft = Draft {
        key: Some(format!("{source}#{}", subject.unwrap_or(stem))),
        occurrence: Some(format!("{source}#{id}")),
        action,
        title: vec![said(&["/title", "/summary", "/message", "/name"]), Some(kind.to_owned())],
        description: said(&["/description", "/details", ""]),
        severity: severity(given("severitynumber"), given("severitytext"), &said),
        occurred_at: claimed(given("time").map(str::to_owned), flags),
        resource: subject.map(str::to_owned),
        service: said(&["/service"]),
        links: vec![(LinkKind::Generator, said(&["/url", "/link"]))],
        ..Draft::default()
    };
    draft.label("source", Some(source.to_owned()));
    draft.label("type", Some(kind.to_owned()));
    let extensions = attributes.iter().filter(|(name, _)| !CORE.contains(&name.as_str()));
    for (name, value) in extensions {
        draft.label(name, Some(value.clone()));
    }
    if let Some(data) = data.filter(|data| data.is_object()) {
        draft.annotations = data.pairs("");
    }
    Ok(draft)
}

/// A type without the state it ends with, and what that says; a type that tells none is a problem.
fn state_of(kind: &str) -> (&str, Action) {
    let last = kind
        .rsplit_once('.')
        .and_then(|(stem, last)| table::look_up(STATES, Some(last)).map(|action| (stem, action)));
    last.unwrap_or((kind, Action::Trigger))
}

/// The severity extension counts as OpenTelemetry does, 1 to 24; else a word.
fn severity(
    number: Option<&str>,
    text: Option<&str>,
    said: &dyn Fn(&[&str]) -> Option<String>,
) -> SourceSeverity {
    match number.and_then(|number| number.parse::<u8>().ok()) {
        Some(1..=12) => SourceSeverity::Info,
        Some(13..=16) => SourceSeverity::Warning,
        Some(17..=20) => SourceSeverity::High,
        Some(21..=24) => SourceSeverity::Critical,
        _ => {
            let word = text.map(Cow::Borrowed).or_else(|| said(&["/severity"]).map(Cow::Owned));
            table::severity(COMMON, word.as_deref())
        }
    }
}
