//! Icinga: events of Icinga Notifications, and the event stream of Icinga 2.
//!
//! Source: Icinga/icinga-notifications, doc/20-HTTP-API.md; Icinga 2, event streams.

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source, SourceSeverity,
    body::{self, Sent},
    draft::{Draft, claimed},
    nagios::notice::SEVERITIES as STATES,
    table::{self, Table},
    view::View,
};

/// Both of them.
pub(super) struct Icinga;

const SEVERITIES: Table<SourceSeverity> = &[
    ("emerg", SourceSeverity::Critical),
    ("alert", SourceSeverity::Critical),
    ("crit", SourceSeverity::Critical),
    ("err", SourceSeverity::High),
    ("warning", SourceSeverity::Warning),
    ("notice", SourceSeverity::Info),
    ("info", SourceSeverity::Info),
    ("debug", SourceSeverity::Info),
];

/// Kinds of events beside a state; what is not here is a note.
const KINDS: Table<Action> =
    &[("state", Action::Trigger), ("acknowledgement-set", Action::Acknowledge)];

impl Source for Icinga {
    fn name(&self) -> &'static str {
        "icinga"
    }

    fn label(&self) -> &'static str {
        "Icinga"
    }

    fn acknowledges(&self) -> bool {
        true
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        let text = body::text(arrival, self.max_body(), Sent::AsJson)?;
        let view = View::object(&text)?;
        Ok(if view.has("/check_result") { checked(view) } else { notified(view) })
    }
}

/// An event of Icinga Notifications: its state is its severity, and `ok` is the recovery.
fn notified(view: View<'_>) -> Parsed {
    let mut flags = Flags::default();
    let kind = view.text("/type");
    let severity = view.text("/severity");
    let action = match kind.as_deref() {
        None => Action::Trigger,
        kind => table::look_up(KINDS, kind).unwrap_or(Action::Info),
    };
    let over = action == Action::Trigger && severity.as_deref() == Some("ok");
    let draft = Draft {
        action: if over { Action::Resolve } else { action },
        title: vec![view.text("/name"), view.text("/message")],
        description: view.text("/message"),
        severity: table::severity(SEVERITIES, severity.as_deref()),
        occurred_at: claimed(view.text("/time"), &mut flags),
        links: vec![(LinkKind::Generator, view.text("/url"))],
        labels: view.pairs("/tags"),
        ..of_object(view.text("/tags/host"), view.text("/tags/service"))
    };
    draft.alone(flags)
}

/// A check result of the event stream. A soft state is not yet believed by Icinga itself.
fn checked(view: View<'_>) -> Parsed {
    let mut flags = Flags::default();
    let service = view.text("/service");
    let state = view.text("/check_result/state");
    let word = match (service.is_some(), state.as_deref().and_then(|s| s.split('.').next())) {
        (true, Some("0")) => "OK",
        (true, Some("1")) => "WARNING",
        (true, Some("2")) => "CRITICAL",
        (true, _) => "UNKNOWN",
        (false, Some("0")) => "UP",
        (false, _) => "DOWN",
    };
    let soft = view.text("/check_result/state_type").or_else(|| view.text("/state_type"));
    let soft = soft.is_some_and(|kind| kind.starts_with('0'));
    let action = match word {
        _ if soft => Action::Info,
        "OK" | "UP" => Action::Resolve,
        _ => Action::Trigger,
    };
    let output = view.text("/check_result/output");
    let mut draft = of_object(view.text("/host"), service);
    draft.title = vec![output.clone(), draft.key.as_ref().map(|key| format!("{key} is {word}"))];
    draft.description = output;
    draft.action = action;
    draft.severity = table::severity(STATES, Some(word));
    draft.occurred_at = claimed(view.text("/timestamp"), &mut flags);
    draft.note("acknowledged", view.text("/acknowledgement"));
    draft.note("downtime_depth", view.text("/downtime_depth"));
    draft.alone(flags)
}

fn of_object(host: Option<String>, service: Option<String>) -> Draft {
    let key = match (&host, &service) {
        (Some(host), Some(service)) => Some(format!("{host}/{service}")),
        (host, _) => host.clone(),
    };
    let mut draft = Draft { key, resource: host.clone(), ..Draft::default() };
    draft.label("host", host);
    draft.label("service", service.clone());
    draft.service = service;
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Signal;

    fn signal(body: &str) -> Signal {
        let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        Icinga.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_only_a_state_acts_and_only_ok_ends_it() {
        let of = |kind: &str, severity: &str| {
            let body = format!(
                r#"{{"name":"n","tags":{{"host":"h","service":"s"}},"type":"{kind}","severity":"{severity}"}}"#
            );
            let signal = signal(&body);
            (signal.action, signal.dedup_key)
        };
        assert_eq!(of("state", "crit"), (Action::Trigger, "h/s".to_owned()));
        assert_eq!(of("state", "ok"), (Action::Resolve, "h/s".to_owned()));
        assert_eq!(of("acknowledgement-set", "crit").0, Action::Acknowledge);
        for kind in ["downtime-start", "flapping-start", "custom", "mute"] {
            assert_eq!(of(kind, "ok").0, Action::Info, "{kind}");
        }
    }

    #[test]
    fn trap_a_soft_state_is_a_note() {
        let of = |kind: u8, state: u8| {
            let body = format!(
                r#"{{"type":"CheckResult","host":"h","service":"s","check_result":{{"state":{state}.0,
                "state_type":{kind},"output":"o"}}}}"#
            );
            signal(&body).action
        };
        assert_eq!(
            (of(0, 2), of(1, 2), of(1, 0)),
            (Action::Info, Action::Trigger, Action::Resolve)
        );
    }
}
