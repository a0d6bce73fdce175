//! How the organisation tells criticality: its own levels, in its own order.

use base::{Code, Id, Timestamp, id, leaf};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use super::too_many;
use crate::{Meta, Refused, event::events};

/// The stream of what belongs to the organisation as a whole.
pub const STREAM: Id<id::Organisation> = Id::from_bytes([0; 16]);
/// The most levels of a scale.
const MAX_LEVELS: usize = 20;

leaf! {
    /// One level of the scale.
    pub struct Level {
        /// Its code.
        pub code: Code,
        /// Whether services of this level support critical or important functions.
        #[serde(default)]
        pub important: bool,
    }

    /// The scale of criticality from here on, the highest level first; word `labels`, names by code.
    pub struct CriticalityScaleSet {
        /// The levels.
        pub levels: Vec<Level>,
    }
}

events! {
    /// What happened to the organisation as a whole.
    pub enum Event {
        /// The scale of criticality from here on.
        CriticalityScaleSet = "criticality_scale_set",
    }
}

/// The scale in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scale {
    /// The levels, the highest first.
    pub levels: Vec<Level>,
    /// The log position of the entry with their labels.
    pub word: i64,
}

impl Scale {
    /// Whether it has this level.
    pub fn has(&self, level: &Code) -> bool {
        self.levels.iter().any(|held| held.code == *level)
    }
}

/// Sets the scale. The caller adds the labels and checks that no service stands on a level that goes.
///
/// # Errors
/// `ENT-009` for too many levels.
pub fn scale_set(levels: Vec<Level>, now: Timestamp) -> Result<Draft, Refused> {
    if levels.len() > MAX_LEVELS {
        return Err(too_many().about("levels"));
    }
    Ok(Event::from(CriticalityScaleSet { levels }).draft(STREAM, now))
}

/// Folds one entry.
pub fn apply(event: &Event, meta: &Meta) -> Scale {
    let Event::CriticalityScaleSet(set) = event;
    Scale { levels: set.levels.clone(), word: meta.seq }
}
