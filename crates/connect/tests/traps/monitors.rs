//! Zabbix, Nagios and its relatives, Datadog, Uptime Kuma.

use connect::inbound::{Action, SourceSeverity, recipe};

use super::{parse, signal};

/// Zabbix fixes no shape, so ours is the one: every parameter of the media type that we hand out is a
/// member that the source reads, and what Zabbix needs beside it is said.
#[test]
fn trap_our_media_type_sends_what_the_source_reads() {
    let recipe = recipe("zabbix");
    assert!(recipe.contains("message templates for problem, problem recovery and problem update"));
    let names: Vec<&str> = recipe
        .lines()
        .filter_map(|line| line.split_once(' ').filter(|(_, rest)| rest.trim().starts_with('{')))
        .map(|(name, _)| name)
        .collect();
    assert!(names.len() >= 12 && names.contains(&"event_id"), "{names:?}");
    // As an update of a problem, and as the problem: some parameters count in one of them only.
    let sent = |update: &str, name: &str, value: &str| {
        let mut members = serde_json::Map::new();
        for name in &names {
            members.insert((*name).to_owned(), "1".into());
        }
        members.insert("update_status".to_owned(), update.into());
        members.insert(name.to_owned(), value.into());
        parse("zabbix", &serde_json::Value::Object(members).to_string()).unwrap()
    };
    for name in &names {
        let other = match *name {
            "event_value" => "0",
            "event_nseverity" => "5",
            "event_tags" => r#"[{"tag":"service","value":"pay"}]"#,
            _ => "2",
        };
        let read = ["0", "1"].iter().any(|u| sent(u, name, "1") != sent(u, name, other));
        assert!(read, "{name} is sent and not read");
    }
}

#[test]
fn trap_tags_are_json_in_a_text_or_a_list() {
    let text =
        r#"{"event_id":"1","event_tags":"[{\"tag\":\"env\",\"value\":\"prod\"},{\"tag\":\"x\"}]"}"#;
    let list = r#"{"event_id":"1","event_tags":[{"tag":"env","value":"prod"},{"tag":"x"}]}"#;
    for body in [text, list] {
        let read = signal("zabbix", body);
        assert_eq!((&*read.labels["env"], read.environment.as_deref()), ("prod", Some("prod")));
    }
    assert!(
        signal("zabbix", r#"{"event_id":"1","event_tags":"{EVENT.TAGSJSON}"}"#).labels.is_empty()
    );
}

#[test]
fn trap_long_output_and_author_are_kept() {
    let service = signal(
        "nagios",
        r#"{"NOTIFICATIONTYPE":"ACKNOWLEDGEMENT","HOSTNAME":"h","SERVICEDESC":"s","SERVICESTATE":"CRITICAL",
        "SERVICEOUTPUT":"short","LONGSERVICEOUTPUT":"long\nand more","NOTIFICATIONAUTHOR":"ana",
        "NOTIFICATIONCOMMENT":"on it","NOTIFICATIONNUMBER":"3"}"#,
    );
    assert_eq!(service.description, "long\nand more");
    assert_eq!(service.annotations["notificationauthor"], "ana");
    assert_eq!(service.annotations["notificationcomment"], "on it");
    let host =
        r#"{"NOTIFICATIONTYPE":"PROBLEM","HOSTNAME":"h","HOSTSTATE":"DOWN","LONGHOSTOUTPUT":"l"}"#;
    assert_eq!(signal("nagios", host).description, "l");
}

#[test]
fn trap_relations_are_neither_needed_nor_an_error() {
    let bare = r#"{"name":"n","tags":{"host":"h"},"type":"state","severity":"crit"}"#;
    let more = bare.replace(
        r#""type""#,
        r#""relations":{"hostgroup/linux":null},"complete_relations":["hostgroup"],"type""#,
    );
    assert_eq!(signal("icinga", bare), signal("icinga", &more));
}

#[test]
fn trap_an_acknowledged_result_acknowledges_nothing() {
    let read = signal(
        "icinga",
        r#"{"type":"CheckResult","host":"h","service":"s","acknowledgement":true,"downtime_depth":1,
        "check_result":{"state":2.0,"state_type":1,"output":"o"}}"#,
    );
    assert_eq!((read.action, read.severity), (Action::Trigger, SourceSeverity::Critical));
    assert_eq!(
        (&*read.annotations["acknowledged"], &*read.annotations["downtime_depth"]),
        ("true", "1")
    );
}

#[test]
fn trap_the_way_from_one_state_to_another_is_no_state() {
    let of = |event: &str, status: &str, kind: &str| {
        let body = format!(
            r#"{{"host":"h","event":"{event}","status":"{status}","notification_type":"{kind}"}}"#
        );
        let read = signal("checkmk", &body);
        (read.action, read.severity)
    };
    let down = (Action::Trigger, SourceSeverity::Critical);
    assert_eq!(of("UP -> DOWN", "DOWN", "PROBLEM"), down);
    assert_eq!(of("DOWN -> UP", "UP", "RECOVERY"), (Action::Resolve, SourceSeverity::Unknown));
}

#[test]
fn trap_the_key_is_aggregation_and_cycle() {
    let of = |more: &str| {
        signal("datadog", &format!(r#"{{"title":"t","alert_id":"7"{more}}}"#)).dedup_key
    };
    assert_eq!(of(r#","aggreg_key":"a","alert_cycle_key":"99""#), "a-99");
    assert_ne!(of(r#","aggreg_key":"a","alert_cycle_key":"100""#), "a-99", "the next outbreak");
    assert_eq!(of(r#","alert_scope":"host:db-1""#), "7/host:db-1");
    assert_eq!(of(""), "7");
}

#[test]
fn trap_only_recovered_is_a_recovery() {
    let of = |transition: &str| {
        let body = format!(r#"{{"alert_id":"1","title":"t","alert_transition":"{transition}"}}"#);
        let parsed = parse("datadog", &body).unwrap();
        (parsed.signals[0].as_ref().unwrap().action, parsed.flags.unknown_status)
    };
    for problem in ["Triggered", "Re-Triggered", "Warn", "No Data", "Renotify"] {
        assert_eq!(of(problem), (Action::Trigger, 0), "{problem}");
    }
    assert_eq!(of("Recovered"), (Action::Resolve, 0));
    assert_eq!(of("Almost Recovered"), (Action::Trigger, 1), "noise is better than silence");
}

#[test]
fn trap_another_products_template_is_read() {
    let read = signal(
        "datadog",
        r#"{"title":"High CPU","body":"b","monitor_id":"12","scopes":["host:web-1"],"priority":"P2",
        "tags":"service:pay,environment:prod"}"#,
    );
    assert_eq!((read.title.as_str(), read.dedup_key.as_str()), ("High CPU", "12/host:web-1"));
    assert_eq!((read.severity, read.service.as_deref()), (SourceSeverity::High, Some("pay")));
    assert_eq!(read.environment.as_deref(), Some("prod"));
}

#[test]
fn trap_a_message_without_a_state_is_a_note() {
    // What a template of somebody's own may leave of the message.
    for body in
        [r#"{"msg":"[web] [DOWN] timeout"}"#, r#"{"monitor":{"id":7,"name":"web"},"msg":"m"}"#]
    {
        assert_eq!(signal("uptime-kuma", body).action, Action::Info, "{body}");
    }
}
