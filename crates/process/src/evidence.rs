//! Required evidence of elements and phases: present, late, missing or excepted (ground rule G5).

use std::collections::BTreeSet;

use base::{Code, Timestamp};

use crate::{
    engine::State,
    model::{Element, Model, Phase},
};

base::leaf! {
    /// How a piece of required evidence stands.
    #[derive(schemars::JsonSchema)]
    pub enum Evidence {
        /// Recorded in time.
        Present,
        /// Recorded, but later after it happened than the element allows.
        Late,
        /// Not recorded.
        Missing,
        /// Not recorded, and the element was bypassed by an exception.
        Excepted,
    }
}

/// A record that an entry brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its name, such as `severity_decision`.
    pub name: Code,
    /// When the server recorded it.
    pub recorded_at: Timestamp,
    /// When it happened, as claimed.
    pub occurred_at: Timestamp,
}

/// One required piece of evidence and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The element that requires it.
    pub element: Code,
    /// Its name.
    pub name: Code,
    /// How it stands.
    pub evidence: Evidence,
}

/// Whether an element was bypassed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// It took its course.
    Regular,
    /// It was bypassed by an exception.
    Bypassed,
}

/// How the element's required evidence stands as of `now`, in the order of the model.
///
/// The first record of a name counts: a second one in time does not heal a late first one.
/// Records made after `now` are not seen, so that questions "as of" have one answer.
pub fn evidence_status(
    element: &Element,
    recorded: &[Recorded],
    course: Course,
    now: Timestamp,
) -> Vec<Standing> {
    let standing = |required: &crate::model::Required| {
        let named = recorded.iter().filter(|r| r.name == required.name && r.recorded_at <= now);
        let evidence = match (named.min_by_key(|r| r.recorded_at), course, required.late) {
            (None, Course::Bypassed, _) => Evidence::Excepted,
            (None, Course::Regular, _) => Evidence::Missing,
            (Some(r), _, Some(late)) if r.recorded_at - r.occurred_at > late => Evidence::Late,
            (Some(_), ..) => Evidence::Present,
        };
        Standing { element: element.id.clone(), name: required.name.clone(), evidence }
    };
    element.marks.evidence.iter().map(standing).collect()
}

/// How far a phase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// No element of it was entered.
    Ahead,
    /// A token stands on one of its elements.
    Active,
    /// It was entered, and no token stands in it now.
    Passed,
}

/// A phase as the five-phase bar shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseSummary {
    /// The phase.
    pub phase: Phase,
    /// How far it is.
    pub progress: Progress,
    /// Its decision points, in document order.
    pub decision_points: Vec<Code>,
    /// All required evidence of its elements, in document order.
    pub evidence: Vec<Standing>,
}

impl PhaseSummary {
    /// How many pieces stand so.
    pub fn count(&self, evidence: Evidence) -> usize {
        self.evidence.iter().filter(|standing| standing.evidence == evidence).count()
    }
}

/// All five phases, in order, as of `now`. Elements on paths not taken are missing nothing: evidence is
/// asked of elements that were entered and of decision points of phases still ahead or active.
pub fn phases(
    model: &Model,
    state: &State,
    recorded: &[Recorded],
    now: Timestamp,
) -> Vec<PhaseSummary> {
    let active: BTreeSet<Phase> = state
        .active()
        .into_iter()
        .filter_map(|id| model.element(id).and_then(|element| element.marks.phase))
        .collect();
    Phase::ALL.iter().map(|phase| summary(model, state, recorded, now, (*phase, &active))).collect()
}

fn summary(
    model: &Model,
    state: &State,
    recorded: &[Recorded],
    now: Timestamp,
    (phase, active): (Phase, &BTreeSet<Phase>),
) -> PhaseSummary {
    let entered = |element: &Element| state.visits.contains_key(&element.id);
    // What may run beside the process owes nothing until it does.
    let mine = || {
        let of_phase = model.elements().iter().filter(move |e| e.marks.phase == Some(phase));
        of_phase.filter(|element| !model.is_beside(element) || entered(element))
    };
    let progress = match (active.contains(&phase), mine().any(entered)) {
        (true, _) => Progress::Active,
        (false, true) => Progress::Passed,
        (false, false) => Progress::Ahead,
    };
    let asked = |element: &&Element| {
        entered(element) || (element.marks.decision_point && progress != Progress::Passed)
    };
    let standing = |element: &Element| {
        let bypassed = state.excepted.contains_key(&element.id);
        let course = if bypassed { Course::Bypassed } else { Course::Regular };
        evidence_status(element, recorded, course, now)
    };
    PhaseSummary {
        phase,
        progress,
        decision_points: mine().filter(|e| e.marks.decision_point).map(|e| e.id.clone()).collect(),
        evidence: mine().filter(asked).flat_map(standing).collect(),
    }
}
