//! Traps that show only beyond the parser: receipts, what is kept, what an alert becomes. The table of
//! them all is `crates/connect/tests/traps/traps.txt`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use app::{Caller, config::NewIntegration, intake::Words};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base::{Code, Id, id};
use common::{Answered, HOST, House};
use domain::{access::Role, escalation::Phase};

async fn send(house: &House, (method, path): (Method, &str), media: &str, body: &str) -> Answered {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, media);
    house.ask(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn post(house: &House, path: &str, body: &str) -> Answered {
    send(house, (Method::POST, path), "application/json", body).await
}

/// What became of each alert of a request.
fn actions(answered: &Answered) -> Vec<String> {
    assert_eq!(answered.status, StatusCode::ACCEPTED, "{}", answered.text());
    let answer = answered.json();
    let receipts = answer["receipts"].as_array().unwrap().iter();
    receipts.map(|receipt| receipt["action"].as_str().unwrap().to_owned()).collect()
}

/// The alert of a request's first receipt, and its words.
async fn alert(house: &House, answered: &Answered) -> (store::alert::Alert, Words) {
    let id: Id<id::Alert> =
        answered.json()["receipts"][0]["alert"].as_str().unwrap().parse().unwrap();
    let explained = house.app.explain_alert(id).await.unwrap().unwrap();
    (explained.alert, explained.words)
}

/// What is kept of a request, by the id of its first receipt.
async fn kept(house: &House, answered: &Answered) -> store::operational::Inbound {
    let id: Id<id::Intake> =
        answered.json()["receipts"][0]["id"].as_str().unwrap().parse().unwrap();
    let found = house.app.look(move |conn| store::operational::inbound(conn, id)).await;
    found.unwrap().expect("the request is kept")
}

#[tokio::test]
async fn trap_one_post_of_many_alerts_gets_a_receipt_each() {
    let house = House::new().await;
    let grouped = r#"{"alerts":[{"status":"firing","labels":{"alertname":"A"}},{"labels":"none"},
        {"status":"resolved","labels":{"alertname":"B"}},{"status":"firing","labels":{"alertname":"C"}}]}"#;
    let event =
        |id: u8| format!(r#"{{"specversion":"1.0","id":"{id}","source":"/s{id}","type":"t"}}"#);
    let record = |id: u8| format!(r#"{{"Sns":{{"Message":"{{\"AlarmName\":\"a{id}\"}}"}}}}"#);
    let cases = [
        (
            "alertmanager",
            "application/json",
            grouped.to_owned(),
            vec!["opened", "ignored", "opened"],
        ),
        ("grafana", "application/json", grouped.to_owned(), vec!["opened", "ignored", "opened"]),
        (
            "cloudevents",
            "application/cloudevents-batch+json",
            format!("[{},{}]", event(1), event(2)),
            vec!["opened", "opened"],
        ),
        (
            "sns",
            "text/plain; charset=UTF-8",
            format!(r#"{{"Records":[{},{}]}}"#, record(1), record(2)),
            vec!["opened", "opened"],
        ),
    ];
    for (source, media, body, wanted) in cases {
        let path = format!("/in/{source}/{}", house.key(source).await);
        let answered = send(&house, (Method::POST, &path), media, &body).await;
        assert_eq!(actions(&answered), wanted, "{source}");
        let answer = answered.json();
        let receipts = answer["receipts"].as_array().unwrap();
        let alerts = receipts.iter().filter_map(|receipt| receipt["alert"].as_str());
        let alerts: std::collections::BTreeSet<_> = alerts.collect();
        assert_eq!(alerts.len(), 2, "{source}: each its own alert");
    }
}

#[tokio::test]
async fn trap_the_senders_time_is_a_claim_beside_our_own() {
    let house = House::new().await;
    let path = format!("/in/alertmanager/{}", house.key("alertmanager").await);
    let body = r#"{"alerts":[{"status":"firing","labels":{"alertname":"A"},
        "startsAt":"2031-01-01T00:00:00+01:00"}]}"#;
    let answered = post(&house, &path, body).await;
    let (held, words) = alert(&house, &answered).await;
    assert_eq!(held.opened_at, house.app.now(), "our clock says when it came");
    assert_eq!(words.claimed_at.as_deref(), Some("2030-12-31T23:00:00.000000Z"));
    assert_eq!(kept(&house, &answered).await.received_at, held.opened_at);
}

