//! `POST /in/{source}/{key}`, and what all doors share.

use app::intake::{Arrived, Door};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base::Digest;
use connect::inbound::{self, Malformed};
use domain::integration::unknown_source;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::{state::Web, trouble::Trouble};

/// Receives a request of any source.
pub(crate) async fn receive(
    State(web): State<Web>,
    Path((source, key)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    let arrived = arrive(&web, (&source, &key), &headers, body).await?;
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
    Ok((StatusCode::ACCEPTED, Json(json!({ "receipts": receipts }))).into_response())
}

/// Opens the door, reads the body, and answers after everything it caused is committed.
pub(super) async fn arrive(
    web: &Web,
    (source, key): (&str, &str),
    headers: &HeaderMap,
    body: Body,
) -> Result<Arrived, Trouble> {
    let limit = inbound::find(source).ok_or_else(unknown_source)?.max_body();
    let door = web.doors().open(web.app(), key, source).await?;
    let body = read(body, limit).await?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok());
    let content_type = content_type.map(str::to_owned);
    let sha256 = evidence::sha256(&body);
    match web.app().receive(door.clone(), content_type, body).await? {
        Ok(arrived) => Ok(arrived),
        Err(malformed) => Err(refused(web, &door, sha256, &malformed).await),
    }
}

/// Reads at most one byte more than `limit`: enough to see that there is too much, and what is kept in
/// quarantine of a body that is too large is no larger than that.
async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Trouble> {
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
