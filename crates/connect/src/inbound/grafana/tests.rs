//! What Grafana sends, trap by trap.

use super::*;
use crate::{
    inbound::{Action, Settings, Signal},
    outbound::Secret,
};

fn signal(body: &str) -> Signal {
    let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
    Grafana.parse(&arrival).unwrap().signals.remove(0).unwrap()
}

#[test]
fn trap_the_zero_time_is_not_an_end() {
    let alert = signal(
        r#"{"version":"1","orgId":1,"alerts":[{"status":"firing","labels":{"alertname":"A"},
        "startsAt":"2026-05-05T13:04:57Z","endsAt":"0001-01-01T00:00:00Z"}]}"#,
    );
    assert_eq!((alert.action, alert.ends_at), (Action::Trigger, None));
}

#[test]
fn trap_a_relative_generator_url_of_a_test_is_left_out() {
    let alert = signal(
        r#"{"version":"1","orgId":1,"alerts":[{"status":"firing","labels":{"alertname":"A"},
        "generatorURL":"?orgId=1","panelURL":"https://g.example/d/x"}]}"#,
    );
    let urls: Vec<_> = alert.links.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(urls, ["https://g.example/d/x"]);
}

#[test]
fn trap_a_legacy_rule_has_one_key_in_every_state() {
    let of = |state: &str| {
        let body = format!(
            r#"{{"ruleId":7,"dashboardId":2,"panelId":3,"orgId":1,"ruleName":"R","state":"{state}"}}"#
        );
        let signal = signal(&body);
        (signal.dedup_key, signal.action)
    };
    let key = "rule-1/2/3/7".to_owned();
    assert_eq!(of("alerting"), (key.clone(), Action::Trigger));
    assert_eq!(of("ok"), (key.clone(), Action::Resolve));
    assert_eq!(of("no_data"), (key.clone(), Action::Trigger));
    assert_eq!(of("paused"), (key, Action::Info));
}

#[test]
fn a_signature_is_asked_for_once_there_is_a_secret() {
    let body = Grafana.sample().body.as_bytes();
    let settings = Settings { secret: Some(Secret::new("k")), ..Settings::default() };
    let mut arrival = Arrival::of(None, body, base::Timestamp::default());
    arrival.settings = &settings;
    assert_eq!(Grafana.parse(&arrival).unwrap_err().status, 401);
}
