//! `GET /api/v1/incidents`.

use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use db::Conn;
use domain::incident::Status;
use process::Phase;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{
    StoreError,
    incident::{self, Order, Wanted},
    project::name_of,
    word,
};

use super::{
    list::{List, PAGE, STRETCHES, after, cursor},
    take::{Json, Query},
};
use crate::{state::Web, trouble::Trouble};

/// An incident in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IncidentRow {
    /// `INC-2026-0042`.
    reference: Code,
    /// The incident.
    id: Id<id::Incident>,
    /// What is broken; `[erased]` where the words were erased.
    title: String,
    /// live, exercise or retrospective.
    mode: String,
    /// open, closed or merged.
    status: String,
    /// detect, triage, contain, recover or learn.
    phase: String,
    /// `S1` to `S4`; `null` until decided.
    severity: Option<String>,
    /// The person in command: `per_…`.
    commander: Option<String>,
    /// When it was declared.
    declared_at: Timestamp,
    /// When its newest entry was recorded.
    updated_at: Timestamp,
}

/// Which incidents are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IncidentsWanted {
    /// Whether work goes on.
    status: Option<Status>,
    /// How bad; `none` for those not decided.
    severity: Option<SeverityWanted>,
    /// The phase it is in.
    phase: Option<Phase>,
    /// `live`, `exercise` or `retrospective`.
    mode: Option<ModeWanted>,
    /// One of the services it affects.
    service: Option<Id<id::Service>>,
    /// A text in its reference or title, whatever the case.
    text: Option<String>,
    /// Declared at this instant or later.
    from: Option<Timestamp>,
    /// Declared before this instant.
    to: Option<Timestamp>,
    /// `newest` (where absent), `oldest`, or `updated`: the one that changed last first.
    sort: Option<Sort>,
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// How bad, in a filter.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub(crate) enum SeverityWanted {
    /// Severity 1.
    S1,
    /// Severity 2.
    S2,
    /// Severity 3.
    S3,
    /// Severity 4.
    S4,
    /// Not decided.
    #[serde(rename = "none")]
    None,
}

/// What is real, in a filter.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ModeWanted {
    /// It happens.
    Live,
    /// It is practised.
    Exercise,
    /// It is recorded afterwards.
    Retrospective,
}

/// The order of a list of incidents.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The one that changed last first.
    Updated,
}

/// What is asked of rows beyond what the store's index knows.
struct Beyond {
    service: Option<Id<id::Service>>,
    text: String,
}

/// Lists incidents.
pub(crate) async fn incidents(
    State(web): State<Web>,
    Query(asked): Query<IncidentsWanted>,
) -> Result<Json<List<IncidentRow>>, Trouble> {
    let (order, letter) = match asked.sort.unwrap_or_default() {
        Sort::Newest => (Order::Newest, 'n'),
        Sort::Oldest => (Order::Oldest, 'o'),
        Sort::Updated => (Order::Updated, 'u'),
    };
    let begin = after(letter, asked.cursor.as_deref())?;
    let wanted = Wanted {
        status: asked.status.as_ref().map(name_of).unwrap_or_default(),
        severity: asked.severity.map(severity).unwrap_or_default().to_owned(),
        phase: asked.phase.as_ref().map(name_of).unwrap_or_default(),
        mode: asked.mode.map(mode).unwrap_or_default().to_owned(),
        from: asked.from,
        to: asked.to,
        order,
    };
    let text = asked.text.unwrap_or_default().to_lowercase();
    let beyond = Beyond { service: asked.service, text };
    let list = web.app().look(move |conn| rows(conn, &wanted, &beyond, (letter, begin)));
    Ok(Json(list.await?))
}

fn rows(
    conn: &mut Conn,
    wanted: &Wanted,
    beyond: &Beyond,
    (letter, mut begin): (char, Option<(i64, String)>),
) -> Result<List<IncidentRow>, StoreError> {
    let mut items = Vec::new();
    for _ in 0..STRETCHES {
        let found = incident::page(conn, wanted, begin.take())?;
        let full = found.len() >= PAGE;
        for row in found {
            let at = if wanted.order == Order::Updated { row.updated_at } else { row.declared_at };
            begin = Some((at.micros(), row.id.to_string()));
            let title = word::text(conn, row.word, "title")?;
            if fits(conn, beyond, &row, &title)? {
                items.push(listed(row, title));
            }
            if items.len() >= PAGE {
                break;
            }
        }
        if !full && items.len() < PAGE {
            return Ok(List::whole(items));
        }
        if items.len() >= PAGE {
            break;
        }
    }
    let next = begin.map(|(at, id)| cursor(letter, at, &id));
    Ok(List { items, next })
}

fn fits(
    conn: &mut Conn,
    beyond: &Beyond,
    row: &incident::Listed,
    title: &str,
) -> Result<bool, StoreError> {
    if !format!("{} {title}", row.reference).to_lowercase().contains(&beyond.text) {
        return Ok(false);
    }
    let Some(service) = beyond.service else { return Ok(true) };
    let state = incident::load(conn, row.id)?;
    Ok(state.is_some_and(|state| state.services.contains(&service)))
}

const fn severity(wanted: SeverityWanted) -> &'static str {
    match wanted {
        SeverityWanted::S1 => "S1",
        SeverityWanted::S2 => "S2",
        SeverityWanted::S3 => "S3",
        SeverityWanted::S4 => "S4",
        SeverityWanted::None => "none",
    }
}

const fn mode(wanted: ModeWanted) -> &'static str {
    match wanted {
        ModeWanted::Live => "live",
        ModeWanted::Exercise => "exercise",
        ModeWanted::Retrospective => "retrospective",
    }
}

fn listed(row: incident::Listed, title: String) -> IncidentRow {
    IncidentRow {
        reference: row.reference,
        id: row.id,
        title,
        mode: row.mode,
        status: row.status,
        phase: row.phase,
        severity: row.severity,
        commander: row.commander,
        declared_at: row.declared_at,
        updated_at: row.updated_at,
    }
}
