//! Doors in: vendors' endpoints answer as the vendors do, input that was not understood is settled by
//! people, and an integration tells how it reads what comes.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base::Duration;
use common::{Answered, HOST, House, Visitor};
use domain::access::Role;

async fn send(
    house: &House,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answered {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.ask(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn post(house: &House, path: &str, body: &str) -> Answered {
    send(house, Method::POST, path, &[("content-type", "application/json")], body).await
}

fn action(answered: &Answered) -> String {
    answered.json()["receipts"][0]["action"].as_str().unwrap_or_default().to_owned()
}

/// A new integration: its page and its key.
async fn door(house: &House, source: &str) -> (String, String) {
    let key = house.key(source).await;
    let door = house.app.open_door(&key, source).await.unwrap();
    (format!("/integrations/{}", door.integration.id), key)
}

/// What the log holds bears out every derived row.
async fn rebuilds(house: &House) {
    let size = house.size().await;
    let beside = db::Db::open(&db::Target::Memory, db::Options::node("beside")).unwrap();
    beside.migrate(store::migrations::ALL).unwrap();
    let check = move |conn: &mut db::Conn| store::rebuild::check(conn, &beside);
    let rebuilt = house.app.look(check).await.unwrap();
    assert_eq!((rebuilt.entries, rebuilt.differences), (size, Vec::new()));
}

#[tokio::test]
async fn trap_pagerdutys_clients_are_answered_as_by_pagerduty() {
    let house = House::new().await;
    let key = house.key("pagerduty").await;
    let event = |act: &str| {
        format!(
            r#"{{"routing_key":"{key}","event_action":"{act}","dedup_key":"k",
            "payload":{{"summary":"s","source":"x","severity":"error"}}}}"#
        )
    };
    let answered = post(&house, "/v2/enqueue", &event("trigger")).await;
    assert_eq!(answered.status, StatusCode::ACCEPTED, "{}", answered.text());
    assert_eq!(answered.json()["status"], "success");
    assert_eq!(answered.json()["dedup_key"], "k");
    assert!(answered.header("watchkeeper-receipt").starts_with("int_"));
    let made = format!(
        r#"{{"routing_key":"{key}","event_action":"trigger","payload":{{"summary":"s","source":"x"}}}}"#
    );
    let made = post(&house, "/v2/enqueue", &made).await.json();
    assert!(made["dedup_key"].as_str().is_some_and(|key| key.len() == 32), "{made}");
    for wrong in ["{", "[]", r#"{"routing_key":"x","event_action":"trigger"}"#, &event("snooze")] {
        let answered = post(&house, "/v2/enqueue", wrong).await;
        assert_eq!(answered.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(answered.json()["status"], "invalid event");
    }
}

#[tokio::test]
async fn a_change_event_is_context_and_wakes_nobody() {
    let house = House::new().await;
    let key = house.key("pagerduty").await;
    let alerts = house.app.look(store::alert::counts).await.unwrap();
    let change = format!(
        r#"{{"routing_key":"{key}","payload":{{"summary":"Deployed 4.12","source":"ci",
        "custom_details":{{"build":"4711"}}}}}}"#
    );
    let answered = post(&house, "/v2/change/enqueue", &change).await;
    assert_eq!(answered.status, StatusCode::ACCEPTED, "{}", answered.text());
    assert_eq!(house.app.look(store::alert::counts).await.unwrap(), alerts);
    let reader = house.somebody(Role::Responder).await;
    let page = house.get("/changes", Some(&reader)).await.text();
    assert!(page.contains("Deployed 4.12") && page.contains("4711"), "{page}");
    rebuilds(&house).await;
}

