//! The interpreter: `decide` turns a command into events, `apply` folds events into the state.
//!
//! Both are pure and total. The order of work is fixed: depth first, flows in document order, so the
//! same command on the same state gives the identical list of events. A token that cannot go on is
//! parked with a fault; none is ever dropped.

mod apply;
mod command;
mod event;
mod gateway;
mod refusal;
mod run;
mod scope;
mod state;
mod work;

pub use apply::apply;
pub use command::{Command, Resolution, decide};
pub use event::*;
pub use refusal::Refusal;
pub use state::{Fault, Job, Place, Scope, State, Status, Task, Timer, Token, Visit};

/// The most steps (a token entering, executing or leaving an element) of one command.
pub const MAX_STEPS: u32 = 1_000;
/// The most tokens of an instance.
pub const MAX_TOKENS: usize = 256;
