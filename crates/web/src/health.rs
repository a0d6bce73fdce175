//! Whether this node lives, and whether it can do its work.
//!
//! Trouble with signing is shown, and never makes a node unready (ground rule G2): paging goes on.

use app::Health;
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base::{Duration, Timestamp};
use serde_json::{Value, json};

use crate::state::Web;

/// How long ago the last tick may be.
pub(crate) const TICK_WITHIN: Duration = Duration::seconds(10);
/// How long a page may wait before somebody should look.
pub(crate) const UNSENT_WITHIN: Duration = Duration::minutes(1);

/// `GET /healthz`: the process answers.
pub(crate) async fn live() -> &'static str {
    "live\n"
}

/// `GET /readyz`: the database answers, commits work, the clock of due rows is served.
pub(crate) async fn ready(State(web): State<Web>) -> Response {
    let now = web.app().now();
    let (well, checks) = match web.app().health().await {
        Ok(health) => (is_ready(&health, now), checks(&health, now)),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (false, vec![check("database", false, "the database does not answer")])
        }
    };
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": well, "checks": checks }))).into_response()
}

/// Whether the engine does its work.
pub(crate) fn is_ready(health: &Health, now: Timestamp) -> bool {
    ticks(health, now) && health.trouble.is_none()
}

fn ticks(health: &Health, now: Timestamp) -> bool {
    health.ticked_at.is_some_and(|at| now - at <= TICK_WITHIN)
}

fn checks(health: &Health, now: Timestamp) -> Vec<Value> {
    let ticked = match health.ticked_at {
        Some(at) => format!("the last tick was {} s ago", (now - at).as_seconds()),
        None => "no tick yet".to_owned(),
    };
    let commits = match &health.trouble {
        Some(_) => "nothing can be committed; see the server's log",
        None => "commits work",
    };
    vec![
        check("database", true, "the database answers"),
        check("tick", ticks(health, now), &ticked),
        check("commit", health.trouble.is_none(), commits),
        check("signing", health.signing == app::log::Signing::Well, &health.signing.sentence()),
    ]
}

fn check(name: &str, well: bool, detail: &str) -> Value {
    json!({ "check": name, "ok": well, "detail": detail })
}
