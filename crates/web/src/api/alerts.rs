//! Alerts: the list, one of them explained, and what is done to them.

use std::collections::BTreeMap;

use app::{
    escalation::Acknowledged,
    intake::{Explained, Words},
};
use axum::extract::State;
use base::{Id, Timestamp, id};
use db::Conn;
use domain::page::Via;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{
    StoreError,
    alert::{self, Wanted},
};

use super::{
    list::{List, PAGE, STRETCHES, after, cursor},
    notifications::PageRow,
    take::{Json, Path, Query},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// The letter of this list's cursors.
const LETTER: char = 'a';

/// An alert in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AlertRow {
    /// The alert.
    id: Id<id::Alert>,
    /// Its group.
    group: Id<id::Group>,
    /// The integration it came through.
    integration: Id<id::Integration>,
    /// open or resolved.
    state: String,
    /// critical, high, warning, info or unknown, as its sender says.
    severity: String,
    /// What it says; `[erased]` where the words were erased.
    title: String,
    /// The service it names.
    service: Option<String>,
    /// When it was first received.
    opened_at: Timestamp,
    /// When its end was received.
    resolved_at: Option<Timestamp>,
    /// How often it was repeated.
    repeats: i64,
    /// When it was last seen.
    last_seen: Timestamp,
    /// The incident it belongs to.
    incident: Option<Id<id::Incident>>,
}

/// Which alerts are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertsWanted {
    /// `open` or `resolved`; both where absent.
    state: Option<AlertState>,
    /// As its sender says: `critical`, `high`, `warning`, `info` or `unknown`.
    severity: Option<AlertSeverity>,
    /// Its group.
    group: Option<Id<id::Group>>,
    /// The integration it came through.
    integration: Option<Id<id::Integration>>,
    /// The service it names, exactly.
    service: Option<String>,
    /// A text in its title, whatever the case.
    text: Option<String>,
    /// First received at this instant or later.
    from: Option<Timestamp>,
    /// First received before this instant.
    to: Option<Timestamp>,
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// Whether an alert goes on.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertState {
    /// It goes on.
    Open,
    /// Its end was received.
    Resolved,
}

/// How bad its sender says it is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlertSeverity {
    /// The worst.
    Critical,
    /// Bad.
    High,
    /// To be looked at.
    Warning,
    /// To be known.
    Info,
    /// Its sender does not say.
    Unknown,
}

/// An alert with what explains it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AlertSeen {
    /// The alert.
    #[serde(flatten)]
    row: AlertRow,
    /// More of what it says.
    description: String,
    /// The resource it names.
    resource: Option<String>,
    /// The environment it names.
    environment: Option<String>,
    /// Its labels.
    labels: BTreeMap<String, String>,
    /// Its annotations.
    annotations: BTreeMap<String, String>,
    /// When the sender says it began.
    claimed_at: Option<String>,
    /// The key under which it is deduplicated.
    key: String,
    /// The request it came in.
    intake: String,
    /// How many alerts of its group are open.
    open_alerts: i64,
    /// Whom the ladders of its group told.
    told: Vec<PageRow>,
    /// The entry with its words.
    entry: i64,
}

/// What an acknowledgement came to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AlertAcknowledged {
    /// Whether a ladder was held by it; `false` where nothing was left to answer.
    now: bool,
}

/// Lists alerts, newest first.
pub(crate) async fn alerts(
    State(web): State<Web>,
    Query(asked): Query<AlertsWanted>,
) -> Result<Json<List<AlertRow>>, Trouble> {
    let begin = after(LETTER, asked.cursor.as_deref())?;
    let wanted = Wanted {
        state: asked.state.map(state).unwrap_or_default().to_owned(),
        severity: asked.severity.map(severity).unwrap_or_default().to_owned(),
        group: asked.group.map(|id| id.to_string()).unwrap_or_default(),
        integration: asked.integration.map(|id| id.to_string()).unwrap_or_default(),
        from: asked.from,
        to: asked.to,
    };
    let words = (asked.service, asked.text.unwrap_or_default().to_lowercase());
    let list = web.app().look(move |conn| rows(conn, &wanted, &words, begin));
    Ok(Json(list.await?))
}

fn rows(
    conn: &mut Conn,
    wanted: &Wanted,
    (service, text): &(Option<String>, String),
    mut begin: Option<(i64, String)>,
) -> Result<List<AlertRow>, StoreError> {
    let mut items = Vec::new();
    for _ in 0..STRETCHES {
        let found = alert::page(conn, wanted, begin.take())?;
        let full = found.len() >= PAGE;
        for row in found {
            begin = Some((row.opened_at.micros(), row.id.to_string()));
            let words = app::intake::words_of(conn, row.word, &row.field)?;
            let named = service.is_none() || words.service == *service;
            if named && words.title.to_lowercase().contains(text) {
                items.push(listed(row, &words));
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
    Ok(List { items, next: begin.map(|(at, id)| cursor(LETTER, at, &id)) })
}

/// One alert, explained: what arrived, where it went, who was told.
pub(crate) async fn alert(
    State(web): State<Web>,
    Path(id): Path<Id<id::Alert>>,
) -> Result<Json<AlertSeen>, Trouble> {
    let seen = web.app().explain_alert(id).await?.ok_or_else(Trouble::not_found)?;
    Ok(Json(explained(seen)))
}

/// Answers the ladders of the alert's group.
pub(crate) async fn acknowledge(
    State(web): State<Web>,
    Path(id): Path<Id<id::Alert>>,
    Asker(caller): Asker,
) -> Result<Json<AlertAcknowledged>, Trouble> {
    let held = web.app().look(move |conn| alert::load(conn, id)).await?;
    let group = held.ok_or_else(Trouble::not_found)?.group.to_string();
    let answered = web.app().acknowledge_target(&caller, group, Via::Api).await?;
    Ok(Json(AlertAcknowledged { now: answered == Acknowledged::Now }))
}

fn explained(seen: Explained) -> AlertSeen {
    let Explained { alert, words, group, intake, ladders, .. } = seen;
    let entry = alert.word;
    let row = listed(alert, &words);
    AlertSeen {
        row,
        description: words.description,
        resource: words.resource,
        environment: words.environment,
        labels: words.labels,
        annotations: words.annotations,
        claimed_at: words.claimed_at,
        key: words.key,
        intake,
        open_alerts: group.map_or(0, |group| group.open_alerts),
        told: ladders.into_iter().flat_map(|(_, _, pages)| pages).map(PageRow::from).collect(),
        entry,
    }
}

const fn state(wanted: AlertState) -> &'static str {
    match wanted {
        AlertState::Open => "open",
        AlertState::Resolved => "resolved",
    }
}

const fn severity(wanted: AlertSeverity) -> &'static str {
    match wanted {
        AlertSeverity::Critical => "critical",
        AlertSeverity::High => "high",
        AlertSeverity::Warning => "warning",
        AlertSeverity::Info => "info",
        AlertSeverity::Unknown => "unknown",
    }
}

fn listed(row: alert::Alert, words: &Words) -> AlertRow {
    AlertRow {
        id: row.id,
        group: row.group,
        integration: row.integration,
        state: row.state,
        severity: row.severity,
        title: words.title.clone(),
        service: words.service.clone(),
        opened_at: row.opened_at,
        resolved_at: row.resolved_at,
        repeats: row.repeats,
        last_seen: row.last_seen,
        incident: row.incident,
    }
}
