//! `GET /api/v1/incidents/{reference}`.

use app::incident::{Seen, TaskSeen};
use axum::extract::State;
use base::{Code, Digest, Id, Timestamp, id};
use domain::incident::{Certainty, MeasureHeld, MeasureKind, Status};
use process::{
    evidence::{Evidence, PhaseSummary},
    model::Phase,
};
use schemars::JsonSchema;
use serde::Serialize;
use store::word;

use super::take::{Json, Path};
use crate::{state::Web, trouble::Trouble};

/// An incident as it is now.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IncidentSeen {
    /// The incident.
    id: Id<id::Incident>,
    /// `INC-2026-0042`.
    reference: Code,
    /// What is broken; `[erased]` where the words were erased.
    title: String,
    /// More of it.
    description: String,
    /// live, exercise or retrospective.
    mode: String,
    /// Whether work goes on.
    status: Status,
    /// detect, triage, contain, recover or learn.
    phase: Code,
    /// `S1` to `S4`; `null` until decided.
    severity: Option<&'static str>,
    /// The entry of a severity that waits for approval; a person approves it on the page.
    approval_wanted: Option<i64>,
    /// Who is in command.
    commander: Option<Id<id::Person>>,
    /// The legal entity it happened to.
    entity: Id<id::LegalEntity>,
    /// The services it affects.
    services: Vec<Id<id::Service>>,
    /// When it was declared.
    declared_at: Timestamp,
    /// The incident it was merged into.
    merged_into: Option<Id<id::Incident>>,
    /// The process it runs, pinned.
    process: ProcessPinned,
    /// What is known.
    facts: Vec<FactSeen>,
    /// Open tasks.
    tasks: Vec<IncidentTask>,
    /// Temporary measures that stand.
    measures: Vec<MeasureSeen>,
    /// What runs out when.
    clocks: Vec<ClockSeen>,
    /// The five phases with their evidence.
    phases: Vec<PhaseSeen>,
    /// How many entries its timeline has.
    entries: i64,
}

/// A version of a process.
#[derive(Debug, Serialize, JsonSchema)]
struct ProcessPinned {
    /// Its name.
    name: Code,
    /// Its version.
    version: i64,
    /// The hash of its model.
    sha256: Digest,
}

/// A temporary measure that stands.
#[derive(Debug, Serialize, JsonSchema)]
struct MeasureSeen {
    /// The entry that took it.
    entry: i64,
    /// What kind.
    kind: MeasureKind,
    /// Who sees to its end.
    owner: Id<id::Person>,
    /// Until when it is to stand.
    until: Timestamp,
}

/// A fact, newest value.
#[derive(Debug, Serialize, JsonSchema)]
struct FactSeen {
    /// Its name.
    fact: Code,
    /// Its value; `[erased]` where the words were erased.
    value: String,
    /// How sure it is.
    certainty: Certainty,
    /// As of when it holds.
    as_of: Timestamp,
    /// The entry that recorded it.
    entry: i64,
}

/// An open task of an incident.
#[derive(Debug, Serialize, JsonSchema)]
struct IncidentTask {
    /// Its number in the incident.
    number: u32,
    /// The element of the process.
    element: Code,
    /// What it is called.
    name: String,
    /// The roles it is for; everybody who responds where empty.
    roles: Vec<Code>,
    /// How many people must approve it, where somebody must.
    approvals: Option<u32>,
    /// When it is due.
    due_at: Option<Timestamp>,
    /// The fields of its form.
    fields: Vec<TaskField>,
}

/// A field of a task's form.
#[derive(Debug, Serialize, JsonSchema)]
struct TaskField {
    /// Its name in `answers`.
    key: Code,
    /// Whether it must be answered.
    required: bool,
}

/// Something that runs out.
#[derive(Debug, Serialize, JsonSchema)]
struct ClockSeen {
    /// The clock.
    id: Code,
    /// What runs out.
    kind: String,
    /// When.
    due_at: Timestamp,
    /// Whether it runs.
    state: String,
    /// The rule it follows from.
    rule: String,
}

/// A phase with its required evidence.
#[derive(Debug, Serialize, JsonSchema)]
struct PhaseSeen {
    /// The phase.
    phase: Phase,
    /// Its required evidence.
    evidence: Vec<EvidenceSeen>,
}

/// A piece of required evidence.
#[derive(Debug, Serialize, JsonSchema)]
struct EvidenceSeen {
    /// Its name.
    name: Code,
    /// The element that requires it.
    element: Code,
    /// present, late, missing or excepted.
    is: Evidence,
}

/// One incident as it is now: state, facts, tasks, clocks, evidence by phase.
pub(crate) async fn incident(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<Json<IncidentSeen>, Trouble> {
    let seen = web.app().see_incident(&reference, i64::MAX).await?;
    let held: Vec<_> = seen.state.facts.clone().into_iter().collect();
    let facts = web.app().look(move |conn| {
        let told = held.into_iter().map(|(fact, held)| {
            let value = word::text(conn, held.seq, "value")?;
            let (certainty, as_of, entry) = (held.certainty, held.as_of, held.seq);
            Ok(FactSeen { fact, value, certainty, as_of, entry })
        });
        told.collect::<Result<Vec<_>, store::StoreError>>()
    });
    let facts = facts.await?;
    Ok(Json(document(seen, facts)))
}

fn measure((entry, held): (i64, MeasureHeld)) -> MeasureSeen {
    MeasureSeen { entry, kind: held.kind, owner: held.owner, until: held.until }
}

fn document(seen: Seen, facts: Vec<FactSeen>) -> IncidentSeen {
    let state = seen.state;
    IncidentSeen {
        id: seen.id,
        reference: state.reference,
        title: seen.title,
        description: seen.description,
        mode: seen.mode,
        status: state.status,
        phase: state.phase,
        severity: state.severity.now().map(domain::incident::Severity::letter),
        approval_wanted: state.severity.waiting().map(|decided| decided.seq),
        commander: state.commander,
        entity: state.entity,
        services: state.services.into_iter().collect(),
        declared_at: state.declared_at,
        merged_into: state.merged_into,
        process: ProcessPinned {
            name: state.process.name,
            version: state.process.version,
            sha256: state.process.sha256,
        },
        facts,
        tasks: seen.tasks.into_iter().map(task).collect(),
        measures: state.measures.into_iter().map(measure).collect(),
        clocks: seen.clocks.into_iter().map(clock).collect(),
        phases: seen.phases.into_iter().map(phase).collect(),
        entries: seen.entries,
    }
}

fn task(task: TaskSeen) -> IncidentTask {
    let marks = task.element.marks;
    let field =
        |field: process::model::Field| TaskField { key: field.key, required: field.required };
    IncidentTask {
        number: task.number,
        element: task.element.id,
        name: task.element.name,
        roles: marks.roles,
        approvals: marks.approvals,
        due_at: task.due_at,
        fields: marks.form.into_iter().map(field).collect(),
    }
}

fn clock(clock: store::clock::Clock) -> ClockSeen {
    let store::clock::Clock { id, kind, due_at, state, rule, .. } = clock;
    ClockSeen { id, kind, due_at, state, rule }
}

fn phase(phase: PhaseSummary) -> PhaseSeen {
    let evidence = phase.evidence.into_iter().map(|standing| EvidenceSeen {
        name: standing.name,
        element: standing.element,
        is: standing.evidence,
    });
    PhaseSeen { phase: phase.phase, evidence: evidence.collect() }
}
