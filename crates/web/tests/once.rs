//! Idempotency keys: done once, answered as often as asked.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::{
    body::Body,
    http::{Request, header},
};
use common::{Answered, HOST, House};
use domain::access::Role;

async fn post(house: &House, path: &str, token: &str, (key, body): (&str, &str)) -> Answered {
    let request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("idempotency-key", key);
    house.ask(request.body(Body::from(body.to_owned())).unwrap()).await
}

const BODY: &str = r#"{"title":"Cards declined"}"#;

#[tokio::test]
async fn what_is_asked_again_with_its_key_is_done_once_and_answered_alike() {
    let house = House::new().await;
    let token = house.token(Role::Commander).await;
    let first = post(&house, "/api/v1/incidents", &token, ("k1", BODY)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let size = house.size().await;
    let again = post(&house, "/api/v1/incidents", &token, ("k1", BODY)).await;
    assert_eq!((again.status, again.text()), (first.status, first.text()));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(house.size().await, size, "nothing was recorded again");
    let other = post(&house, "/api/v1/incidents", &token, ("k2", BODY)).await;
    assert_ne!(other.text(), first.text());
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_token() {
    let house = House::new().await;
    let (one, other) = (house.token(Role::Commander).await, house.token(Role::Responder).await);
    let first = post(&house, "/api/v1/incidents", &one, ("k1", BODY)).await;
    let changed =
        post(&house, "/api/v1/incidents", &one, ("k1", r#"{"title":"Another thing"}"#)).await;
    assert_eq!((changed.status.as_u16(), changed.json()["code"].as_str()), (422, Some("WEB-011")));
    let theirs = post(&house, "/api/v1/incidents", &other, ("k1", BODY)).await;
    assert_eq!(theirs.status, 201);
    assert_ne!(theirs.text(), first.text());
    let empty = post(&house, "/api/v1/incidents", &one, ("", BODY)).await;
    assert_eq!(empty.json()["code"], "WEB-005");
}

#[tokio::test]
async fn a_refusal_is_not_remembered_and_a_key_expires() {
    let house = House::new().await;
    let token = house.token(Role::Commander).await;
    let refused = post(&house, "/api/v1/incidents", &token, ("k1", r#"{"title":" "}"#)).await;
    assert_eq!(refused.json()["code"], "INC-003");
    let mended = post(&house, "/api/v1/incidents", &token, ("k1", BODY)).await;
    assert_eq!(mended.status, 201, "{}", mended.text());
    house.hands.pass(base::Duration::hours(25));
    let later = post(&house, "/api/v1/incidents", &token, ("k1", BODY)).await;
    assert_eq!(later.status, 201);
    assert_ne!(later.text(), mended.text());
}

#[tokio::test]
async fn a_crash_between_commit_and_answer_doubles_nothing() {
    let house = House::new().await;
    let token = house.token(Role::Commander).await;
    // The turn is committed, and the process that would have answered is gone.
    let mut caller = house.app.bearer(&token).await.unwrap();
    let request =
        evidence::sha256([b"/api/v1/incidents\0".as_slice(), BODY.as_bytes()].concat().as_slice());
    caller.once = Some(app::Once::new(&caller, "k1", request));
    let id = house.app.incident_by_reference(&house.reference().await).await.unwrap();
    house.app.note(&caller, id, ("Seen".to_owned(), false), None).await.unwrap();
    let size = house.size().await;
    let again = post(&house, "/api/v1/incidents", &token, ("k1", BODY)).await;
    assert_eq!((again.status.as_u16(), again.json()["code"].as_str()), (409, Some("WEB-012")));
    assert_eq!(house.size().await, size);
}
