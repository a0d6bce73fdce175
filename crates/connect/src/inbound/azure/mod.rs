//! Azure Monitor: the common alert schema, and the two older shapes of metric alerts.
//!
//! Source: MicrosoftDocs/azure-docs, articles/azure-monitor/alerts/alerts-common-schema.md.

use super::{
    Action, Arrival, Flags, LinkKind, Malformed, Parsed, Sample, Source, SourceSeverity,
    body::{self, Sent},
    draft::{Draft, claimed, claimed_as},
    instant::Zoneless,
    table::{self, Table},
    view::{View, not_ours},
};

/// The action group's webhook.
pub(super) struct Azure;

const SEVERITIES: Table<SourceSeverity> = &[
    ("sev0", SourceSeverity::Critical),
    ("sev1", SourceSeverity::High),
    ("sev2", SourceSeverity::Warning),
    ("sev3", SourceSeverity::Info),
    ("sev4", SourceSeverity::Info),
    ("0", SourceSeverity::Critical),
    ("1", SourceSeverity::High),
    ("2", SourceSeverity::Warning),
    ("3", SourceSeverity::Info),
    ("4", SourceSeverity::Info),
];

const STATES: Table<Action> = &[
    ("fired", Action::Trigger),
    ("activated", Action::Trigger),
    ("resolved", Action::Resolve),
    ("deactivated", Action::Resolve),
];

impl Source for Azure {
    fn name(&self) -> &'static str {
        "azure"
    }

    fn label(&self) -> &'static str {
        "Azure Monitor"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        body::alert(arrival, self.max_body(), Sent::AsJson, read)
    }
}

fn read(view: View<'_>, flags: &mut Flags) -> Result<Draft, Malformed> {
    if let Some(essentials) = view.at("/data/essentials") {
        Ok(common(view, essentials, flags))
    } else if let Some(data) = view.at("/data").filter(|data| data.has("/context")) {
        Ok(older(data, flags))
    } else if view.has("/context") {
        Ok(older(view, flags))
    } else {
        Err(not_ours("the object is none of Azure's three shapes of an alert"))
    }
}

/// The common schema: one id from firing to resolving.
fn common(view: View<'_>, essentials: View<'_>, flags: &mut Flags) -> Draft {
    let rule = essentials.text("/alertRule");
    let fired = claimed(essentials.text("/firedDateTime"), flags);
    // Log alerts write American dates without a zone, in members whose names say UTC, in either case.
    let searched = [
        "/SearchIntervalStartTimeUtc",
        "/SearchIntervalStarttimeUtc",
        "/SearchIntervalEndtimeUtc",
        "/SearchIntervalEndTimeUtc",
    ];
    let context = view.at("/data/alertContext");
    let searched = context.and_then(|context| context.first(&searched));
    let occurred_at = fired.or_else(|| claimed_as(searched, Zoneless::IsUtc, flags));
    let mut draft = Draft {
        key: essentials.first(&["/alertId", "/originAlertId"]),
        action: table::action(STATES, essentials.text("/monitorCondition").as_deref(), flags),
        title: vec![rule.clone()],
        description: essentials.text("/description"),
        severity: table::severity(SEVERITIES, essentials.text("/severity").as_deref()),
        occurred_at,
        ends_at: claimed(essentials.text("/resolvedDateTime"), flags),
        resource: essentials.first(&["/configurationItems/0", "/alertTargetIDs/0"]),
        annotations: view.pairs("/data/customProperties"),
        links: vec![(LinkKind::Generator, essentials.text("/investigationLink"))],
        ..Draft::default()
    };
    draft.annotations.extend(view.pairs("/customProperties"));
    draft.label("rule", rule);
    draft.label("signal", essentials.text("/signalType"));
    draft.label("service", essentials.text("/monitoringService"));
    condition(&mut draft, context);
    draft
}

/// `AzureMonitorMetricAlert` version 2, and the classic alert: state, context, properties.
fn older(data: View<'_>, flags: &mut Flags) -> Draft {
    let context = data.at("/context");
    let of = |pointer: &str| context.and_then(|context| context.text(pointer));
    let resource = of("/resourceName");
    let key = of("/id").map(|id| match of("/resourceId") {
        Some(resource) => format!("{id}#{resource}"),
        None => id,
    });
    let mut draft = Draft {
        key,
        action: table::action(STATES, data.text("/status").as_deref(), flags),
        title: vec![of("/name")],
        description: of("/description"),
        severity: table::severity(SEVERITIES, of("/severity").as_deref()),
        occurred_at: claimed(of("/timestamp"), flags),
        resource,
        annotations: data.pairs("/properties"),
        links: vec![(LinkKind::Generator, of("/portalLink"))],
        ..Draft::default()
    };
    draft.label("rule", of("/name"));
    draft.label("resource_group", of("/resourceGroupName"));
    draft.label("resource_type", of("/resourceType"));
    condition(&mut draft, context);
    draft
}

/// The numbers of a metric alert: some are texts, some are numbers, all are kept as they were sent.
fn condition(draft: &mut Draft, context: Option<View<'_>>) {
    let first = context.and_then(|c| c.at("/condition/allOf/0").or_else(|| c.at("/condition")));
    let Some(first) = first else { return };
    for (name, pointer) in [
        ("metric", "/metricName"),
        ("value", "/metricValue"),
        ("threshold", "/threshold"),
        ("operator", "/operator"),
    ] {
        draft.note(name, first.text(pointer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::Signal;

    fn signal(body: &str) -> Signal {
        let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
        Azure.parse(&arrival).unwrap().signals.remove(0).unwrap()
    }

    #[test]
    fn trap_thresholds_are_texts_and_values_numbers() {
        let signal = signal(
            r#"{"data":{"essentials":{"alertId":"a","alertRule":"r","severity":"Sev1","monitorCondition":
            "Fired","firedDateTime":"2019-03-22T13:58:24.3713213Z"},"alertContext":{"condition":{"allOf":
            [{"threshold":"25","metricValue":7.727}]}}}}"#,
        );
        assert_eq!(
            (&*signal.annotations["threshold"], &*signal.annotations["value"]),
            ("25", "7.727")
        );
        assert_eq!(signal.occurred_at.unwrap().to_string(), "2019-03-22T13:58:24.371321Z");
    }

    #[test]
    fn trap_a_log_alert_writes_american_dates_in_members_called_utc() {
        for name in ["SearchIntervalEndtimeUtc", "SearchIntervalEndTimeUtc"] {
            let body = format!(
                r#"{{"data":{{"essentials":{{"alertId":"a","alertRule":"r","monitorCondition":"Fired"}},
                "alertContext":{{"{name}":"3/22/2019 1:36:31 PM"}}}}}}"#
            );
            let at = signal(&body).occurred_at.unwrap();
            assert_eq!(at.to_string(), "2019-03-22T13:36:31.000000Z");
        }
    }

    #[test]
    fn trap_one_alert_has_one_id_until_it_is_resolved() {
        let of = |state: &str| {
            let body = format!(
                r#"{{"data":{{"essentials":{{"alertId":"a","alertRule":"r","monitorCondition":"{state}"}}}}}}"#
            );
            let signal = signal(&body);
            (signal.dedup_key, signal.action)
        };
        assert_eq!(of("Fired"), ("a".to_owned(), Action::Trigger));
        assert_eq!(of("Resolved"), ("a".to_owned(), Action::Resolve));
    }
}
