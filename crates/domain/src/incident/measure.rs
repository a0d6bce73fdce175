//! Temporary measures and actions: what somebody did to contain or recover, beside the process.
//!
//! A measure (an opened firewall, a disabled check, emergency access) has an owner and an end. At its end
//! the owner is told; until it is reversed, or left in place with a reason, the incident cannot close.
//! An action is over when it is done; its result is part of it. Both are accepted in any phase.
//!
//! Source: ground rules G6 (reality first) and G8 (every temporary measure ends).

use base::{Duration, Id, Timestamp, id, leaf};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use super::{
    Event, Incident, Status, closed, fact::not_merged, instant_in_future, measure_end_wrong,
    reason_missing, unknown_measure,
};
use crate::{Meta, Refused};

/// The kind of the clock that runs until a measure is to be ended.
pub const MEASURE_END: &str = "measure_end";
/// The longest a measure may be planned for; it can be extended, each time with a reason.
pub const MAX_DAYS: i64 = 30;
/// The most measures of one incident that stand at once.
pub const MAX_STANDING: usize = 64;

leaf! {
    /// What kind of measure it is.
    #[derive(schemars::JsonSchema)]
    pub enum MeasureKind {
        /// A path through a firewall was opened.
        FirewallOpened,
        /// A check or control was switched off.
        CheckDisabled,
        /// Somebody got access they do not have otherwise.
        EmergencyAccess,
        /// Alerts are silenced.
        Silence,
        /// Traffic or work goes another way.
        Rerouted,
        /// Anything else that must not stay.
        Other,
    }

    /// How a measure ended.
    #[derive(schemars::JsonSchema)]
    pub enum MeasureEnd {
        /// It is as it was before.
        Reversed,
        /// It stays, with a reason: an exception to G8.
        Excepted,
    }

    /// What an action was for.
    #[derive(schemars::JsonSchema)]
    pub enum ActionKind {
        /// Stops the harm.
        Containment,
        /// Brings the service back.
        Recovery,
        /// Anything else.
        Other,
    }

    /// What came of an action.
    #[derive(schemars::JsonSchema)]
    pub enum ActionResult {
        /// It did what it should.
        Worked,
        /// It did not.
        Failed,
        /// Nobody can say yet.
        Unknown,
    }

    /// A temporary measure stands; word `text`.
    pub struct MeasureTaken {
        /// What kind.
        pub kind: MeasureKind,
        /// Who sees to its end.
        pub owner: Id<id::Person>,
        /// Until when it is to stand.
        pub until: Timestamp,
    }

    /// A measure stands longer; word `reason`.
    pub struct MeasureExtended {
        /// The entry of the measure.
        pub measure: i64,
        /// Until when.
        pub until: Timestamp,
    }

    /// A measure stands no more; word `reason`.
    pub struct MeasureEnded {
        /// The entry of the measure.
        pub measure: i64,
        /// How.
        pub how: MeasureEnd,
    }

    /// Somebody did something; word `text`.
    pub struct ActionTaken {
        /// What for.
        pub kind: ActionKind,
        /// What came of it.
        pub result: ActionResult,
    }
}

/// A measure that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureHeld {
    /// What kind.
    pub kind: MeasureKind,
    /// Who sees to its end.
    pub owner: Id<id::Person>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Takes a measure.
///
/// # Errors
/// `INC-001` and `INC-002` when the incident is over, `INC-007` without words, `INC-016` when its end is
/// past or further away than [`MAX_DAYS`], or too many stand already.
pub fn take_measure(
    id: Id<id::Incident>,
    incident: &Incident,
    taken: MeasureTaken,
    text: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    open(incident)?;
    let text = some(text)?;
    if !sensible(taken.until, now) || incident.measures.len() >= MAX_STANDING {
        return Err(measure_end_wrong());
    }
    Ok(Event::from(taken).draft(id, now).word("text", text))
}

/// Lets a measure stand longer.
///
/// # Errors
/// `INC-015` where it does not stand, `INC-016` for the new end, `INC-007` without a reason.
pub fn extend_measure(
    id: Id<id::Incident>,
    incident: &Incident,
    extended: MeasureExtended,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    standing(incident, extended.measure)?;
    if !sensible(extended.until, now) {
        return Err(measure_end_wrong());
    }
    Ok(Event::from(extended).draft(id, now).word("reason", some(reason)?))
}

/// Ends a measure: reversed, or left in place for a reason.
///
/// # Errors
/// `INC-015` where it does not stand, `INC-007` when it stays without a reason.
pub fn end_measure(
    id: Id<id::Incident>,
    incident: &Incident,
    ended: MeasureEnded,
    reason: &str,
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    standing(incident, ended.measure)?;
    let stays = ended.how == MeasureEnd::Excepted;
    let draft = Event::from(ended).draft(id, now);
    match some(reason) {
        Ok(reason) => Ok(draft.word("reason", reason)),
        Err(missing) if stays => Err(missing),
        Err(_) => Ok(draft),
    }
}

/// Tells of an action, done now or before.
///
/// # Errors
/// `INC-002` when merged, `INC-007` without words, `INC-013` in the future.
pub fn tell_action(
    id: Id<id::Incident>,
    incident: &Incident,
    taken: ActionTaken,
    (text, done_at): (&str, Option<Timestamp>),
    now: Timestamp,
) -> Result<Draft, Refused> {
    not_merged(incident)?;
    let at = done_at.unwrap_or(now);
    if at > now {
        return Err(instant_in_future());
    }
    Ok(Event::from(taken).draft(id, at).word("text", some(text)?))
}

fn open(incident: &Incident) -> Result<(), Refused> {
    not_merged(incident)?;
    if incident.status == Status::Closed { Err(closed()) } else { Ok(()) }
}

fn sensible(until: Timestamp, now: Timestamp) -> bool {
    until > now && until - now <= Duration::hours(24 * MAX_DAYS)
}

fn standing(incident: &Incident, measure: i64) -> Result<&MeasureHeld, Refused> {
    incident.measures.get(&measure).ok_or_else(unknown_measure)
}

fn some(text: &str) -> Result<&str, Refused> {
    let text = text.trim();
    if text.is_empty() { Err(reason_missing()) } else { Ok(text) }
}

impl Incident {
    pub(super) fn measure_taken(&mut self, taken: &MeasureTaken, meta: &Meta) {
        let MeasureTaken { kind, owner, until } = taken.clone();
        let held = MeasureHeld { kind, owner, since: meta.recorded_at, until };
        self.measures.insert(meta.seq, held);
    }

    pub(super) fn measure_extended(&mut self, extended: &MeasureExtended) {
        if let Some(held) = self.measures.get_mut(&extended.measure) {
            held.until = extended.until;
            // Its clock runs anew, so it may ring again.
            let own = format!(":{MEASURE_END}:{}", extended.measure);
            self.breached.retain(|clock| !clock.as_str().ends_with(&own));
        }
    }
}