#[tokio::test]
async fn trap_opsgenies_clients_are_answered_as_by_opsgenie() {
    let house = House::new().await;
    let key = house.key("opsgenie").await;
    let genie = format!("GenieKey {key}");
    let headers = [("authorization", genie.as_str()), ("content-type", "application/json")];
    let ask = async |path: &str, body: &str| send(&house, Method::POST, path, &headers, body).await;
    let created = ask("/v2/alerts", r#"{"message":"m","alias":"a/b","priority":"P1"}"#).await;
    assert_eq!(created.status, StatusCode::ACCEPTED, "{}", created.text());
    assert_eq!(created.json()["result"], "Request will be processed");
    let open = || async { house.app.look(store::alert::counts).await.unwrap() };
    let before = open().await;
    let closed = ask("/v2/alerts/a%2Fb/close?identifierType=alias", "").await;
    assert_eq!(closed.status, StatusCode::ACCEPTED);
    assert!(closed.header("watchkeeper-receipt").starts_with("int_"));
    assert_ne!(open().await, before, "the alert is over");
    let noted = ask("/v2/alerts/a%2Fb/notes?identifierType=alias", r#"{"note":"n"}"#).await;
    assert_eq!(noted.status, StatusCode::ACCEPTED);
    let refused = send(&house, Method::POST, "/v2/alerts", &[], "{}").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.json()["code"], "ITG-001");
    assert_eq!(ask("/v2/alerts", "{}").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ask("/v2/alerts/a/dance", "{}").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn trap_cloudevents_shake_hands_and_come_in_headers() {
    let house = House::new().await;
    let path = format!("/in/cloudevents/{}", house.key("cloudevents").await);
    let hand = [("webhook-request-origin", "events.example")];
    let shaken = send(&house, Method::OPTIONS, &path, &hand, "").await;
    assert_eq!(shaken.status, StatusCode::OK);
    assert_eq!(shaken.header("webhook-allowed-origin"), "events.example");
    let stranger = send(&house, Method::OPTIONS, "/in/cloudevents/nothing", &hand, "").await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    let binary = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/s"),
        ("ce-type", "disk.failed"),
        ("content-type", "text/plain"),
    ];
    let taken = send(&house, Method::POST, &path, &binary, "full").await;
    assert_eq!((taken.status, action(&taken)), (StatusCode::ACCEPTED, "opened".to_owned()));
}

#[tokio::test]
async fn trap_only_a_sender_that_can_do_nothing_else_may_get() {
    let house = House::new().await;
    let kuma = house.key("uptime-kuma").await;
    let path = format!("/in/uptime-kuma/{kuma}?heartbeat[status]=0&monitor[id]=7&msg=down");
    let path = path.replace('[', "%5B").replace(']', "%5D");
    let taken = send(&house, Method::GET, &path, &[], "").await;
    assert_eq!((taken.status, action(&taken)), (StatusCode::ACCEPTED, "opened".to_owned()));
    assert_eq!(send(&house, Method::HEAD, &path, &[], "").await.status, 405);
    let other = format!("/in/grafana/{}", house.key("grafana").await);
    assert_eq!(send(&house, Method::GET, &other, &[], "").await.status, 405);
    assert_eq!(send(&house, Method::PUT, &other, &[], "{}").await.status, 422);
}

#[tokio::test]
async fn what_the_mapping_did_not_read_is_read_again_once_it_does() {
    let house = House::new().await;
    let (page, key) = door(&house, "generic").await;
    let body = r#"{"check":"c","host":"h","state":"failing","summary":"It fails"}"#;
    let refused = post(&house, &format!("/in/generic/{key}"), body).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("ING-015"))
    );
    let kept = format!("/quarantine/{}", refused.json()["quarantined"].as_str().unwrap());
    let responder = house.somebody(Role::Responder).await;
    let again = house.post(&format!("{kept}/replay"), &responder, "").await;
    assert_eq!(again.header("location"), kept, "still not read: {}", again.text());
    assert!(house.get(&kept, Some(&responder)).await.text().contains("Read it again"));

    let admin = house.somebody(Role::Administrator).await;
    let mapping = "mapping=%7B%22key%22%3A%22%2Fcheck%22%2C%22title%22%3A%22%2Fsummary%22%7D";
    let before = house.size().await;
    let tried = house.post(&format!("{page}/try"), &admin, &format!("{mapping}&body={body}")).await;
    assert!(tried.text().contains("It fails") && tried.text().contains("nothing was recorded"));
    assert_eq!(house.size().await, before, "trying records nothing");
    let wrong = house.post(&format!("{page}/settings"), &admin, "mapping=%7B").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("ITG-006"), "{}", wrong.text());
    let set = house.post(&format!("{page}/settings"), &admin, mapping).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());

    let done = house.post(&format!("{kept}/replay"), &responder, "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let shown = house.get(&kept, Some(&responder)).await.text();
    assert!(
        shown.contains("Read again and understood") && !shown.contains("Put it away</summary>")
    );
    assert!(house.get("/alerts", Some(&responder)).await.text().contains("It fails"));
    let twice = house.post(&format!("{kept}/replay"), &responder, "").await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    rebuilds(&house).await;
}

