//! Alerts: one deduplicated signal each, gathered in groups that are paged as one.
//!
//! What a request does to the alerts is decided here and recorded as one entry of its own stream (in
//! parts when the list is long). A pure repeat leaves no entry: only a counter rises.

mod event;
mod intake;

pub use event::{
    AlertAction, AlertsReceived, Event, InputQuarantined, MAX_TRANSITIONS, Severity, Transition,
};
pub use intake::{Known, Outcome, Seen, decide};
