//! Alerts: one deduplicated signal each, gathered in groups that are paged as one.
//!
//! What a request does to the alerts is decided here and recorded as one entry of its own stream (in
//! parts when the list is long). A pure repeat leaves no entry: only a counter rises.

mod event;
mod intake;

use crate::refusal::refusals;
pub use event::{
    AlertAction, AlertsReceived, ChangesReported, Event, InputDismissed, InputQuarantined,
    InputReplayed, MAX_TRANSITIONS, Severity, SubscriptionConfirmed, Transition,
};

refusals! {
    /// There is no such input.
    not_in_quarantine: Missing = "ING-016", "There is no such input in quarantine.";
    /// It was settled before.
    already_settled: State = "ING-017", "This input was read again or put away before.";
    /// No reason was given.
    dismiss_reason_missing: Invalid = "ING-018", "Say in a few words why this input is put away.";
    /// It was read again, and again not understood.
    still_unreadable: State = "ING-020", "It still cannot be read:";
    /// The bytes are gone.
    bytes_gone: State = "ING-019", "The bytes of this input are no longer kept; it can only be put away.";
}

pub use intake::{Known, Outcome, Seen, decide};
