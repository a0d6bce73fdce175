//! Forms: taken from our own pages only, refused without losing a word, and no page changes anything.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use common::{HOST, House, Visitor};
use domain::access::Role;
use web::{Access, Method, TABLE};

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

/// A team and a function, by id.
async fn organised(house: &House) -> (String, String) {
    use app::{Caller, organisation::Described};
    use domain::{function::FunctionDescribed, team::TeamDescribed};
    let code = |text: &'static str| base::Code::fixed(text);
    let team = TeamDescribed { code: code("core"), members: Vec::new(), policy: None };
    let team = house.app.describe(&Caller::host(), None, Described::named(team, "Core")).await;
    let function =
        FunctionDescribed { code: code("payments"), critical: true, entities: Vec::new() };
    let function = Described::named(function, "Payments");
    let function = house.app.describe(&Caller::host(), None, function).await;
    (team.expect("a team").to_string(), function.expect("a function").to_string())
}

#[tokio::test]
async fn g01_looking_at_every_page_changes_nothing() {
    let house = House::new().await;
    let key = house.key("alertmanager").await;
    let alert = include_str!("alertmanager.json");
    assert_eq!(house.api(&format!("/in/alertmanager/{key}"), "", Some(alert)).await.status, 202);
    assert_eq!(house.api(&format!("/in/alertmanager/{key}"), "", Some("{")).await.status, 400);
    let pages =
        house.app.look(|conn| store::page::before(conn, base::Timestamp::from_micros(i64::MAX)));
    let pages = pages.await.expect("pages");
    let page = pages.iter().find(|page| page.state == "queued").expect("somebody is paged").id;
    let alerts =
        house.app.look(|conn| store::alert::before(conn, base::Timestamp::from_micros(i64::MAX)));
    let alert = alerts.await.expect("alerts").first().expect("an alert").id.to_string();
    let kept = house.app.look(|conn| store::alert::quarantined(conn, i64::MAX));
    let kept = kept.await.expect("quarantine").first().expect("an input").intake.to_string();
    let (team, function) = organised(&house).await;
    let entity = house.app.look(store::config::entities).await.expect("entities")[0].id.to_string();
    let service =
        house.app.look(store::config::services).await.expect("services")[0].id.to_string();
    let commander = house.somebody(Role::Commander).await;
    let token = house.token(Role::Commander).await;
    let (person, reference) = (commander.id.to_string(), house.reference().await);
    let message = page.to_string();
    let link = house.app.keeper().links().token(page);
    let passed = format!("/tasks/{reference}/1/exception");
    house.post(&passed, &commander, "code=EX-URGENT&rationale=it+cannot+wait").await;
    let all = store::exception::Wanted::All;
    let passed = house.app.look(move |conn| store::exception::before(conn, all, i64::MAX)).await;
    let exception = passed.expect("exceptions").first().expect("one was made").seq.to_string();
    let doors = house.app.look(store::config::integrations).await.expect("integrations");
    let door = doors.first().expect("an integration").id.to_string();
    let before = house.size().await;
    // A request with an integration's key is a sender's statement, not somebody's look.
    let looks = |route: &&web::Route| route.method == Method::Get && route.access != Access::Key;
    for route in TABLE.iter().filter(looks) {
        let id = match route.path {
            path if path.contains("/alerts/") => &alert,
            path if path.contains("/quarantine/") => &kept,
            path if path.contains("/integrations") => &door,
            path if path.starts_with("/paging") => &message,
            path if path.starts_with("/services") => &service,
            path if path.starts_with("/entities") => &entity,
            path if path.starts_with("/teams") => &team,
            path if path.starts_with("/functions") => &function,
            _ => &person,
        };
        let path = route
            .path
            .replace("{reference}", &reference)
            .replace("{id}", id)
            .replace("exceptions/{seq}", &format!("exceptions/{exception}"))
            .replace("{seq}", "3")
            .replace("{task}", "1")
            .replace("{token}", &link)
            .replace("{code}", "ING-001")
            .replace("processes/{name}", "processes/major-incident")
            .replace("tables/{name}", "tables/severity")
            .replace("{name}", "tokens.css")
            .replace("{kind}", "process")
            .replace("{document}", "major-incident")
            .replace("{version}", "1")
            .replace("{draft}", "1")
            .replace("{*path}", "0/000");
        let answered = match route.access {
            Access::Token(_) => house.api(&path, &token, None).await,
            _ => house.get(&path, Some(&commander)).await,
        };
        // No tick in this test: not ready, and nothing is signed yet.
        let fine = answered.status.is_success()
            || answered.status.is_redirection()
            || ["/readyz", "/log/checkpoint", "/set-up/{token}"].contains(&route.path)
            // Not in this house, or asked for too little: told, and nothing is changed by asking.
            || (route.path.contains('{') && answered.status == StatusCode::NOT_FOUND)
            || (matches!(route.access, Access::Token(_)) && answered.status.is_client_error())
            // What is not for a commander turns one away.
            || (!route.access.lets(Some(Role::Commander))
                && answered.status == StatusCode::FORBIDDEN)
            || route.path.contains("/tile/")
            || route.path.ends_with("/proof");
        assert!(fine, "{path}: {} {}", answered.status, answered.text());
        assert_eq!(house.size().await, before, "{path}");
    }
    // Only the post answers the page.
    let answered = house.post(&format!("/ack/{link}"), &commander, "").await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER);
    assert!(house.size().await > before);
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
