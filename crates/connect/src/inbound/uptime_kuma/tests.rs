//! What Uptime Kuma sends, trap by trap.

use super::*;
use crate::inbound::Signal;

fn signal(body: &str) -> Signal {
    let arrival = Arrival::of(None, body.as_bytes(), base::Timestamp::default());
    UptimeKuma.parse(&arrival).unwrap().signals.remove(0).unwrap()
}

#[test]
fn trap_a_time_without_a_zone_is_utc_here() {
    let utc =
        signal(r#"{"monitor":{"id":1},"heartbeat":{"status":0,"time":"2022-08-26 01:02:24.120"}}"#);
    assert_eq!(utc.occurred_at.unwrap().to_string(), "2022-08-26T01:02:24.120000Z");
    let local = signal(
        r#"{"monitor":{"id":1},"heartbeat":{"status":0,"localDateTime":"2022-08-26 01:02:24",
        "timezoneOffset":"+02:00"}}"#,
    );
    assert_eq!(local.occurred_at.unwrap().to_string(), "2022-08-25T23:02:24.000000Z");
}

#[test]
fn trap_a_test_and_a_certificate_notice_have_no_heartbeat() {
    let notice =
        signal(r#"{"heartbeat":null,"monitor":null,"msg":"Certificate expires in 7 days"}"#);
    assert_eq!(notice.action, Action::Info);
}

#[test]
fn trap_pending_and_maintenance_never_acknowledge_or_resolve() {
    for status in [2, 3] {
        let body = format!(r#"{{"monitor":{{"id":1}},"heartbeat":{{"status":{status}}}}}"#);
        assert_eq!(signal(&body).action, Action::Info);
    }
}

#[test]
fn trap_the_monitors_secrets_are_not_kept() {
    let body = r#"{"monitor":{"id":12345678901234567890,"basic_auth_pass":"hunter2","pushToken":"t0k",
        "headers":"{\"Authorization\":\"x\"}","name":"n","tags":[{"apiKey":"k"}],"mqttPassword":null}}"#;
    let kept = String::from_utf8(UptimeKuma.kept(body.as_bytes()).into_owned()).unwrap();
    for secret in ["hunter2", "t0k", "Authorization", "\"k\""] {
        assert!(!kept.contains(secret), "{kept}");
    }
    assert!(kept.contains("12345678901234567890") && kept.contains(r#""mqttPassword":null"#));
    let kept =
        |sent: &str| String::from_utf8(UptimeKuma.kept(sent.as_bytes()).into_owned()).unwrap();
    let query = kept("monitor%5Bid%5D=2&monitor%5Bbasic_auth_pass%5D=hunter2&msg=down");
    assert!(!query.contains("hunter2") && query.contains("monitor%5Bid%5D=2"), "{query}");
    let form = kept("data=%7B%22monitor%22%3A%7B%22pushToken%22%3A%22t0k%22%7D%7D");
    assert!(!form.contains("t0k") && form.starts_with("data="), "{form}");
    let parts = "--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{\"token\":\"t0k\",\"a\":1}\r\n--b--";
    assert_eq!(kept(parts), parts.replace("t0k", "[left out]"));
    let clean = UptimeKuma.sample().body.as_bytes();
    assert_eq!(
        signal(std::str::from_utf8(&UptimeKuma.kept(clean)).unwrap()),
        signal(UptimeKuma.sample().body)
    );
}

#[test]
fn trap_get_and_form_carry_the_same_message() {
    let mut get = Arrival::of(None, b"", base::Timestamp::default());
    get.query = "heartbeat[status]=0&monitor[id]=2&monitor[name]=n&msg=down";
    let by_get = UptimeKuma.parse(&get).unwrap().signals.remove(0).unwrap();
    assert_eq!((by_get.dedup_key.as_str(), by_get.action), ("monitor-2", Action::Trigger));
    let form = "--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n{\"heartbeat\":{\"status\":1},\
                \"monitor\":{\"id\":2},\"msg\":\"up\"}\r\n--b--";
    let media = Some("multipart/form-data; boundary=b");
    let form = Arrival::of(media, form.as_bytes(), base::Timestamp::default());
    let by_form = UptimeKuma.parse(&form).unwrap().signals.remove(0).unwrap();
    assert_eq!((by_form.dedup_key.as_str(), by_form.action), ("monitor-2", Action::Resolve));
}
