//! What PagerDuty and its clients send, trap by trap.

use super::*;
use crate::{
    inbound::{Settings, Signal, SourceSeverity},
    outbound::Secret,
};

fn parse(body: &str) -> Result<Parsed, Malformed> {
    let at = "2026-11-22T00:30:00Z".parse().unwrap();
    PagerDuty.parse(&Arrival::of(Some("application/json"), body.as_bytes(), at))
}

fn signal(body: &str) -> Signal {
    parse(body).unwrap().signals.remove(0).unwrap()
}

#[test]
fn trap_the_payload_may_be_absent_null_or_whole_on_resolving() {
    for payload in ["", r#","payload":null"#, r#","payload":{"summary":"s","severity":"error"}"#] {
        let signal = signal(&format!(r#"{{"event_action":"resolve","dedup_key":"k"{payload}}}"#));
        assert_eq!((signal.action, signal.dedup_key.as_str()), (Action::Resolve, "k"));
    }
}

#[test]
fn trap_a_trigger_without_a_key_is_always_a_new_alert() {
    let body = r#"{"event_action":"trigger","payload":{"summary":"s","source":"x"}}"#;
    let later = Arrival::of(None, body.as_bytes(), "2026-11-22T00:30:01Z".parse().unwrap());
    let other = PagerDuty.parse(&later).unwrap().signals.remove(0).unwrap();
    assert_ne!(signal(body).dedup_key, other.dedup_key);
    assert_eq!(parse(r#"{"event_action":"resolve"}"#).unwrap_err().code.as_str(), "ING-006");
}

#[test]
fn trap_a_change_event_is_context_and_never_an_alert() {
    let body = r#"{"routing_key":"k","payload":{"summary":"Deployed 1.2","source":"ci",
        "timestamp":"2020-07-17T08:42:58.315+0000","custom_details":{"build":"7"}},
        "links":[{"href":"https://ci.example/7"}]}"#;
    let parsed = parse(body).unwrap();
    assert!(parsed.signals.is_empty());
    assert_eq!(parsed.changes[0].summary, "Deployed 1.2");
    assert_eq!(parsed.changes[0].occurred_at.unwrap().to_string(), "2020-07-17T08:42:58.315000Z");
}

#[test]
fn trap_an_unknown_action_is_refused_and_not_guessed() {
    let refused = parse(r#"{"event_action":"snooze","dedup_key":"k"}"#).unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (422, "ING-006"));
}

#[test]
fn trap_the_older_version_is_read() {
    let signal = signal(
        r#"{"service_key":"k","incident_key":"i","event_type":"trigger","description":"d",
        "details":{"firing":"x"}}"#,
    );
    assert_eq!((signal.dedup_key.as_str(), signal.title.as_str()), ("i", "d"));
}

#[test]
fn trap_of_more_than_twenty_webhook_events_only_three_act() {
    let of = |kind: &str| {
        let body = format!(
            r#"{{"event":{{"id":"e","event_type":"{kind}","resource_type":"incident","occurred_at":
            "2021-04-26T17:36:27.458Z","agent":null,"data":{{"id":"P","title":"t","priority":null,
            "urgency":"high"}}}}}}"#
        );
        signal(&body)
    };
    assert_eq!(of("incident.triggered").action, Action::Trigger);
    assert_eq!(of("incident.acknowledged").action, Action::Acknowledge);
    assert_eq!(of("incident.resolved").action, Action::Resolve);
    for other in ["incident.escalated", "incident.annotated", "incident.something_new"] {
        assert_eq!(of(other).action, Action::Update, "{other}");
    }
    assert_eq!(of("incident.triggered").severity, SourceSeverity::High);
}

#[test]
fn trap_a_webhook_is_signed_once_there_is_a_secret() {
    let body = br#"{"event":{"event_type":"incident.triggered","resource_type":"incident","data":{"id":"P"}}}"#;
    let settings = Settings { secret: Some(Secret::new("key")), ..Settings::default() };
    let read = |header: &str| {
        let headers = [("x-pagerduty-signature".to_owned(), header.to_owned())].into();
        let mut arrival = Arrival::of(None, body, base::Timestamp::default());
        (arrival.headers, arrival.settings) = (&headers, &settings);
        PagerDuty.parse(&arrival).map(|parsed| parsed.signals.len())
    };
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"key").unwrap();
    mac.update(body);
    let signed = hex::encode(mac.finalize().into_bytes());
    assert_eq!(read(&format!("v1=00,v1={signed}")), Ok(1));
    assert_eq!(read("v1=00").unwrap_err().code.as_str(), "ING-012");
    assert_eq!(read("").unwrap_err().status, 401);
}
