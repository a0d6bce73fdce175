//! What one signal does, given what is known of its alert.
//!
//! | the alert is | the signal says | then |
//! | --- | --- | --- |
//! | not open | trigger | it opens, and joins or opens its group |
//! | open | trigger, same severity | a repeat: counted, no entry |
//! | open | trigger, other severity | it changes |
//! | open | resolve | it is resolved |
//! | not open | resolve | nothing: there is nothing to resolve, and it is counted |
//! | any | update or information | nothing but the counter: such a message never acknowledges |
//! | any | acknowledgement | the same; what it does to a ladder is decided by the integration's grant |

use super::{AlertAction, Severity};

/// What the signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// There is a problem.
    Trigger,
    /// The problem is over.
    Resolve,
    /// Neither: a note about it.
    Note,
    /// Somebody answered for it at the sender's side.
    Acknowledge,
}

/// What is known of the alert with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// No alert with this key is open.
    Closed,
    /// It is open with this severity.
    Open(Severity),
}

/// The decision about one signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Recorded as a transition.
    Record(AlertAction),
    /// A repeat of what is known: counted.
    Repeat,
    /// Says nothing about an open alert: counted as ignored, with its bytes kept.
    Nothing,
}

/// Decides one signal by the table above.
pub fn decide(known: Known, seen: Seen, severity: Severity) -> Outcome {
    match (known, seen) {
        (Known::Closed, Seen::Trigger) => Outcome::Record(AlertAction::Opened),
        (Known::Open(held), Seen::Trigger) if held == severity => Outcome::Repeat,
        (Known::Open(_), Seen::Trigger) => Outcome::Record(AlertAction::Changed),
        (Known::Open(_), Seen::Resolve) => Outcome::Record(AlertAction::Resolved),
        (Known::Open(_), Seen::Note | Seen::Acknowledge) => Outcome::Repeat,
        (Known::Closed, Seen::Resolve | Seen::Note | Seen::Acknowledge) => Outcome::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_of_the_table() {
        let open = Known::Open(Severity::High);
        let cases = [
            (Known::Closed, Seen::Trigger, Outcome::Record(AlertAction::Opened)),
            (open, Seen::Trigger, Outcome::Repeat),
            (Known::Open(Severity::Info), Seen::Trigger, Outcome::Record(AlertAction::Changed)),
            (open, Seen::Resolve, Outcome::Record(AlertAction::Resolved)),
            (Known::Closed, Seen::Resolve, Outcome::Nothing),
            (open, Seen::Note, Outcome::Repeat),
            (Known::Closed, Seen::Note, Outcome::Nothing),
            (open, Seen::Acknowledge, Outcome::Repeat),
            (Known::Closed, Seen::Acknowledge, Outcome::Nothing),
        ];
        for (known, seen, outcome) in cases {
            assert_eq!(decide(known, seen, Severity::High), outcome, "{known:?} {seen:?}");
        }
    }
}
