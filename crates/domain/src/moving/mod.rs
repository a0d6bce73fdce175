//! Moving running cases to another version of their process: a plan that one person proposes, another
//! approves, and that is then carried out case by case.
//!
//! A case stays on its version until a plan moves it. The plan says which cases, from which bytes to
//! which bytes, what is called otherwise there, why, and what a dry run said of each case. How one case
//! moves is decided in [`crate::incident::migrate_case`].

mod event;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use base::{Code, Digest, Id, Timestamp, id};
use serde::{Deserialize, Serialize};

pub use event::{
    CaseListed, CaseSettled, Event, MoveApproved, MoveCasesListed, MoveProposed, MoveRejected,
    MoveWithdrawn, Outcome, StuckAt,
};
pub use plan::{
    Judged, NewPlan, Versions, approve, check_mapping, listed, places, propose, reject, settle,
    withdraw,
};

use crate::{Meta, refusal::refusals};

/// The most cases of a plan.
pub const MAX_CASES: usize = 500;
/// The most elements that a plan names otherwise.
pub const MAX_MAPPED: usize = 200;
/// The most places that are told of a case that cannot move; how many there are is told always.
pub const MAX_PLACES: usize = 8;

refusals! {
    /// No such plan.
    unknown_plan: Missing = "MOV-001", "There is no such plan to move cases.";
    /// From a version to itself.
    same_version: Invalid = "MOV-002", "Cases move from one version to another; these are the same.";
    /// Nothing would happen.
    nothing_to_move: State = "MOV-003",
        "None of these cases could move. Name the counterpart of each place where one stands.";
    /// Too much at once.
    too_much: Invalid = "MOV-004",
        "A plan moves at most 500 cases and names at most 200 elements otherwise. Name the cases, and \
         move the rest with another plan.";
    /// Why is missing.
    reason_missing: Invalid = "MOV-005", "Say why, in a sentence or two.";
    /// Four eyes.
    own_plan: Forbidden = "MOV-006", "You proposed to move these cases; a second person approves it.";
    /// It was judged.
    judged_already: State = "MOV-007", "This plan was approved or given up already.";
    /// A case that is named is not there to be moved.
    case_elsewhere: State = "MOV-008",
        "This case is not open on the version that the plan moves from.";
    /// A slip in the mapping.
    mapping_unknown: Invalid = "MOV-009",
        "The mapping names an element that the version does not have.";
}

/// How far a plan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Waits for a second person.
    Proposed,
    /// Approved: its cases move one after another.
    Moving,
    /// Every case that was to move has moved, or is known to stay.
    Done,
    /// A second person said no.
    Rejected,
    /// Given up.
    Withdrawn,
}

impl Standing {
    /// Its code: `moving`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Moving => "moving",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A case of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseHeld {
    /// What the dry run said when the plan was proposed.
    pub dry: CaseListed,
    /// What became of it, and the entry that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<(CaseSettled, i64)>,
}

impl CaseHeld {
    /// Whether the approved plan has to move it: a case that was stuck in the dry run stays.
    pub fn is_due(&self) -> bool {
        self.settled.is_none() && self.dry.stuck == 0
    }

    /// Its state as a code: what became of it; `stays` where the dry run was stuck, else `waits`.
    pub fn state(&self) -> &'static str {
        match &self.settled {
            Some((settled, _)) => settled.outcome.code(),
            None if self.dry.stuck > 0 => "stays",
            None => "waits",
        }
    }

    /// Whether it has moved.
    pub fn has_moved(&self) -> bool {
        self.settled.as_ref().is_some_and(|(settled, _)| settled.outcome == Outcome::Moved)
    }
}

/// A plan to move cases, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The process.
    pub process: Code,
    /// The version that its cases run on.
    pub from: i64,
    /// SHA-256 of that version's bytes.
    pub from_sha256: Digest,
    /// The version that they move to.
    pub to: i64,
    /// SHA-256 of that version's bytes.
    pub to_sha256: Digest,
    /// Elements and flows that are called otherwise there: old id, new id.
    pub mapping: BTreeMap<Code, Code>,
    /// How far it has come.
    pub standing: Standing,
    /// Who proposed it: a person's id, or the server's for the host operator.
    pub proposed_by: Code,
    /// When.
    pub proposed_at: Timestamp,
    /// The entry of the proposal; its word is the reason.
    pub proposed: i64,
    /// Who approved it or gave it up.
    pub judged_by: Option<Code>,
    /// When, and the entry that says so.
    pub judged: Option<(Timestamp, i64)>,
    /// Its cases.
    pub cases: BTreeMap<Id<id::Incident>, CaseHeld>,
}

impl Plan {
    /// From which version to which.
    pub fn versions(&self) -> Versions {
        let (from, to) = ((self.from, self.from_sha256), (self.to, self.to_sha256));
        Versions { process: self.process.clone(), from, to }
    }

    /// The cases that are still to be moved, in the order of their declaration.
    pub fn due(&self) -> impl Iterator<Item = Id<id::Incident>> {
        let moving = self.standing == Standing::Moving;
        let due = self.cases.iter().filter(move |(_, case)| moving && case.is_due());
        due.map(|(id, _)| *id)
    }

    /// How many cases have moved, and how many stay: by the dry run or by what was found later.
    pub fn counts(&self) -> (usize, usize) {
        let moved = self.cases.values().filter(|case| case.has_moved()).count();
        let stays = |case: &&CaseHeld| !case.is_due() && !case.has_moved();
        (moved, self.cases.values().filter(stays).count())
    }
}

/// Folds one entry.
pub fn apply(state: Option<Plan>, event: &Event, meta: &Meta) -> Option<Plan> {
    let mut next = match (state, event) {
        (Some(plan), _) => plan,
        (None, Event::MoveProposed(e)) => Plan {
            process: e.process.clone(),
            from: e.from,
            from_sha256: e.from_sha256,
            to: e.to,
            to_sha256: e.to_sha256,
            mapping: e.mapping.clone(),
            standing: Standing::Proposed,
            proposed_by: meta.actor.id.clone(),
            proposed_at: meta.recorded_at,
            proposed: meta.seq,
            judged_by: None,
            judged: None,
            cases: BTreeMap::new(),
        },
        (None, _) => return None,
    };
    match event {
        Event::MoveProposed(_) => {}
        Event::MoveCasesListed(e) => {
            let held = e
                .cases
                .iter()
                .map(|dry| (dry.incident, CaseHeld { dry: dry.clone(), settled: None }));
            next.cases.extend(held);
        }
        Event::MoveApproved(_) => next.judge(Standing::Moving, meta),
        Event::MoveRejected(_) => next.judge(Standing::Rejected, meta),
        Event::MoveWithdrawn(_) => next.judge(Standing::Withdrawn, meta),
        Event::CaseSettled(e) => {
            if let Some(case) = next.cases.get_mut(&e.incident) {
                case.settled = Some((e.clone(), meta.seq));
            }
        }
    }
    if next.standing == Standing::Moving && next.due().next().is_none() {
        next.standing = Standing::Done;
    }
    Some(next)
}

impl Plan {
    fn judge(&mut self, standing: Standing, meta: &Meta) {
        self.standing = standing;
        self.judged_by = Some(meta.actor.id.clone());
        self.judged = Some((meta.recorded_at, meta.seq));
    }
}
