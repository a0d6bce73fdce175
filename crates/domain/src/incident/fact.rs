//! Facts, notes, awareness and scope: accepted in any phase.

use base::{Code, Id, Timestamp, id};
use evidence::entry::Draft;

use super::{
    AwarenessBasis, AwarenessDecided, Certainty, Event, FactRecorded, Incident, NoteAdded,
    ScopeDecided, Source, Status, awareness_in_future, fact_missing, instant_in_future, merged,
    reason_missing,
};
use crate::Refused;

/// A fact to record.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its name.
    pub name: Code,
    /// Its value: a word, not for the leaf.
    pub value: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// Where it comes from.
    pub source: Source,
    /// As of when it holds; now where unknown.
    pub as_of: Option<Timestamp>,
}

/// Records a fact.
///
/// # Errors
/// `INC-012` without a value, `INC-013` in the future, `INC-002` on a merged incident.
pub fn record_fact(
    id: Id<id::Incident>,
    incident: &Incident,
    fact: &Fact,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    let as_of = fact.as_of.unwrap_or(now);
    if fact.value.trim().is_empty() {
        return Err(fact_missing());
    }
    if as_of > now {
        return Err(instant_in_future());
    }
    let (certainty, source) = (fact.certainty, fact.source);
    let event = FactRecorded { fact: fact.name.clone(), certainty, source, as_of };
    Ok(Event::from(event).draft(id, as_of).word("value", fact.value.trim()))
}

/// Adds a note, or tells of an action taken at `occurred_at`.
///
/// # Errors
/// `INC-007` when empty, `INC-013` in the future, `INC-002` on a merged incident.
pub fn note(
    id: Id<id::Incident>,
    incident: &Incident,
    (text, action): (&str, bool),
    occurred_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    let at = occurred_at.unwrap_or(now);
    if text.trim().is_empty() {
        return Err(reason_missing());
    }
    if at > now {
        return Err(instant_in_future());
    }
    Ok(Event::from(NoteAdded { action }).draft(id, at).word("text", text.trim()))
}

/// Decides when a legal entity became aware (ground rule G7). A default needs no reason; a person's
/// own instant does.
///
/// # Errors
/// `INC-009` in the future, `INC-007` without a reason, `INC-002` on a merged incident.
pub fn decide_awareness(
    id: Id<id::Incident>,
    incident: &Incident,
    decided: AwarenessDecided,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if decided.aware_at > now {
        return Err(awareness_in_future());
    }
    let reason = reason.trim();
    if decided.basis == AwarenessBasis::Decided && reason.is_empty() {
        return Err(reason_missing());
    }
    let draft = Event::from(decided).draft(id, now);
    Ok(if reason.is_empty() { draft } else { draft.word("reason", reason) })
}

/// Decides what is affected (ground rule G20).
///
/// # Errors
/// `INC-007` without a reason, `INC-002` on a merged incident.
pub fn decide_scope(
    id: Id<id::Incident>,
    incident: &Incident,
    scope: ScopeDecided,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    if reason.trim().is_empty() {
        return Err(reason_missing());
    }
    Ok(Event::from(scope).draft(id, now).word("reason", reason.trim()))
}

/// What happened to a merged incident belongs to the one it continues in.
pub(super) fn not_merged(incident: &Incident) -> Result<(), Refused> {
    if incident.status == Status::Merged { Err(merged()) } else { Ok(()) }
}
