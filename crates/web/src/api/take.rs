//! What handlers of the API take: a path, a query, a JSON body. Whatever does not fit is a problem with
//! a code, never the framework's own words.

use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use url::form_urlencoded;

use crate::{state::Web, trouble::Trouble};

/// The largest body of the API, in bytes.
pub(crate) const MAX_BODY: usize = 256 * 1024;
/// The most fields of a query.
const MAX_FIELDS: usize = 64;

/// The parameters of the path; what is not of their form is not there.
pub(crate) struct Path<T>(pub(crate) T);

/// The fields of the query; unknown ones, and empty ones that want a value, are refused by name.
pub(crate) struct Query<T>(pub(crate) T);

/// A JSON body, taken or answered; what does not fit is named with its place.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Web> for Path<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Trouble> {
        // PostgreSQL holds no text with a zero in it, and nothing of ours is named so.
        if parts.uri.path().contains("%00") {
            return Err(Trouble::not_found());
        }
        let path = axum::extract::Path::from_request_parts(parts, web).await;
        path.map(|axum::extract::Path(path)| Self(path)).map_err(|_| Trouble::not_found())
    }
}

impl<T: DeserializeOwned> FromRequestParts<Web> for Query<T> {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &Web) -> Result<Self, Trouble> {
        let fields = parts.uri.query().unwrap_or_default();
        if fields.contains("%00") {
            return Err(Trouble::unreadable("A field of the query holds a zero."));
        }
        let given = form_urlencoded::parse(fields.as_bytes()).take(MAX_FIELDS);
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
        let uri: Uri = format!("/?{query}").parse().map_err(|_| Trouble::not_found())?;
        let read = axum::extract::Query::try_from_uri(&uri);
        read.map(|axum::extract::Query(read)| Self(read)).map_err(|e| {
            let why = std::error::Error::source(&e).map(ToString::to_string);
            let why = why.unwrap_or_else(|| e.to_string());
            Trouble::unreadable(format!("The query cannot be read: {why}."))
        })
    }
}

impl<T: DeserializeOwned> FromRequest<Web> for Json<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, _: &Web) -> Result<Self, Trouble> {
        if !is_json(request.headers()) {
            return Err(Trouble::not_json());
        }
        let bytes = to_bytes(request.into_body(), MAX_BODY).await;
        let bytes = bytes.map_err(|_| Trouble::too_large(MAX_BODY))?;
        // A problem's detail is a sentence; serde's own names the member and the place.
        let read = serde_json::from_slice(&bytes).map(Self);
        read.map_err(|e| Trouble::unreadable(format!("The body cannot be read: {e}.")))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Whether a body says that it is JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let line = headers.get(header::CONTENT_TYPE).and_then(|line| line.to_str().ok());
    let media = line.and_then(|line| line.split(';').next()).map(str::trim).unwrap_or_default();
    let media = media.to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_body_says_that_it_is_json() {
        let says = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(line));
            is_json(&headers)
        };
        assert!(says("application/json") && says("Application/JSON; charset=utf-8"));
        assert!(says("application/cloudevents+json"));
        assert!(!says("text/plain") && !says("application/x-www-form-urlencoded"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
