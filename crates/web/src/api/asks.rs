//! `/api/v1/incidents/{reference}/process/…`: what a case asks of people beside its tasks, and the
//! answers; signals, for one case or for all that wait.

use std::collections::BTreeMap;

use app::incident::{Seen, Told, WaitsAt};
use axum::extract::State;
use base::Code;
use process::{
    Variables,
    engine::{WaitsFor, offers},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    spec::Done,
    take::{Json, Path},
};
use crate::{page::process::variables_of, state::Web, trouble::Trouble, visit::Asker};

/// What a case asks of people beside its tasks.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CaseAsks {
    /// Steps whose work is done and whose evidence is not there.
    held: Vec<HeldSeen>,
    /// Steps at which it cannot go on by itself.
    faults: Vec<FaultSeen>,
    /// Sub-processes whose activities begin by choice.
    offers: Vec<OfferSeen>,
    /// What it waits to hear from outside.
    awaits: Vec<AwaitedSeen>,
}

/// A held step.
#[derive(Debug, Serialize, JsonSchema)]
struct HeldSeen {
    /// The element.
    element: Code,
    /// The records that are missing.
    missing: Vec<Code>,
    /// With which codes it may be passed.
    exceptions: Vec<Code>,
}

/// A stuck step.
#[derive(Debug, Serialize, JsonSchema)]
struct FaultSeen {
    /// The fault.
    fault: u32,
    /// The element.
    element: Code,
    /// Why.
    code: Code,
    /// The flows that lead away from it.
    flows: Vec<Code>,
}

/// A choice of activities.
#[derive(Debug, Serialize, JsonSchema)]
struct OfferSeen {
    /// The sub-process.
    element: Code,
    /// The activities that may be begun.
    activities: Vec<Code>,
    /// Whether it may be said to be done.
    may_finish: bool,
}

/// Something that is waited for.
#[derive(Debug, Serialize, JsonSchema)]
struct AwaitedSeen {
    /// `message`, `signal` or `condition`.
    kind: &'static str,
    /// The name of the message or the signal.
    name: Option<Code>,
    /// The key that the message must carry; without one any does.
    key: Option<Code>,
    /// The element that hears it.
    element: Code,
}

impl CaseAsks {
    /// Of an incident.
    pub(crate) fn of(seen: &Seen) -> Self {
        let state = &seen.state.process.state;
        let element = |id: &Code| seen.model.element(id);
        let held = state.held.iter().filter_map(|(token, missing)| {
            let id = &state.tokens.get(token)?.element;
            let exceptions = element(id).map(|element| element.marks.exceptions.clone());
            let exceptions = exceptions.unwrap_or_default();
            Some(HeldSeen { element: id.clone(), missing: missing.clone(), exceptions })
        });
        let faults = state.faults.iter().map(|(fault, held)| FaultSeen {
            fault: *fault,
            element: held.element.clone(),
            code: held.code.clone(),
            flows: element(&held.element).map(|e| e.outgoing.clone()).unwrap_or_default(),
        });
        let awaits = state.subscriptions.values().map(|held| AwaitedSeen {
            kind: match held.waits_for {
                WaitsFor::Message => "message",
                WaitsFor::Signal => "signal",
                WaitsFor::Condition => "condition",
            },
            name: held.name.clone(),
            key: held.key.clone(),
            element: held.element.clone(),
        });
        let offers = offers(&seen.model, state).into_iter().map(|offer| OfferSeen {
            element: offer.element,
            activities: offer.activities,
            may_finish: offer.may_finish,
        });
        Self {
            held: held.collect(),
            faults: faults.collect(),
            offers: offers.collect(),
            awaits: awaits.collect(),
        }
    }
}

/// Why a held step is passed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeldPassed {
    /// The element.
    element: Code,
    /// The code of the exception, one that the element knows.
    code: Code,
    /// Why it cannot wait, in one line.
    rationale: String,
}

/// What is set before a step is tried again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriedAgain {
    /// Variables by name, as text: `true` or `false`, whole numbers, decimals, `2026-11-25`, RFC 3339
    /// instants, codes.
    #[serde(default)]
    variables: BTreeMap<Code, String>,
}

/// How a case goes on past a step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MovedPast {
    /// The flow that it takes; the usual choice where absent.
    #[serde(default)]
    flow: Option<Code>,
    /// Why, in one line.
    reason: String,
}

/// One element of the process.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    /// The element.
    element: Code,
}

/// A signal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSignal {
    /// Its name in the process.
    name: Code,
}

/// How far a signal reached.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Heard {
    /// How many open incidents heard it.
    heard: usize,
}

/// Passes a step that is held for its evidence; somebody else must ratify it.
pub(crate) async fn pass_held(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(given): Json<HeldPassed>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let passed = (WaitsAt::Element(given.element), given.code, given.rationale);
    web.app().bypass(&caller, id, passed).await?;
    Ok(Done)
}

/// Lets a stuck step be tried again.
pub(crate) async fn retry_step(
    State(web): State<Web>,
    Path((reference, fault)): Path<(String, u32)>,
    Asker(caller): Asker,
    Json(given): Json<TriedAgain>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().retry_step(&caller, id, (fault, variables_of(given.variables)?)).await?;
    Ok(Done)
}

/// Moves a case past a stuck step.
pub(crate) async fn move_past(
    State(web): State<Web>,
    Path((reference, fault)): Path<(String, u32)>,
    Asker(caller): Asker,
    Json(given): Json<MovedPast>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().move_past(&caller, id, (fault, given.flow, given.reason)).await?;
    Ok(Done)
}

/// Begins an activity of an ad-hoc sub-process.
pub(crate) async fn begin_activity(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(chosen): Json<Chosen>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().choose_activity(&caller, id, chosen.element).await?;
    Ok(Done)
}

/// Says that an ad-hoc sub-process is done.
pub(crate) async fn finish_activities(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(chosen): Json<Chosen>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().finish_activities(&caller, id, chosen.element).await?;
    Ok(Done)
}

/// Gives one case a signal.
pub(crate) async fn signal(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewSignal>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().signal(&caller, id, (new.name, Variables::new())).await?;
    Ok(Done)
}

/// Gives a signal to every open incident that waits for it.
pub(crate) async fn broadcast(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(new): Json<NewSignal>,
) -> Result<Json<Heard>, Trouble> {
    let told = Told { name: new.name, key: None, variables: Variables::new() };
    let heard = web.app().broadcast(&caller, told).await?;
    Ok(Json(Heard { heard }))
}
