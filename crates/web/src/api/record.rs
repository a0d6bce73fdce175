//! `POST /api/v1/incidents/{reference}/notes` and `…/facts`.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use base::{Code, Timestamp};
use domain::incident::{Certainty, Fact, Source};
use serde::Deserialize;

use super::body::Json;
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// A note, or an action that was taken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    /// What to record.
    text: String,
    /// Whether it tells of something done.
    #[serde(default)]
    action: bool,
    /// When it happened; now where absent.
    #[serde(default)]
    occurred_at: Option<Timestamp>,
}

/// A fact.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFact {
    /// Its name, a code: `clients_affected`.
    fact: Code,
    /// Its value.
    value: String,
    /// `actual` or `estimate`.
    certainty: Certainty,
    /// `person`, `monitoring` or `third_party`.
    source: Source,
    /// As of when it holds; now where absent.
    #[serde(default)]
    as_of: Option<Timestamp>,
}

/// Adds a note.
pub(crate) async fn note(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(note): Json<Note>,
) -> Result<StatusCode, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().note(&caller, id, (note.text, note.action), note.occurred_at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Records a fact.
pub(crate) async fn fact(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewFact>,
) -> Result<StatusCode, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let fact = Fact {
        name: new.fact,
        value: new.value,
        certainty: new.certainty,
        source: new.source,
        as_of: new.as_of,
    };
    web.app().record_fact(&caller, id, fact).await?;
    Ok(StatusCode::NO_CONTENT)
}
