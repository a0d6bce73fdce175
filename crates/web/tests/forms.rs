//! Forms: taken from our own pages only, and refused without losing a word.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use common::{HOST, House, Visitor};
use domain::access::Role;

async fn post_with(
    house: &House,
    visitor: &Visitor,
    csrf: &str,
    extra: (&str, &str),
) -> StatusCode {
    let path = format!("/incidents/{}/notes", house.reference().await);
    let request = Request::post(path)
        .header(header::HOST, HOST)
        .header(header::COOKIE, format!("wk_session={}", visitor.cookie))
        .header(extra.0, extra.1)
        .body(Body::from(format!("csrf={csrf}&text=a+note")));
    house.ask(request.expect("a request")).await.status
}

#[tokio::test]
async fn a_form_without_the_sessions_token_is_refused() {
    let house = House::new().await;
    let (one, other) =
        (house.somebody(Role::Responder).await, house.somebody(Role::Responder).await);
    let before = house.size().await;
    let plain = ("accept", "text/html");
    for csrf in ["", "guess", &other.csrf] {
        assert_eq!(post_with(&house, &one, csrf, plain).await, StatusCode::FORBIDDEN);
    }
    for foreign in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
        assert_eq!(post_with(&house, &one, &one.csrf, foreign).await, StatusCode::FORBIDDEN);
    }
    assert_eq!(house.size().await, before);
    let own = ("origin", "http://127.0.0.1:8080");
    assert_eq!(post_with(&house, &one, &one.csrf, own).await, StatusCode::SEE_OTHER);
    assert_eq!(house.size().await, before + 1);
}

#[tokio::test]
async fn a_refused_form_comes_back_with_its_words() {
    let house = House::new().await;
    let commander = house.somebody(Role::Commander).await;
    let reference = house.reference().await;
    let incident = format!("/incidents/{reference}");
    let future = "2031-01-01T00%3A00";
    let cases = [
        (
            format!("{incident}/notes"),
            format!("text=Words+of+a+note&occurred_at={future}"),
            "Words of a note",
        ),
        (
            format!("{incident}/facts"),
            format!("fact=clients&value=About+forty&as_of={future}"),
            "About forty",
        ),
        (
            format!("{incident}/facts"),
            "fact=not+a+code&value=About+fifty".to_owned(),
            "About fifty",
        ),
        (
            format!("{incident}/severity"),
            "act=decide&rationale=Because+so".to_owned(),
            "Because so",
        ),
        (format!("{incident}/close"), "reason=All+is+well".to_owned(), "All is well"),
        (format!("{incident}/merge"), "into=INC-1900-0001&reason=The+same".to_owned(), "The same"),
        (
            "/declare".to_owned(),
            "act=declare&title=&description=Seen+smoke".to_owned(),
            "Seen smoke",
        ),
        (
            format!("/tasks/{reference}/1"),
            "field.confirmation_note=Seen+twice".to_owned(),
            "Seen twice",
        ),
    ];
    for (path, form, words) in cases {
        let before = house.size().await;
        let answered = house.post(&path, &commander, &form).await;
        let status = answered.status;
        assert!(matches!(status.as_u16(), 409 | 422), "{path}: {status} {}", answered.text());
        assert!(answered.text().contains(words), "{path}: {}", answered.text());
        assert_eq!(house.size().await, before, "{path}");
    }
    let administrator = house.somebody(Role::Administrator).await;
    let answered = house.post("/people", &administrator, "name=Nora&email=").await;
    assert_eq!(answered.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answered.text().contains("Nora"));
}

#[tokio::test]
async fn a_session_that_is_over_loses_no_words() {
    let house = House::new().await;
    let path = format!("/incidents/{}/notes", house.reference().await);
    let request = Request::post(path).header(header::HOST, HOST).body(Body::from("text=x"));
    let answered = house.ask(request.expect("a request")).await;
    // Not a redirect: the browser's way back leads to the form as it was filled in.
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    assert!(answered.text().contains("still in the form"));
}

#[tokio::test]
async fn what_is_shown_once_is_shown_once() {
    let house = House::new().await;
    let administrator = house.somebody(Role::Administrator).await;
    let form = "name=Nora+New&email=nora%40nordhaven.example&role=responder";
    let answered = house.post("/people", &administrator, form).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text());
    let flash = answered.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let page = answered.header("location").to_owned();
    let request = Request::get(&page)
        .header(header::HOST, HOST)
        .header(header::COOKIE, format!("wk_session={}; {flash}", administrator.cookie));
    let shown = house.ask(request.body(Body::empty()).expect("a request")).await;
    assert!(shown.text().contains("/set-up/"), "{}", shown.text());
    assert!(shown.header("set-cookie").contains("Max-Age=0"));
    assert!(!house.get(&page, Some(&administrator)).await.text().contains("/set-up/"));
}

#[tokio::test]
async fn the_first_account_is_set_up_by_its_link_and_approves_nothing() {
    let house = House::new().await;
    let ada = house.app.look(store::person::all).await.expect("people")[0].id;
    let link = house.app.person_link(&app::Caller::host(), ada).await.expect("a link");
    let path = link.split_once(HOST).expect("our own address").1.to_owned();
    let post = async |form: &'static str| {
        let request = Request::post(&path).header(header::HOST, HOST).body(Body::from(form));
        house.ask(request.expect("a request")).await
    };
    let differ = post("password=correct+horse+battery&password_again=another").await;
    assert_eq!(differ.status, StatusCode::UNPROCESSABLE_ENTITY);
    let short = post("password=short&password_again=short").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let set = post("password=correct+horse+battery&password_again=correct+horse+battery").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER);
    let line = set.header("set-cookie");
    assert!(line.starts_with("wk_session=") && line.contains("HttpOnly; SameSite=Lax"), "{line}");
    let spent = post("password=correct+horse+battery&password_again=correct+horse+battery").await;
    assert_eq!(spent.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_a_browser_safe() {
    let house = House::new().await;
    for path in ["/sign-in", "/assets/app.js", "/api/v1/incidents", "/nowhere", "/readyz"] {
        let answered = house.get(path, None).await;
        let csp = answered.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && !csp.contains("unsafe"), "{path}: {csp}");
        assert_eq!(answered.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answered.header("cache-control").is_empty(), "{path}");
    }
}
