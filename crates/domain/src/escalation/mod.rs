//! Escalation: a ladder of steps that is climbed until somebody answers.
//!
//! | state | what happens | then |
//! | --- | --- | --- |
//! | running, a step is due | its people are paged | the next step is due after the step's wait |
//! | running, the last step is over | the last resort is paged | due again after the last resort's wait |
//! | running | somebody acknowledges, here or by grant at the sender | due again after the acknowledgement's length |
//! | acknowledged, due | nobody closed it | climbs again from the first step |
//! | any | the cause is over | ended, nothing is due |
//!
//! While it is not ended an escalation always has a next due time: it cannot go silent.

mod event;
mod policy;
mod state;

pub use event::{
    EndReason, EscalationAcknowledged, EscalationAnsweredAtSender, EscalationEnded,
    EscalationStarted, Event, StepTaken, TargetKind,
};
pub use policy::{InvalidPolicy, Policy, Step, Target};
pub use state::{
    CALL, Escalation, Phase, acknowledge, answer_at_sender, apply, call, due, end, start,
};

use crate::refusal::refusals;

refusals! {
    /// The escalation is over.
    already_ended: State = "ESC-001", "This escalation has ended; there is nothing left to acknowledge.";
}
