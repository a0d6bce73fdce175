//! Use cases: load, decide, commit, act.
//!
//! One noun a folder, one verb a file. Each command is a method of [`App`] that gathers facts, lets
//! `domain` decide, and records the drafts in one turn with their derived rows; effects follow from
//! committed rows only. Nothing here reads the system clock: `cli` hands down a [`Clock`] and entropy.

mod app;
mod call_tree;
mod caller;
mod channels;
pub mod config;
pub mod configuration;
pub mod demo;
mod dice;
mod documents;
mod error;
pub mod escalation;
mod host;
pub mod identity;
pub mod incident;
pub mod intake;
pub mod library;
pub mod log;
pub mod metrics;
pub mod moving;
mod once;
pub mod organisation;
pub mod page;
mod seal;
pub mod tables;
pub mod testing;
mod tick;
mod turn;
pub mod webhook;
mod windows;

pub use app::{App, Clock, Options, Ports};
pub use caller::{Caller, Credentials};
pub use channels::Channels;
pub use dice::Dice;
pub use documents::{Documents, Version};
pub use error::Error;
pub use once::Once;
pub use tick::{Health, Ticked};
pub use turn::{Stop, Turn};
