//! Declaring an incident.

use base::{Code, Digest, Id, Timestamp, id};
use evidence::entry::Draft;

use super::{Cause, Event, IncidentDeclared, title_missing};
use crate::Refused;

/// What is known when an incident is declared.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// What is broken, in a few words: a word, not for the leaf.
    pub title: String,
    /// More of it.
    pub description: String,
    /// How it began.
    pub cause: Cause,
    /// The provider that gave notice.
    pub provider: String,
    /// The legal entity it happened to.
    pub entity: Id<id::LegalEntity>,
    /// The service it began with.
    pub service: Option<Id<id::Service>>,
    /// The alerts it began with.
    pub group: Option<Id<id::Group>>,
    /// When it happened, as claimed; now where unknown.
    pub occurred_at: Option<Timestamp>,
}

/// `INC-2026-0042`: the year, and the number within it with at least four digits.
pub fn reference(year: i64, number: i64) -> Code {
    format!("INC-{year}-{number:04}").parse().expect("invariant: digits are a code")
}

/// Declares an incident under `reference`, on the version of the process that is published.
///
/// # Errors
/// `INC-003` without a title.
pub fn declare(
    id: Id<id::Incident>,
    reference: Code,
    declaration: &Declaration,
    (process, process_version, process_sha256): (Code, i64, Digest),
    now: Timestamp,
) -> Result<Draft, Refused> {
    let title = declaration.title.trim();
    if title.is_empty() {
        return Err(title_missing());
    }
    let event = IncidentDeclared {
        reference,
        cause: declaration.cause,
        entity: declaration.entity,
        service: declaration.service,
        group: declaration.group,
        process,
        process_version,
        process_sha256,
    };
    let occurred_at = declaration.occurred_at.map_or(now, |claimed| claimed.min(now));
    let mut draft = Event::from(event).draft(id, occurred_at).word("title", title);
    for (field, text) in
        [("description", &declaration.description), ("provider", &declaration.provider)]
    {
        if !text.trim().is_empty() {
            draft = draft.word(field, text.trim());
        }
    }
    Ok(draft)
}
