//! Uptime Kuma: its notification "webhook", as JSON, as a form or in the query of an address.
//!
//! The monitor object is sent whole, with the passwords and tokens it checks with: these are not kept.
//! The sender never tries again. Source: uptime-kuma, server/notification-providers/webhook.js,
//! server/model/heartbeat.js and monitor.js.

mod redact;

use std::borrow::Cow;

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source,
    body::{self, Sent},
    draft::{Draft, claimed_as},
    instant::Zoneless,
    table::{self, Table},
    view::View,
};

/// The notification.
pub(super) struct UptimeKuma;

const STATES: Table<Action> =
    &[("0", Action::Trigger), ("1", Action::Resolve), ("2", Action::Info), ("3", Action::Info)];

impl Source for UptimeKuma {
    fn name(&self) -> &'static str {
        "uptime-kuma"
    }

    fn label(&self) -> &'static str {
        "Uptime Kuma"
    }

    fn by_get(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn kept<'a>(&self, body: &'a [u8]) -> Cow<'a, [u8]> {
        redact::without_secrets(body)
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        body::alert(arrival, self.max_body(), Sent::AsJsonOrForm, |view, flags| {
            Ok(read(view, flags))
        })
    }
}

fn read(view: View<'_>, flags: &mut Flags) -> Draft {
    let monitor = view.text("/monitor/id").or_else(|| view.text("/heartbeat/monitorID"));
    let name = view.text("/monitor/name");
    let beat = view.at("/heartbeat").filter(|beat| beat.is_object());
    let said = view.text("/heartbeat/msg").or_else(|| view.text("/msg"));
    let mut draft = Draft {
        key: monitor.map(|id| format!("monitor-{id}")),
        // Tests and notices of certificates have no heartbeat.
        action: match beat {
            None => Action::Info,
            Some(beat) => table::action(STATES, beat.text("/status").as_deref(), flags),
        },
        title: vec![
            name.as_ref().zip(said.as_ref()).map(|(name, said)| format!("{name}: {said}")),
            name.clone(),
            said.clone(),
        ],
        description: said,
        occurred_at: at(view, flags),
        resource: view.first(&["/monitor/hostname", "/monitor/url"]).or_else(|| name.clone()),
        links: vec![(LinkKind::Generator, view.text("/monitor/url"))],
        ..Draft::default()
    };
    draft.label("monitor", name);
    draft.label("type", view.text("/monitor/type"));
    for tag in view.list("/monitor/tags") {
        if let Some(name) = tag.text("/name") {
            draft.label(&name, tag.text("/value"));
        }
    }
    draft.service = draft.labels.get("service").cloned();
    draft.note("ping", view.text("/heartbeat/ping"));
    draft
}

/// `time` is UTC without saying so; the local time has its offset in a member beside it.
fn at(view: View<'_>, flags: &mut Flags) -> Option<base::Timestamp> {
    if let Some(time) = view.text("/heartbeat/time") {
        return claimed_as(Some(time), Zoneless::IsUtc, flags);
    }
    let local = view.text("/heartbeat/localDateTime")?;
    let offset = view.text("/heartbeat/timezoneOffset").unwrap_or_default();
    claimed_as(Some(format!("{local} {offset}")), Zoneless::IsUnreadable, flags)
}

#[cfg(test)]
mod tests;
