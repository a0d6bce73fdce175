//! Ground rule G22: access is a table, and each of its cells is tried.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::{collections::BTreeMap, env, fs, path::Path};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use common::{Answered, HOST, House, Visitor};
use domain::access::Role;
use web::{Access, Method, Route, TABLE, access_table};

/// Words that say: not you.
const DENIED: &[&str] = &["PER-008", "PER-014", "ITG-001", "ITG-003", UNKNOWN_KEY];

/// How PagerDuty's Events API says that a routing key is none of its own: an invalid event, with 400.
/// Source: PagerDuty/developer-docs, docs/events-API-v2; formats/ingest-formats.md section 3.
const UNKNOWN_KEY: &str = "The routing_key opens no integration";

/// Whether an answer turns somebody away for who they are.
fn is_denied(answered: &Answered) -> bool {
    let place = answered.header("location");
    let to_sign_in = place == "/sign-in" || place.starts_with("/sign-in?next=");
    let text = answered.text();
    to_sign_in
        || (answered.status.is_client_error() && DENIED.iter().any(|code| text.contains(code)))
}

/// How exactly somebody is turned away who may not come here: the status, and a word of the answer.
fn denial(route: &Route, role: Option<Role>) -> (u16, &'static str) {
    match (route.access, role) {
        (Access::Key, _) if route.path.ends_with("/enqueue") => (400, UNKNOWN_KEY),
        (Access::Key, _) => (401, "ITG-001"),
        (_, Some(_)) => (403, "PER-008"),
        (access, None) if access.is_page() && route.method == Method::Get => (303, ""),
        (_, None) => (401, "PER-014"),
    }
}

/// What is wrong with an answer; nothing where it is the one that the table wants.
fn wrong_in(answered: &Answered, route: &Route, role: Option<Role>) -> Option<String> {
    let (status, text) = (answered.status.as_u16(), answered.text());
    if route.access.lets(role) {
        return (is_denied(answered) || status == 500).then(|| format!("{status}: {text}"));
    }
    let (wanted, word) = denial(route, role);
    let way = answered.header("location");
    let away = wanted != 303 || way.starts_with("/sign-in?next=");
    (status != wanted || !text.contains(word) || !away)
        .then(|| format!("{status} instead of {wanted} {word}: {way}{text}"))
}

/// A path with something in place of its parameters.
async fn filled(house: &House, route: &Route) -> String {
    let id = match route.path {
        path if path.starts_with("/alerts") => "alr_00000000000000000000000000000001",
        path if path.starts_with("/quarantine") => "int_00000000000000000000000000000001",
        path if path.starts_with("/integrations") => "itg_00000000000000000000000000000001",
        path if path.starts_with("/api/v1/alerts") => "alr_00000000000000000000000000000001",
        path if path.starts_with("/api/v1/quarantine") => "int_00000000000000000000000000000001",
        path if path.starts_with("/api/v1/integrations") => "itg_00000000000000000000000000000001",
        path if path.starts_with("/api/v1/people") => "per_00000000000000000000000000000001",
        path if path.contains("/moves/") => "mov_00000000000000000000000000000001",
        path if path.contains("/webhooks") => "hok_00000000000000000000000000000001",
        path if path.starts_with("/people") => "per_00000000000000000000000000000001",
        _ => "x",
    };
    route
        .path
        .replace("{reference}", &house.reference().await)
        .replace("{id}", id)
        .replace("{kind}", "process")
        .replace("{document}", "major-incident")
        .replace("{draft}", "1")
        .replace("{version}", "1")
        .replace("{seq}", "0")
        .replace("{task}", "1")
        .replace("{fault}", "1")
        .replace("{number}", "1")
        .replace("{source}", "alertmanager")
        .replace("{code}", "ING-001")
        .replace("{name}", "tokens.css")
        .replace("{*path}", "0/000")
        .replace("{token}", "nothing")
        .replace("{key}", "nothing")
        .replace("{identifier}", "nothing")
        .replace("{verb}", "close")
}

/// Who tries the routes: one person and one token a role.
struct Cast(BTreeMap<Role, (Visitor, String)>);

impl Cast {
    async fn of(house: &House) -> Self {
        let mut cast = BTreeMap::new();
        for role in Role::ALL {
            let (visitor, token) = (house.somebody(*role).await, house.token(*role).await);
            cast.insert(*role, (visitor, token));
        }
        Self(cast)
    }
}

