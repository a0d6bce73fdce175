//! `POST /api/v1/incidents/{reference}/severity`.

use app::incident::Answered;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::take::{Json, Path};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// Answers to the questions of the severity table.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeverityAnswers {
    /// By input: `{"client_impact": "many"}`.
    answers: Answered,
    /// Why, in one line.
    rationale: String,
}

/// What the table says.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SeverityDecided {
    /// `S1` to `S4`.
    severity: &'static str,
}

/// Decides severity by the newest table. A token never approves; a person does that on the page.
pub(crate) async fn severity(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(given): Json<SeverityAnswers>,
) -> Result<Json<SeverityDecided>, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let answers = (given.answers, given.rationale);
    let severity = web.app().decide_severity(&caller, id, answers).await?;
    Ok(Json(SeverityDecided { severity: severity.letter() }))
}
