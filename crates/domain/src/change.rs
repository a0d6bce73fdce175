//! Changes of configuration that are proposed together and take effect together, once a second person
//! has approved them (ground rule G21). Before anybody has an account they take effect at once.

use base::{Code, Id, Timestamp, id, leaf};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use crate::{Meta, Refused, event::events, refusal::refusals};

leaf! {
    /// How many things change.
    pub struct Extent {
        /// Things that are new.
        pub adds: u32,
        /// Things that change.
        pub changes: u32,
        /// Things that end.
        pub retires: u32,
    }

    /// Changes were proposed; word `changes`: all of them.
    pub struct ChangeSetProposed {
        /// How many.
        pub extent: Extent,
    }

    /// They took effect; the entries that follow name this one as their cause.
    pub struct ChangeSetApplied {
        /// Whether nobody approved, because nobody had an account yet.
        pub first_set_up: bool,
    }

    /// They were given up; word `reason`.
    pub struct ChangeSetRejected {
        /// How many changes.
        pub extent: Extent,
    }
}

events! {
    /// What happened to a set of changes.
    pub enum Event {
        /// Changes were proposed.
        ChangeSetProposed = "change_set_proposed",
        /// They took effect.
        ChangeSetApplied = "change_set_applied",
        /// They were given up.
        ChangeSetRejected = "change_set_rejected",
    }
}

refusals! {
    /// No such set.
    unknown: Missing = "CFG-005", "There is no such set of changes.";
    /// It is settled.
    settled: State = "CFG-006", "These changes took effect or were given up already.";
    /// Something in it has changed since.
    changed_since: State = "CFG-007",
        "Something that would change was changed since; propose the changes again.";
    /// The one who proposed cannot approve.
    same_person: Forbidden = "CFG-008", "A second person approves these changes; you proposed them.";
    /// No reason.
    reason_missing: Invalid = "CFG-009", "Say in one line why the changes are given up.";
}

/// Where a set of changes stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Somebody has to approve it.
    Proposed,
    /// It took effect.
    Applied,
    /// It was given up.
    Rejected,
}

/// A set of changes, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSet {
    /// Where it stands.
    pub standing: Standing,
    /// How many things change.
    pub extent: Extent,
    /// Who proposed it.
    pub proposed_by: Code,
    /// When.
    pub proposed_at: Timestamp,
    /// The log position of the entry that holds the changes.
    pub word: i64,
    /// Who settled it.
    pub settled_by: Option<Code>,
    /// When.
    pub settled_at: Option<Timestamp>,
}

/// Lets the changes take effect, approved by `by`.
///
/// # Errors
/// `CFG-006` where it is settled, `CFG-008` for the one who proposed it.
pub fn approve(
    id: Id<id::ChangeSet>,
    state: &ChangeSet,
    by: &Code,
    now: Timestamp,
) -> Result<Draft, Refused> {
    open(state)?;
    if state.proposed_by == *by {
        return Err(same_person());
    }
    Ok(Event::from(ChangeSetApplied { first_set_up: false }).draft(id, now))
}

/// Gives the changes up.
///
/// # Errors
/// `CFG-006` where it is settled, `CFG-009` without a reason.
pub fn reject(
    id: Id<id::ChangeSet>,
    state: &ChangeSet,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    open(state)?;
    if reason.trim().is_empty() {
        return Err(reason_missing());
    }
    let event = Event::from(ChangeSetRejected { extent: state.extent.clone() });
    Ok(event.draft(id, now).word("reason", reason.trim()))
}

fn open(state: &ChangeSet) -> Result<(), Refused> {
    if state.standing == Standing::Proposed { Ok(()) } else { Err(settled()) }
}

/// Folds one entry.
pub fn apply(state: Option<ChangeSet>, event: &Event, meta: &Meta) -> Option<ChangeSet> {
    let by = meta.actor.id.clone();
    let settled = |state: Option<ChangeSet>, standing| {
        let (settled_by, settled_at) = (Some(by.clone()), Some(meta.recorded_at));
        Some(ChangeSet { standing, settled_by, settled_at, ..state? })
    };
    match event {
        Event::ChangeSetProposed(e) => Some(ChangeSet {
            standing: Standing::Proposed,
            extent: e.extent.clone(),
            proposed_by: by,
            proposed_at: meta.recorded_at,
            word: meta.seq,
            settled_by: None,
            settled_at: None,
        }),
        Event::ChangeSetApplied(_) => settled(state, Standing::Applied),
        Event::ChangeSetRejected(_) => settled(state, Standing::Rejected),
    }
}
