//! Ready for audit? Four questions that every audit of an incident asks, answered from the evidence that
//! the process requires: severity evidenced, containment logged, communications approved, remediation
//! tracked. What is not known is never shown as fine.

use app::incident::Seen;
use axum::extract::Path;
use process::evidence::{Evidence, PhaseSummary, Progress, Standing};

use crate::{
    answer::{self, Answer},
    page::{
        around::shell,
        parts::label,
        rows::{name_of, place_of},
        tell::words,
    },
    view::{
        Place,
        audit::{AuditItem, AuditPage, AuditPoint, AuditState},
        time::Reader,
    },
    visit::Visit,
};

/// The questions, each with the evidence and the elements that answer it.
const QUESTIONS: [(&str, &[&str]); 4] = [
    ("severity", &["severity_decision", "rationale", "approver"]),
    ("containment", &["containment", "failover_approval", "failover_execution"]),
    (
        "communications",
        &[
            "communication_draft",
            "legal_review",
            "communication_approval",
            "publish_message",
            "recovery_notice",
        ],
    ),
    ("remediation", &["root_cause", "incident_review", "remediation_agreed", "remediation"]),
];

/// `GET /incidents/{reference}/audit`: for the screen and for paper.
pub(crate) async fn audit(visit: Visit, Path(reference): Path<String>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let page = AuditPage {
        shell: shell(&visit, Place::Incidents).await?,
        title: words(seen.title.clone()),
        points: points(&seen, &visit.reader()),
        process: format!("{} v{}", seen.state.process.name, seen.state.process.version),
        entries: seen.entries,
        reference,
    };
    answer::page(&visit, &page)
}

/// The four questions with their answers.
pub(super) fn points(seen: &Seen, reader: &Reader) -> Vec<AuditPoint> {
    QUESTIONS.iter().map(|(question, names)| point(seen, reader, question, names)).collect()
}

fn point(seen: &Seen, reader: &Reader, question: &'static str, names: &[&str]) -> AuditPoint {
    let asked = |standing: &&Standing| {
        names.iter().any(|name| standing.name == **name || standing.element == **name)
    };
    let items: Vec<AuditItem> = seen
        .phases
        .iter()
        .flat_map(|phase| phase.evidence.iter().filter(asked).map(move |held| (phase, held)))
        .map(|(phase, standing)| item(seen, reader, phase, standing))
        .collect();
    let worst = items.iter().map(|item| item.state).max();
    let state = match worst {
        Some(state) => state,
        // On paths that were not taken, or not reached yet: nothing is owed, nothing is shown as fine.
        None if is_modelled(seen, names) => AuditState::NotYet,
        None => AuditState::Unknown,
    };
    AuditPoint { question, state, items }
}

/// Whether the process knows of any of it at all.
fn is_modelled(seen: &Seen, names: &[&str]) -> bool {
    seen.model.elements().iter().any(|element| {
        let required = element.marks.evidence.iter().map(|required| required.name.as_str());
        required.chain([element.id.as_str()]).any(|name| names.contains(&name))
    })
}

fn item(seen: &Seen, reader: &Reader, phase: &PhaseSummary, standing: &Standing) -> AuditItem {
    let mark = seen.state.evidence.get(&standing.name);
    let state = match (standing.evidence, phase.progress) {
        (Evidence::Present, _) => AuditState::Present,
        (Evidence::Late, _) => AuditState::Late,
        (Evidence::Excepted, _) => AuditState::Excepted,
        (Evidence::Missing, Progress::Ahead) => AuditState::NotYet,
        (Evidence::Missing, _) => AuditState::Missing,
    };
    let entry = match state {
        AuditState::Excepted => seen.state.excepted.get(&standing.element).copied(),
        _ => mark.map(|mark| mark.seq),
    };
    let task = seen.tasks.iter().find(|task| task.element.id == standing.element);
    let reference = seen.state.reference.as_str();
    AuditItem {
        name: label(standing.name.as_str()),
        element: name_of(&seen.model, &standing.element),
        state,
        entry,
        happened: mark.map(|mark| reader.time(mark.occurred_at)),
        recorded: mark.map(|mark| reader.time(mark.recorded_at)),
        task: task
            .filter(|_| state == AuditState::Missing)
            .map(|task| place_of(reference, task.number, &task.element)),
    }
}
