//! What is done to an incident, one handler a verb: the same use cases as the forms of its page.

use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use domain::{
    access::Role,
    incident::{Relation, unknown_incident},
    person::unknown_role,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    spec::Done,
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// What a verb comes to.
type Acted = Result<Done, Trouble>;

/// Why something is done.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithReason {
    /// Why, in one line.
    reason: String,
}

/// What is affected.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScope {
    /// The services.
    services: Vec<Id<id::Service>>,
    /// The Member States, as `BE`, `DE`.
    #[serde(default)]
    member_states: Vec<Code>,
    /// Why, in one line.
    reason: String,
}

/// Since when the legal entity knows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAwareness {
    /// The instant.
    aware_at: Timestamp,
    /// Why this one.
    reason: String,
}

/// Somebody.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToPerson {
    /// The person.
    to: Id<id::Person>,
}

/// A role in the incident.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncidentRole {
    /// The role's code: `communications`.
    role: Code,
    /// Who takes it.
    person: Id<id::Person>,
}

/// A group of alerts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttachedAlerts {
    /// The group.
    group: Id<id::Group>,
}

/// Another incident.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLink {
    /// The other one's reference.
    other: String,
    /// What it is to this one.
    relation: Relation,
}

/// Where an incident goes on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergedInto {
    /// The other one's reference.
    into: String,
    /// Why, in one line.
    reason: String,
}

/// How an incident ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewClosing {
    /// Whether there never was one.
    #[serde(default)]
    false_positive: bool,
    /// Why, in one line; a false positive wants it.
    #[serde(default)]
    reason: String,
}

/// Decides what is affected.
pub(crate) async fn scope(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewScope>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    let why = (new.member_states, new.reason);
    web.app().decide_scope(&caller, id, new.services, why).await?;
    Ok(Done)
}

/// Decides since when the legal entity knows.
pub(crate) async fn awareness(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewAwareness>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().decide_awareness(&caller, id, new.aware_at, new.reason).await?;
    Ok(Done)
}

/// Takes command, with a reason where somebody has it.
pub(crate) async fn take_command(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(why): Json<WithReason>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().take_command(&caller, id, why.reason).await?;
    Ok(Done)
}

/// Offers command to somebody.
pub(crate) async fn offer_command(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(offer): Json<ToPerson>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().offer_command(&caller, id, offer.to).await?;
    Ok(Done)
}

/// Accepts command that was offered.
pub(crate) async fn accept_command(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().accept_command(&caller, id).await?;
    Ok(Done)
}

/// Gives somebody a role in the incident.
pub(crate) async fn role(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewIncidentRole>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    let role = Role::from_code(new.role.as_str()).ok_or_else(unknown_role)?;
    web.app().assign_role(&caller, id, (role, new.person)).await?;
    Ok(Done)
}

/// A group of alerts belongs to the incident.
pub(crate) async fn attach(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(attached): Json<AttachedAlerts>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().attach_alerts(&caller, id, attached.group).await?;
    Ok(Done)
}

/// Links two incidents.
pub(crate) async fn link(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewLink>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    let other = other(&web, &new.other).await?;
    web.app().link_incidents(&caller, id, (other, new.relation)).await?;
    Ok(Done)
}

/// Merges the incident into another.
pub(crate) async fn merge(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(merged): Json<MergedInto>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    let into = other(&web, &merged.into).await?;
    web.app().merge_incident(&caller, id, (into, merged.reason)).await?;
    Ok(Done)
}

/// Closes the incident.
pub(crate) async fn close(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(how): Json<NewClosing>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().close_incident(&caller, id, (how.false_positive, how.reason)).await?;
    Ok(Done)
}

/// Goes on with a closed incident.
pub(crate) async fn reopen(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(why): Json<WithReason>,
) -> Acted {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().reopen_incident(&caller, id, why.reason).await?;
    Ok(Done)
}

/// The incident that a member of the body names: where there is none, the body is wrong, not the path.
async fn other(web: &Web, reference: &str) -> Result<Id<id::Incident>, Trouble> {
    let found = web.app().incident_by_reference(&reference.to_uppercase()).await;
    found.map_err(|error| match Trouble::from(error) {
        trouble if trouble.code == unknown_incident().code => {
            Trouble::unreadable("The body names an incident that does not exist.")
        }
        trouble => trouble,
    })
}
