//! Atlassian Statuspage: a provider's own page tells its subscribers.
//!
//! The page's summary is not believed: it may say that all is well while an incident is open. Source:
//! Statuspage documentation, webhook notifications.

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source, SourceSeverity,
    body::{self, Sent},
    draft::{Draft, claimed},
    table::{self, Table},
    view::{View, not_ours},
};

/// The subscription of a page.
pub(super) struct Statuspage;

const STATES: Table<Action> = &[
    ("investigating", Action::Trigger),
    ("identified", Action::Trigger),
    ("monitoring", Action::Trigger),
    ("in_progress", Action::Trigger),
    ("verifying", Action::Trigger),
    ("resolved", Action::Resolve),
    ("completed", Action::Resolve),
    ("postmortem", Action::Resolve),
    ("scheduled", Action::Info),
];

const IMPACTS: Table<SourceSeverity> = &[
    ("critical", SourceSeverity::Critical),
    ("major", SourceSeverity::High),
    ("minor", SourceSeverity::Warning),
    ("maintenance", SourceSeverity::Info),
];

/// Maintenance that began is a note; only a working component ends the alert.
const COMPONENTS: Table<Action> = &[
    ("operational", Action::Resolve),
    ("degraded_performance", Action::Trigger),
    ("partial_outage", Action::Trigger),
    ("major_outage", Action::Trigger),
    ("under_maintenance", Action::Info),
];

const OUTAGES: Table<SourceSeverity> = &[
    ("major_outage", SourceSeverity::Critical),
    ("partial_outage", SourceSeverity::High),
    ("degraded_performance", SourceSeverity::Warning),
    ("under_maintenance", SourceSeverity::Info),
];

impl Source for Statuspage {
    fn name(&self) -> &'static str {
        "statuspage"
    }

    fn label(&self) -> &'static str {
        "Atlassian Statuspage"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        body::alert(arrival, self.max_body(), Sent::AsJson, read)
    }
}

fn read(view: View<'_>, flags: &mut Flags) -> Result<Draft, Malformed> {
    let mut draft = match (view.at("/incident"), view.at("/component")) {
        (Some(incident), _) => of_incident(incident, flags),
        (None, Some(component)) => of_component(view, component, flags),
        (None, None) => return Err(not_ours("the object has neither incident nor component")),
    };
    draft.label("page", view.text("/page/id"));
    draft.note("page_says", view.text("/page/status_description"));
    Ok(draft)
}

fn of_incident(incident: View<'_>, flags: &mut Flags) -> Draft {
    let impact = incident.first(&["/impact_override", "/impact"]);
    let components = incident.list("/components").into_iter();
    let names: Vec<String> = components.filter_map(|component| component.text("/name")).collect();
    let mut draft = Draft {
        key: incident.text("/id").map(|id| format!("incident-{id}")),
        action: table::action(STATES, incident.text("/status").as_deref(), flags),
        title: vec![incident.text("/name")],
        // The newest update comes first.
        description: incident.text("/incident_updates/0/body"),
        severity: table::severity(IMPACTS, impact.as_deref()),
        occurred_at: claimed(incident.text("/created_at"), flags),
        ends_at: claimed(incident.text("/resolved_at"), flags),
        resource: names.first().cloned(),
        links: vec![(LinkKind::Generator, incident.text("/shortlink"))],
        ..Draft::default()
    };
    draft.note("components", (!names.is_empty()).then(|| names.join(", ")));
    draft.note("status", incident.text("/status"));
    draft.note("impact", impact);
    draft
}

fn of_component(view: View<'_>, component: View<'_>, flags: &mut Flags) -> Draft {
    let update = view.at("/component_update");
    let of = |pointer: &str| update.and_then(|update| update.text(pointer));
    let state = of("/new_status").or_else(|| component.text("/status"));
    let name = component.text("/name");
    let id = component.text("/id").or_else(|| of("/component_id"));
    let mut draft = Draft {
        key: id.map(|id| format!("component-{id}")),
        action: table::action(COMPONENTS, state.as_deref(), flags),
        title: vec![name.as_ref().zip(state.as_ref()).map(|(n, s)| format!("{n}: {s}"))],
        description: component.text("/description"),
        severity: table::severity(OUTAGES, state.as_deref()),
        occurred_at: claimed(of("/created_at").or_else(|| component.text("/updated_at")), flags),
        resource: name,
        ..Draft::default()
    };
    draft.note("state_before", of("/old_status"));
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Signal;

    fn signal(body: &str) -> Signal {
        let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        Statuspage.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_the_page_says_that_all_is_well_while_an_incident_is_open() {
        let signal = signal(
            r#"{"page":{"id":"p","status_indicator":"none","status_description":"All Systems Operational"},
            "incident":{"id":"i","name":"n","status":"investigating","impact":"none"}}"#,
        );
        assert_eq!((signal.action, signal.severity), (Action::Trigger, SourceSeverity::Unknown));
    }

    #[test]
    fn trap_an_override_of_the_impact_counts_and_updates_come_newest_first() {
        let signal = signal(
            r#"{"incident":{"id":"i","name":"n","status":"identified","impact":"minor","impact_override":
            "critical","incident_updates":[{"body":"new"},{"body":"old"}]}}"#,
        );
        assert_eq!((signal.severity, &*signal.description), (SourceSeverity::Critical, "new"));
    }

    #[test]
    fn trap_maintenance_of_a_component_is_a_note() {
        let of = |state: &str| {
            let body = format!(
                r#"{{"component":{{"id":"c","name":"DB"}},"component_update":{{"new_status":"{state}"}}}}"#
            );
            signal(&body).action
        };
        assert_eq!(of("under_maintenance"), Action::Info);
        assert_eq!((of("major_outage"), of("operational")), (Action::Trigger, Action::Resolve));
    }
}
