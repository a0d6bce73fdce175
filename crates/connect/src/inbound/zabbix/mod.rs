//! Zabbix: a webhook media type whose parameters are macros; ours, and the one that others ship.
//!
//! Zabbix fixes no shape. The recovery carries the event id of its problem, so that is the key. Source:
//! Zabbix manual, macros supported by location.

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source, SourceSeverity,
    body::{self, Sent},
    draft::{Draft, claimed},
    table::{self, Table},
    template,
    view::View,
};

/// The media type.
pub(super) struct Zabbix;

const SEVERITIES: Table<SourceSeverity> = &[
    ("disaster", SourceSeverity::Critical),
    ("high", SourceSeverity::High),
    ("average", SourceSeverity::Warning),
    ("warning", SourceSeverity::Warning),
    ("information", SourceSeverity::Info),
    ("not classified", SourceSeverity::Info),
    ("5", SourceSeverity::Critical),
    ("4", SourceSeverity::High),
    ("3", SourceSeverity::Warning),
    ("2", SourceSeverity::Warning),
    ("1", SourceSeverity::Info),
    ("0", SourceSeverity::Info),
];

const STATES: Table<Action> = &[
    ("1", Action::Trigger),
    ("0", Action::Resolve),
    ("problem", Action::Trigger),
    ("ok", Action::Resolve),
    ("resolved", Action::Resolve),
];

impl Source for Zabbix {
    fn name(&self) -> &'static str {
        "zabbix"
    }

    fn label(&self) -> &'static str {
        "Zabbix"
    }

    fn acknowledges(&self) -> bool {
        true
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
    let host = view.first(&["/host_name", "/hostname", "/host"]);
    let mut draft = Draft {
        key: view.text("/event_id"),
        action: action(view, flags),
        title: vec![view.first(&["/event_name", "/trigger", "/trigger_name", "/subject"])],
        description: view.first(&["/trigger_description", "/item", "/message"]),
        severity: severity(view),
        occurred_at: claimed(view.text("/event_timestamp"), flags),
        links: vec![(LinkKind::Generator, view.first(&["/url", "/link"]))],
        labels: tags(view),
        ..Draft::default()
    };
    draft.service = draft.labels.get("service").cloned();
    draft.environment = draft.labels.get("env").cloned();
    draft.label("host", host.clone());
    draft.label("trigger_id", view.text("/trigger_id"));
    draft.resource = host;
    for name in ["host_ip", "update_action", "update_message", "event_date", "event_time"] {
        draft.note(name, view.text(&format!("/{name}")));
    }
    draft
}

/// An update of a problem is neither problem nor recovery; the update "acknowledged" is Zabbix's own
/// acknowledgement.
fn action(view: View<'_>, flags: &mut Flags) -> Action {
    if view.text("/update_status").as_deref() == Some("1") {
        let update = view.text("/update_action").unwrap_or_default();
        let words = || update.split([',', ' ']).map(str::trim);
        let acknowledged = words().any(|word| word == "acknowledged");
        return if acknowledged { Action::Acknowledge } else { Action::Update };
    }
    let value = view.text("/event_value").filter(|value| !template::unfilled(value));
    let word = value.or_else(|| view.first(&["/event_status", "/status"]));
    table::action(STATES, word.as_deref(), flags)
}

fn severity(view: View<'_>) -> SourceSeverity {
    let words = ["/event_nseverity", "/event_severity", "/severity"];
    let found = words.iter().map(|name| table::severity(SEVERITIES, view.text(name).as_deref()));
    found.into_iter().find(|s| *s != SourceSeverity::Unknown).unwrap_or(SourceSeverity::Unknown)
}

/// `{EVENT.TAGSJSON}` is a list of tags and values, as JSON or as its text.
fn tags(view: View<'_>) -> std::collections::BTreeMap<String, String> {
    let text = view.text("/event_tags").unwrap_or_default();
    let parsed = View::of(&text).ok().filter(|tags| tags.is_list());
    let list = match parsed {
        Some(tags) => tags.list(""),
        None => view.list("/event_tags"),
    };
    let pair = |tag: View<'_>| Some((tag.text("/tag")?, tag.text("/value").unwrap_or_default()));
    list.into_iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Signal;

    fn signal(body: &str) -> Signal {
        let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        Zabbix.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_the_recovery_carries_the_event_id_of_the_problem() {
        let problem = signal(r#"{"event_id":"10528","event_value":"1","event_name":"n"}"#);
        let recovery =
            signal(r#"{"event_id":"10528","event_value":"0","event_name":"Resolved: n"}"#);
        assert_eq!(problem.dedup_key, recovery.dedup_key);
        assert_eq!((problem.action, recovery.action), (Action::Trigger, Action::Resolve));
    }

    #[test]
    fn trap_an_update_never_acknowledges_unless_it_says_so() {
        let of = |update: &str| {
            let body = format!(
                r#"{{"event_id":"1","event_value":"1","update_status":"1","update_action":"{update}"}}"#
            );
            signal(&body).action
        };
        assert_eq!(of("acknowledged, commented"), Action::Acknowledge);
        for update in [
            "commented",
            "unacknowledged",
            "changed severity from High to Low",
            "{EVENT.UPDATE.ACTION}",
        ] {
            assert_eq!(of(update), Action::Update, "{update}");
        }
    }

    #[test]
    fn trap_unresolved_macros_are_no_values() {
        let of = |host: &str| {
            signal(&format!(
                r#"{{"event_id":"{{EVENT.ID}}","event_value":"{{EVENT.VALUE}}","event_name":"disk full",
                "event_nseverity":"{{EVENT.NSEVERITY}}","host_name":"{host}"}}"#
            ))
        };
        let (one, other) = (of("a"), of("b"));
        assert_eq!((one.action, one.severity), (Action::Trigger, SourceSeverity::Unknown));
        assert_ne!(one.dedup_key, other.dedup_key);
    }

    #[test]
    fn trap_a_date_in_the_servers_zone_is_kept_as_text_and_not_as_an_instant() {
        let signal = signal(
            r#"{"event_id":"1","event_date":"2026.11.22","event_time":"10:00:00","event_tags":
            "[{\"tag\":\"service\",\"value\":\"pay\"}]"}"#,
        );
        assert_eq!((signal.occurred_at, signal.service.as_deref()), (None, Some("pay")));
        assert_eq!(signal.annotations["event_date"], "2026.11.22");
    }
}