#[tokio::test]
async fn input_is_put_away_with_a_reason_and_no_other_way() {
    let house = House::new().await;
    let key = house.key("alertmanager").await;
    let refused = post(&house, &format!("/in/alertmanager/{key}"), "{").await.json();
    let kept = format!("/quarantine/{}", refused["quarantined"].as_str().unwrap());
    let responder = house.somebody(Role::Responder).await;
    let without = house.post(&format!("{kept}/dismiss"), &responder, "reason=+").await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("ING-018"), "{}", without.text());
    let count = || async { house.app.look(store::alert::quarantine_count).await.unwrap() };
    let before = count().await;
    let done = house.post(&format!("{kept}/dismiss"), &responder, "reason=a+probe").await;
    assert_eq!(done.header("location"), "/quarantine");
    assert_eq!(count().await, before - 1);
    assert!(house.get(&kept, Some(&responder)).await.text().contains("Put away; entry"));
    let auditor = house.somebody(Role::Auditor).await;
    let denied = house.post(&format!("{kept}/dismiss"), &auditor, "reason=x").await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    rebuilds(&house).await;
}

#[tokio::test]
async fn of_a_request_read_in_part_only_the_rest_is_read_again() {
    let house = House::new().await;
    let (page, key) = door(&house, "generic").await;
    let admin = house.somebody(Role::Administrator).await;
    let mapping = |title: &str| {
        let text = format!(r#"{{"alerts":"/l","key":"/id","title":"{title}"}}"#);
        let pairs = [("mapping", text.as_str())];
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    };
    house.post(&format!("{page}/settings"), &admin, &mapping("/t")).await;
    let path = format!("/in/generic/{key}");
    let taken = post(&house, &path, r#"{"l":[{"id":"one"},{"name":"two"}]}"#).await;
    assert_eq!(action(&taken), "opened");
    house.post(&format!("{page}/settings"), &admin, &mapping("/name")).await;
    let over = r#"{"key":"/id","title":"/id","action":{"from":"/s","values":{"ok":"resolve"}}}"#;
    let over =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("mapping", over).finish();
    house.post(&format!("{page}/settings"), &admin, &over).await;
    assert_eq!(action(&post(&house, &path, r#"{"id":"one","s":"ok"}"#).await), "resolved");
    house.post(&format!("{page}/settings"), &admin, &mapping("/name")).await;
    let kept = taken.json()["receipts"][0]["id"].as_str().unwrap().to_owned();
    let done = house.post(&format!("/quarantine/{kept}/replay"), &admin, "").await;
    assert_eq!(done.status, StatusCode::FORBIDDEN, "an administrator does not respond");
    let responder = house.somebody(Role::Responder).await;
    let done = house.post(&format!("/quarantine/{kept}/replay"), &responder, "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let alerts = house.get("/alerts", Some(&responder)).await.text();
    assert!(alerts.contains("two") && !alerts.contains(">one<"), "what was over stays over");
    rebuilds(&house).await;
}

#[tokio::test]
async fn a_test_goes_the_whole_way_and_wakes_nobody() {
    let house = House::new().await;
    let admin = house.somebody(Role::Administrator).await;
    let pages = || async {
        let all =
            |conn: &mut db::Conn| store::page::before(conn, base::Timestamp::from_micros(i64::MAX));
        house.app.look(all).await.unwrap().len()
    };
    house.app.tick().await.unwrap();
    let before = pages().await;
    for source in connect::inbound::SOURCES {
        let (page, _) = door(&house, source.name()).await;
        let shown = house.get(&page, Some(&admin)).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", source.name());
        let tested = house.post(&format!("{page}/test"), &admin, "").await;
        let place = tested.header("location").to_owned();
        if ["heartbeat", "generic"].contains(&source.name()) {
            assert_eq!(place, page, "{}", source.name());
            continue;
        }
        assert!(place.starts_with("/alerts/alr_"), "{}: {}", source.name(), tested.text());
        let alert = house.get(&place, Some(&admin)).await.text();
        assert!(alert.contains("resolved"), "{}", source.name());
    }
    house.app.tick().await.unwrap();
    assert_eq!(pages().await, before, "an exercise that is over pages nobody");
    rebuilds(&house).await;
}

#[tokio::test]
async fn a_new_key_makes_the_old_one_worthless() {
    let house = House::new().await;
    let (page, key) = door(&house, "heartbeat").await;
    let path = format!("/in/heartbeat/{key}");
    assert_eq!(post(&house, &path, "").await.status, StatusCode::ACCEPTED);
    let admin = house.somebody(Role::Administrator).await;
    let renewed = house.post(&format!("{page}/key"), &admin, "").await;
    assert_eq!(renewed.header("location"), page);
    assert_eq!(post(&house, &path, "").await.status, StatusCode::UNAUTHORIZED);
    rebuilds(&house).await;
}

async fn open_alerts(house: &House, reader: &Visitor) -> String {
    house.get("/alerts", Some(reader)).await.text()
}

#[tokio::test]
async fn a_heartbeat_that_stays_away_raises_an_alert_and_the_next_one_ends_it() {
    let house = House::new().await;
    let (page, key) = door(&house, "heartbeat").await;
    let admin = house.somebody(Role::Administrator).await;
    let wrong = house.post(&format!("{page}/settings"), &admin, "minutes=0").await;
    assert!(wrong.text().contains("ITG-008"), "{}", wrong.text());
    let set = house.post(&format!("{page}/settings"), &admin, "minutes=10").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());
    let path = format!("/in/heartbeat/{key}");
    house.hands.pass(Duration::minutes(9));
    assert_eq!(action(&post(&house, &path, "").await), "ignored");
    house.hands.pass(Duration::minutes(9));
    house.app.tick().await.unwrap();
    assert!(!open_alerts(&house, &admin).await.contains("No heartbeat from"));
    house.hands.pass(Duration::minutes(2));
    house.app.tick().await.unwrap();
    house.app.tick().await.unwrap();
    assert!(open_alerts(&house, &admin).await.contains("No heartbeat from test heartbeat"));
    assert_eq!(action(&post(&house, &path, "").await), "resolved");
    assert!(!open_alerts(&house, &admin).await.contains("No heartbeat from"));
    let failed = post(&house, &path, r#"{"status":"fail","message":"disk full"}"#).await;
    assert_eq!(action(&failed), "opened");
    rebuilds(&house).await;
}

#[tokio::test]
async fn g01_an_acknowledgement_at_the_sender_counts_only_where_it_was_granted() {
    let house = House::new().await;
    let (page, key) = door(&house, "opsgenie").await;
    let path = format!("/in/opsgenie/{key}");
    let said = |action: &str| {
        format!(
            r#"{{"action":"{action}","alert":{{"alertId":"7","message":"m","priority":"P1"}}}}"#
        )
    };
    let created = post(&house, &path, &said("Create")).await;
    assert_eq!(action(&created), "opened");
    let alert = created.json()["receipts"][0]["alert"].as_str().unwrap().parse().unwrap();
    let escalation = || async {
        let ladder = move |conn: &mut db::Conn| {
            let group = store::alert::load(conn, alert)?.expect("the alert").group.to_string();
            store::escalation::of_target(conn, &group)
        };
        house.app.look(ladder).await.unwrap().pop().unwrap().1.phase
    };
    assert_eq!(action(&post(&house, &path, &said("Acknowledge")).await), "repeated");
    assert_eq!(escalation().await, domain::escalation::Phase::Running);
    let admin = house.somebody(Role::Administrator).await;
    let set = house.post(&format!("{page}/settings"), &admin, "acknowledges=1").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());
    assert_eq!(action(&post(&house, &path, &said("Snooze")).await), "repeated");
    assert_eq!(escalation().await, domain::escalation::Phase::Running, "snoozing answers nothing");
    assert_eq!(action(&post(&house, &path, &said("Acknowledge")).await), "acknowledged");
    assert_eq!(escalation().await, domain::escalation::Phase::Acknowledged);
    let (other, _) = door(&house, "datadog").await;
    let refused = house.post(&format!("{other}/settings"), &admin, "acknowledges=1").await;
    assert!(refused.text().contains("ITG-007"), "{}", refused.text());
    rebuilds(&house).await;
}

#[tokio::test]
async fn a_subscription_waits_for_an_operator_unless_its_certificate_is_not_to_be_had() {
    let house = House::new().await;
    let (_, key) = door(&house, "sns").await;
    let body = r#"{"Type":"SubscriptionConfirmation","TopicArn":"arn:x","SigningCertURL":"https://sns.eu-west-1.amazonaws.com/x.pem",
        "SubscribeURL":"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription","Signature":"","SignatureVersion":"1"}"#;
    // This house has no way out: nothing is confirmed, and the sender is told to come again.
    let answered = send(
        &house,
        Method::POST,
        &format!("/in/sns/{key}"),
        &[("content-type", "text/plain")],
        body,
    )
    .await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.json()["code"], "ING-013");
    assert!(!answered.header("retry-after").is_empty(), "SNS comes again after a 5xx");
    assert!(answered.json()["quarantined"].as_str().is_some());
}

#[tokio::test]
async fn trap_a_secret_is_sealed_and_checked() {
    let house = House::new().await;
    let (page, key) = door(&house, "sentry").await;
    let path = format!("/in/sentry/{key}");
    let body = connect::inbound::find("sentry").unwrap().sample().body;
    assert_eq!(post(&house, &path, body).await.status, StatusCode::ACCEPTED);
    let admin = house.somebody(Role::Administrator).await;
    let set = house.post(&format!("{page}/settings"), &admin, "secret=hush").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&house, &path, body).await.json()["code"], "ING-012");
    let shown = house.get(&page, Some(&admin)).await.text();
    assert!(shown.contains("One is kept") && !shown.contains("hush"));
    let forget = house.post(&format!("{page}/settings"), &admin, "forget=1").await;
    assert_eq!(forget.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&house, &path, body).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn everything_of_a_door_is_done_by_the_api() {
    let house = House::new().await;
    let admin = house.token(Role::Administrator).await;
    let responder = house.token(Role::Responder).await;
    let sources = house.api("/api/v1/sources", &responder, None).await.json();
    assert_eq!(sources["items"].as_array().unwrap().len(), connect::inbound::SOURCES.len());
    let new = r#"{"source":"generic","name":"Batch","group_by":["service"]}"#;
    let added = house.api("/api/v1/integrations", &admin, Some(new)).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    let place = added.header("location").to_owned();
    let url = added.json()["url"].as_str().unwrap().split_once(HOST).unwrap().1.to_owned();
    let refused = post(&house, &url, r#"{"id":7}"#).await;
    assert_eq!(refused.json()["code"], "ING-015");
    let tried = r#"{"body":"{\"id\":7}","mapping":"{\"key\":\"/id\"}"}"#;
    let tried = house.api(&format!("{place}/try"), &admin, Some(tried)).await.json();
    assert_eq!(tried["alerts"][0]["key"], "7", "{tried}");
    let settings = r#"{"mapping":"{\"key\":\"/id\"}"}"#;
    let set = house.api(&format!("{place}/settings"), &admin, Some(settings)).await;
    assert_eq!(set.status, StatusCode::NO_CONTENT, "{}", set.text());
    assert!(
        house.api(&place, &responder, None).await.json()["mapping"]
            .as_str()
            .unwrap()
            .contains("/id")
    );
    let waiting = house.api("/api/v1/quarantine", &responder, None).await.json();
    let id = waiting["items"][0]["id"].as_str().unwrap().to_owned();
    let replayed =
        house.api(&format!("/api/v1/quarantine/{id}/replay"), &responder, Some("")).await;
    assert_eq!(replayed.json()["receipts"][0]["action"], "opened", "{}", replayed.text());
    let twice = format!("/api/v1/quarantine/{id}/dismiss");
    let twice = house.api(&twice, &responder, Some(r#"{"reason":"r"}"#)).await;
    assert_eq!(twice.json()["code"], "ING-017");
    let tested = house.api(&format!("{place}/test"), &admin, Some("")).await.json();
    assert_eq!(tested["refused"][0], "ING-008", "a sample without an id: {tested}");
    let renewed = house.api(&format!("{place}/key"), &admin, Some("")).await;
    assert!(renewed.json()["key"].as_str().is_some_and(|key| key.starts_with("wki_")));
    assert_eq!(post(&house, &url, "{}").await.status, StatusCode::UNAUTHORIZED);
    rebuilds(&house).await;
}

#[tokio::test]
async fn beyond_its_quota_an_integration_is_counted_and_no_longer_kept() {
    let house = House::new().await;
    let key = house.key("datadog").await;
    let door = house.app.open_door(&key, "datadog").await.unwrap();
    let broken = || app::intake::Incoming::of(None, "{");
    for _ in 0..app::intake::QUOTA {
        assert!(house.app.receive(door.clone(), broken()).await.unwrap().is_err());
    }
    let size = house.size().await;
    let answered = post(&house, &format!("/in/datadog/{key}"), "{").await;
    assert_eq!(answered.status, StatusCode::BAD_REQUEST);
    assert_eq!(house.size().await, size, "no entry is made");
    let id = door.integration.id;
    let held = house.app.look(move |conn| store::config::load_integration(conn, id)).await;
    assert_eq!(held.unwrap().unwrap().quarantined, app::intake::QUOTA + 1);
}
