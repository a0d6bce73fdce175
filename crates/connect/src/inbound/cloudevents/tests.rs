//! What CloudEvents say, trap by trap.

use super::*;
use crate::inbound::{Action, Signal, SourceSeverity};

const EVENT: &str = r#""specversion":"1.0","id":"1","source":"/s","type":"t""#;

fn parse(body: &str) -> Result<Parsed, Malformed> {
    let media = Some("application/cloudevents+json");
    CloudEvents.parse(&Arrival::of(media, body.as_bytes(), base::Timestamp::default()))
}

fn signal(more: &str) -> Signal {
    parse(&format!("{{{EVENT}{more}}}")).unwrap().signals.remove(0).unwrap()
}

fn refused(body: &str) -> String {
    parse(body).unwrap().signals.remove(0).unwrap_err().what
}

#[test]
fn trap_a_null_attribute_is_an_absent_one() {
    let signal = signal(r#","subject":null,"ext":null"#);
    assert_eq!((signal.dedup_key.as_str(), signal.resource), ("/s#t", None));
    assert!(!signal.labels.contains_key("ext"));
}

#[test]
fn trap_data_is_given_once() {
    assert!(refused(&format!(r#"{{{EVENT},"data":1,"data_base64":"MQ=="}}"#)).contains("both"));
    assert_eq!(signal(r#","data":"just a string""#).description, "just a string");
}

#[test]
fn trap_an_empty_batch_is_fine_and_a_bad_event_is_refused_alone() {
    assert_eq!(parse("[]").unwrap().signals.len(), 0);
    let parsed = parse(&format!(r#"[{{"specversion":"1.0","id":""}},{{{EVENT}}}]"#)).unwrap();
    assert_eq!(parsed.signals[0].as_ref().unwrap_err().where_, "/0");
    assert!(parsed.signals[1].is_ok());
}

#[test]
fn trap_another_version_is_refused() {
    let other = EVENT.replace("1.0", "0.3");
    assert!(refused(&format!("{{{other}}}")).contains("version"));
    assert!(refused(r#"{"specversion":"1.0","id":"1","type":"t"}"#).contains("source"));
}

#[test]
fn a_type_that_ends_with_a_state_opens_and_ends_one_alert() {
    let of = |kind: &str| {
        let body = format!(r#"{{"specversion":"1.0","id":"1","source":"/s","type":"{kind}"}}"#);
        let signal = parse(&body).unwrap().signals.remove(0).unwrap();
        (signal.dedup_key, signal.action)
    };
    assert_eq!(of("a.disk.failed"), ("/s#a.disk".to_owned(), Action::Trigger));
    assert_eq!(of("a.disk.resolved"), ("/s#a.disk".to_owned(), Action::Resolve));
    assert_eq!(of("a.disk"), ("/s#a.disk".to_owned(), Action::Trigger));
}

#[test]
fn trap_the_severity_extension_counts_as_opentelemetry_does() {
    let of = |number: u8| signal(&format!(r#","severitynumber":{number}"#)).severity;
    assert_eq!((of(24), of(17)), (SourceSeverity::Critical, SourceSeverity::High));
    assert_eq!((of(9), of(0)), (SourceSeverity::Info, SourceSeverity::Unknown));
}

#[test]
fn trap_a_binary_event_has_its_attributes_in_headers() {
    let names = [("specversion", "1.0"), ("id", "1"), ("source", "/s"), ("type", "t")];
    let mut headers: crate::inbound::Headers =
        names.iter().map(|(name, value)| (format!("ce-{name}"), (*value).to_owned())).collect();
    headers.insert("ce-subject".to_owned(), "caf%C3%A9".to_owned());
    let read = |media: &'static str, body: &'static [u8]| {
        let mut arrival = Arrival::of(Some(media), body, base::Timestamp::default());
        arrival.headers = &headers;
        CloudEvents.parse(&arrival).unwrap().signals.remove(0).unwrap()
    };
    let signal = read("application/json", br#"{"title":"T"}"#);
    assert_eq!((signal.title.as_str(), signal.resource.as_deref()), ("T", Some("café")));
    assert_eq!(read("application/octet-stream", b"\xff\x00").title, "t");
}
