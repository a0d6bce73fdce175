//! The notification of Grafana 8 and before: one rule with its state.

use crate::inbound::{
    Action, Flags, LinkKind, Parsed,
    draft::Draft,
    table::{self, COMMON, Table},
    view::View,
};

/// No data is a problem: what is unknown is not well.
const STATES: Table<Action> = &[
    ("alerting", Action::Trigger),
    ("no_data", Action::Trigger),
    ("ok", Action::Resolve),
    ("paused", Action::Info),
    ("pending", Action::Info),
];

/// Reads the one alert of a notification.
pub(super) fn read(view: View<'_>) -> Parsed {
    let mut flags = Flags::default();
    let rule = view.text("/ruleId");
    let place =
        [view.text("/orgId"), view.text("/dashboardId"), view.text("/panelId"), rule.clone()];
    let place: Vec<&str> = place.iter().map(|part| part.as_deref().unwrap_or("-")).collect();
    let matched = view.pairs("/evalMatches/0/tags");
    let own = view.pairs("/tags");
    let tag = |name: &str| own.get(name).or_else(|| matched.get(name)).cloned();
    let mut draft = Draft {
        key: rule.map(|_| format!("rule-{}", place.join("/"))),
        action: table::action(STATES, view.text("/state").as_deref(), &mut flags),
        title: vec![view.text("/title"), view.text("/ruleName"), view.text("/message")],
        description: view.text("/message"),
        severity: table::severity(COMMON, tag("severity").as_deref()),
        resource: tag("instance").or_else(|| tag("host")),
        service: tag("service").or_else(|| tag("job")),
        environment: tag("env").or_else(|| tag("environment")),
        links: vec![(LinkKind::Generator, view.text("/ruleUrl"))],
        labels: own,
        ..Draft::default()
    };
    draft.label("rule", view.text("/ruleName"));
    for (number, found) in view.list("/evalMatches").into_iter().enumerate() {
        let value = found.text("/value").unwrap_or_default();
        let metric = found.text("/metric").unwrap_or_default();
        draft.note(&format!("match.{number}"), Some(format!("{metric} = {value}")));
    }
    draft.alone(flags)
}
