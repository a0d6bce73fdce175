//! What a mapping can say, and what it cannot.

use super::*;
use crate::inbound::{Action, Settings, SourceSeverity};

fn read_by(mapping: &str, body: &str) -> Result<Parsed, Malformed> {
    let mapping = Some(Mapping::parse(mapping).unwrap());
    let settings = Settings { mapping, ..Settings::default() };
    let mut arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
    arrival.settings = &settings;
    Generic.parse(&arrival)
}

#[test]
fn the_example_reads_the_sample() {
    let signal = read_by(EXAMPLE, Generic.sample().body).unwrap().signals.remove(0).unwrap();
    assert_eq!((signal.action, signal.severity), (Action::Trigger, SourceSeverity::Critical));
    assert_eq!(
        (signal.dedup_key.as_str(), &*signal.labels["team"]),
        ("payment-errors/pay-1", "payments")
    );
    assert!(signal.occurred_at.is_some() && signal.links.len() == 1);
}

#[test]
fn without_a_mapping_the_body_waits_in_quarantine() {
    let arrival = Arrival::of(None, b"{}", base::Timestamp::default());
    assert_eq!(Generic.parse(&arrival).unwrap_err().code.as_str(), "ING-015");
}

#[test]
fn a_list_is_read_alert_by_alert() {
    let mapping = r#"{"alerts":"/items","key":"/id","title":"/id"}"#;
    let parsed = read_by(mapping, r#"{"items":[{"id":1},{},{"id":"2"}]}"#).unwrap();
    assert!(parsed.signals[0].is_ok() && parsed.signals[2].is_ok());
    assert_eq!(parsed.signals[1].as_ref().unwrap_err().where_, "/items/1");
    assert_eq!(read_by(mapping, r#"{"items":{}}"#).unwrap_err().code.as_str(), "ING-006");
}

#[test]
fn a_word_that_the_table_does_not_hold_is_a_problem_of_unknown_severity() {
    let body = Generic.sample().body.replace("failing", "odd").replace("urgent", "odd");
    let parsed = read_by(EXAMPLE, &body).unwrap();
    let signal = parsed.signals[0].as_ref().unwrap();
    assert_eq!((signal.action, signal.severity), (Action::Trigger, SourceSeverity::Unknown));
    assert_eq!(parsed.flags.unknown_status, 1);
}

#[test]
fn trap_a_mapping_never_acknowledges() {
    let text = r#"{"key":"/id","action":{"from":"/s","values":{"ack":"acknowledge"}}}"#;
    assert!(Mapping::parse(text).unwrap_err().to_string().contains("never acknowledges"));
}

#[test]
fn what_is_wrong_with_a_mapping_is_said() {
    let wrong = |text: &str| Mapping::parse(text).unwrap_err().to_string();
    assert!(wrong("{").contains("EOF"));
    assert!(wrong(r#"{"key":"id"}"#).contains("key") || wrong(r#"{"key":"id"}"#).contains("match"));
    assert!(wrong(r#"{"keys":"/id"}"#).contains("keys"));
    assert!(wrong(r#"{"severity":{"from":"/s"}}"#).contains("neither key nor title"));
    assert!(wrong(r#"{"key":"/id","severity":{"values":{"a":"severe"}}}"#).contains("severe"));
    assert!(wrong(&" ".repeat(20_000)).contains("bytes"));
}
