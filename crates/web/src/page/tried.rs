//! What a message became when it was tried, for pages and for the API.

use std::fmt::Write as _;

use connect::inbound::{Action, Flags, Malformed, Parsed, Signal, SourceSeverity};

use crate::view::{
    AlertLevel,
    integration::{Tried, TriedAlert},
};

/// The most alerts of one message that are shown.
const SHOWN: usize = 50;

/// What a source made of a message.
pub(crate) fn told(read: Result<Parsed, Malformed>) -> Tried {
    let parsed = match read {
        Ok(parsed) => parsed,
        Err(malformed) => {
            let mut reason = malformed.what;
            if let Some(at) = malformed.at {
                let _ = write!(reason, "; {at}");
            }
            let refused = Some((malformed.code.to_string(), reason));
            return Tried { refused, ..Tried::default() };
        }
    };
    let mut tried = Tried { changes: parsed.changes.len(), ..Tried::default() };
    tried.flags = flags(parsed.flags);
    for signal in parsed.signals.into_iter().take(SHOWN) {
        match signal {
            Ok(signal) => tried.alerts.push(alert(signal)),
            Err(rejected) => {
                let reason = format!("{}; {}", rejected.what, rejected.where_);
                tried.rejected.push((rejected.code.to_string(), reason));
            }
        }
    }
    tried
}

fn alert(signal: Signal) -> TriedAlert {
    let single = [
        ("description", Some(signal.description)),
        ("service", signal.service),
        ("resource", signal.resource),
        ("environment", signal.environment),
        ("occurred at", signal.occurred_at.map(|at| at.to_string())),
        ("ends at", signal.ends_at.map(|at| at.to_string())),
        ("group", signal.group_key),
    ];
    let single = single.into_iter().filter_map(|(name, value)| {
        Some((name.to_owned(), value.filter(|value| !value.is_empty())?))
    });
    let labels = signal.labels.into_iter().map(|(name, value)| (format!("label {name}"), value));
    let notes =
        signal.annotations.into_iter().map(|(name, value)| (format!("annotation {name}"), value));
    let links = signal.links.into_iter().map(|link| ("link".to_owned(), link.url));
    TriedAlert {
        action: action(signal.action).to_owned(),
        level: level(signal.severity),
        title: signal.title,
        key: signal.dedup_key,
        fields: single.chain(labels).chain(notes).chain(links).collect(),
    }
}

/// An action by its name.
pub(crate) fn action(action: Action) -> &'static str {
    match action {
        Action::Trigger => "trigger",
        Action::Resolve => "resolve",
        Action::Update => "update",
        Action::Info => "info",
        Action::Acknowledge => "acknowledge",
    }
}

fn level(severity: SourceSeverity) -> AlertLevel {
    match severity {
        SourceSeverity::Critical => AlertLevel::Critical,
        SourceSeverity::High => AlertLevel::High,
        SourceSeverity::Warning => AlertLevel::Warning,
        SourceSeverity::Info => AlertLevel::Info,
        SourceSeverity::Unknown => AlertLevel::Unknown,
    }
}

/// What was noticed, in words.
fn flags(flags: Flags) -> Vec<String> {
    let noticed = [
        (flags.left_out, "alerts that the sender says it left out"),
        (u64::from(flags.cut), "texts or links over their limit, cut or left out"),
        (
            u64::from(flags.unknown_status),
            "statuses in a word that nobody knows, read as a problem",
        ),
        (u64::from(flags.unreadable_instants), "instants that could not be read"),
        (u64::from(flags.unfilled), "texts with a template that the sender did not fill in"),
    ];
    let noticed = noticed.into_iter().filter(|(count, _)| *count > 0);
    noticed.map(|(count, what)| format!("{count} {what}")).collect()
}