/// Tries a route as somebody with a role, or as a stranger.
async fn tried(house: &House, cast: &Cast, route: &Route, role: Option<Role>) -> Answered {
    let path = filled(house, route).await;
    let builder = Request::builder().method(route.method.name()).uri(path);
    let mut builder = builder.header(header::HOST, HOST);
    let mut body = String::new();
    let by_token = matches!(route.access, Access::Token(_) | Access::Either(_) | Access::Key);
    match role {
        Some(role) if by_token => {
            let token = &cast.0[&role].1;
            builder = builder.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        Some(role) => {
            // Of its own: signing out ends it.
            let visitor = house.sign_in(cast.0[&role].0.id).await;
            let cookie = format!("wk_session={}", visitor.cookie);
            builder = builder.header(header::COOKIE, cookie);
            body = format!("csrf={}", visitor.csrf);
        }
        None => {}
    }
    if route.path.ends_with("/enqueue") {
        let key = role.map_or("nothing", |role| &cast.0[&role].1);
        body = format!(r#"{{"routing_key":"{key}","event_action":"trigger"}}"#);
    }
    house.ask(builder.body(Body::from(body)).expect("a request")).await
}

#[tokio::test]
async fn g22_every_cell_of_the_access_table() {
    let house = House::new().await;
    let cast = Cast::of(&house).await;
    let mut wrong = Vec::new();
    for route in TABLE {
        for role in std::iter::once(None).chain(Role::ALL.iter().copied().map(Some)) {
            let answered = tried(&house, &cast, route, role).await;
            if let Some(why) = wrong_in(&answered, route, role) {
                wrong.push(format!("{:?} {} as {role:?}: {why}", route.method, route.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn g22_the_access_table_is_the_one_in_the_documents() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/access.md");
    let table = access_table();
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&file, &table).expect("a writable checkout");
    }
    let held = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(held, table, "run with UPDATE_GOLDEN=1 and look at the difference");
}

#[tokio::test]
async fn a_cookie_opens_no_api_and_a_token_opens_no_page() {
    let house = House::new().await;
    let auditor = house.somebody(Role::Auditor).await;
    let by_cookie = house.get("/api/v1/incidents", Some(&auditor)).await;
    assert_eq!(by_cookie.status, StatusCode::UNAUTHORIZED);
    assert_eq!(by_cookie.json()["code"], "PER-014");
    let token = house.token(Role::Auditor).await;
    let by_token = house.api("/incidents", &token, None).await;
    assert_eq!(by_token.status, StatusCode::SEE_OTHER);
    assert_eq!(by_token.header("location"), "/sign-in?next=%2Fincidents");
}

#[tokio::test]
async fn g21_an_approval_asks_for_the_password_again() {
    let house = House::new().await;
    let commander = house.somebody(Role::Commander).await;
    house.hands.pass(base::Duration::minutes(11));
    let path = format!("/incidents/{}/severity/approve", house.reference().await);
    let answered = house.post(&path, &commander, "decision=1").await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER);
    assert!(
        answered.header("location").starts_with("/sign-in/again?next="),
        "{:?}",
        answered.headers
    );
}

#[tokio::test]
async fn g21_a_token_never_approves() {
    assert!(TABLE.iter().all(|route| {
        let approving = route.access.permission() == Some(domain::access::Permission::Approve);
        !approving || matches!(route.access, Access::Confirmed(_))
    }));
}

#[tokio::test]
async fn the_server_answers_under_its_own_name_only() {
    let house = House::new().await;
    let under = async |host: &str, path: &str| {
        let request = Request::get(path).header(header::HOST, host).body(Body::empty());
        house.ask(request.expect("a request")).await.status
    };
    assert_eq!(under("evil.example", "/sign-in").await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(under("localhost:8080", "/sign-in").await, StatusCode::OK);
    assert_eq!(under("10.0.0.7:8080", "/healthz").await, StatusCode::OK);
}

#[tokio::test]
async fn a_role_that_is_taken_away_opens_nothing_any_more() {
    let house = House::new().await;
    let administrator = house.somebody(Role::Administrator).await;
    let auditor = house.somebody(Role::Auditor).await;
    assert_eq!(house.get("/log", Some(&auditor)).await.status, StatusCode::OK);
    let path = format!("/people/{}/roles/revoke", auditor.id);
    let taken = house.post(&path, &administrator, "role=auditor&entity=").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    assert_eq!(house.get("/log", Some(&auditor)).await.status, StatusCode::FORBIDDEN);
}