#[tokio::test]
async fn trap_unknown_members_stay_in_the_kept_bytes() {
    let house = House::new().await;
    let path = format!("/in/alertmanager/{}", house.key("alertmanager").await);
    let body = r#" {"alerts":[{"status":"firing","labels":{"alertname":"A"},"of_next_year":[1.50]}],
        "version":"5"}"#;
    let answered = post(&house, &path, body).await;
    let kept = kept(&house, &answered).await;
    assert_eq!(kept.bytes, body.as_bytes(), "byte for byte");
    assert_eq!(kept.sha256, evidence::sha256(body.as_bytes()));
}

#[tokio::test]
async fn trap_grafana_may_put() {
    let house = House::new().await;
    let path = format!("/in/grafana/{}", house.key("grafana").await);
    let body = connect::inbound::find("grafana").unwrap().sample().body;
    for (method, wanted) in [(Method::PUT, "opened"), (Method::POST, "repeated")] {
        let answered = send(&house, (method, &path), "application/json", body).await;
        assert_eq!(actions(&answered), [wanted]);
    }
}

#[tokio::test]
async fn trap_pagerdutys_keys_mean_what_they_mean_there() {
    let house = House::new().await;
    let (one, other) = (house.key("pagerduty").await, house.key("pagerduty").await);
    let paths = [format!("/in/pagerduty/{one}"), format!("/in/pagerduty/{other}")];
    let event = |act: &str| {
        format!(
            r#"{{"event_action":"{act}","dedup_key":"k","payload":{{"summary":"s","source":"x","severity":
            "error"}}}}"#
        )
    };
    let act = async |path: &str, act: &str| post(&house, path, &event(act)).await;
    // Without an open alert there is nothing to answer for and nothing to end.
    for early in ["resolve", "acknowledge"] {
        let dropped = act(&paths[0], early).await;
        assert_eq!(actions(&dropped), ["ignored"], "{early}");
        assert!(dropped.json()["receipts"][0]["alert"].is_null(), "{early}");
    }
    let first = act(&paths[0], "trigger").await;
    let elsewhere = act(&paths[1], "trigger").await;
    assert_eq!(
        (actions(&first), actions(&elsewhere)),
        (vec!["opened".into()], vec!["opened".into()])
    );
    let id = |answered: &Answered| answered.json()["receipts"][0]["alert"].clone();
    assert_ne!(id(&first), id(&elsewhere), "a key belongs to its routing key");
    // While somebody has answered, another trigger wakes nobody.
    let (held, _) = alert(&house, &first).await;
    let group = held.group.to_string();
    let ladder = async || {
        let group = group.clone();
        let all = house.app.look(move |conn| store::escalation::of_target(conn, &group)).await;
        all.unwrap().pop().unwrap().1.phase
    };
    house.app.tick().await.unwrap();
    let somebody = house.somebody(Role::Responder).await;
    let answered = house.post(&format!("/alerts/{}/acknowledge", held.id), &somebody, "").await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());
    assert_eq!(ladder().await, Phase::Acknowledged);
    let pages = async || {
        let all =
            |conn: &mut db::Conn| store::page::before(conn, base::Timestamp::from_micros(i64::MAX));
        house.app.look(all).await.unwrap().len()
    };
    let before = pages().await;
    assert_eq!(actions(&act(&paths[0], "trigger").await), ["repeated"]);
    assert_eq!((pages().await, ladder().await), (before, Phase::Acknowledged));
    // After its end the key is another alert's.
    assert_eq!(actions(&act(&paths[0], "resolve").await), ["resolved"]);
    let again = act(&paths[0], "trigger").await;
    assert_eq!(actions(&again), ["opened"]);
    assert_ne!(id(&again), id(&first));
}

