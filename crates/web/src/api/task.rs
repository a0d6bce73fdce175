//! `POST /api/v1/incidents/{reference}/tasks/{number}`, and being on a task: `/claim`, `/release`,
//! `/delegate`.

use app::incident::{Answers, Delegation, WaitsAt};
use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    spec::Done,
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// Answers to the form of a task.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskAnswers {
    /// By field, as text: codes, `true` or `false`, whole numbers, RFC 3339 instants, words.
    answers: Answers,
}

/// Completes a task.
pub(crate) async fn task(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
    Json(given): Json<TaskAnswers>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().complete_task(&caller, id, (number, given.answers)).await?;
    Ok(Done)
}

/// To whom a task goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DelegatedTo {
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
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().claim_task(&caller, id, number).await?;
    Ok(Done)
}

/// Gives a task back.
pub(crate) async fn release(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().release_task(&caller, id, number).await?;
    Ok(Done)
}

/// Delegates a task for a time.
pub(crate) async fn delegate(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
    Json(DelegatedTo { to, until, reason }): Json<DelegatedTo>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let delegation = Delegation { to, until, reason };
    web.app().delegate_task(&caller, id, (number, delegation)).await?;
    Ok(Done)
}

/// Why a task is passed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewException {
    /// The code of the exception, one that the task knows.
    code: Code,
    /// Why it cannot wait, in one line.
    rationale: String,
}

/// Passes a task by exception; somebody else must ratify it.
pub(crate) async fn bypass(
    State(web): State<Web>,
    Path((reference, number)): Path<(String, u32)>,
    Asker(caller): Asker,
    Json(new): Json<NewException>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let passed = (WaitsAt::Task(number), new.code, new.rationale);
    web.app().bypass(&caller, id, passed).await?;
    Ok(Done)
}
