//! `POST /api/v1/incidents/{reference}/notes` and `…/facts`.

use axum::extract::State;
use base::{Code, Timestamp};
use domain::incident::{Certainty, Fact, Source};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    spec::Done,
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// A note, or an action that was taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewNote {
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
#[derive(Debug, Deserialize, JsonSchema)]
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
    Json(note): Json<NewNote>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    web.app().note(&caller, id, (note.text, note.action), note.occurred_at).await?;
    Ok(Done)
}

/// Records a fact.
pub(crate) async fn fact(
    State(web): State<Web>,
    Path(reference): Path<String>,
    Asker(caller): Asker,
    Json(new): Json<NewFact>,
) -> Result<Done, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let fact = Fact {
        name: new.fact,
        value: new.value,
        certainty: new.certainty,
        source: new.source,
        as_of: new.as_of,
    };
    web.app().record_fact(&caller, id, fact).await?;
    Ok(Done)
}