#[tokio::test]
async fn trap_a_credential_in_the_query_is_not_kept() {
    let house = House::new().await;
    let path = format!("/in/gcp/{}?auth_token=s3cr3t", house.key("gcp").await);
    let body = r#"{"incident":{"incident_id":"i","state":"open","summary":"s"},"version":"1.2"}"#;
    let answered = post(&house, &path, body).await;
    assert_eq!(actions(&answered), ["opened"]);
    let kept = kept(&house, &answered).await;
    assert!(!kept.about.unwrap_or_default().contains("s3cr3t"));
}

#[tokio::test]
async fn a_post_without_a_body_carries_its_message_in_the_query() {
    let house = House::new().await;
    let key = house.key("generic").await;
    let door = house.app.open_door(&key, "generic").await.unwrap().integration.id;
    let admin = house.somebody(Role::Administrator).await;
    let mapping = r#"{"key":"/dedup","title":"/summary","action":{"from":"/action","values":{"close":"resolve"}}}"#;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("mapping", mapping)
        .finish();
    let set = house.post(&format!("/integrations/{door}/settings"), &admin, &form).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());
    let path = format!("/in/generic/{key}?summary=disk%20full&dedup=k");
    let opened = post(&house, &path, "").await;
    assert_eq!(actions(&opened), ["opened"]);
    assert_eq!(alert(&house, &opened).await.1.title, "disk full");
    assert_eq!(actions(&post(&house, &format!("{path}&action=close"), "").await), ["resolved"]);
}

/// A sender's "critical" may declare an incident; how bad that is stays a decision of ours.
#[tokio::test]
async fn trap_a_senders_severity_decides_nothing() {
    let house = House::new().await;
    let new = NewIntegration {
        source: "alertmanager".to_owned(),
        name: "declares".to_owned(),
        group_by: Vec::new(),
        declares: true,
        policy: Code::fixed("default"),
    };
    let (_, key) = house.app.add_integration(&Caller::host(), new).await.unwrap();
    let body =
        r#"{"alerts":[{"status":"firing","labels":{"alertname":"A","severity":"critical"}}]}"#;
    let answered = post(&house, &format!("/in/alertmanager/{key}"), body).await;
    let (held, _) = alert(&house, &answered).await;
    assert_eq!(held.severity, "critical");
    let incident = held.incident.expect("the rule declared one");
    let state = house.app.look(move |conn| store::incident::load(conn, incident)).await;
    let severity = state.unwrap().unwrap().severity;
    assert_eq!((severity.effective, severity.proposed), (None, None));
}

/// Raw delivery is unsigned: where topics are listed it waits in quarantine, and ends nothing.
#[tokio::test]
async fn an_unsigned_body_for_a_door_with_topics_is_quarantined() {
    let house = House::new().await;
    let key = house.key("sns").await;
    let door = house.app.open_door(&key, "sns").await.unwrap().integration.id;
    let path = format!("/in/sns/{key}");
    let alarm = |state: &str| {
        format!(r#"{{"AlarmName":"a","AlarmArn":"arn:a","NewStateValue":"{state}"}}"#)
    };
    let raw = async |state: &str| {
        send(&house, (Method::POST, &path), "text/plain; charset=UTF-8", &alarm(state)).await
    };
    let opened = raw("ALARM").await;
    assert_eq!(actions(&opened), ["opened"], "no topics: whoever knows the address may");
    let admin = house.somebody(Role::Administrator).await;
    let form = "topics=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At";
    let set = house.post(&format!("/integrations/{door}/settings"), &admin, form).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());
    let refused = raw("OK").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused.json()["code"], "ING-012");
    let waits = refused.json()["quarantined"].as_str().unwrap().parse().unwrap();
    let waits = house.app.look(move |conn| store::alert::quarantined_one(conn, waits)).await;
    assert_eq!(waits.unwrap().unwrap().reason, "ING-012");
    assert_eq!(alert(&house, &opened).await.0.state, "open", "nothing of it was used");
    // The test button sends what nobody signed, and works all the same.
    let tested = house.post(&format!("/integrations/{door}/test"), &admin, "").await;
    assert!(tested.header("location").starts_with("/alerts/alr_"), "{}", tested.text());
}
