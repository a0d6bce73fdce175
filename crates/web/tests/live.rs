//! Live updates: what changed, from a position on, as long as the session lasts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use common::{HOST, House, Visitor};
use domain::access::Role;
use futures_util::StreamExt as _;
use tower::ServiceExt as _;

async fn follow(house: &House, visitor: &Visitor, query: &str) -> BodyDataStream {
    let request = Request::get(format!("/live?{query}"))
        .header(header::HOST, HOST)
        .header(header::COOKIE, format!("wk_session={}", visitor.cookie))
        .body(Body::empty())
        .expect("a request");
    let response = house.router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    response.into_body().into_data_stream()
}

async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let chunk = stream.next().await?.expect("a chunk");
    Some(String::from_utf8_lossy(&chunk).into_owned())
}

#[tokio::test]
async fn a_change_is_told_once_and_the_stream_resumes_after_it() {
    let house = House::new().await;
    let commander = house.somebody(Role::Commander).await;
    let (reference, size) = (house.reference().await, house.size().await);
    let id = house.app.incident_by_reference(&reference).await.expect("the incident");
    let mut stream = follow(&house, &commander, &format!("about={id}&from={size}")).await;
    let note = format!("/incidents/{reference}/notes");
    assert_eq!(house.post(&note, &commander, "text=Seen").await.status, StatusCode::SEE_OTHER);
    let told = next(&mut stream).await.expect("a message");
    assert!(told.contains(&format!("\"id\":\"{id}\"")), "{told}");
    assert!(
        told.contains("\"kind\":\"incident\"") && told.contains(&format!("id: {}", size + 1)),
        "{told}"
    );
    let mut resumed = follow(&house, &commander, &format!("about={id}&from={size}")).await;
    assert_eq!(next(&mut resumed).await, Some(told));
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let house = House::new().await;
    let commander = house.somebody(Role::Commander).await;
    let mut stream = follow(&house, &commander, "about=inc_nothing").await;
    let out = house.post("/sign-out", &commander, "").await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn there_are_only_so_many_streams() {
    let mut house = House::new().await;
    let options = web::Options { live_streams: 1, ..web::Options::default() };
    house.router = web::router(house.app.clone(), options);
    let commander = house.somebody(Role::Commander).await;
    let first = follow(&house, &commander, "about=*").await;
    let second = house.get("/live?about=*", Some(&commander)).await;
    assert_eq!(second.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!second.header("retry-after").is_empty());
    drop(first);
    assert_eq!(house.get("/live?about=*", Some(&commander)).await.status, StatusCode::OK);
}
