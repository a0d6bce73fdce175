//! The JSON API: declare, record, decide, read back with evidence.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::http::StatusCode;
use common::House;
use domain::access::Role;

#[tokio::test]
async fn an_incident_is_declared_recorded_decided_and_read_back() {
    let house = House::new().await;
    let token = house.token(Role::Commander).await;
    let body = r#"{"title":"Cards declined","service":"Card authorisation","mode":"exercise"}"#;
    let declared = house.api("/api/v1/incidents", &token, Some(body)).await;
    assert_eq!(declared.status, StatusCode::CREATED, "{}", declared.text());
    let place = declared.header("location").to_owned();
    let note =
        house.api(&format!("{place}/notes"), &token, Some(r#"{"text":"Seen at 3 shops"}"#)).await;
    assert_eq!(note.status, StatusCode::NO_CONTENT, "{}", note.text());
    let fact =
        r#"{"fact":"clients_affected","value":"12","certainty":"estimate","source":"person"}"#;
    assert_eq!(house.api(&format!("{place}/facts"), &token, Some(fact)).await.status, 204);
    let answers = r#"{"answers":{"customers_affected":"most","critical_function":"yes",
        "data_at_risk":"no","workaround":"no"},"rationale":"Nobody can pay"}"#;
    let severity = house.api(&format!("{place}/severity"), &token, Some(answers)).await;
    assert_eq!(severity.json()["severity"], "S1", "{}", severity.text());
    let seen = house.api(&place, &token, None).await.json();
    assert_eq!(
        (&seen["title"], &seen["mode"], &seen["severity"]),
        (&"Cards declined".into(), &"exercise".into(), &"S1".into())
    );
    assert_eq!(seen["facts"][0]["value"], "12");
    let evidence = house.api(&format!("{place}/evidence"), &token, None).await.json();
    let first = &evidence["items"][0];
    let seq = first["seq"].as_i64().expect("a position");
    let bytes = house.api(&format!("/api/v1/evidence/{seq}"), &token, None).await;
    assert_eq!(bytes.header("watchkeeper-leaf"), first["leaf"].as_str().unwrap_or_default());
    assert_eq!(
        evidence::merkle::leaf_hash(&bytes.body).to_string(),
        first["leaf"].as_str().unwrap_or_default()
    );
}

#[tokio::test]
async fn what_is_signed_is_proven_by_tiles_and_proofs() {
    let house = House::new().await;
    house.app.sign_checkpoint().await.expect("a checkpoint");
    let token = house.token(Role::Auditor).await;
    let checkpoint = house.get("/log/checkpoint", None).await;
    assert!(checkpoint.text().starts_with("nordhaven.example/log\n"));
    let proof = house.api("/api/v1/evidence/3/proof", &token, None).await;
    assert!(proof.text().starts_with("c2sp.org/tlog-proof@v1\n"), "{}", proof.text());
    let size: i64 = checkpoint.text().lines().nth(1).expect("a size").parse().expect("a number");
    let path = format!("/log/tile/0/000.p/{}", size % 256);
    let path = if size >= 256 { "/log/tile/0/000".to_owned() } else { path };
    assert_eq!(house.api(&path, &token, None).await.status, StatusCode::OK);
    assert_eq!(house.get(&path, None).await.status, StatusCode::UNAUTHORIZED);
    let person = house.somebody(Role::Auditor).await;
    let entry = house.get("/log/entries/3", Some(&person)).await;
    assert_eq!(entry.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_api_refuses_is_a_problem_with_a_code() {
    let house = House::new().await;
    let token = house.token(Role::Commander).await;
    let cases = [
        ("/api/v1/incidents", Some("{"), 422, "WEB-005"),
        ("/api/v1/incidents", Some(r#"{"title":" "}"#), 422, "INC-003"),
        ("/api/v1/incidents", Some(r#"{"title":"x","colour":"red"}"#), 422, "WEB-005"),
        ("/api/v1/incidents/INC-1900-0001", None, 404, "INC-004"),
        ("/api/v1/incidents?cursor=zz", None, 422, "WEB-005"),
        ("/api/v1/nothing", None, 404, "WEB-001"),
    ];
    for (path, body, status, code) in cases {
        let answered = house.api(path, &token, body).await;
        assert_eq!(answered.status, status, "{path}: {}", answered.text());
        let problem = answered.json();
        assert_eq!(problem["code"], code, "{path}: {problem}");
        assert_eq!(problem["type"], format!("/docs/codes/{code}"), "{path}");
        assert_eq!(answered.header("content-type"), "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn a_node_is_ready_once_it_ticks() {
    let house = House::new().await;
    assert_eq!(house.get("/healthz", None).await.status, StatusCode::OK);
    let before = house.get("/readyz", None).await;
    assert_eq!(before.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(before.json()["checks"][1]["ok"], false);
    house.app.tick().await.expect("a tick");
    assert_eq!(house.get("/readyz", None).await.status, StatusCode::OK);
    house.hands.pass(base::Duration::seconds(11));
    assert_eq!(house.get("/readyz", None).await.status, StatusCode::SERVICE_UNAVAILABLE);
}
