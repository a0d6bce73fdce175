//! What the webhook says, trap by trap.

use base::Timestamp;
use expect_test::expect;

use super::*;
use crate::inbound::{Action, At, Flags, Link, LinkKind, Signal, SourceSeverity};

fn now() -> Timestamp {
    "2026-11-22T00:30:00Z".parse().unwrap()
}

fn parse(body: &str) -> Result<Parsed, Malformed> {
    Alertmanager.parse(&Arrival::of(Some("application/json"), body.as_bytes(), now()))
}

/// The only signal of a message whose only alert is this.
fn signal(alert: &str) -> Signal {
    parse_one(alert).0
}

fn parse_one(alert: &str) -> (Signal, Flags) {
    let parsed = parse(&format!(r#"{{"version":"4","alerts":[{alert}]}}"#)).unwrap();
    let [Ok(signal)] = parsed.signals.as_slice() else { panic!("{parsed:?}") };
    (signal.clone(), parsed.flags)
}

fn malformed(body: &str) -> String {
    let malformed = parse(body).unwrap_err();
    format!("{} {malformed}", malformed.status)
}

fn rejected(alert: &str) -> String {
    let parsed = parse(&format!(r#"{{"alerts":[{{"labels":{{"a":"b"}}}},{alert}]}}"#)).unwrap();
    assert!(parsed.signals[0].is_ok(), "a neighbour is not touched");
    parsed.signals[1].as_ref().unwrap_err().to_string()
}

#[test]
fn an_alert_is_read_whole() {
    let signal = signal(
        r#"{"status":"firing","labels":{"alertname":"HighErrorRatio","env":"prod","instance":"i:1",
        "job":"demo","service":"login","severity":"critical"},"annotations":{"summary":"Error 20% on
         login","description":"Failing.","runbook_url":"https://run.example/x"},"startsAt":
        "2026-11-22T00:17:11.568Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":
        "http://vm:19490/graph","fingerprint":"f91bccb50dc47752"}"#
            .replace("\n         ", " ")
            .as_str(),
    );
    expect![[r#"
        Signal {
            external_id: "f91bccb50dc47752@2026-11-22T00:17:11.568000Z",
            dedup_key: "f91bccb50dc47752",
            action: Trigger,
            title: "Error 20% on login",
            description: "Failing.",
            severity: Critical,
            occurred_at: Some(
                Timestamp(
                    1795306631568000,
                ),
            ),
            ends_at: None,
            resource: Some(
                "i:1",
            ),
            service: Some(
                "login",
            ),
            environment: Some(
                "prod",
            ),
            labels: {
                "alertname": "HighErrorRatio",
                "env": "prod",
                "instance": "i:1",
                "job": "demo",
                "service": "login",
                "severity": "critical",
            },
            annotations: {
                "description": "Failing.",
                "runbook_url": "https://run.example/x",
                "summary": "Error 20% on login",
            },
            links: [
                Link {
                    kind: Generator,
                    url: "http://vm:19490/graph",
                },
                Link {
                    kind: Runbook,
                    url: "https://run.example/x",
                },
            ],
            group_key: None,
        }
    "#]]
    .assert_debug_eq(&signal);
}

#[test]
fn trap_an_alerts_own_status_counts_and_not_the_messages() {
    let body = r#"{"status":"firing","alerts":[
        {"status":"resolved","labels":{"a":"1"}},{"status":"firing","labels":{"a":"2"}}]}"#;
    let parsed = parse(body).unwrap();
    let actions: Vec<_> = parsed.signals.iter().map(|s| s.as_ref().unwrap().action).collect();
    assert_eq!(actions, [Action::Resolve, Action::Trigger]);
}

#[test]
fn trap_a_firing_status_holds_although_its_end_has_passed() {
    let alert = r#"{"status":"firing","labels":{"a":"b"},"endsAt":"2018-11-04T22:46:58+01:00"}"#;
    assert_eq!(signal(alert).action, Action::Trigger);
}

#[test]
fn without_a_status_the_end_decides() {
    let with_end =
        |end: &str| signal(&format!(r#"{{"labels":{{"a":"b"}},"endsAt":"{end}"}}"#)).action;
    assert_eq!(with_end("2026-11-22T00:30:00Z"), Action::Resolve);
    assert_eq!(with_end("2026-11-22T00:30:01Z"), Action::Trigger);
    assert_eq!(with_end("0001-01-01T00:00:00Z"), Action::Trigger);
    assert_eq!(signal(r#"{"labels":{"a":"b"}}"#).action, Action::Trigger);
}

#[test]
fn g01_no_status_acknowledges_and_unknown_words_are_noise() {
    let with = |status: &str| {
        let (signal, flags) = parse_one(&format!(r#"{{"status":{status},"labels":{{"a":"b"}}}}"#));
        (signal.action, flags.unknown_status)
    };
    assert_eq!(with(r#""suppressed""#), (Action::Info, 0));
    assert_eq!(with(r#""pending""#), (Action::Info, 0));
    assert_eq!(with(r#""FIRING""#), (Action::Trigger, 0));
    assert_eq!(with(r#""acknowledged""#), (Action::Trigger, 1));
    assert_eq!(with(r#""{{ .Status }}""#), (Action::Trigger, 1));
    assert_eq!(with(r#"{"state":"active"}"#), (Action::Trigger, 0));
}

#[test]
fn trap_the_reason_of_a_notification_changes_no_alert() {
    let body = r#"{"notification_reason":"all alerts resolved","status":"resolved",
        "alerts":[{"status":"firing","labels":{"a":"b"}}]}"#;
    assert_eq!(parse(body).unwrap().signals[0].as_ref().unwrap().action, Action::Trigger);
}

#[test]
fn trap_left_out_alerts_flag_the_batch_as_incomplete() {
    let flags = |count: &str| {
        parse(&format!(r#"{{"alerts":[],"truncatedAlerts":{count}}}"#)).unwrap().flags
    };
    assert!(flags("1").incomplete());
    assert!(flags("\"3\"").incomplete());
    assert!(!flags("0").incomplete());
    assert!(!flags("null").incomplete());
}

#[test]
fn trap_a_group_key_above_2_to_the_53_keeps_its_digits() {
    let body = r#"{"version":"3","groupKey":5615590933959184469,"alerts":[{"labels":{"a":"b"}}]}"#;
    let signal = parse(body).unwrap().signals.remove(0).unwrap();
    assert_eq!(signal.group_key.as_deref(), Some("5615590933959184469"));
}

#[test]
fn trap_without_a_fingerprint_the_labels_give_the_one_alertmanager_would() {
    let labels = r#"{"severity":"critical","cluster":"x","alertname":"T400","empty":""}"#;
    let bare = signal(&format!(r#"{{"labels":{labels}}}"#));
    assert_eq!(bare.dedup_key, "57222ba234524d58");
    let given = signal(&format!(r#"{{"labels":{labels},"fingerprint":"mine"}}"#));
    assert_eq!(given.dedup_key, "mine");
}

#[test]
fn a_second_outbreak_is_another_occurrence_of_the_same_alert() {
    let at = |start: &str| {
        signal(&format!(r#"{{"fingerprint":"f","labels":{{"a":"b"}},"startsAt":"{start}"}}"#))
    };
    let (first, repeat) = (at("2026-11-22T01:16:55+01:00"), at("2026-11-22T00:16:55Z"));
    assert_eq!(first.external_id, repeat.external_id);
    let second = at("2026-11-22T00:18:55Z");
    assert_eq!(first.dedup_key, second.dedup_key);
    assert_ne!(first.external_id, second.external_id);
}

#[test]
fn an_absent_severity_is_unknown() {
    assert_eq!(signal(r#"{"labels":{"a":"b"}}"#).severity, SourceSeverity::Unknown);
    assert_eq!(signal(r#"{"labels":{"severity":"P1"}}"#).severity, SourceSeverity::Unknown);
}

#[test]
fn the_title_is_never_empty() {
    let title = |alert: &str| signal(alert).title;
    assert_eq!(title(r#"{"labels":{"alertname":"A"},"annotations":{"summary":"S"}}"#), "S");
    assert_eq!(title(r#"{"labels":{"alertname":"A"},"annotations":{"summary":"  "}}"#), "A");
    assert_eq!(title(r#"{"labels":{"a":"b"},"annotations":{"message":"M\nmore"}}"#), "M");
    assert_eq!(title(r#"{"labels":{"a":"b"},"fingerprint":"f"}"#), "f");
}

#[test]
fn unfilled_templates_and_relative_links_do_no_harm() {
    let (signal, flags) = parse_one(
        r#"{"labels":{"a":"b"},"startsAt":"{{ .StartsAt }}","generatorURL":"?orgId=1",
        "annotations":{"runbook_url":"javascript:alert(1)","dashboard":"https://d.example/\" x"}}"#,
    );
    assert_eq!((signal.occurred_at, signal.links), (None, Vec::new()));
    assert_eq!(flags.unreadable_instants, 1);
}

#[test]
fn missing_and_odd_members_reject_nothing() {
    let signal = signal(
        r#"{"status":null,"labels":{"n":1,"t":true,"l":["x"]},"annotations":["no","map"],
        "startsAt":1553275891123,"endsAt":null,"generatorURL":{"x":1},"later":{"new":"member"}}"#,
    );
    assert_eq!(signal.labels["l"], r#"["x"]"#);
    assert_eq!(signal.occurred_at.unwrap().to_string(), "2019-03-22T17:31:31.123000Z");
}

#[test]
fn doubled_members_are_tolerated_and_the_last_one_counts() {
    let body = r#"{"alerts":[],"alerts":[{"status":"firing","status":"resolved",
        "labels":{"a":"1"},"labels":{"a":"2"}}],"groupKey":"x","groupKey":"y"}"#;
    let signal = parse(body).unwrap().signals.remove(0).unwrap();
    assert_eq!((signal.action, signal.labels["a"].as_str()), (Action::Resolve, "2"));
    assert_eq!(signal.group_key.as_deref(), Some("y"));
}

#[test]
fn an_alert_without_labels_is_recognised_by_where_it_came_from() {
    let one = signal(r#"{"annotations":{"summary":"Lag 54 s"},"generatorURL":"http://p/g"}"#);
    let two = signal(r#"{"annotations":{"summary":"Lag 55 s"},"generatorURL":"http://p/g"}"#);
    assert_eq!(one.dedup_key, two.dedup_key);
    assert!(one.dedup_key.starts_with("text-"));
}

#[test]
fn one_unusable_alert_is_named_and_spares_its_neighbours() {
    expect![
        "ING-008: alert 1: the alert has no labels and nothing else to recognise it by; /alerts/1"
    ]
    .assert_eq(&rejected("{}"));
    expect!["ING-006: alert 1: the alert is not an object; /alerts/1"].assert_eq(&rejected("7"));
    expect!["ING-006: alert 1: the labels are not an object; /alerts/1/labels"]
        .assert_eq(&rejected(r#"{"labels":"a=b"}"#));
    expect!["ING-006: alert 1: a group of alerts, not an alert; /alerts/1"]
        .assert_eq(&rejected(r#"{"labels":{"a":"b"},"alerts":[]}"#));
    let long = format!(r#"{{"labels":{{"a/b":"{}"}}}}"#, "x".repeat(5_000));
    expect!["ING-009: alert 1: a label's value has more than 4096 bytes; /alerts/1/labels/a~1b"]
        .assert_eq(&rejected(&long));
    let many: Vec<_> = (0..129).map(|n| format!(r#""l{n}":"v""#)).collect();
    expect!["ING-009: alert 1: more than 128 labels; /alerts/1/labels"]
        .assert_eq(&rejected(&format!(r#"{{"labels":{{{}}}}}"#, many.join(","))));
    let members = "\"m\":0,".repeat(1_024);
    expect!["ING-009: alert 1: the alert has more than 1024 members; /alerts/1"]
        .assert_eq(&rejected(&format!(r#"{{{members}"labels":{{"a":"b"}}}}"#)));
    let name = format!(r#"{{"labels":{{"{}":"v"}}}}"#, "n".repeat(257));
    expect!["ING-009: alert 1: a label's name has more than 256 bytes; /alerts/1/labels"]
        .assert_eq(&rejected(&name));
}

#[test]
fn long_annotations_are_cut_between_characters_and_flagged() {
    let summary = "é".repeat(20_000);
    let (signal, flags) =
        parse_one(&format!(r#"{{"labels":{{"a":"b"}},"annotations":{{"summary":"{summary}"}}}}"#));
    assert_eq!((signal.title.len(), signal.annotations["summary"].len()), (512, 16_384));
    assert_eq!(flags.cut, 2);
}

#[test]
fn a_bare_alert_is_taken_as_the_only_one() {
    let body = r#"{"summary":"Disk space is below 20%","labels":{"severity":"warning"}}"#;
    let signal = parse(body).unwrap().signals.remove(0).unwrap();
    assert_eq!(signal.title, "Disk space is below 20%");
    let other = parse(&body.replace("Disk", "Swap")).unwrap().signals.remove(0).unwrap();
    assert_ne!(signal.dedup_key, other.dedup_key, "a severity alone tells no alerts apart");
    let rejected = parse(r#"{"labels":{}}"#).unwrap().signals.remove(0).unwrap_err();
    assert_eq!((rejected.index, rejected.where_.as_str()), (0, ""));
}

#[test]
fn trap_bodies_of_which_nothing_can_be_used() {
    expect!["400 ING-001: the body is empty"].assert_eq(&malformed("  \n"));
    expect!["400 ING-001: the JSON ends too early; line 2, column 9"]
        .assert_eq(&malformed("{\n\"alerts\":"));
    expect!["400 ING-001: the body is not JSON; line 1, column 1"]
        .assert_eq(&malformed("alerts=1"));
    expect!["400 ING-001: the body is not JSON; line 1, column 4"].assert_eq(&malformed("[] []"));
    expect!["422 ING-006: the body is a single value, not a list of alerts; the whole body"]
        .assert_eq(&malformed("42"));
    expect![
        "422 ING-006: the object has no list `alerts` and is not an alert itself; the whole body"
    ]
    .assert_eq(&malformed(r#"{"hello":"world"}"#));
    expect!["422 ING-006: the alerts are not in a list; /alerts"]
        .assert_eq(&malformed(r#"{"alerts":"none"}"#));
    let deep = format!(r#"{{"alerts":{}{}}}"#, "[".repeat(99), "]".repeat(99));
    expect!["400 ING-004: lists and objects nest more than 32 deep; byte 41"]
        .assert_eq(&malformed(&deep));
    let large = format!(r#"{{"alerts":[],"pad":"{}"}}"#, "x".repeat(512 * 1024));
    expect!["413 ING-003: the body has 524310 bytes; at most 524288 are read"]
        .assert_eq(&malformed(&large));
    let many = format!("[{}0]", "0,".repeat(10_000));
    expect!["413 ING-007: more than 10000 alerts in one request; the whole body"]
        .assert_eq(&malformed(&many));
}

#[test]
fn a_body_in_another_encoding_or_type_says_so() {
    let refused = |kind, body| Alertmanager.parse(&Arrival::of(kind, body, now())).unwrap_err();
    let latin1 = refused(None, b"{\"alerts\":\"caf\xe9\"}");
    assert_eq!((latin1.status, latin1.at), (400, Some(At::Byte(14))));
    assert_eq!(refused(Some("application/x-www-form-urlencoded"), b"[]").status, 415);
    let marked = [b"\xef\xbb\xbf".as_slice(), br#"{"alerts":[]}"#].concat();
    assert!(
        Alertmanager.parse(&Arrival::of(None, &marked, now())).is_ok(),
        "a byte order mark is tolerated"
    );
}

#[test]
fn links_keep_their_kind() {
    let signal = signal(
        r#"{"labels":{"a":"b"},"generatorURL":"",
        "annotations":{"dashboard":"HTTPS://d.example/x"}}"#,
    );
    let url = "HTTPS://d.example/x".to_owned();
    assert_eq!(signal.links, [Link { kind: LinkKind::Dashboard, url }]);
}
