//! Moving running cases to another version of their process: seen ahead, proposed, judged by a second
//! person, carried out case by case, looked at.

mod ahead;
mod carry_out;
mod judge;
mod propose;
mod see;

pub use ahead::{Ahead, CaseAhead, PlaceAhead, Wanted};
pub use propose::Proposed;
pub use see::{CaseSeen, PlanSeen};
