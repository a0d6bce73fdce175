//! What is done beside the process: measures, actions, extra pages.

use app::incident::Told;
use axum::extract::State;
use base::{Code, Duration, Id, Timestamp, id};
use domain::{
    access::Role,
    escalation::Target,
    incident::{
        ActionKind, ActionResult, ActionTaken, MeasureEnd, MeasureEnded, MeasureKind, MeasureTaken,
        nobody_to_page,
    },
};
use process::Variables;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    spec::Done,
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// A temporary measure.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMeasure {
    /// What kind.
    kind: MeasureKind,
    /// Who sees to its end.
    owner: Id<id::Person>,
    /// Until when it stands: in the future, within 30 days.
    until: Timestamp,
    /// What is different now, and where.
    text: String,
}

/// A new end of a measure.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Longer {
    /// Until when.
    until: Timestamp,
    /// Why.
    reason: String,
}

/// How a measure ended.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ending {
    /// `reversed`, or `excepted` where it stays.
    how: MeasureEnd,
    /// What was done; wanted where it stays.
    #[serde(default)]
    reason: String,
}

/// An action that was taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAction {
    /// What for.
    kind: ActionKind,
    /// What came of it.
    result: ActionResult,
    /// What was done.
    text: String,
    /// When; now where absent.
    #[serde(default)]
    done_at: Option<Timestamp>,
}

/// Whom to page: one of the two.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Called {
    /// A person.
    #[serde(default)]
    person: Option<Id<id::Person>>,
    /// Everybody with a role.
    #[serde(default)]
    role: Option<Role>,
}

/// A message to the process of an incident.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// Its name in the process: `communication_wanted`.
    name: Code,
    /// Its correlation key, where the process asks for one.
    #[serde(default)]
    key: Option<Code>,
    /// How long it is kept when nothing waits for it yet, in seconds; refused then where absent.
    #[serde(default)]
    keep_seconds: u32,
}

/// Gives the process a message.
pub(crate) async fn message(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewMessage>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let told = Told { name: new.name, key: new.key, variables: Variables::new() };
    let kept = Duration::seconds(i64::from(new.keep_seconds));
    web.app().correlate(&caller, id, told, kept).await?;
    Ok(Done)
}

/// Takes a measure.
pub(crate) async fn take_measure(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewMeasure>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let taken = MeasureTaken { kind: new.kind, owner: new.owner, until: new.until };
    web.app().take_measure(&caller, id, (taken, new.text)).await?;
    Ok(Done)
}

/// Lets a measure stand longer.
pub(crate) async fn extend_measure(
    State(web): State<Web>,
    Path((reference, measure)): Path<(String, i64)>,
    Asker(caller): Asker,
    Json(longer): Json<Longer>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().extend_measure(&caller, id, (measure, longer.until, longer.reason)).await?;
    Ok(Done)
}

/// Ends a measure.
pub(crate) async fn end_measure(
    State(web): State<Web>,
    Path((reference, measure)): Path<(String, i64)>,
    Asker(caller): Asker,
    Json(ending): Json<Ending>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let ended = MeasureEnded { measure, how: ending.how };
    web.app().end_measure(&caller, id, (ended, ending.reason)).await?;
    Ok(Done)
}

/// Tells of an action.
pub(crate) async fn tell_action(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewAction>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let taken = ActionTaken { kind: new.kind, result: new.result };
    web.app().tell_action(&caller, id, taken, (new.text, new.done_at)).await?;
    Ok(Done)
}

/// Pages one person or one role.
pub(crate) async fn page_also(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(called): Json<Called>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let whom = match (called.person, called.role) {
        (Some(person), None) => Target::Person(person),
        (None, Some(role)) => Target::Role(role),
        _ => return Err(nobody_to_page().into()),
    };
    web.app().page_also(&caller, id, whom).await?;
    Ok(Done)
}
