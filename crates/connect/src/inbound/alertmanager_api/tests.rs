//! What the API says: no status, only ends.

use super::*;
use crate::inbound::{Action, SOURCES};

fn parse(body: &str) -> Parsed {
    let now = "2026-11-22T00:30:00Z".parse().unwrap();
    AlertmanagerApi.parse(&Arrival::of(Some("application/json"), body.as_bytes(), now)).unwrap()
}

fn action(end: &str) -> Action {
    let body = format!(r#"[{{"labels":{{"alertname":"A"}},"endsAt":{end}}}]"#);
    parse(&body).signals.remove(0).unwrap().action
}

#[test]
fn trap_an_end_in_the_future_fires_and_a_passed_one_resolves() {
    assert_eq!(action(r#""2026-11-22T00:34:00Z""#), Action::Trigger);
    assert_eq!(action(r#""2026-11-22T00:30:00Z""#), Action::Resolve);
    assert_eq!(action(r#""2026-11-22T01:29:59+01:00""#), Action::Resolve);
}

#[test]
fn the_zero_time_no_end_and_an_unreadable_end_fire() {
    for end in [r#""0001-01-01T00:00:00Z""#, "null", r#""""#, r#""soon""#] {
        assert_eq!(action(end), Action::Trigger, "{end}");
    }
}

#[test]
fn a_status_word_does_not_count_here() {
    let body = r#"[{"status":"resolved","labels":{"a":"b"}}]"#;
    assert_eq!(parse(body).signals[0].as_ref().unwrap().action, Action::Trigger);
}

#[test]
fn lists_of_the_older_api_are_read() {
    let body = r#"{"status":"success","data":[{"labels":{"a":"b"},"status":{"state":"active"}}]}"#;
    assert!(parse(body).signals[0].is_ok());
    assert_eq!(parse("[]").signals.len(), 0);
    assert_eq!(parse("null\n").signals.len(), 0);
}

#[test]
fn an_alert_has_the_same_key_by_webhook_and_by_api() {
    let alert = r#"{"labels":{"b":"2","a":"1"},"startsAt":"2026-11-22T00:16:55.568Z"}"#;
    let keys = SOURCES.iter().take(2).map(|source| {
        let body = format!("[{alert}]");
        let now = "2026-11-22T00:30:00Z".parse().unwrap();
        let signal = source
            .parse(&Arrival::of(None, body.as_bytes(), now))
            .unwrap()
            .signals
            .remove(0)
            .unwrap();
        (signal.dedup_key, signal.external_id)
    });
    let keys: Vec<_> = keys.collect();
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn the_queue_of_a_large_prometheus_fits() {
    let alert = r#"{"labels":{"alertname":"A","pad":"0123456789012345678901234567890123456789"}}"#;
    let body = format!("[{}]", vec![alert; 10_000].join(","));
    assert!(body.len() > crate::inbound::limits::MAX_BODY);
    assert_eq!(parse(&body).signals.len(), 10_000);
}
