//! A mapping on a body.

use super::mapping::{Mapping, Pointer, Pointers, Words};
use crate::inbound::{
    Action, Flags, LinkKind, Malformed, Parsed, SourceSeverity,
    draft::{Draft, claimed_as},
    instant::Zoneless,
    limits::MAX_ALERTS,
    malformed::{At, NOT_ALERTS, TOO_MANY},
    view::View,
};

/// Reads each alert of a body.
///
/// # Errors
/// `ING-006` (422) where the list is not one, `ING-007` (413) where it is too long.
pub(super) fn all(mapping: &Mapping, body: View<'_>) -> Result<Parsed, Malformed> {
    let mut flags = Flags::default();
    let Some(Pointer(list)) = &mapping.alerts else {
        return Ok(one(mapping, body, &mut flags).alone(flags));
    };
    let refuse = |status, code, what: String| {
        Err(Malformed::new(status, code, what).at(At::Pointer(list.clone())))
    };
    if !body.at(list).is_some_and(View::is_list) {
        return refuse(422, NOT_ALERTS, "there is no list where the mapping says".to_owned());
    }
    let alerts = body.elements(list, MAX_ALERTS + 1);
    if alerts.len() > MAX_ALERTS {
        return refuse(413, TOO_MANY, format!("more than {MAX_ALERTS} alerts in one request"));
    }
    let mut signals = Vec::with_capacity(alerts.len());
    for (index, alert) in alerts.into_iter().enumerate() {
        let draft = one(mapping, alert, &mut flags);
        signals.push(draft.finish((index, &format!("{list}/{index}")), &mut flags));
    }
    Ok(Parsed { signals, flags, ..Parsed::default() })
}

fn one(mapping: &Mapping, alert: View<'_>, flags: &mut Flags) -> Draft {
    let first = |pointers: &Pointers| pointers.0.iter().find_map(|p| alert.text(&p.0));
    let zoneless = if mapping.zoneless_is_utc { Zoneless::IsUtc } else { Zoneless::IsUnreadable };
    let named =
        |(name, pointer): (&String, &Pointer)| Some((name.clone(), alert.text(&pointer.0)?));
    Draft {
        key: joined(&mapping.key, alert),
        action: action(&mapping.action, alert, flags),
        title: mapping.title.0.iter().map(|pointer| alert.text(&pointer.0)).collect(),
        description: first(&mapping.description),
        severity: word(&mapping.severity, alert).map_or(SourceSeverity::Unknown, Into::into),
        occurred_at: claimed_as(first(&mapping.occurred_at), zoneless, flags),
        ends_at: claimed_as(first(&mapping.ends_at), zoneless, flags),
        resource: first(&mapping.resource),
        service: first(&mapping.service),
        environment: first(&mapping.environment),
        labels: mapping.labels.iter().filter_map(named).collect(),
        annotations: mapping.annotations.iter().filter_map(named).collect(),
        links: vec![
            (LinkKind::Generator, first(&mapping.link)),
            (LinkKind::Runbook, first(&mapping.runbook)),
            (LinkKind::Dashboard, first(&mapping.dashboard)),
        ],
        group_key: joined(&mapping.group, alert),
        ..Draft::default()
    }
}

fn joined(pointers: &Pointers, alert: View<'_>) -> Option<String> {
    let parts: Vec<String> = pointers.0.iter().filter_map(|p| alert.text(&p.0)).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// What the sender's word means; `None` where it says none, or the table does not hold it and says
/// nothing for the others.
fn word<T: Copy>(words: &Words<T>, alert: View<'_>) -> Option<T> {
    let said = words.from.0.iter().find_map(|pointer| alert.text(&pointer.0));
    let found = said.and_then(|said| {
        let known = words.values.iter().find(|(word, _)| word.eq_ignore_ascii_case(&said));
        known.map(|(_, meaning)| *meaning)
    });
    found.or(words.otherwise)
}

/// An absent word is a problem; an unknown one too, and flagged.
fn action(words: &Words<super::mapping::ActionWord>, alert: View<'_>, flags: &mut Flags) -> Action {
    if let Some(found) = word(words, alert) {
        return found.into();
    }
    flags.unknown_status += u32::from(words.from.0.iter().any(|p| alert.text(&p.0).is_some()));
    Action::Trigger
}
