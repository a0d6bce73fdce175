//! The doors: what comes in by HTTP, through the real router, without a socket.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use base::Duration;
use sim::{Fault, World};
use tower::ServiceExt as _;

/// One request to the router; its status.
fn ask(world: &World, request: Request<Body>) -> StatusCode {
    let answer = world.run(|app| async move {
        let router = web::router(app, web::Options::default());
        Ok(router.oneshot(request).await.expect("a router answers"))
    });
    world.must("asking the router", answer).status()
}

fn post(path: &str) -> axum::http::request::Builder {
    let builder = Request::post(path).header(header::HOST, "watchkeeper.example");
    builder.header(header::ORIGIN, "https://watchkeeper.example")
}

#[test]
fn g01_an_alert_by_http_wakes_somebody_who_answers_by_a_post_and_not_by_a_get() {
    let mut world = World::seed(51);
    world.begin();
    let alerts = |key: &str| {
        let request = post("/api/v2/alerts").header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        let body = r#"[{"labels":{"alertname":"Down","service":"cards","severity":"high"}}]"#;
        request.body(Body::from(body)).expect("a request")
    };
    assert_eq!(ask(&world, alerts("not-a-key")), StatusCode::UNAUTHORIZED);
    let key = world.key().to_owned();
    assert_eq!(ask(&world, alerts(&key)), StatusCode::OK);
    world.run_for(Duration::seconds(30));
    let link = world.links().pop().expect("a page with a link");
    let path = link.strip_prefix("https://watchkeeper.example").expect("our own link").to_owned();
    let before = world.root();
    let get = Request::get(&path).header(header::HOST, "watchkeeper.example");
    assert_eq!(ask(&world, get.body(Body::empty()).expect("a request")), StatusCode::OK);
    assert_eq!(world.root(), before, "looking changes nothing");
    let form = post(&path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answered = ask(&world, form.body(Body::empty()).expect("a request"));
    assert!(answered.is_success() || answered.is_redirection(), "{answered}");
    assert_eq!(world.entries_of(&["page_acknowledged"]).len(), 1);
    world.run_for(Duration::minutes(10));
    assert_eq!(world.reached(), ["on-call"], "the ladder stopped");
    world.check_all();
}

#[test]
fn trap_our_own_trouble_is_answered_so_that_the_sender_comes_again() {
    let mut world = World::seed(52);
    world.begin();
    let key = world.key().to_owned();
    let alert = || {
        let request = post("/api/v2/alerts").header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        let body = r#"[{"labels":{"alertname":"Down","service":"cards","severity":"high"}}]"#;
        request.body(Body::from(body)).expect("a request")
    };
    world.suffer(Fault::FullDisk);
    // Senders give up at a 4xx, and some do not come again at all: 5xx is the only answer that may help.
    let answered = ask(&world, alert());
    assert!(answered.is_server_error(), "{answered}");
    world.mend();
    assert_eq!(ask(&world, alert()), StatusCode::OK);
    world.run_for(Duration::minutes(1));
    assert_eq!(world.reached(), ["on-call"]);
    world.check_all();
}
