//! Opsgenie's Alert API: its clients post here as they are, and are answered as there.
//!
//! Source: opsgenie/opsgenie-oas, definitions/alert.yaml.

use app::intake::{Arrived, Incoming};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base::{Id, id};
use connect::inbound::{IDENTIFIER, VERB};
use domain::integration::wrong_key;
use serde_json::json;

use super::receive::{arrive, head, receipted};
use crate::{state::Web, trouble::Trouble};

/// The name of the source behind this API.
const SOURCE: &str = "opsgenie";
/// What may stand at the end of a path.
const VERBS: &[&str] = &[
    "close",
    "acknowledge",
    "unacknowledge",
    "snooze",
    "escalate",
    "assign",
    "notes",
    "tags",
    "details",
];

/// `POST /v2/alerts`.
pub(crate) async fn create(
    State(web): State<Web>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    Ok(handed(&web, head(&headers), &headers, body).await)
}

/// `POST /v2/alerts/{identifier}/{verb}`. The identifier is the alias; an id that Opsgenie gave means
/// nothing here, and what it names is ignored and counted.
pub(crate) async fn act(
    State(web): State<Web>,
    Path((identifier, verb)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    if !VERBS.contains(&verb.as_str()) {
        return Err(Trouble::not_found());
    }
    let mut incoming = head(&headers);
    incoming.headers.insert(VERB.to_owned(), verb);
    incoming.headers.insert(IDENTIFIER.to_owned(), identifier);
    Ok(handed(&web, incoming, &headers, body).await)
}

async fn handed(web: &Web, incoming: Incoming, headers: &HeaderMap, body: Body) -> Response {
    let arrived = match key(headers) {
        Some(key) => arrive(web, (SOURCE, &key), incoming, body).await,
        None => Err(wrong_key().into()),
    };
    match arrived {
        Ok(arrived) => receipted(accepted(&arrived), &arrived),
        Err(trouble) => refused(&trouble),
    }
}

fn accepted(arrived: &Arrived) -> Response {
    let answer = json!({
        "result": "Request will be processed",
        "took": 0.0,
        "requestId": arrived.intake,
    });
    (StatusCode::ACCEPTED, Json(answer)).into_response()
}

/// Opsgenie's shape of a refusal, with our code beside it.
fn refused(trouble: &Trouble) -> Response {
    let none = Id::<id::Intake>::from_bytes([0; 16]).to_string();
    let id = trouble.more.get("quarantined").and_then(|id| id.as_str()).unwrap_or(&none);
    let answer = json!({
        "message": trouble.detail,
        "code": trouble.code,
        "took": 0.0,
        "requestId": id,
    });
    let mut response = (trouble.status, Json(answer)).into_response();
    trouble.headers(&mut response);
    response
}

/// The key after `Authorization: GenieKey`.
fn key(headers: &HeaderMap) -> Option<String> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("geniekey").then(|| key.trim().to_owned())
}
