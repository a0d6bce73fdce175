//! PagerDuty, CloudEvents, and the clients of others that come by a mapping.

use connect::{
    inbound::{Action, Settings, generic::Mapping, limits::MAX_BODY},
    outbound::Secret,
};

use super::{parse, read, signal, with_headers};

#[test]
fn trap_a_key_of_255_and_a_summary_of_1024_come_through_whole() {
    let (key, summary) = ("k".repeat(255), "é".repeat(1_024));
    let event = |pad: usize| {
        format!(
            r#"{{"event_action":"trigger","dedup_key":"{key}","payload":{{"summary":"{summary}",
            "source":"x","severity":"error","custom_details":{{"pad":"{}"}}}}}}"#,
            "x".repeat(pad)
        )
    };
    let read = signal("pagerduty", &event(0));
    assert_eq!(read.dedup_key, key);
    assert!(summary.starts_with(&read.title), "the title is its beginning");
    assert_eq!(read.description, summary, "and the whole of it is below");
    let room = MAX_BODY - event(0).len();
    assert!(parse("pagerduty", &event(room)).is_ok());
    assert_eq!(parse("pagerduty", &event(room + 1)).unwrap_err().status, 413);
}

/// From PagerDuty's own Go library, webhookv3/webhookv3_test.go at 3df5eb4e (Apache-2.0): a secret, the
/// exact bytes of a body, and the signature of the one over the other.
#[test]
fn trap_the_published_signature_of_a_webhook_holds() {
    let body = include_str!("pagerduty_signed.json").trim_end();
    let secret = "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK";
    let settings = Settings { secret: Some(Secret::new(secret)), ..Settings::default() };
    let refused = |signature: &str, body: &str| {
        let headers = [("x-pagerduty-signature".to_owned(), signature.to_owned())].into();
        with_headers("pagerduty", &headers, &settings, body)
    };
    let valid = "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd";
    let mismatch = "v1=7020c8a7ec668a9b7012bc3dd82e483394b038f4230acc6785efbf2a7d8bcaf5";
    assert_eq!(refused(valid, body), None);
    assert_eq!(refused(&format!("{mismatch},{valid}"), body), None, "of a secret being changed");
    assert_eq!(refused(mismatch, body), Some(401));
    assert_eq!(refused(valid, &body.replace("P1", "P2")), Some(401));
    let spaced: serde_json::Value = serde_json::from_str(body).unwrap();
    let spaced = serde_json::to_string_pretty(&spaced).unwrap();
    assert_eq!(refused(valid, &spaced), Some(401), "of the exact bytes only");
}

const EVENT: &str = r#""specversion":"1.0","id":"1","source":"/s","type":"t""#;

#[test]
fn trap_extensions_are_texts_numbers_and_flags() {
    let event = signal("cloudevents", &format!(r#"{{{EVENT},"a":"x","b":5,"c":true,"d":null}}"#));
    assert_eq!((&*event.labels["a"], &*event.labels["b"], &*event.labels["c"]), ("x", "5", "true"));
    assert!(!event.labels.contains_key("d"));
}

#[test]
fn trap_data_in_base64_is_read() {
    // {"title":"Disk full","severity":"critical"}
    let data = "eyJ0aXRsZSI6IkRpc2sgZnVsbCIsInNldmVyaXR5IjoiY3JpdGljYWwifQ==";
    let event = signal("cloudevents", &format!(r#"{{{EVENT},"data_base64":"{data}"}}"#));
    let plain = signal(
        "cloudevents",
        &format!(r#"{{{EVENT},"data":{{"title":"Disk full","severity":"critical"}}}}"#),
    );
    assert_eq!(event, plain);
    assert_eq!(event.title, "Disk full");
    for unreadable in ["//79", "... base64 encoded string ...", "eyI="] {
        let event = signal("cloudevents", &format!(r#"{{{EVENT},"data_base64":"{unreadable}"}}"#));
        assert_eq!(event.title, "t", "binary data says nothing, and the event stands");
    }
}

#[test]
fn trap_the_same_source_and_id_are_the_same_event() {
    let of = |id: &str, source: &str| {
        let body = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"{source}","type":"t","time":"2026-11-22T00:00:00Z"}}"#
        );
        signal("cloudevents", &body).external_id
    };
    assert_eq!(of("1", "/s"), of("1", "/s"));
    assert!(of("1", "/s") != of("2", "/s") && of("1", "/s") != of("1", "/other"));
}

#[test]
fn trap_a_recovery_is_a_message_type_and_info_is_none() {
    let of = |kind: &str| {
        let body =
            format!(r#"{{"message_type":"{kind}","entity_id":"disk/db-1","state_message":"m"}}"#);
        let read = signal("victorops", &body);
        (read.action, read.dedup_key)
    };
    let key = || "disk/db-1".to_owned();
    assert_eq!(of("CRITICAL"), (Action::Trigger, key()));
    assert_eq!(of("WARNING"), (Action::Trigger, key()));
    assert_eq!(of("INFO"), (Action::Info, key()));
    assert_eq!(of("ACKNOWLEDGEMENT"), (Action::Acknowledge, key()));
    assert_eq!(of("RECOVERY"), (Action::Resolve, key()));
}

#[test]
fn trap_a_message_for_incident_io_is_read_as_alertmanagers() {
    let body = r#"{"version":"1","groupKey":"{}:{alertname=\"A\"}","truncatedAlerts":3,"status":"firing",
        "alerts":[{"status":"resolved","labels":{"alertname":"A"},"fingerprint":"f"}]}"#;
    let parsed = parse("alertmanager", body).unwrap();
    assert_eq!(parsed.flags.left_out, 3);
    let read = parsed.signals[0].as_ref().unwrap();
    assert_eq!((read.action, read.dedup_key.as_str()), (Action::Resolve, "f"));
    assert_eq!(read.group_key.as_deref(), Some(r#"{}:{alertname="A"}"#));
}

#[test]
fn trap_a_goalert_client_is_read_by_a_mapping_however_it_sends() {
    let mapping = r#"{"key":["/dedup"],"title":"/summary","description":"/details",
        "action":{"from":"/action","values":{"close":"resolve"}},"labels":{"env":"/meta/env"}}"#;
    let mapping = Some(Mapping::parse(mapping).unwrap());
    let settings = Settings { mapping, ..Settings::default() };
    let pairs = "token=t&summary=disk%20full&details=d&dedup=k&meta%5Benv%5D=prod";
    let json =
        r#"{"token":"t","summary":"disk full","details":"d","dedup":"k","meta":{"env":"prod"}}"#;
    let form = Some("application/x-www-form-urlencoded");
    for (media, query, body) in
        [(None, pairs, ""), (form, "", pairs), (Some("application/json"), "", json)]
    {
        let parsed = read("generic", (media, query), &settings, body).unwrap();
        let read = parsed.signals[0].as_ref().unwrap();
        assert_eq!((read.title.as_str(), read.dedup_key.as_str()), ("disk full", "k"));
        assert_eq!((read.action, &*read.labels["env"]), (Action::Trigger, "prod"));
    }
    let closed = read("generic", (None, "summary=s&dedup=k&action=close"), &settings, "").unwrap();
    assert_eq!(closed.signals[0].as_ref().unwrap().action, Action::Resolve);
}
