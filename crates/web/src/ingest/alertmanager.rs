//! Alertmanager's own API, as far as a Prometheus needs it: it may list us as one of its Alertmanagers.
//!
//! Source: Alertmanager, api/v2/openapi.yaml.

use app::intake::Arrived;
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use domain::integration::wrong_key;
use serde_json::{Value, json};
use store::alert;

use super::receive::{arrive, head, receipted};
use crate::{guard::bearer_of, state::Web, trouble::Trouble, visit::Asker};

/// The name of the source behind this API.
const SOURCE: &str = "alertmanager-api";

/// `POST /api/v2/alerts`: the key as a bearer token or as the password of basic auth.
pub(crate) async fn alerts(
    State(web): State<Web>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    let key = key(&headers).ok_or_else(wrong_key)?;
    Ok(done(&arrive(&web, (SOURCE, &key), head(&headers), body).await?))
}

/// The same with the key in the path.
pub(crate) async fn alerts_by_path(
    State(web): State<Web>,
    Path(key): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    Ok(done(&arrive(&web, (SOURCE, &key), head(&headers), body).await?))
}

/// `GET /api/v2/status`: enough for a client that asks whether we are there.
pub(crate) async fn status() -> Json<Value> {
    Json(json!({
        "cluster": { "status": "disabled", "peers": [] },
        "versionInfo": { "version": env!("CARGO_PKG_VERSION") },
        "config": { "original": "" },
    }))
}

/// `GET /api/v2/alerts`: the alerts that are open, in Alertmanager's shape.
pub(crate) async fn list(State(web): State<Web>, _: Asker) -> Result<Json<Value>, Trouble> {
    let now = web.app().now();
    let open = web.app().look(move |conn| {
        let mut shown = Vec::new();
        for held in alert::before(conn, now + base::Duration::seconds(1))? {
            if held.state == "open" {
                let words = app::intake::words_of(conn, held.word, &held.field)?;
                shown.push((held, words));
            }
        }
        Ok(shown)
    });
    let shown = open.await?.into_iter().map(|(held, words)| {
        json!({
            "fingerprint": held.id,
            "labels": words.labels,
            "annotations": words.annotations,
            "startsAt": held.opened_at,
            "updatedAt": held.last_seen,
            "status": { "state": "active", "silencedBy": [], "inhibitedBy": [] },
        })
    });
    Ok(Json(shown.collect()))
}

fn done(arrived: &Arrived) -> Response {
    receipted(StatusCode::OK.into_response(), arrived)
}

fn key(headers: &HeaderMap) -> Option<String> {
    if let Some(token) = bearer_of(headers) {
        return Some(token.to_owned());
    }
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = line.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    Some(pair.split_once(':')?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_key_is_a_bearer_token_or_a_password() {
        let cases = [
            ("Bearer wki_a", Some("wki_a")),
            ("Basic cHJvbTp3a2lfYQ==", Some("wki_a")),
            ("Basic %%%", None),
            ("Digest x", None),
        ];
        for (line, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(line));
            assert_eq!(key(&headers).as_deref(), expected, "{line}");
        }
    }
}
