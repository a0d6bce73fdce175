//! Declaring an incident, with or without an alert.

use app::incident::NewIncident;
use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use domain::{
    entity::{unknown_entity, unknown_service},
    incident::{Cause, Declaration},
};
use evidence::Mode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{alert, config};

use super::{
    spec::Created,
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// What is known when an incident is declared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIncidentBody {
    /// What is broken, in a few words.
    title: String,
    /// More of it.
    #[serde(default)]
    description: String,
    /// The service: its id or its name.
    #[serde(default)]
    service: Option<String>,
    /// `live` (where absent) or `exercise`.
    #[serde(default)]
    mode: DeclaredMode,
    /// When it happened; now where absent.
    #[serde(default)]
    occurred_at: Option<Timestamp>,
}

/// Whether it is real.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeclaredMode {
    /// It happens.
    #[default]
    Live,
    /// It is practised: nothing leaves the house.
    Exercise,
}

/// An incident that was declared.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IncidentDeclared {
    /// The incident.
    id: Id<id::Incident>,
    /// `INC-2026-0042`.
    reference: Code,
}

/// Declares an incident of the home entity.
pub(crate) async fn declare(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(new): Json<NewIncidentBody>,
) -> Result<Created<IncidentDeclared>, Trouble> {
    let new = incident(&web, new, None).await?;
    Ok(told(web.app().declare(&caller, new).await?))
}

/// Declares an incident to which the alert's group belongs.
pub(crate) async fn declare_from(
    State(web): State<Web>,
    Path(id): Path<Id<id::Alert>>,
    Asker(caller): Asker,
    Json(new): Json<NewIncidentBody>,
) -> Result<Created<IncidentDeclared>, Trouble> {
    let held = web.app().look(move |conn| alert::load(conn, id)).await?;
    let group = held.ok_or_else(Trouble::not_found)?.group;
    let new = incident(&web, new, Some(group)).await?;
    Ok(told(web.app().declare(&caller, new).await?))
}

async fn incident(
    web: &Web,
    new: NewIncidentBody,
    group: Option<Id<id::Group>>,
) -> Result<NewIncident, Trouble> {
    if new.occurred_at.is_some_and(|at| at > web.app().now()) {
        return Err(Trouble::unreadable("occurred_at lies in the future."));
    }
    let (home, services) =
        web.app().look(|conn| Ok((config::entities(conn)?, config::services(conn)?))).await?;
    let entity = home.first().ok_or_else(unknown_entity)?.id;
    let service = match new.service.filter(|named| !named.is_empty()) {
        Some(named) => {
            let is = |s: &&config::NamedPart<_>| s.id.to_string() == named || s.name == named;
            Some(services.iter().find(is).ok_or_else(unknown_service)?.id)
        }
        None => None,
    };
    let declaration = Declaration {
        title: new.title,
        description: new.description,
        cause: Cause::Person,
        provider: String::new(),
        entity,
        service,
        group,
        occurred_at: new.occurred_at,
    };
    let mode = match new.mode {
        DeclaredMode::Live => Mode::Live,
        DeclaredMode::Exercise => Mode::Exercise,
    };
    Ok(NewIncident { declaration, mode })
}

fn told(declared: app::incident::Declared) -> Created<IncidentDeclared> {
    let at = format!("/api/v1/incidents/{}", declared.reference);
    Created { at, body: IncidentDeclared { id: declared.id, reference: declared.reference } }
}
