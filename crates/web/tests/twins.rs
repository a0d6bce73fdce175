//! Everything a page does, by the API: lists with filters, acts on an incident, people, the stream.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::{
    body::Body,
    http::{Request, header},
};
use common::{HOST, House};
use domain::access::Role;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn done(house: &House, token: &str, path: &str, body: Value) {
    let answered = house.api(path, token, Some(&body.to_string())).await;
    assert!(answered.status.is_success(), "{path}: {} {}", answered.status, answered.text());
}

#[tokio::test]
async fn an_incident_is_led_from_declaration_to_its_end() {
    let house = House::new().await;
    let token = house.token(Role::Commander).await;
    let responder = house.somebody(Role::Responder).await;
    let place = format!("/api/v1/incidents/{}", house.reference().await);
    let at = |path: &str| format!("{place}/{path}");
    let services = house.api("/api/v1/services", &token, None).await.json();
    let service = services["items"][0]["id"].clone();
    done(&house, &token, &at("command/take"), json!({ "reason": "On duty" })).await;
    let scope = json!({ "services": [service], "member_states": ["BE"], "reason": "Seen there" });
    done(&house, &token, &at("scope"), scope).await;
    let aware = json!({ "aware_at": "2026-11-17T00:50:00Z", "reason": "A client called" });
    done(&house, &token, &at("awareness"), aware).await;
    done(&house, &token, &at("roles"), json!({ "role": "communications", "person": responder.id }))
        .await;
    done(&house, &token, &at("command/offer"), json!({ "to": responder.id })).await;
    let other = json!({ "title": "The same again" }).to_string();
    let other = house.api("/api/v1/incidents", &token, Some(&other)).await.json();
    let other = other["reference"].as_str().unwrap().to_owned();
    done(&house, &token, &at("links"), json!({ "other": other, "relation": "related" })).await;
    let merged = json!({ "into": house.reference().await, "reason": "One cause" });
    done(&house, &token, &format!("/api/v1/incidents/{other}/merge"), merged).await;
    let found = house
        .api(&format!("/api/v1/incidents?service={}", service.as_str().unwrap()), &token, None)
        .await;
    assert_eq!(found.json()["items"].as_array().unwrap().len(), 1, "{}", found.text());
    let told = house.api(&at("notifications"), &token, None).await.json();
    assert!(told["items"].is_array());
    done(&house, &token, &at("close"), json!({ "false_positive": true, "reason": "A test" })).await;
    done(&house, &token, &at("reopen"), json!({ "reason": "It was none" })).await;
    let pack = house.api(&at("export"), &token, Some("")).await;
    assert_eq!((pack.status.as_u16(), pack.header("content-type")), (200, "application/zip"));
}

