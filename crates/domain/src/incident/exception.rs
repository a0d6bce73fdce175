//! Exceptions: who may pass a step under urgency, and who ratifies it afterwards until when.
//!
//! | severity in force | the role the step wants | the bypass | ratified within |
//! | --- | --- | --- | --- |
//! | S1, S2, or not decided | held | at once | 24 h |
//! | S1, S2, or not decided | not held | at once, recorded as such | 12 h |
//! | S3, S4 | held | at once | 72 h |
//! | S3, S4 | not held | refused: there is time to ask | – |
//!
//! Ratifying is for a second person with the permission, freshly signed in; it may also be refused, and
//! then the exception stands in the register as one that should not have been. An exception that nobody
//! judges in time escalates like an alert. Closing the incident ends none of this.
//!
//! Source: ground rules G3 (missing authority is recorded and ratified, never blocking, on S1 and S2)
//! and G21 (the one who ratifies is not the one who bypassed).

use base::{Code, Duration, Id, Timestamp, id, leaf};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use super::{
    Event, Incident, Severity, exception_judged, own_exception, ratification_reason,
    unknown_exception, wrong_role,
};
use crate::{Meta, Refused};

/// The kind of the clock that runs until an exception is judged.
pub const RATIFICATION: &str = "ratification";
/// The most exceptions of one incident; a process that asks for more is mended, not bypassed.
pub const MAX_EXCEPTIONS: usize = 256;

leaf! {
    /// Whether the one who passed a step held a role that it wants.
    pub enum Authority {
        /// Held, or in command.
        Held,
        /// Not held: allowed on a grave incident, and ratified sooner.
        Missing,
    }

    /// What somebody else said of an exception.
    pub enum Judgement {
        /// It was right.
        Ratified,
        /// It should not have been.
        Refused,
    }

    /// A step was passed by exception: somebody else ratifies it until then.
    pub struct RatificationWanted {
        /// The step.
        pub element: Code,
        /// The exception code.
        pub code: Code,
        /// Whether the role was held.
        pub authority: Authority,
        /// Until when.
        pub ratify_by: Timestamp,
    }

    /// A second person judged an exception; word `comment`.
    pub struct ExceptionJudged {
        /// The entry of the exception.
        pub exception: i64,
        /// How.
        pub judgement: Judgement,
    }
}

/// An exception of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionHeld {
    /// The step that was passed.
    pub element: Code,
    /// The exception code.
    pub code: Code,
    /// Who passed it.
    pub by: Option<Id<id::Person>>,
    /// When.
    pub invoked_at: Timestamp,
    /// Whether the role was held; `None` for those before ratification was asked for.
    pub authority: Option<Authority>,
    /// Until when it is to be ratified.
    pub ratify_by: Option<Timestamp>,
    /// What was said of it, and the entry that says so.
    pub judged: Option<(Judgement, i64)>,
}

impl ExceptionHeld {
    /// The due time of the judgement that is still wanted.
    pub fn due(&self) -> Option<Timestamp> {
        self.ratify_by.filter(|_| self.judged.is_none())
    }
}

/// Asks for the ratification of a step that is passed in the same commit, by the table above.
///
/// # Errors
/// `PRC-003` without the role on an S3 or S4.
pub fn want_ratification(
    id: Id<id::Incident>,
    incident: &Incident,
    (element, code): (Code, Code),
    authority: Authority,
    now: Timestamp,
) -> Result<Draft, Refused> {
    let within = within(incident.severity.now(), authority).ok_or_else(wrong_role)?;
    let wanted = RatificationWanted { element, code, authority, ratify_by: now + within };
    Ok(Event::from(wanted).draft(id, now))
}

/// The table: within what time an exception is ratified; `None` where it may not be made.
fn within(severity: Option<Severity>, authority: Authority) -> Option<Duration> {
    let grave = severity.is_none_or(|severity| severity <= Severity::S2);
    match (grave, authority) {
        (true, Authority::Held) => Some(Duration::hours(24)),
        (true, Authority::Missing) => Some(Duration::hours(12)),
        (false, Authority::Held) => Some(Duration::hours(72)),
        (false, Authority::Missing) => None,
    }
}

/// Judges an exception, in any state of the incident.
///
/// # Errors
/// `EXC-001` where there is none, `EXC-002` when judged already, `EXC-003` for the one who made it,
/// `EXC-004` for a refusal without a comment.
pub fn judge_exception(
    id: Id<id::Incident>,
    incident: &Incident,
    judged: ExceptionJudged,
    (by, comment): (Id<id::Person>, &str),
    now: Timestamp,
) -> Result<Draft, Refused> {
    let held = incident.exceptions.get(&judged.exception).ok_or_else(unknown_exception)?;
    if held.judged.is_some() {
        return Err(exception_judged());
    }
    if held.by == Some(by) {
        return Err(own_exception());
    }
    let comment = comment.trim();
    if judged.judgement == Judgement::Refused && comment.is_empty() {
        return Err(ratification_reason());
    }
    let draft = Event::from(judged).draft(id, now);
    Ok(if comment.is_empty() { draft } else { draft.word("comment", comment) })
}

impl Incident {
    /// A step was passed: the exception is held from its own entry on.
    pub(super) fn except(&mut self, element: &Code, code: &Code, meta: &Meta) {
        self.excepted.insert(element.clone(), meta.seq);
        if self.exceptions.len() < MAX_EXCEPTIONS {
            let held = ExceptionHeld {
                element: element.clone(),
                code: code.clone(),
                by: meta.person(),
                invoked_at: meta.recorded_at,
                authority: None,
                ratify_by: None,
                judged: None,
            };
            self.exceptions.insert(meta.seq, held);
        }
    }

    /// The newest exception of the step is the one that is to be ratified.
    pub(super) fn ratification_wanted(&mut self, wanted: &RatificationWanted) {
        let newest = self.exceptions.values_mut().rev().find(|held| held.element == wanted.element);
        if let Some(held) = newest {
            held.authority = Some(wanted.authority);
            held.ratify_by = Some(wanted.ratify_by);
        }
    }

    pub(super) fn exception_judged(&mut self, judged: &ExceptionJudged, meta: &Meta) {
        if let Some(held) = self.exceptions.get_mut(&judged.exception) {
            held.judged = Some((judged.judgement, meta.seq));
        }
    }

    /// Exceptions that still wait for a second person, with their entries.
    pub fn unratified(&self) -> impl Iterator<Item = (i64, &ExceptionHeld)> {
        self.exceptions.iter().filter(|(_, held)| held.due().is_some()).map(|(seq, h)| (*seq, h))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g03_missing_authority_never_blocks_a_grave_incident() {
        let hours = |severity, authority| {
            within(severity, authority).map(|within| within.as_seconds() / 3600)
        };
        let table: Vec<_> =
            [None, Some(Severity::S1), Some(Severity::S2), Some(Severity::S3), Some(Severity::S4)]
                .into_iter()
                .map(|s| (hours(s, Authority::Held), hours(s, Authority::Missing)))
                .collect();
        let (grave, mild) = ((Some(24), Some(12)), (Some(72), None));
        assert_eq!(table, [grave, grave, grave, mild, mild]);
    }
}
