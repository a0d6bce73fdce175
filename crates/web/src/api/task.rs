//! `POST /api/v1/incidents/{reference}/tasks/{number}`, and being on a task: `/claim`, `/release`,
//! `/delegate`.

use app::incident::{Answers, Delegation};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use base::{Id, Timestamp, id};
use serde::Deserialize;

use super::body::Json;
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// Answers to the form of a task.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    /// By field, as text: codes, `true` or `false`, whole numbers, RFC 3339 instants, words.
    answers: Answers,
}

/// Completes a task.
pub(crate) async fn task(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
    Json(given): Json<Given>,
) -> Result<StatusCode, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().complete_task(&caller, id, (number, given.answers)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// To whom a task goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct To {
    /// The person: `per_…`.
    to: Id<id::Person>,
    /// Until when.
    until: Timestamp,
    /// Why, in one line.
    #[serde(default)]
    reason: String,
}

/// Takes a task on.
pub(crate) async fn claim(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
) -> Result<StatusCode, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().claim_task(&caller, id, number).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a task back.
pub(crate) async fn release(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
) -> Result<StatusCode, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().release_task(&caller, id, number).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delegates a task for a time.
pub(crate) async fn delegate(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
    Json(To { to, until, reason }): Json<To>,
) -> Result<StatusCode, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let delegation = Delegation { to, until, reason };
    web.app().delegate_task(&caller, id, (number, delegation)).await?;
    Ok(StatusCode::NO_CONTENT)
}
