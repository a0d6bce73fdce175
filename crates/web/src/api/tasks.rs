//! `GET /api/v1/tasks`: what waits, as My work shows it.

use axum::extract::{RawQuery, State};
use base::Timestamp;
use serde::Serialize;

use super::body::List;
use crate::{
    form::Form,
    page::work::{Work, work},
    state::Web,
    trouble::Trouble,
    visit::Asker,
};

/// Something that waits.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// `task`, `decision`, `approval`, `ratification`, `severity`, `command`.
    kind: &'static str,
    /// The element's name.
    name: String,
    /// The task's number in its incident.
    task: Option<u32>,
    /// `INC-2026-0042`.
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

/// Lists what waits, soonest due first. Query: `show` (`mine`, `held`, `all`).
pub(crate) async fn tasks(
    State(web): State<Web>,
    RawQuery(query): RawQuery,
    Asker(caller): Asker,
) -> Result<axum::Json<List<Row>>, Trouble> {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let (show, app) = (query.text("show"), web.app().clone());
    let found = web.app().look(move |conn| work(conn, &app, &caller)).await?;
    let shown = found.into_iter().filter(|work| match show.as_str() {
        "mine" => work.mine,
        "held" => work.held,
        _ => true,
    });
    Ok(axum::Json(List { items: shown.map(row).collect(), next: None }))
}

fn row(work: Work) -> Row {
    Row {
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
