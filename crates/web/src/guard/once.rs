//! Posts with an `Idempotency-Key`: done once, answered as often as asked.

use app::{Caller, Once};
use axum::{
    body::{Body, to_bytes},
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use store::once::Answered;

use crate::{api::take::MAX_BODY, state::Web, trouble::Trouble};

/// The header with the key.
const KEY: &str = "idempotency-key";
/// The header of an answer that is given again.
const REPLAYED: &str = "idempotency-replayed";
/// The longest key, in bytes.
const LONGEST: usize = 255;
/// The largest answer that is kept, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// What becomes of a post with a key.
pub(super) enum Asked {
    /// It goes on, with its body.
    New(Body, Once),
    /// It was answered before.
    Again(Response),
}

/// The key of a post; nothing where it has none.
///
/// # Errors
/// `WEB-005` for one that is empty, too long, or not of visible ASCII.
pub(super) fn key(parts: &Parts) -> Result<Option<&str>, Trouble> {
    let Some(line) = parts.headers.get(KEY) else { return Ok(None) };
    let text = line.to_str().ok().filter(|text| {
        (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
    });
    let wrong = "An Idempotency-Key is 1 to 255 visible ASCII characters.";
    text.map(Some).ok_or_else(|| Trouble::unreadable(wrong))
}

/// Looks whether the same was asked before.
pub(super) async fn asked(
    web: &Web,
    parts: &Parts,
    body: Body,
    (caller, key): (&Caller, &str),
) -> Result<Asked, Trouble> {
    let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| Trouble::too_large(MAX_BODY))?;
    let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let request = [here.as_bytes(), b"\0", &bytes].concat();
    let once = Once::new(caller, key, evidence::sha256(&request));
    match web.app().answered_before(&once).await? {
        Some(answered) => Ok(Asked::Again(again(answered))),
        None => Ok(Asked::New(Body::from(bytes), once)),
    }
}

fn again(answered: Answered) -> Response {
    let status = u16::try_from(answered.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
    let mut response = answered.body.into_response();
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if status != Some(StatusCode::NO_CONTENT) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(Ok(at)) = answered.location.map(HeaderValue::try_from) {
        headers.insert(header::LOCATION, at);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Keeps the answer of something that was done. Refusals are not kept: nothing was done.
pub(super) async fn keep(web: &Web, once: &Once, response: Response) -> Response {
    let status = response.status();
    let json = text(&response, header::CONTENT_TYPE).is_some_and(|is| is == "application/json");
    let keeps = status.is_success() && (json || status == StatusCode::NO_CONTENT);
    if !once.is_taken() || !keeps {
        return response;
    }
    let location = text(&response, header::LOCATION);
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_ANSWER).await else {
        tracing::error!("an answer is larger than is kept for its idempotency key");
        return Trouble::fault().into_response();
    };
    let answered = Answered { status: i64::from(status.as_u16()), location, body: body.to_vec() };
    if let Err(error) = web.app().keep_answer(once, answered).await {
        tracing::warn!(%error, "an answer could not be kept for its idempotency key");
    }
    Response::from_parts(parts, Body::from(body))
}

/// A header's text.
fn text(response: &Response, name: HeaderName) -> Option<String> {
    let line = response.headers().get(name).and_then(|line| line.to_str().ok());
    line.map(str::to_owned)
}