#[tokio::test]
async fn lists_go_on_where_they_stopped() {
    let house = House::new().await;
    let token = house.token(Role::Commander).await;
    for number in 0..120 {
        let body = json!({ "title": format!("Number {number}"), "mode": "exercise" });
        house.api("/api/v1/incidents", &token, Some(&body.to_string())).await;
    }
    for sort in ["newest", "oldest", "updated"] {
        let mut path = format!("/api/v1/incidents?mode=exercise&sort={sort}");
        let mut seen = Vec::new();
        loop {
            let page = house.api(&path, &token, None).await.json();
            let rows = page["items"].as_array().unwrap().iter();
            seen.extend(rows.map(|row| row["reference"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/api/v1/incidents?mode=exercise&sort={sort}&cursor={next}");
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((all, seen.len()), (120, 120), "{sort}");
    }
    let one =
        house.api("/api/v1/incidents?text=number%20117&status=open", &token, None).await.json();
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let wrong = house.api("/api/v1/incidents?colour=red", &token, None).await;
    assert_eq!((wrong.status.as_u16(), wrong.json()["code"].as_str()), (422, Some("WEB-005")));
}

#[tokio::test]
async fn an_alert_is_explained_acknowledged_and_declared_from() {
    let house = House::new().await;
    let key = house.key("alertmanager").await;
    let alert = json!({ "version": "4", "groupKey": "g", "status": "firing", "alerts": [{
        "status": "firing", "labels": { "alertname": "Slow", "service": "Cards" },
        "annotations": {}, "startsAt": "2026-11-17T00:59:00Z", "fingerprint": "f1" }] });
    let sent =
        house.api(&format!("/in/alertmanager/{key}"), "none", Some(&alert.to_string())).await;
    assert_eq!(sent.status, 202, "{}", sent.text());
    let token = house.token(Role::Responder).await;
    let list = house.api("/api/v1/alerts?state=open&text=slow", &token, None).await.json();
    let id = list["items"][0]["id"].as_str().expect("the alert").to_owned();
    let seen = house.api(&format!("/api/v1/alerts/{id}"), &token, None).await.json();
    assert_eq!(seen["labels"]["alertname"], "Slow");
    let answered = house.api(&format!("/api/v1/alerts/{id}/acknowledge"), &token, Some("")).await;
    assert_eq!(answered.status, 200, "{}", answered.text());
    let body = json!({ "title": "Cards are slow" }).to_string();
    let declared = house.api(&format!("/api/v1/alerts/{id}/declare"), &token, Some(&body)).await;
    assert_eq!(declared.status, 201, "{}", declared.text());
    let seen = house.api(&format!("/api/v1/alerts/{id}"), &token, None).await.json();
    assert_eq!(seen["incident"], declared.json()["id"]);
}

#[tokio::test]
async fn people_and_integrations_are_added_and_found() {
    let house = House::new().await;
    let token = house.token(Role::Administrator).await;
    let new =
        json!({ "name": "N. Nowak", "email": "n.nowak@nordhaven.example", "roles": ["responder"] });
    let added = house.api("/api/v1/people", &token, Some(&new.to_string())).await;
    assert_eq!(added.status, 201, "{}", added.text());
    let place = added.header("location").to_owned();
    assert_eq!(house.api(&place, &token, None).await.json()["roles"][0]["role"], "responder");
    done(&house, &token, &format!("{place}/roles/revoke"), json!({ "role": "responder" })).await;
    let found = house.api("/api/v1/search?q=nowak", &token, None).await.json();
    assert_eq!(found["items"][0]["kind"], "person");
    let door = json!({ "name": "Probe", "source": "alertmanager" }).to_string();
    let door = house.api("/api/v1/integrations", &token, Some(&door)).await.json();
    assert!(door["key"].as_str().unwrap().starts_with("wki_"));
    let entries = house.api("/api/v1/evidence?type=integration_added", &token, None).await.json();
    assert!(
        entries["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|e| e["entry"]["type"] == "integration_added")
    );
}

#[tokio::test]
async fn the_log_is_followed_by_type_from_a_position_on() {
    let house = House::new().await;
    let token = house.token(Role::Auditor).await;
    let from = house.size().await;
    let commander = house.token(Role::Commander).await;
    let place = format!("/api/v1/incidents/{}", house.reference().await);
    done(&house, &commander, &format!("{place}/notes"), json!({ "text": "Said aloud" })).await;
    let path = format!("/api/v1/events?types=note_added&from={from}");
    let request = Request::get(path)
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let response =
        house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut stream = response.into_body().into_data_stream();
    let chunk = stream.next().await.unwrap().unwrap();
    let told = String::from_utf8_lossy(&chunk).into_owned();
    assert!(told.contains("event: note_added") && told.contains("\"stream\":\"inc_"), "{told}");
    assert!(!told.contains("Said aloud"), "no words leave this way");
    let id: i64 = told.lines().find_map(|l| l.strip_prefix("id: ")).unwrap().parse().unwrap();
    assert!(id > from);
}

#[tokio::test]
async fn a_stream_of_events_ends_with_its_token() {
    let house = House::new().await;
    let (reader, administrator) =
        (house.token(Role::Auditor).await, house.token(Role::Administrator).await);
    let request = Request::get("/api/v1/events?types=export_taken")
        .header(header::HOST, HOST)
        .header(header::AUTHORIZATION, format!("Bearer {reader}"));
    let response =
        house.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut stream = response.into_body().into_data_stream();
    let id = house.app.bearer(&reader).await.unwrap().person.unwrap();
    let path = format!("/api/v1/people/{id}/tokens/revoke");
    let revoked = house.api(&path, &administrator, Some("")).await;
    assert_eq!(revoked.json()["count"], 1, "{}", revoked.text());
    assert!(stream.next().await.is_none(), "it ends");
    assert_eq!(house.api("/api/v1/evidence/0", &reader, None).await.status, 401);
}

#[tokio::test]
async fn the_description_and_its_page_are_there_for_everybody() {
    let house = House::new().await;
    let description = house.get("/api/openapi.json", None).await;
    assert_eq!(description.json()["openapi"], "3.1.0");
    let page = house.get("/api/docs", None).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text()
            .contains("POST</span> <code class=\"wrap\">/api/v1/incidents/{reference}/notes")
    );
}
