//! The proof of paging: who was told of an incident, and what became of it.

use axum::extract::State;
use base::{Id, Timestamp, id};
use schemars::JsonSchema;
use serde::Serialize;
use store::page::Listed;

use super::{
    list::List,
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble};

/// One message to one person that wants an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PageRow {
    /// The page.
    id: Id<id::Page>,
    /// Whom it was for.
    person: Id<id::Person>,
    /// The rung of the ladder that sent it, from 0.
    step: i64,
    /// queued, handed_over, acknowledged, failed or withdrawn.
    state: String,
    /// When it was queued.
    queued_at: Timestamp,
    /// When a relay accepted it: that reaches nobody yet.
    handed_over_at: Option<Timestamp>,
    /// When the person answered: only that proves that somebody was reached.
    acknowledged_at: Option<Timestamp>,
    /// Why the newest attempt failed, where it did.
    last_reason: Option<String>,
}

impl From<Listed> for PageRow {
    fn from(page: Listed) -> Self {
        Self {
            id: page.id,
            person: page.person,
            step: page.step,
            state: page.state,
            queued_at: page.queued_at,
            handed_over_at: page.handed_over_at,
            acknowledged_at: page.acknowledged_at,
            last_reason: page.last_reason,
        }
    }
}

/// Everybody who was told of an incident and of the groups that belong to it.
pub(crate) async fn notifications(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<Json<List<PageRow>>, Trouble> {
    let seen = web.app().see_incident(&reference, i64::MAX).await?;
    Ok(Json(List::whole(seen.pages.into_iter().map(PageRow::from).collect())))
}
