//! An alarm of CloudWatch.

use crate::inbound::{
    Action, Flags, SourceSeverity,
    draft::{Draft, claimed},
    table::{self, PRIORITY, Table},
    view::View,
};

/// Too little data is no recovery: what was open stays open.
const STATES: Table<Action> =
    &[("alarm", Action::Trigger), ("ok", Action::Resolve), ("insufficient_data", Action::Update)];

const SEVERITIES: Table<SourceSeverity> = &[("alarm", SourceSeverity::Critical)];

/// Reads an alarm.
pub(super) fn read(alarm: View<'_>, flags: &mut Flags) -> Draft {
    let state = alarm.text("/NewStateValue");
    let severity = match table::severity(SEVERITIES, state.as_deref()) {
        SourceSeverity::Unknown => {
            table::severity(PRIORITY, alarm.first(&["/Priority", "/priority"]).as_deref())
        }
        known => known,
    };
    let name = alarm.text("/AlarmName");
    let dimensions = alarm.list("/Trigger/Dimensions").into_iter();
    let dimensions: Vec<_> = dimensions
        .filter_map(|d| Some((d.first(&["/name", "/Name"])?, d.first(&["/value", "/Value"])?)))
        .collect();
    let mut draft = Draft {
        key: alarm.text("/AlarmArn").or_else(|| key(alarm)),
        action: table::action(STATES, state.as_deref(), flags),
        title: vec![name.clone()],
        description: alarm.first(&["/NewStateReason", "/AlarmDescription"]),
        severity,
        occurred_at: claimed(alarm.text("/StateChangeTime"), flags),
        resource: dimensions.first().map(|(_, value)| value.clone()),
        ..Draft::default()
    };
    draft.label("alarm", name);
    draft.label("account", alarm.text("/AWSAccountId"));
    draft.label("region", alarm.text("/Region"));
    draft.label("metric", alarm.first(&["/Trigger/MetricName", "/MetricName"]));
    draft.label("namespace", alarm.first(&["/Trigger/Namespace", "/Namespace"]));
    for (name, value) in dimensions {
        draft.label(&name, Some(value));
    }
    for (name, pointer) in [
        ("description", "/AlarmDescription"),
        ("state_before", "/OldStateValue"),
        ("threshold", "/Trigger/Threshold"),
        ("comparison", "/Trigger/ComparisonOperator"),
    ] {
        draft.note(name, alarm.text(pointer));
    }
    draft
}

/// Account, region and name, where the alarm does not carry its own.
fn key(alarm: View<'_>) -> Option<String> {
    let name = alarm.text("/AlarmName")?;
    let parts = [alarm.text("/AWSAccountId"), alarm.text("/Region"), Some(name)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("/"))
}
