//! The bar of five phases, and the panel of the one that is shown.

use app::incident::Seen;
use base::Code;
use process::evidence::{Evidence as Standing, PhaseSummary, Progress};
use store::{StoreError, log};

use super::show::{Asked, named};
use crate::{
    page::{parts::count, tell::Teller},
    view::{
        Evidence, EvidenceState,
        incident::{PhasePanel, PhaseState, PhaseTab},
    },
};

/// The bar and the panel; `wanted` is the phase asked for, or the current one.
pub(super) fn phases(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
    wanted: &str,
) -> Result<(Vec<PhaseTab>, PhasePanel), StoreError> {
    let known = seen.phases.iter().any(|summary| summary.phase.as_str() == wanted);
    let shown = if known { wanted } else { seen.state.phase.as_str() };
    let tab = |summary: &PhaseSummary| {
        let phase = summary.phase.as_str();
        let begun = seen.state.phases.iter().find(|(code, _)| code.as_str() == phase);
        PhaseTab {
            phase: phase.to_owned(),
            state: match summary.progress {
                Progress::Ahead => PhaseState::Ahead,
                Progress::Active => PhaseState::On,
                Progress::Passed => PhaseState::Done,
            },
            begun: begun.map(|(_, at)| asked.reader.time(*at)),
            evidence: count(summary),
            shown: phase == shown,
        }
    };
    let tabs = seen.phases.iter().map(tab).collect();
    let mut panel = PhasePanel {
        phase: shown.to_owned(),
        evidence: crate::view::Count::default(),
        points: Vec::new(),
        trail: Vec::new(),
    };
    if let Some(summary) = seen.phases.iter().find(|summary| summary.phase.as_str() == shown) {
        panel.evidence = count(summary);
        for point in &summary.decision_points {
            panel.points.push(decision_point(teller, seen, asked, (point, summary))?);
        }
        for standing in &summary.evidence {
            let state = state(standing.evidence, summary.progress);
            let key = standing.name.to_string();
            let held = (&standing.name, &standing.element);
            panel.trail.push(evidence(teller, seen, asked, (state, key, held))?);
        }
    }
    Ok((tabs, panel))
}

fn state(evidence: Standing, progress: Progress) -> EvidenceState {
    match (evidence, progress) {
        (Standing::Present, _) => EvidenceState::Present,
        (Standing::Late, _) => EvidenceState::Late,
        (Standing::Excepted, _) => EvidenceState::Excepted,
        (Standing::Missing, Progress::Ahead) => EvidenceState::Ahead,
        (Standing::Missing, _) => EvidenceState::Missing,
    }
}

/// A decision point: taken, passed by exception, waiting, or not reached.
fn decision_point(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
    (point, summary): (&Code, &PhaseSummary),
) -> Result<Evidence, StoreError> {
    let state = if seen.state.excepted.contains_key(point) {
        EvidenceState::Excepted
    } else if seen.state.evidence.contains_key(point) {
        EvidenceState::Present
    } else if seen.tasks.iter().any(|task| task.element.id == *point) {
        EvidenceState::Missing
    } else {
        EvidenceState::Ahead
    };
    let name = seen.model.element(point).map(|element| element.name.as_str()).unwrap_or_default();
    let state = if summary.progress == Progress::Passed && state == EvidenceState::Ahead {
        // On a path that was not taken: nothing is owed.
        EvidenceState::Ahead
    } else {
        state
    };
    evidence(teller, seen, asked, (state, named(name, point.as_str()), (point, point)))
}

fn evidence(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
    (state, key, (name, element)): (EvidenceState, String, (&Code, &Code)),
) -> Result<Evidence, StoreError> {
    let mark = seen.state.evidence.get(name);
    let seq = match state {
        EvidenceState::Excepted => seen.state.excepted.get(element).copied(),
        _ => mark.map(|mark| mark.seq),
    };
    let stored = match seq {
        Some(seq) => log::entry(teller.conn(), seq)?,
        None => None,
    };
    let mut line = None;
    let mut words = None;
    let mut at = None;
    if let Some(stored) = stored {
        let entry = stored.entry()?;
        at = Some(asked.reader.time(stored.recorded_at));
        line = Some(teller.line(&entry)?);
        words = teller.words(stored.seq)?.into_iter().next().map(|(_, words)| words);
    }
    let task = seen.tasks.iter().find(|task| task.element.id == *element);
    let waits = state == EvidenceState::Missing;
    let reference = seen.state.reference.as_str();
    Ok(Evidence {
        state,
        key,
        line,
        words,
        entry: seq,
        at,
        due: task.and_then(|task| task.due_at).filter(|_| waits).map(|at| asked.reader.time(at)),
        task: task
            .filter(|_| waits)
            .map(|task| crate::page::rows::place_of(reference, task.number, &task.element)),
    })
}
