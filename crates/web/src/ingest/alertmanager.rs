//! Alertmanager's own API, as far as a Prometheus needs it: it may list us as one of its Alertmanagers.
//!
//! Source: Alertmanager, api/v2/openapi.yaml.

use std::collections::BTreeMap;

use app::intake::{Arrived, Words};
use axum::{
    Json,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use db::Conn;
use domain::integration::wrong_key;
use serde_json::{Value, json};
use store::{StoreError, alert, label};
use url::form_urlencoded;

use super::receive::{arrive, head, receipted};
use crate::{guard::bearer_of, state::Web, trouble::Trouble, visit::Asker};

/// The name of the source behind this API.
const SOURCE: &str = "alertmanager-api";
/// The header that says how many entries the index of labels has not seen yet.
const BEHIND: HeaderName = HeaderName::from_static("watchkeeper-index-behind");
/// The most alerts that are listed; Alertmanager's list has no pages.
const LISTED: usize = 1_000;
/// What Go writes where there is no instant: an alert that goes on has no end.
const NO_INSTANT: &str = "0001-01-01T00:00:00Z";

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
    let wanted = filters(query.as_deref().unwrap_or_default())?;
    let open = web.app().look(move |conn| {
        let listed =
            if wanted.is_empty() { open_ones(conn)? } else { label::find(conn, &wanted, LISTED)? };
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
            "receivers": [],
            "annotations": annotations(&words),
            "labels": words.labels,
            "startsAt": held.opened_at,
            "endsAt": NO_INSTANT,
            "updatedAt": held.last_seen,
            "status": { "state": "active", "silencedBy": [], "inhibitedBy": [] },
        })
    });
    let mut response = Json(shown.collect::<Value>()).into_response();
    response.headers_mut().insert(BEHIND, HeaderValue::from(behind));
    Ok(response)
}

/// Open alerts, newest first.
fn open_ones(conn: &mut Conn) -> Result<Vec<alert::Alert>, StoreError> {
    let open = alert::Wanted { state: "open".to_owned(), ..alert::Wanted::default() };
    let mut listed: Vec<alert::Alert> = Vec::new();
    while listed.len() < LISTED {
        let after = listed.last().map(|held| (held.opened_at.micros(), held.id.to_string()));
        let page = alert::page(conn, &open, after)?;
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    listed.truncate(LISTED);
    Ok(listed)
}

/// The sender's annotations; where it has none of these names, what the alert says under those that
/// Prometheus' readers look for.
fn annotations(words: &Words) -> BTreeMap<&str, &str> {
    let own = words.annotations.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut told: BTreeMap<&str, &str> = own.collect();
    for (name, said) in [("summary", &words.title), ("description", &words.description)] {
        if !said.is_empty() {
            told.entry(name).or_insert(said);
        }
    }
    told
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
    fn the_title_is_the_summary_unless_the_sender_has_one() {
        let mut words = Words { title: "Disk full".to_owned(), ..Words::default() };
        assert_eq!(annotations(&words), [("summary", "Disk full")].into());
        words.description = "On db-1".to_owned();
        words.annotations = [("summary".to_owned(), "Full".to_owned())].into();
        let told = [("description", "On db-1"), ("summary", "Full")];
        assert_eq!(annotations(&words), told.into());
    }

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
