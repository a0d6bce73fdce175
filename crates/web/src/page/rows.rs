//! Incidents as rows of lists, and their open tasks.

use app::{App, escalation::pages_of};
use base::{Code, Timestamp};
use db::Conn;
use domain::incident::Incident;
use process::{Element, Model};
use store::{
    StoreError,
    incident::{self, Listed},
    person, word,
};

use super::parts::{label, presses, sev, total, until};
use crate::view::{
    Count, Reach,
    incident::NextStep,
    now::{IncidentRow, PhaseGroup},
    time::Reader,
};

/// The phases, in order.
pub(crate) const PHASES: &[&str] = &["detect", "triage", "contain", "recover", "learn"];

/// An open task with what its row says.
pub(crate) struct Open {
    /// What it is called.
    pub(crate) name: String,
    /// Until when.
    pub(crate) due: Option<Timestamp>,
}

/// A row of a list of incidents.
pub(crate) fn row(
    conn: &mut Conn,
    app: &App,
    listed: &Listed,
    reader: &Reader,
) -> Result<IncidentRow, StoreError> {
    let now = app.now();
    let open = listed.status == "open";
    let state = incident::load(conn, listed.id)?;
    let (mut next, mut evidence) = (None, Count::default());
    if let Some(state) = &state
        && let Ok(model) = app.documents().running(conn, &state.process)
    {
        next = if open { soonest(state, &model) } else { None };
        evidence = total(&model, state, now);
    }
    let (holder, reach) = holder(conn, listed)?;
    let due = next.as_ref().and_then(|task| task.due);
    Ok(IncidentRow {
        reference: listed.reference.to_string(),
        title: word::text(conn, listed.word, "title")?,
        sev: sev(listed.severity.as_deref(), &listed.phase, open),
        exercise: listed.mode == "exercise",
        since: reader.time(listed.declared_at),
        holder,
        reach,
        next: next.map(|task| task.name),
        due_in: due.map(|due| until(due, now)),
        pressing: due.is_some_and(|due| presses(due, now)),
        evidence,
    })
}

/// Who has it: the commander, or whom the ladder tries.
fn holder(conn: &mut Conn, listed: &Listed) -> Result<(Option<String>, Reach), StoreError> {
    if let Some(commander) = listed.commander.as_deref().and_then(|id| id.parse().ok()) {
        return Ok((Some(person::name(conn, commander)?), Reach::Reached));
    }
    let pages = pages_of(conn, &listed.id.to_string())?;
    match pages.last() {
        Some(page) => Ok((Some(person::name(conn, page.person)?), reach(&page.state))),
        None => Ok((None, Reach::Unknown)),
    }
}

/// Whether a page reached its person, by its state.
pub(crate) fn reach(state: &str) -> Reach {
    match state {
        "acknowledged" => Reach::Reached,
        "queued" | "handed_over" => Reach::Trying,
        "failed" => Reach::Failed,
        _ => Reach::Unknown,
    }
}

/// The open task that is due first.
fn soonest(state: &Incident, model: &Model) -> Option<Open> {
    let tasks = state.process.state.tasks.iter();
    let soonest = tasks.min_by_key(|(number, task)| (task.due_at.is_none(), task.due_at, **number));
    let (_, task) = soonest?;
    let name = name_of(model, &task.element);
    Some(Open { name, due: task.due_at })
}

/// The name of an element as drawn.
pub(crate) fn name_of(model: &Model, element: &Code) -> String {
    let named = model.element(element).map(|element| element.name.clone());
    named.filter(|name| !name.is_empty()).unwrap_or_else(|| label(element.as_str()))
}

/// Where a task is done: the severity decision has a page of its own.
pub(crate) fn place_of(reference: &str, number: u32, element: &Element) -> String {
    let severity = matches!(&element.kind, process::Kind::Rule { decision: Some(name) }
        if name.as_str() == "severity");
    if severity {
        format!("/incidents/{reference}/severity")
    } else {
        format!("/tasks/{reference}/{number}")
    }
}

/// A task as a step to do next.
pub(crate) fn step(
    reference: &str,
    (number, element): (u32, &Element),
    due: Option<Timestamp>,
    (mine, reader, now): (bool, &Reader, Timestamp),
) -> NextStep {
    let name =
        if element.name.is_empty() { label(element.id.as_str()) } else { element.name.clone() };
    NextStep {
        name,
        href: place_of(reference, number, element),
        mine,
        waiting: None,
        due: due.map(|due| reader.time(due)),
        due_in: due.map(|due| until(due, now)),
        pressing: due.is_some_and(|due| presses(due, now)),
        consequence: None,
        roles: role_names(&element.marks.roles),
    }
}

/// Roles by code, as people write them.
pub(crate) fn role_names(codes: &[Code]) -> Vec<String> {
    let name = |code: &Code| {
        let role = domain::access::Role::from_code(code.as_str());
        role.map_or_else(|| code.to_string(), |role| role.name().to_owned())
    };
    codes.iter().map(name).collect()
}

/// Rows by phase, oldest first; phases without any are left out.
pub(crate) fn by_phase(rows: Vec<(String, IncidentRow)>) -> Vec<PhaseGroup> {
    let empty = |phase: &&str| PhaseGroup { phase: (*phase).to_owned(), incidents: Vec::new() };
    let mut groups: Vec<PhaseGroup> = PHASES.iter().map(empty).collect();
    for (phase, row) in rows.into_iter().rev() {
        if let Some(group) = groups.iter_mut().find(|group| group.phase == phase) {
            group.incidents.push(row);
        }
    }
    groups.retain(|group| !group.incidents.is_empty());
    groups
}
