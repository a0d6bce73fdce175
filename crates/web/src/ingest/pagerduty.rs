//! PagerDuty's Events API: its clients post here as they are, and are answered as there.
//!
//! Source: PagerDuty/developer-docs, docs/events-API-v2.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use connect::inbound;
use domain::integration::unknown_source;
use serde::Deserialize;
use serde_json::json;

use super::receive::{head, read, receipted, taken};
use crate::{state::Web, trouble::Trouble};

/// The name of the source behind this API.
const SOURCE: &str = "pagerduty";

/// The key of an event, in either version.
#[derive(Deserialize)]
struct Keyed {
    #[serde(alias = "service_key")]
    routing_key: Option<String>,
}

/// `POST /v2/enqueue` and `POST /v2/change/enqueue`: the routing key is the integration's.
pub(crate) async fn enqueue(
    State(web): State<Web>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    let limit = inbound::find(SOURCE).ok_or_else(unknown_source)?.max_body();
    let body = read(body, limit).await?;
    let Ok(keyed) = serde_json::from_slice::<Keyed>(&body) else {
        return Ok(invalid("The event is not a JSON object with a routing_key"));
    };
    let key = keyed.routing_key.unwrap_or_default();
    let door = match web.doors().open(web.app(), &key, SOURCE).await {
        Ok(door) => door,
        Err(app::Error::Refused(_)) => return Ok(invalid("The routing_key opens no integration")),
        Err(error) => return Err(error.into()),
    };
    let mut incoming = head(&headers);
    incoming.body = body;
    match taken(&web, door, incoming).await {
        Ok(arrived) => {
            let mut answer = json!({ "status": "success", "message": "Event processed" });
            if let Some(key) = &arrived.key {
                answer["dedup_key"] = json!(key);
            }
            let response = (StatusCode::ACCEPTED, Json(answer)).into_response();
            Ok(receipted(response, &arrived))
        }
        Err(trouble) if trouble.status.is_client_error() && trouble.status != 413 => {
            Ok(invalid(&trouble.detail))
        }
        Err(trouble) => Err(trouble),
    }
}

fn invalid(what: &str) -> Response {
    let answer = json!({
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [what],
    });
    (StatusCode::BAD_REQUEST, Json(answer)).into_response()
}
