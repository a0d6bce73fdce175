//! From a proposal to cases that have moved: each step an entry.
//!
//! | step | from | to | who |
//! | --- | --- | --- | --- |
//! | propose | – | proposed | somebody who may publish; one case at least could move |
//! | approve | proposed | moving | a second person who may approve, freshly signed in |
//! | reject | proposed | rejected | somebody who may approve, with a reason |
//! | withdraw | proposed | withdrawn | somebody who may publish, with a reason |
//! | settle | moving | moving, done after the last | the server, once a case |

use std::collections::BTreeMap;

use base::{Code, Digest, Id, Timestamp, id};
use evidence::entry::Draft;
use process::{
    Kind, Model,
    engine::migrate::{Preview, Stuck},
};

use super::{
    CaseListed, CaseSettled, Event, MAX_CASES, MAX_MAPPED, MAX_PLACES, MoveApproved,
    MoveCasesListed, MoveProposed, MoveRejected, MoveWithdrawn, Plan, Standing, StuckAt,
    judged_already, mapping_unknown, nothing_to_move, own_plan, reason_missing, same_version,
    too_much,
};
use crate::{Refused, person};

/// How many cases one entry lists: each with all its places is far below what an entry may hold.
const PART: usize = 25;

/// A version, by its number and its bytes.
pub type Numbered = (i64, Digest);

/// The two versions of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The process.
    pub process: Code,
    /// The version that its cases run on.
    pub from: Numbered,
    /// The version that they move to.
    pub to: Numbered,
}

/// A plan as somebody proposes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPlan {
    /// From which version to which.
    pub versions: Versions,
    /// Elements and flows that are called otherwise there.
    pub mapping: BTreeMap<Code, Code>,
    /// The cases, with what the dry run says of each.
    pub cases: Vec<CaseListed>,
}

/// Who judges a plan, and what they say.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// Who.
    pub by: Id<id::Person>,
    /// Their words.
    pub words: &'a str,
}

/// What a dry run says of a case.
pub fn listed(incident: Id<id::Incident>, seen: &Preview) -> CaseListed {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    CaseListed {
        incident,
        tokens: count(seen.moves.len()),
        kept: count(seen.kept.len()),
        ended: count(seen.ended.len()),
        begun: count(seen.begun.len()),
        stuck: count(seen.stuck.len()),
        places: places(&seen.stuck),
    }
}

/// The first [`MAX_PLACES`] places, as an entry names them.
pub fn places(stuck: &[Stuck]) -> Vec<StuckAt> {
    let told = stuck.iter().take(MAX_PLACES);
    let told = told.map(|at| StuckAt { element: at.element.clone(), reason: at.reason.clone() });
    told.collect()
}

/// Whether each side of a mapping exists: a slip of the pen would move nothing and say nothing. What
/// lies inside a called process is bound case by case; there its call is looked for.
///
/// # Errors
/// `MOV-009` naming the pair, `MOV-004` beyond [`MAX_MAPPED`].
pub fn check_mapping(
    (from, to): (&Model, &Model),
    mapping: &BTreeMap<Code, Code>,
) -> Result<(), Refused> {
    if mapping.len() > MAX_MAPPED {
        return Err(too_much());
    }
    let known = |model: &Model, id: &Code| {
        let call = id.as_str().split_once(':').and_then(|(call, _)| call.parse::<Code>().ok());
        let calls = |call: &Code| {
            model.element(call).is_some_and(|element| matches!(element.kind, Kind::Call { .. }))
        };
        call.map_or_else(|| model.element(id).is_some() || model.flow(id).is_some(), |c| calls(&c))
    };
    let slip = mapping.iter().find(|(old, new)| !known(from, old) || !known(to, new));
    slip.map_or(Ok(()), |(old, new)| Err(mapping_unknown().about(&format!("{old}={new}"))))
}

/// Proposes to move cases.
///
/// # Errors
/// `MOV-002` to the same version, `MOV-003` where no case could move, `MOV-004` beyond
/// [`MAX_CASES`], `MOV-005` without a reason.
pub fn propose(
    id: Id<id::CaseMove>,
    new: &NewPlan,
    reason: &str,
    now: Timestamp,
) -> Result<Vec<Draft>, Refused> {
    let reason = words(reason)?;
    let Versions { process, from, to } = &new.versions;
    if from.0 == to.0 {
        return Err(same_version());
    }
    if new.cases.len() > MAX_CASES || new.mapping.len() > MAX_MAPPED {
        return Err(too_much());
    }
    let stuck = new.cases.iter().filter(|case| case.stuck > 0).count();
    if stuck == new.cases.len() {
        return Err(nothing_to_move());
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let proposed = MoveProposed {
        process: process.clone(),
        from: from.0,
        from_sha256: from.1,
        to: to.0,
        to_sha256: to.1,
        mapping: new.mapping.clone(),
        cases: count(new.cases.len()),
        stuck: count(stuck),
    };
    let mut drafts = vec![Event::from(proposed).draft(id, now).word("reason", reason)];
    for (number, cases) in new.cases.chunks(PART).enumerate() {
        let part = MoveCasesListed { part: count(number + 1), cases: cases.to_vec() };
        drafts.push(Event::from(part).draft(id, now));
    }
    Ok(drafts)
}

/// A second person approves: the cases begin to move. That it is a person in a freshly confirmed
/// session whose account is not new is the caller's to prove (ground rules G11, G21).
///
/// # Errors
/// `MOV-006` for the one who proposed it, `MOV-007` where it was judged.
pub fn approve(
    (id, plan): (Id<id::CaseMove>, &Plan),
    Judged { by, words }: Judged<'_>,
    now: Timestamp,
) -> Result<Draft, Refused> {
    open(plan)?;
    if plan.proposed_by == person::code(by) {
        return Err(own_plan());
    }
    let event = Event::from(MoveApproved { cases: to_move(plan) });
    Ok(event.draft(id, now).word_if("comment", Some(words.trim()).filter(|w| !w.is_empty())))
}

/// Somebody who may approve says no.
///
/// # Errors
/// `MOV-005` without a reason, `MOV-007` where it was judged.
pub fn reject(
    (id, plan): (Id<id::CaseMove>, &Plan),
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    open(plan)?;
    let event = Event::from(MoveRejected { cases: to_move(plan) });
    Ok(event.draft(id, now).word("reason", words(reason)?))
}

/// Gives a plan up that nobody has approved yet.
///
/// # Errors
/// `MOV-005` without a reason, `MOV-007` where it was judged.
pub fn withdraw(
    (id, plan): (Id<id::CaseMove>, &Plan),
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    open(plan)?;
    let event = Event::from(MoveWithdrawn { cases: to_move(plan) });
    Ok(event.draft(id, now).word("reason", words(reason)?))
}

/// Says what became of a case; nothing where that is said already, or the plan moves none.
pub fn settle(
    (id, plan): (Id<id::CaseMove>, &Plan),
    settled: CaseSettled,
    now: Timestamp,
) -> Option<Draft> {
    let due = plan.due().any(|case| case == settled.incident);
    due.then(|| Event::from(settled).draft(id, now))
}

fn open(plan: &Plan) -> Result<(), Refused> {
    if plan.standing == Standing::Proposed { Ok(()) } else { Err(judged_already()) }
}

fn to_move(plan: &Plan) -> u32 {
    let due = plan.cases.values().filter(|case| case.is_due()).count();
    u32::try_from(due).unwrap_or(u32::MAX)
}

fn words(text: &str) -> Result<&str, Refused> {
    Some(text.trim()).filter(|text| !text.is_empty()).ok_or_else(reason_missing)
}
