//! `POST /api/v1/incidents/{reference}/severity`.

use app::incident::Answered;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::Json;
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// Answers to the questions of the severity table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    /// By input: `{"client_impact": "many"}`.
    answers: Answered,
    /// Why, in one line.
    rationale: String,
}

/// Decides severity by the newest table. A token never approves; a person does that on the page.
pub(crate) async fn severity(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(given): Json<Answers>,
) -> Result<axum::Json<Value>, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let answers = (given.answers, given.rationale);
    let severity = web.app().decide_severity(&caller, id, answers).await?;
    Ok(axum::Json(json!({ "severity": severity.letter() })))
}
