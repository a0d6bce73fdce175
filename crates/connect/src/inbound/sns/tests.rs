//! What a topic sends, trap by trap. The fixtures are signed by a key made for them and thrown away.

use super::*;
use crate::inbound::{Action, Settings, SourceSeverity};

const CERTIFICATE: &[u8] = include_bytes!("fixtures/certificate.pem");
const SIGNED_V1: &str = include_str!("fixtures/signed_v1.json");
const SIGNED_V2: &str = include_str!("fixtures/signed_v2.json");
const SUBSCRIPTION: &str = include_str!("fixtures/subscription.json");
const TOPIC: &str = "arn:aws:sns:eu-west-1:1234567890:payments";

fn parse(body: &str, fetched: Option<&[u8]>, topics: &[&str]) -> Result<Parsed, Malformed> {
    let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
    let settings = Settings { topics, ..Settings::default() };
    let media = Some("text/plain; charset=UTF-8");
    let mut arrival = Arrival::of(media, body.as_bytes(), base::Timestamp::default());
    (arrival.settings, arrival.fetched) = (&settings, fetched);
    Sns.parse(&arrival)
}

fn code(body: &str, fetched: Option<&[u8]>, topics: &[&str]) -> (u16, String) {
    let refused = parse(body, fetched, topics).unwrap_err();
    (refused.status, refused.code.to_string())
}

#[test]
fn trap_the_content_type_is_text_and_the_message_is_json_in_a_string() {
    for body in [SIGNED_V1, SIGNED_V2] {
        let signal = parse(body, Some(CERTIFICATE), &[]).unwrap().signals.remove(0).unwrap();
        assert_eq!((signal.action, signal.severity), (Action::Trigger, SourceSeverity::Critical));
        assert_eq!(signal.dedup_key, "1234567890/EU (Ireland)/payment-errors");
        assert_eq!(signal.occurred_at.unwrap().to_string(), "2026-11-22T00:16:55.568000Z");
    }
}

#[test]
fn trap_a_changed_message_has_another_signature() {
    let wrong = (401, "ING-012".to_owned());
    assert_eq!(code(&SIGNED_V2.replace("ALARM\\\"", "OK\\\""), Some(CERTIFICATE), &[]), wrong);
    assert_eq!(code(&SIGNED_V2.replace("\"2\"", "\"3\""), Some(CERTIFICATE), &[]), wrong);
    assert_eq!(code(SIGNED_V2, Some(b"no certificate"), &[]), wrong);
    assert_eq!(code(SIGNED_V2, None, &[]), (503, "ING-013".to_owned()));
}

#[test]
fn trap_only_a_certificate_at_amazon_is_fetched() {
    let wants = |url: &str| {
        let body = format!(r#"{{"Type":"Notification","SigningCertURL":"{url}"}}"#);
        Sns.wants(&Arrival::of(None, body.as_bytes(), base::Timestamp::default()))
    };
    assert!(wants("https://sns.eu-west-1.amazonaws.com/x.pem").is_some());
    assert!(wants("https://sns.cn-north-1.amazonaws.com.cn/x.pem").is_some());
    for elsewhere in [
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com",
        "https://sns.evil.example.amazonaws.com/x.pem",
        "https://user@sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://169.254.169.254/latest",
    ] {
        assert_eq!(wants(elsewhere), None, "{elsewhere}");
        let body = SIGNED_V2.replace(
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-test.pem",
            elsewhere,
        );
        assert_eq!(code(&body, Some(CERTIFICATE), &[]).1, "ING-012", "{elsewhere}");
    }
}

#[test]
fn a_topic_that_is_not_on_the_list_is_refused() {
    assert!(parse(SIGNED_V2, Some(CERTIFICATE), &[TOPIC]).is_ok());
    assert_eq!(code(SIGNED_V2, Some(CERTIFICATE), &["arn:other"]).1, "ING-012");
}

#[test]
fn trap_a_subscription_is_no_alert_and_waits_unless_its_topic_is_allowed() {
    assert_eq!(code(SUBSCRIPTION, Some(CERTIFICATE), &[]), (202, "ING-014".to_owned()));
    let parsed = parse(SUBSCRIPTION, Some(CERTIFICATE), &[TOPIC]).unwrap();
    assert!(parsed.signals.is_empty());
    assert!(parsed.subscription.unwrap().url.starts_with("https://sns.eu-west-1.amazonaws.com/?"));
}

#[test]
fn trap_insufficient_data_is_no_recovery() {
    let of = |state: &str| {
        let body = format!(r#"{{"AlarmName":"a","AlarmArn":"arn","NewStateValue":"{state}"}}"#);
        let signal = parse(&body, None, &[]).unwrap().signals.remove(0).unwrap();
        (signal.action, signal.severity)
    };
    assert_eq!(of("ALARM"), (Action::Trigger, SourceSeverity::Critical));
    assert_eq!(of("OK").0, Action::Resolve);
    assert_eq!(of("INSUFFICIENT_DATA"), (Action::Update, SourceSeverity::Unknown));
}

#[test]
fn trap_a_function_wraps_records_and_spells_the_certificate_otherwise() {
    let inner = r#"{"Type":"Notification","SigningCertUrl":"EXAMPLE","Message":"{\"AlarmName\":\"a\",\"NewStateValue\":\"OK\"}"}"#;
    let body = format!(
        r#"{{"Records":[{{"Sns":{inner}}},{{"Sns":{{"Message":"plain text","Subject":"s"}}}}]}}"#
    );
    let parsed = parse(&body, None, &[]).unwrap();
    assert_eq!(parsed.signals[0].as_ref().unwrap().action, Action::Resolve);
    assert_eq!(parsed.signals[1].as_ref().unwrap().title, "plain text");
}
