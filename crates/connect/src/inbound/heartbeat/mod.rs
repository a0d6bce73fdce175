//! Heartbeats: whatever is sent says "I am alive"; what stays away too long raises an alert.
//!
//! How long is too long belongs to the integration. A body may say that something failed, which raises the
//! alert at once.

use super::{
    Action, Arrival, Flags, Malformed, Parsed, Sample, Source, SourceSeverity,
    draft::Draft,
    json,
    table::{self, Table},
    view::View,
};

/// The name of the source.
pub const NAME: &str = "heartbeat";

/// The key of the one alert of a heartbeat's integration.
const KEY: &str = "heartbeat";

/// The heartbeat.
pub(super) struct Heartbeat;

const STATES: Table<Action> = &[
    ("ok", Action::Resolve),
    ("success", Action::Resolve),
    ("fail", Action::Trigger),
    ("failed", Action::Trigger),
    ("error", Action::Trigger),
];

impl Source for Heartbeat {
    fn name(&self) -> &'static str {
        NAME
    }

    fn label(&self) -> &'static str {
        "Heartbeat of a job"
    }

    fn sample(&self) -> Sample {
        Sample::json(include_str!("sample.json"))
    }

    fn parse(&self, arrival: &Arrival<'_>) -> Result<Parsed, Malformed> {
        // Any body of any type is a heartbeat, none at all too.
        let text = json::sized(arrival.body, self.max_body())?;
        let view = View::object(text).ok();
        let mut flags = Flags::default();
        let state = view.and_then(|view| view.text("/status"));
        let action = match state {
            None => Action::Resolve,
            Some(state) => table::action(STATES, Some(&state), &mut flags),
        };
        let said = view.and_then(|view| view.first(&["/message", "/msg"]));
        Ok(beat(action, said).alone(flags))
    }
}

/// What a heartbeat that stayed away says.
pub fn missed(integration: &str) -> Parsed {
    let title = format!("No heartbeat from {integration}");
    beat(Action::Trigger, Some(title)).alone(Flags::default())
}

/// The severity is unknown: nobody can tell how bad it is that a job is silent.
fn beat(action: Action, said: Option<String>) -> Draft {
    let title = match action {
        Action::Trigger => "The job says that it failed",
        _ => "Heartbeat",
    };
    Draft {
        key: Some(KEY.to_owned()),
        action,
        title: vec![said.clone(), Some(title.to_owned())],
        description: said,
        severity: SourceSeverity::Unknown,
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(body: &[u8]) -> Action {
        let arrival = Arrival::of(Some("text/x-anything"), body, base::Timestamp::default());
        Heartbeat.parse(&arrival).unwrap().signals.remove(0).unwrap().action
    }

    #[test]
    fn any_body_is_a_sign_of_life_and_a_failure_says_so() {
        for body in [&b""[..], b"hello", b"[1]", br#"{"status":"ok"}"#] {
            assert_eq!(action(body), Action::Resolve, "{body:?}");
        }
        assert_eq!(action(br#"{"status":"fail","message":"disk full"}"#), Action::Trigger);
        assert_eq!(action(br#"{"status":"odd"}"#), Action::Trigger);
    }

    #[test]
    fn a_missed_beat_and_the_next_one_speak_of_one_alert() {
        let missed = missed("Nightly batch").signals.remove(0).unwrap();
        let arrival = Arrival::of(None, b"", base::Timestamp::default());
        let next = Heartbeat.parse(&arrival).unwrap().signals.remove(0).unwrap();
        assert_eq!(missed.dedup_key, next.dedup_key);
        assert_eq!(missed.title, "No heartbeat from Nightly batch");
    }
}
