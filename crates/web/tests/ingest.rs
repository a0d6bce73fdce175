//! Senders: truthful answers, nothing lost, the key is the only way in.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use common::{Answered, HOST, House};

const ALERT: &str = include_str!("alertmanager.json");

async fn send(house: &House, path: &str, media: &str, body: Vec<u8>) -> Answered {
    let request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, media)
        .body(Body::from(body));
    house.ask(request.expect("a request")).await
}

#[tokio::test]
async fn trap_an_alert_is_received_repeated_and_receipted() {
    let house = House::new().await;
    let path = format!("/in/alertmanager/{}", house.key("alertmanager").await);
    let first = send(&house, &path, "application/json", ALERT.into()).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text());
    let receipt = &first.json()["receipts"][0];
    assert_eq!(receipt["action"], "opened");
    assert_eq!(receipt["sha256"], evidence::sha256(ALERT.as_bytes()).to_string());
    assert!(receipt["id"].as_str().is_some_and(|id| id.starts_with("int_")));
    let again = send(&house, &path, "application/json", ALERT.into()).await;
    assert_eq!(again.json()["receipts"][0]["action"], "repeated");
    assert_eq!(again.json()["receipts"][0]["alert"], receipt["alert"]);
}

#[tokio::test]
async fn trap_a_bad_body_is_told_what_is_wrong_and_kept() {
    let house = House::new().await;
    let path = format!("/in/alertmanager/{}", house.key("alertmanager").await);
    let json = "application/json";
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let large = format!("{{\"alerts\":\"{}\"}}", "x".repeat(600 * 1024));
    let cases: [(&str, &str, Vec<u8>, u16, &str); 6] = [
        ("malformed", json, b"{\"alerts\": [".to_vec(), 400, "ING-001"),
        ("not UTF-8", json, vec![b'{', b'"', 0xff, 0xfe, b'"', b'}'], 400, "ING-002"),
        ("oversize", json, large.into_bytes(), 413, "ING-003"),
        ("too deep", json, deep.into_bytes(), 400, "ING-004"),
        ("wrong type", "text/plain", ALERT.into(), 415, "ING-005"),
        ("not alerts", json, b"{\"hello\": \"world\"}".to_vec(), 422, "ING-006"),
    ];
    for (name, media, body, status, code) in cases {
        let sha256 = evidence::sha256(&body);
        let answered = send(&house, &path, media, body).await;
        assert_eq!(answered.status, status, "{name}: {}", answered.text());
        assert_eq!(answered.header("content-type"), "application/problem+json", "{name}");
        let problem = answered.json();
        assert_eq!(problem["code"], code, "{name}: {problem}");
        assert_eq!(problem["status"], status, "{name}");
        assert!(problem["what"].is_string(), "{name}: {problem}");
        let kept = problem["quarantined"].as_str().unwrap_or_default();
        let kept = kept.parse().expect("the id under which it is kept");
        let held = house.app.look(move |conn| store::alert::quarantined_one(conn, kept)).await;
        let held = held.expect("read").expect("kept");
        assert!(name == "oversize" || held.body == sha256, "{name}");
    }
}

#[tokio::test]
async fn trap_only_the_key_of_this_source_opens_the_door() {
    let house = House::new().await;
    let key = house.key("alertmanager").await;
    let wrong = send(&house, "/in/alertmanager/wki_guess", "application/json", ALERT.into()).await;
    assert_eq!(
        (wrong.status, wrong.json()["code"].as_str()),
        (StatusCode::UNAUTHORIZED, Some("ITG-001"))
    );
    let unknown =
        send(&house, &format!("/in/smoke-signals/{key}"), "application/json", ALERT.into()).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let other =
        send(&house, &format!("/in/alertmanager-api/{key}"), "application/json", ALERT.into())
            .await;
    assert_eq!(other.json()["code"], "ITG-003");
}

#[tokio::test]
async fn prometheus_may_list_us_as_its_alertmanager() {
    let house = House::new().await;
    let key = house.key("alertmanager-api").await;
    let alerts =
        r#"[{"labels":{"alertname":"Down","service":"cards"},"startsAt":"2026-11-17T00:59:00Z"}]"#;
    let by_token = house.api("/api/v2/alerts", &key, Some(alerts)).await;
    assert_eq!((by_token.status, by_token.body.len()), (StatusCode::OK, 0), "{}", by_token.text());
    assert!(by_token.header("watchkeeper-receipt").starts_with("int_"));
    let path = format!("/in/alertmanager-api/{key}/api/v2/alerts");
    let by_path = send(&house, &path, "application/json", alerts.into()).await;
    assert_eq!(by_path.status, StatusCode::OK);
    let stranger = send(&house, "/api/v2/alerts", "application/json", alerts.into()).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}
