//! `POST /api/v1/incidents/{reference}/tasks/{number}`.

use app::incident::Answers;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
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
