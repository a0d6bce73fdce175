//! Climbing: the rung that is due pages its people.

use std::collections::BTreeSet;

use base::{Code, Id, id};
use domain::{
    escalation::{self, Step, Target},
    page::{self, PageQueued},
};
use store::{escalation as escalations, page as pages, person};

use super::start::policy_of;
use crate::turn::{Stop, Turn};

/// Rungs taken in one go: one that reaches nobody is followed by the next at once.
const RUNGS: usize = 24;

/// Takes the rungs of a ladder that are due.
pub(crate) fn climb(turn: &mut Turn<'_>, id: Id<id::Escalation>) -> Result<(), Stop> {
    for _ in 0..RUNGS {
        if !rung(turn, id)? {
            break;
        }
    }
    Ok(())
}

/// Takes one rung; false where none was due.
fn rung(turn: &mut Turn<'_>, id: Id<id::Escalation>) -> Result<bool, Stop> {
    let Some(state) = escalations::load(turn.conn, id)? else { return Ok(false) };
    let policy = policy_of(turn, &state)?;
    let (step, _) = policy.rung(state.next_step);
    let people = people(turn, step)?;
    let sent: Vec<(Id<id::Page>, Id<id::Person>)> =
        people.into_iter().map(|person| (turn.mint(), person)).collect();
    let ids = sent.iter().map(|(page, _)| *page).collect();
    let Some(draft) = escalation::due(id, &state, &policy, ids, turn.now) else {
        return Ok(false);
    };
    let mut drafts = vec![draft];
    for (page, person) in sent {
        queue(turn, (id, state.next_step), page, person, &mut drafts)?;
    }
    turn.record(drafts)?;
    Ok(true)
}

/// Everybody a rung names, each once.
fn people(turn: &mut Turn<'_>, step: &Step) -> Result<BTreeSet<Id<id::Person>>, Stop> {
    let mut people = BTreeSet::new();
    for target in &step.targets {
        match target {
            Target::Person(person) => drop(people.insert(*person)),
            Target::Role(role) => people.extend(person::holders(turn.conn, *role)?),
        }
    }
    Ok(people)
}

/// Queues a page; somebody without any way of being reached is a failed page, not a silent one.
fn queue(
    turn: &mut Turn<'_>,
    (escalation, step): (Id<id::Escalation>, u32),
    id: Id<id::Page>,
    person: Id<id::Person>,
    drafts: &mut Vec<evidence::Draft>,
) -> Result<(), Stop> {
    let held = person::load(turn.conn, person)?;
    let channels = held.map_or(0, |person| person.contacts.len());
    let channels = u32::try_from(channels).unwrap_or(u32::MAX);
    let queued = PageQueued { person, escalation, step, channels };
    drafts.push(page::Event::from(queued).draft(id, turn.now));
    if channels == 0 {
        let failed = page::PageAttemptFailed {
            channel: None,
            position: 0,
            attempt: 1,
            reason: Code::fixed("no_channel"),
            next: page::Next::GiveUp,
            due_at: None,
        };
        drafts.push(page::Event::from(failed).draft(id, turn.now));
    }
    Ok(())
}

/// The pages of every ladder of a target.
///
/// # Errors
/// Faults of the store.
pub fn pages_of(
    conn: &mut db::Conn,
    target: &str,
) -> Result<Vec<pages::Listed>, store::StoreError> {
    let mut all = Vec::new();
    for (id, _) in escalations::of_target(conn, target)? {
        all.extend(pages::of_escalation(conn, id)?);
    }
    Ok(all)
}
