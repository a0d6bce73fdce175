//! Severity: the questions of the newest table, what it would say, and the decision.

use app::incident::Answered;
use axum::extract::State;
use base::Code;
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

/// The newest severity table.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SeverityQuestions {
    /// Its version.
    version: i64,
    /// Its questions.
    questions: Vec<SeverityQuestion>,
}

/// A question of the table.
#[derive(Debug, Serialize, JsonSchema)]
struct SeverityQuestion {
    /// Its name in `answers`.
    name: Code,
    /// How the table calls it.
    label: String,
    /// The codes that answer it; empty where any does.
    answers: Vec<Code>,
}

/// Reads the questions that decide severity.
pub(crate) async fn questions(State(web): State<Web>) -> Result<Json<SeverityQuestions>, Trouble> {
    let table = web.app().severity_table(None).await?;
    let question = |question: app::incident::Question| SeverityQuestion {
        name: question.name,
        label: question.label,
        answers: question.answers,
    };
    let questions = table.questions.into_iter().map(question).collect();
    Ok(Json(SeverityQuestions { version: table.version, questions }))
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
