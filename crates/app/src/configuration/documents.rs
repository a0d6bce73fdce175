//! Documents out of a folder: checked with everything else; published at the first set-up where there is
//! none of the name, otherwise saved as drafts, which are reviewed and approved like any other.

use super::{plan::Plan, read::Faults};
use crate::{
    config::{bring as bring_one, forbidding},
    turn::{Stop, Turn},
};

/// What forbids each document that is new or different, at its line.
pub(super) fn check(plan: &Plan, faults: &mut Faults) {
    for file in &plan.documents {
        for found in forbidding(file.kind, &file.bytes) {
            let mut place = file.place.clone();
            place.line = usize::try_from(found.line).unwrap_or(0);
            faults.add(place, "DOC-001", format!("[{}] {}", found.rule, found.message));
        }
    }
}

/// Brings them; answers `process major-incident: saved as a draft` for each.
pub(super) fn bring(
    turn: &mut Turn<'_>,
    plan: &Plan,
    first_set_up: bool,
) -> Result<Vec<String>, Stop> {
    let mut told = Vec::new();
    for file in &plan.documents {
        let which = (file.kind, file.name.clone());
        let became = bring_one(turn, which, &file.bytes, first_set_up)?;
        told.push(format!("{} {}: {became}", store::name_of(&file.kind), file.name));
    }
    Ok(told)
}
