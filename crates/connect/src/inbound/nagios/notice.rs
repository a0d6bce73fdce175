//! A notification about a host or a service, as Nagios and its relatives tell it.

use std::collections::BTreeMap;

use crate::inbound::{
    Action, Flags, LinkKind, Parsed, SourceSeverity,
    draft::{Draft, claimed},
    table::{self, Table},
};

/// What a notification is. Only a problem, a recovery and an acknowledgement act.
const KINDS: Table<Action> = &[
    ("problem", Action::Trigger),
    ("recovery", Action::Resolve),
    ("acknowledgement", Action::Acknowledge),
    ("flappingstart", Action::Info),
    ("flappingstop", Action::Info),
    ("flappingend", Action::Info),
    ("flappingdisabled", Action::Info),
    ("downtimestart", Action::Info),
    ("downtimeend", Action::Info),
    ("downtimecancelled", Action::Info),
    ("downtimeremoved", Action::Info),
    ("custom", Action::Info),
];

/// What a state says where the notification has no kind.
const STATES: Table<Action> = &[
    ("ok", Action::Resolve),
    ("up", Action::Resolve),
    ("warning", Action::Trigger),
    ("critical", Action::Trigger),
    ("unknown", Action::Trigger),
    ("down", Action::Trigger),
    ("unreachable", Action::Trigger),
];

/// Unknown and unreachable are as bad as an error: nobody knows that it is well.
pub(in crate::inbound) const SEVERITIES: Table<SourceSeverity> = &[
    ("critical", SourceSeverity::Critical),
    ("down", SourceSeverity::Critical),
    ("unknown", SourceSeverity::High),
    ("unreachable", SourceSeverity::High),
    ("warning", SourceSeverity::Warning),
];

/// What was read of a notification.
#[derive(Default)]
pub(in crate::inbound) struct Notice {
    pub(in crate::inbound) kind: Option<String>,
    pub(in crate::inbound) host: Option<String>,
    pub(in crate::inbound) service: Option<String>,
    pub(in crate::inbound) state: Option<String>,
    pub(in crate::inbound) output: Option<String>,
    pub(in crate::inbound) long_output: Option<String>,
    pub(in crate::inbound) at: Option<String>,
    pub(in crate::inbound) url: Option<String>,
    pub(in crate::inbound) notes: BTreeMap<String, String>,
}

impl Notice {
    /// The request that it was alone in.
    pub(in crate::inbound) fn told(self) -> Parsed {
        let mut flags = Flags::default();
        let action = self.action(&mut flags);
        let occurred_at = claimed(self.at.clone(), &mut flags);
        self.draft(action, occurred_at).alone(flags)
    }

    /// Kinds come with additions, such as `FLAPPINGSTART (UP)` or `DOWNTIMESTART`; a kind in a word that
    /// nobody knows does not act, whatever the state beside it says.
    fn action(&self, flags: &mut Flags) -> Action {
        let kind =
            self.kind.as_deref().map(|kind| kind.split([' ', '(']).next().unwrap_or_default());
        match kind.filter(|kind| !kind.is_empty()) {
            None => table::action(STATES, self.state.as_deref(), flags),
            Some(kind) => table::look_up(KINDS, Some(kind)).unwrap_or_else(|| {
                flags.unknown_status += 1;
                Action::Info
            }),
        }
    }

    fn draft(self, action: Action, occurred_at: Option<base::Timestamp>) -> Draft {
        let severity = table::severity(SEVERITIES, self.state.as_deref());
        let about = [self.host.as_deref(), self.service.as_deref()];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        let state = self.state.as_deref().unwrap_or("state unknown");
        let key = self.host.as_ref().map(|_| about.join("/"));
        let title = key.as_ref().map(|_| match &self.output {
            Some(output) => format!("{} is {state}: {output}", about.join(" / ")),
            None => format!("{} is {state}", about.join(" / ")),
        });
        let mut draft = Draft {
            key,
            action,
            title: vec![title, self.output],
            description: self.long_output,
            severity,
            occurred_at,
            resource: self.host.clone(),
            annotations: self.notes,
            links: vec![(LinkKind::Generator, self.url)],
            ..Draft::default()
        };
        draft.label("host", self.host);
        draft.label("service", self.service.clone());
        draft.service = self.service;
        draft.note("notification", self.kind);
        draft
    }
}
