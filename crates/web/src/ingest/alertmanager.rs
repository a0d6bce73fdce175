//! Alertmanager's own API, as far as a Prometheus needs it: it may list us as one of its Alertmanagers.
//!
//! Source: Alertmanager, api/v2/openapi.yaml.

use std::collections::BTreeMap;

use app::intake::Arrived;
use axum::{
    Json,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use domain::integration::wrong_key;
use serde_json::{Value, json};
use store::{alert, label};
use url::form_urlencoded;

use super::receive::{arrive, head, receipted};
use crate::{guard::bearer_of, state::Web, trouble::Trouble, visit::Asker};

/// The name of the source behind this API.
const SOURCE: &str = "alertmanager-api";
/// The header that says how many entries the index of labels has not seen yet.
const BEHIND: HeaderName = HeaderName::from_static("watchkeeper-index-behind");
/// The most alerts that are listed.
const LISTED: usize = 100;

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

/// `GET /api/v2/alerts`: the alerts that are open, in Alertmanager's shape; with `filter=name="value"`
/// those that carry the label. The index of labels may be behind: a header says by how many entries.
pub(crate) async fn list(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
    _: Asker,
) -> Result<Response, Trouble> {
    let now = web.app().now();
    let wanted = filters(query.as_deref().unwrap_or_default())?;
    let open = web.app().look(move |conn| {
        let listed = if wanted.is_empty() {
            let newest = alert::before(conn, now + base::Duration::seconds(1))?;
            newest.into_iter().filter(|held| held.state == "open").collect()
        } else {
            label::find(conn, &wanted, LISTED)?
        };
        let mut shown = Vec::with_capacity(listed.len());
        for held in listed {
            let words = app::intake::words_of(conn, held.word, &held.field)?;
            shown.push((held, words));
        }
        Ok((shown, label::behind(conn)?))
    });
    let (shown, behind) = open.await?;
    let shown = shown.into_iter().map(|(held, words)| {
        json!({
            "fingerprint": held.id,
            "labels": words.labels,
            "annotations": words.annotations,
            "startsAt": held.opened_at,
            "updatedAt": held.last_seen,
            "status": { "state": "active", "silencedBy": [], "inhibitedBy": [] },
        })
    });
    let mut response = Json(shown.collect::<Value>()).into_response();
    response.headers_mut().insert(BEHIND, HeaderValue::from(behind));
    Ok(response)
}

/// The labels that `filter` asks for. Alertmanager's other matchers are refused, not passed over.
fn filters(query: &str) -> Result<BTreeMap<String, String>, Trouble> {
    let mut wanted = BTreeMap::new();
    for (_, text) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "filter") {
        let pair = text.split_once('=').filter(|(name, value)| {
            !name.trim().ends_with('!') && !value.starts_with('~') && !name.trim().is_empty()
        });
        let Some((name, value)) = pair else {
            return Err(Trouble::unreadable(
                "A filter here reads name=\"value\" and nothing else.",
            ));
        };
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        wanted.insert(name.trim().to_owned(), quoted.unwrap_or(value).to_owned());
    }
    Ok(wanted)
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
    fn filters_are_equalities() {
        let one = filters("filter=instance%3D%22host-7%22&active=true").unwrap();
        assert_eq!(one.into_iter().collect::<Vec<_>>(), [("instance".into(), "host-7".into())]);
        for text in ["filter=a%3D~%22x%22", "filter=a%21%3D%22x%22", "filter=a", "filter=%3Dx"] {
            assert!(filters(text).is_err(), "{text}");
        }
    }

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
