//! `GET /api/v1/incidents/{reference}`.

use app::incident::{Seen, TaskSeen};
use axum::extract::{Path, State};
use serde_json::{Value, json};
use store::word;

use crate::{state::Web, trouble::Trouble};

/// One incident as it is now: state, facts, tasks, clocks, evidence by phase.
pub(crate) async fn incident(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<axum::Json<Value>, Trouble> {
    let seen = web.app().see_incident(&reference, i64::MAX).await?;
    let held: Vec<_> = seen.state.facts.clone().into_iter().collect();
    let facts = web.app().look(move |conn| {
        held.into_iter()
            .map(|(name, fact)| {
                let value = word::text(conn, fact.seq, "value")?;
                Ok(json!({
                    "fact": name,
                    "value": value,
                    "certainty": fact.certainty,
                    "as_of": fact.as_of,
                    "entry": fact.seq,
                }))
            })
            .collect::<Result<Vec<Value>, store::StoreError>>()
    });
    let facts = facts.await?;
    Ok(axum::Json(document(&seen, &facts)))
}

fn document(seen: &Seen, facts: &[Value]) -> Value {
    let state = &seen.state;
    json!({
        "id": seen.id,
        "reference": state.reference,
        "title": seen.title,
        "description": seen.description,
        "mode": seen.mode,
        "status": state.status,
        "phase": state.phase,
        "severity": state.severity.now().map(domain::incident::Severity::letter),
        "approval_wanted": state.severity.waiting().map(|decided| decided.seq),
        "commander": state.commander,
        "entity": state.entity,
        "services": state.services,
        "declared_at": state.declared_at,
        "merged_into": state.merged_into,
        "process": {
            "name": state.process.name,
            "version": state.process.version,
            "sha256": state.process.sha256,
        },
        "facts": facts,
        "tasks": seen.tasks.iter().map(task).collect::<Vec<_>>(),
        "clocks": seen.clocks.iter().map(clock).collect::<Vec<_>>(),
        "phases": seen.phases.iter().map(phase).collect::<Vec<_>>(),
        "entries": seen.entries,
    })
}

fn task(task: &TaskSeen) -> Value {
    let marks = &task.element.marks;
    json!({
        "number": task.number,
        "element": task.element.id,
        "name": task.element.name,
        "roles": marks.roles,
        "approvals": marks.approvals,
        "due_at": task.due_at,
        "fields": marks.form.iter().map(|field| json!({
            "key": field.key,
            "required": field.required,
        })).collect::<Vec<_>>(),
    })
}

fn clock(clock: &store::clock::Clock) -> Value {
    json!({
        "id": clock.id,
        "kind": clock.kind,
        "due_at": clock.due_at,
        "state": clock.state,
        "rule": clock.rule,
    })
}

fn phase(phase: &process::evidence::PhaseSummary) -> Value {
    let evidence = phase.evidence.iter().map(|standing| {
        json!({ "name": standing.name, "element": standing.element, "is": standing.evidence })
    });
    json!({ "phase": phase.phase, "evidence": evidence.collect::<Vec<_>>() })
}
