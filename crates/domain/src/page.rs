//! Pages: notifications that want an acknowledgement, and their way through the channels.
//!
//! `queued → handed over → acknowledged | failed`. Handing over to a relay proves nothing about a
//! person: only the person's own act reaches `acknowledged` (ground rule G1).
//!
//! | an attempt ends | then |
//! | --- | --- |
//! | handed over | waits for the person; nothing more is sent |
//! | a passing failure, attempts left | the same channel again after `backoff` |
//! | a passing failure, none left; a lasting failure | the person's next channel at once |
//! | no channel left | failed: the escalation's next step is louder than silence |

use base::{Code, Duration, Id, Timestamp, id, leaf};
use evidence::entry::Draft;
use serde::{Deserialize, Serialize};

use crate::{Meta, event::events};

/// The most attempts on one channel before the next is tried.
pub const MAX_ATTEMPTS: u32 = 4;

leaf! {
    /// The kinds of channel.
    pub enum Channel {
        /// E-mail.
        Mail,
        /// A signed webhook.
        Webhook,
    }

    /// How an acknowledgement came.
    pub enum Via {
        /// The button behind the message's link.
        Link,
        /// A page of this server.
        Page,
        /// The API.
        Api,
    }

    /// What comes after a failed attempt.
    pub enum Next {
        /// The same channel again.
        Retry,
        /// The person's next channel.
        FallThrough,
        /// No channel is left.
        GiveUp,
    }

    /// A page waits to be sent.
    pub struct PageQueued {
        /// The person.
        pub person: Id<id::Person>,
        /// The escalation it belongs to.
        pub escalation: Id<id::Escalation>,
        /// The rung that sent it.
        pub step: u32,
        /// How many channels the person has.
        pub channels: u32,
    }

    /// A relay or endpoint accepted it.
    pub struct PageHandedOver {
        /// The kind of channel.
        pub channel: Channel,
        /// The channel's place in the person's order, from 0.
        pub position: u32,
        /// The attempt on this channel, from 1.
        pub attempt: u32,
    }

    /// An attempt failed.
    pub struct PageAttemptFailed {
        /// The kind of channel, where the person has one.
        pub channel: Option<Channel>,
        /// The channel's place, from 0.
        pub position: u32,
        /// The attempt on this channel, from 1.
        pub attempt: u32,
        /// Why, as a code.
        pub reason: Code,
        /// What comes next.
        pub next: Next,
        /// When the next attempt is due.
        pub due_at: Option<Timestamp>,
    }

    /// The person answered.
    pub struct PageAcknowledged {
        /// The person.
        pub by: Id<id::Person>,
        /// How.
        pub via: Via,
    }

    /// Nobody needs to answer any more; not sent if still waiting.
    pub struct PageWithdrawn {
        /// Who answered instead, where it was a person.
        pub answered_by: Option<Id<id::Person>>,
    }
}

events! {
    /// What happened to a page.
    pub enum Event {
        /// A page waits to be sent.
        PageQueued = "page_queued",
        /// A relay or endpoint accepted it.
        PageHandedOver = "page_handed_over",
        /// An attempt failed.
        PageAttemptFailed = "page_attempt_failed",
        /// The person answered.
        PageAcknowledged = "page_acknowledged",
        /// Nobody needs to answer any more.
        PageWithdrawn = "page_withdrawn",
    }
}

/// How far a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for its (next) attempt.
    Queued,
    /// Accepted by a relay; nobody is proven reached.
    HandedOver,
    /// The person answered.
    Acknowledged,
    /// No channel worked.
    Failed,
    /// No longer wanted.
    Withdrawn,
}

/// A page, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The person.
    pub person: Id<id::Person>,
    /// The escalation.
    pub escalation: Id<id::Escalation>,
    /// The rung that sent it.
    pub step: u32,
    /// How many channels the person has.
    pub channels: u32,
    /// How far it is.
    pub state: State,
    /// The channel's place, from 0.
    pub position: u32,
    /// The next attempt on it, from 1.
    pub attempt: u32,
    /// When the next attempt is due.
    pub due_at: Option<Timestamp>,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When a relay first accepted it.
    pub handed_over_at: Option<Timestamp>,
    /// When the person answered.
    pub acknowledged_at: Option<Timestamp>,
    /// How many entries its stream has.
    pub version: i64,
}

