//! `POST /in/{source}/{key}`, and what all doors share.

use app::intake::{Arrived, Door, Incoming};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base::Digest;
use connect::inbound::{self, Headers, MAX_HEADERS, Malformed};
use domain::integration::unknown_source;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::{state::Web, trouble::Trouble};

/// The header that names what was received where the body's shape is a vendor's.
const RECEIPT: HeaderName = HeaderName::from_static("watchkeeper-receipt");

/// Receives a request of any source. Some senders put the whole message into the query and post no body.
pub(crate) async fn receive(
    State(web): State<Web>,
    Path((source, key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    let head = Incoming { query: query.unwrap_or_default(), ..head(&headers) };
    let arrived = arrive(&web, (&source, &key), head, body).await?;
    Ok(receipts(&arrived))
}

/// Receives a request in the query of its address, for the sources whose sender can do nothing else. The
/// key in the path makes it a sender's statement, not somebody's look at a page (ground rule G1).
pub(crate) async fn receive_by_get(
    State(web): State<Web>,
    Path((source, key)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let door = web.doors().open(web.app(), &key, &source).await?;
    if method != Method::GET || !inbound::find(&source).is_some_and(inbound::Source::by_get) {
        return Err(Trouble::wrong_method());
    }
    let incoming = Incoming { query: query.unwrap_or_default(), ..head(&headers) };
    Ok(receipts(&taken(&web, door, incoming).await?))
}

/// The handshake of CloudEvents' webhooks: whoever knows the key may send.
///
/// Source: cloudevents/spec, http-webhook.md section 4.
pub(crate) async fn handshake(
    State(web): State<Web>,
    Path((source, key)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    web.doors().open(web.app(), &key, &source).await?;
    let mut response = StatusCode::OK.into_response();
    let answer = response.headers_mut();
    answer.insert(header::ALLOW, HeaderValue::from_static("POST, PUT, OPTIONS"));
    if let Some(origin) = headers.get("webhook-request-origin") {
        answer.insert("webhook-allowed-origin", origin.clone());
        answer.insert("webhook-allowed-rate", HeaderValue::from_static("*"));
    }
    Ok(response)
}

fn receipts(arrived: &Arrived) -> Response {
    let receipts: Vec<Value> = arrived
        .receipts
        .iter()
        .map(|receipt| {
            json!({
                "id": arrived.intake,
                "sha256": arrived.sha256,
                "alert": receipt.alert,
                "action": receipt.action,
            })
        })
        .collect();
    (StatusCode::ACCEPTED, Json(json!({ "receipts": receipts }))).into_response()
}

/// The receipt in a header.
pub(super) fn receipted(mut response: Response, arrived: &Arrived) -> Response {
    let receipt = format!("{} sha256={}", arrived.intake, arrived.sha256);
    if let Ok(receipt) = HeaderValue::try_from(receipt) {
        response.headers_mut().insert(RECEIPT, receipt);
    }
    response
}

/// What is kept of the headers; those of a vendor's endpoint are never the sender's own.
pub(super) fn head(headers: &HeaderMap) -> Incoming {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok());
    let kept = headers.iter().filter(|(name, _)| inbound::keeps(name.as_str()));
    let ours = [inbound::VERB, inbound::IDENTIFIER];
    let kept = kept.filter(|(name, _)| !ours.contains(&name.as_str())).take(MAX_HEADERS);
    let kept = kept.map(|(name, value)| {
        (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let headers: Headers = kept.collect();
    Incoming { content_type: content_type.map(str::to_owned), headers, ..Incoming::default() }
}

/// Opens the door, reads the body, and answers after everything it caused is committed.
pub(super) async fn arrive(
    web: &Web,
    (source, key): (&str, &str),
    head: Incoming,
    body: Body,
) -> Result<Arrived, Trouble> {
    let limit = inbound::find(source).ok_or_else(unknown_source)?.max_body();
    let door = web.doors().open(web.app(), key, source).await?;
    let body = read(body, limit).await?;
    // Beside a body the query is none of the message; it may be a credential.
    let query = if body.is_empty() { head.query } else { String::new() };
    taken(web, door, Incoming { body, query, ..head }).await
}

/// Hands a request over, or says why it could not be read and under which id it is kept.
pub(super) async fn taken(web: &Web, door: Door, incoming: Incoming) -> Result<Arrived, Trouble> {
    let sha256 = incoming.sha256();
    match web.app().receive(door.clone(), incoming).await? {
        Ok(arrived) => Ok(arrived),
        Err(malformed) => Err(refused(web, &door, sha256, &malformed).await),
    }
}

/// Reads at most one byte more than `limit`: enough to see that there is too much, and what is kept in
/// quarantine of a body that is too large is no larger than that.
pub(super) async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Trouble> {
    let mut chunks = body.into_data_stream();
    let mut whole = Bytes::new();
    let mut gathered = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Trouble::unreadable("The body broke off."))?;
        if gathered.is_empty() && whole.is_empty() {
            // Most bodies come in one piece, which is taken as it is.
            whole = chunk;
        } else {
            if gathered.is_empty() {
                gathered.extend_from_slice(&std::mem::take(&mut whole));
            }
            gathered.extend_from_slice(&chunk);
        }
        if whole.len() + gathered.len() > limit {
            break;
        }
    }
    let mut bytes = if gathered.is_empty() { Vec::from(whole) } else { gathered };
    bytes.truncate(limit + 1);
    Ok(bytes)
}

/// The reason, with the id under which the request is kept.
async fn refused(web: &Web, door: &Door, sha256: Digest, malformed: &Malformed) -> Trouble {
    let status = StatusCode::from_u16(malformed.status).unwrap_or(StatusCode::BAD_REQUEST);
    let detail = sentence(&malformed.what);
    let mut trouble = Trouble::new(status, malformed.code.as_str(), detail);
    trouble = trouble.with("what", malformed.what.as_str());
    if let Some(at) = &malformed.at {
        trouble = trouble.with("at", at.to_string());
    }
    let integration = door.integration.id;
    let newest = web.app().look(|conn| store::alert::quarantined(conn, i64::MAX)).await;
    let kept = newest.ok().and_then(|newest| {
        newest.into_iter().find(|kept| kept.integration == integration && kept.body == sha256)
    });
    match kept {
        Some(kept) => trouble.with("quarantined", kept.intake.to_string()),
        None => trouble,
    }
}

fn sentence(what: &str) -> String {
    let mut letters = what.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
