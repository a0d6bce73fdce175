//! The interpreter: `decide` turns a command into events, `apply` folds events into the state.
//!
//! Both are pure and total. The order of work is fixed: depth first, flows in document order, so the
//! same command on the same state gives the identical list of events. A token that cannot go on is
//! parked with a fault; none is ever dropped.
//!
//! One file a family: `run` moves tokens and `leave` lets them out; `gateway`, `inclusive`; `scope`,
//! `rounds`, `ad_hoc`; `work` for people and machines; `catch`, `messages`, `throw`, `compensate` for
//! events; `command`, `answer`, `operate` for what is asked; `migrate` for other versions.

mod ad_hoc;
mod answer;
mod apply;
mod catch;
mod command;
mod compensate;
mod event;
mod gateway;
mod inclusive;
mod leave;
mod messages;
pub mod migrate;
mod operate;
mod refusal;
mod rounds;
mod run;
mod scope;
mod state;
mod throw;
mod work;

use base::Duration;

pub use ad_hoc::{Offer, offers};
pub use apply::apply;
pub use command::{Command, Resolution, advance, decide};
pub use event::*;
pub use refusal::Refusal;
pub use state::{
    Fault, Job, Kept, Last, Place, Rounds, Scope, State, Status, Subscription, Task, Timer, Token,
    Undoing, Visit,
};

/// The most steps (a token entering, executing or leaving an element) of one command.
pub const MAX_STEPS: u32 = 1_000;
/// The most tokens of an instance.
pub const MAX_TOKENS: usize = 256;
/// The most messages that an instance keeps for somebody to hear.
pub const MAX_MESSAGES: usize = 64;
/// The longest time that a message is kept.
pub const MAX_TTL: Duration = Duration::hours(30 * 24);