/// Folds one entry.
pub fn apply(state: Option<Page>, event: &Event, meta: &Meta) -> Option<Page> {
    let mut next = match (state, event) {
        (None, Event::PageQueued(e)) => Page {
            person: e.person,
            escalation: e.escalation,
            step: e.step,
            channels: e.channels,
            state: State::Queued,
            position: 0,
            attempt: 1,
            due_at: Some(meta.recorded_at),
            queued_at: meta.recorded_at,
            handed_over_at: None,
            acknowledged_at: None,
            version: 0,
        },
        (state, _) => state?,
    };
    match event {
        Event::PageQueued(_) => {}
        Event::PageHandedOver(_) => {
            next.handed_over_at = next.handed_over_at.or(Some(meta.recorded_at));
            next.settle(State::HandedOver);
        }
        Event::PageAttemptFailed(e) => match e.next {
            Next::Retry => (next.attempt, next.due_at) = (e.attempt + 1, e.due_at),
            Next::FallThrough => {
                (next.position, next.attempt, next.due_at) = (e.position + 1, 1, e.due_at);
            }
            Next::GiveUp => next.settle(State::Failed),
        },
        Event::PageAcknowledged(_) => {
            next.acknowledged_at = Some(meta.recorded_at);
            next.settle(State::Acknowledged);
        }
        Event::PageWithdrawn(_) => next.settle(State::Withdrawn),
    }
    next.version += 1;
    Some(next)
}

impl Page {
    fn settle(&mut self, state: State) {
        // An answer that was given stays given, whatever a late receipt says.
        if self.state != State::Acknowledged {
            self.state = state;
        }
        self.due_at = None;
    }

    /// Whether the person may still answer it.
    pub fn open(&self) -> bool {
        matches!(self.state, State::Queued | State::HandedOver | State::Failed)
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Accepted on this kind of channel.
    HandedOver(Channel),
    /// Failed for now, for this reason.
    Passing(Channel, Code),
    /// Failed for good, for this reason.
    Lasting(Option<Channel>, Code),
}

/// Decides what an attempt's end means, by the table of this module.
///
/// `jitter` in 0..1000 spreads retries; it is an argument because randomness is.
pub fn attempted(
    id: Id<id::Page>,
    page: &Page,
    attempt: Attempt,
    jitter: u32,
    now: Timestamp,
) -> Draft {
    let (position, number) = (page.position, page.attempt);
    let (channel, reason, next) = match attempt {
        Attempt::HandedOver(channel) => {
            let event = PageHandedOver { channel, position, attempt: number };
            return Event::from(event).draft(id, now);
        }
        Attempt::Passing(channel, reason) if number < MAX_ATTEMPTS => {
            (Some(channel), reason, Next::Retry)
        }
        Attempt::Passing(channel, reason) => (Some(channel), reason, fall_through(page)),
        Attempt::Lasting(channel, reason) => (channel, reason, fall_through(page)),
    };
    let due_at = match next {
        Next::Retry => Some(now + backoff(number, jitter)),
        Next::FallThrough => Some(now),
        Next::GiveUp => None,
    };
    let event = PageAttemptFailed { channel, position, attempt: number, reason, next, due_at };
    Event::from(event).draft(id, now)
}

fn fall_through(page: &Page) -> Next {
    if page.position + 1 < page.channels { Next::FallThrough } else { Next::GiveUp }
}

/// 5, 10, 20 … seconds, plus up to half as much again.
fn backoff(attempt: u32, jitter: u32) -> Duration {
    let base = 5_000_i64 << attempt.saturating_sub(1).min(6);
    Duration::millis(base + base * i64::from(jitter.min(999)) / 2000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(position: u32, attempt: u32) -> Page {
        Page {
            person: Id::from_bytes([1; 16]),
            escalation: Id::from_bytes([2; 16]),
            step: 0,
            channels: 2,
            state: State::Queued,
            position,
            attempt,
            due_at: None,
            queued_at: Timestamp::default(),
            handed_over_at: None,
            acknowledged_at: None,
            version: 1,
        }
    }

    #[test]
    fn a_failing_channel_is_retried_then_the_next_is_tried_then_it_says_so() {
        let passing = || Attempt::Passing(Channel::Mail, Code::fixed("smtp.4xx"));
        let lasting = || Attempt::Lasting(Some(Channel::Mail), Code::fixed("smtp.5xx"));
        let cases = [
            (page(0, 1), passing(), Next::Retry),
            (page(0, MAX_ATTEMPTS), passing(), Next::FallThrough),
            (page(0, 1), lasting(), Next::FallThrough),
            (page(1, MAX_ATTEMPTS), passing(), Next::GiveUp),
            (page(1, 1), lasting(), Next::GiveUp),
        ];
        for (page, attempt, next) in cases {
            let id = Id::from_bytes([3; 16]);
            let draft = attempted(id, &page, attempt.clone(), 0, Timestamp::default());
            let event = Event::parse("page_attempt_failed", &draft.data);
            let Ok(Event::PageAttemptFailed(failed)) = event else { panic!("{event:?}") };
            assert_eq!(failed.next, next, "{attempt:?} on {page:?}");
        }
    }
}
