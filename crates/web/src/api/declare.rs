//! `POST /api/v1/incidents`.

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
use store::config;

use super::{spec::Created, take::Json};
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
    mode: Option<String>,
    /// When it happened; now where absent.
    #[serde(default)]
    occurred_at: Option<Timestamp>,
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
    let mode = match new.mode.as_deref() {
        None | Some("live") => Mode::Live,
        Some("exercise") => Mode::Exercise,
        Some(_) => return Err(Trouble::unreadable("mode is live or exercise.")),
    };
    let named = new.service;
    let (home, services) =
        web.app().look(|conn| Ok((config::entities(conn)?, config::services(conn)?))).await?;
    let entity = home.first().ok_or_else(unknown_entity)?.id;
    let service = match named.filter(|named| !named.is_empty()) {
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
        group: None,
        occurred_at: new.occurred_at,
    };
    let declared = web.app().declare(&caller, NewIncident { declaration, mode }).await?;
    let at = format!("/api/v1/incidents/{}", declared.reference);
    let body = IncidentDeclared { id: declared.id, reference: declared.reference };
    Ok(Created { at, body })
}
