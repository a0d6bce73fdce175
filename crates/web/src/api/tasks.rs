//! `GET /api/v1/tasks`: what waits, as My work shows it.

use axum::extract::State;
use base::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    list::List,
    take::{Json, Query},
};
use crate::{
    page::work::{Work, work},
    state::Web,
    trouble::Trouble,
    visit::Asker,
};

/// Something that waits.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WorkRow {
    /// `task`, `decision`, `approval`, `ratification`, `severity`, `command`, `move`.
    kind: &'static str,
    /// The element's name.
    name: String,
    /// The task's number in its incident.
    task: Option<u32>,
    /// `INC-2026-0042`; empty where it is about no incident in particular.
    reference: String,
    /// What is broken.
    title: String,
    /// `S1` to `S4`; `null` until decided.
    severity: Option<&'static str>,
    /// The roles it belongs to.
    roles: Vec<String>,
    /// Since when it waits.
    waits_since: Timestamp,
    /// Until when.
    due_at: Option<Timestamp>,
    /// Who is on it: `per_…`.
    holder: Option<String>,
    /// Until when it is delegated.
    delegated_until: Option<Timestamp>,
    /// Whether it waits for whoever asks.
    mine: bool,
}

/// What is listed of what waits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkWanted {
    /// `mine`, `held` or `all`; all where absent.
    show: Option<WorkShown>,
}

/// Whose work is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkShown {
    /// What waits for whoever asks.
    Mine,
    /// What whoever asks is on.
    Held,
    /// All of it.
    All,
}

/// Lists what waits, soonest due first.
pub(crate) async fn tasks(
    State(web): State<Web>,
    Query(wanted): Query<WorkWanted>,
    Asker(caller): Asker,
) -> Result<Json<List<WorkRow>>, Trouble> {
    let (show, app) = (wanted.show, web.app().clone());
    let found = web.app().look(move |conn| work(conn, &app, &caller)).await?;
    let shown = found.into_iter().filter(|work| match show {
        Some(WorkShown::Mine) => work.mine,
        Some(WorkShown::Held) => work.held,
        Some(WorkShown::All) | None => true,
    });
    Ok(Json(List { items: shown.map(row).collect(), next: None }))
}

fn row(work: Work) -> WorkRow {
    WorkRow {
        kind: work.kind,
        name: work.name,
        task: work.task,
        reference: work.reference,
        title: work.title,
        severity: work.severity.map(domain::incident::Severity::letter),
        roles: work.roles,
        waits_since: work.since,
        due_at: work.due,
        holder: work.holder.map(|(person, _)| person.to_string()),
        delegated_until: work.delegated.map(|(until, _)| until),
        mine: work.mine,
    }
}
