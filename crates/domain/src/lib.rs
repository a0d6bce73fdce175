//! Decisions about incidents, alerts, escalation, people and documents.
//!
//! Each aggregate is a fold over its stream: `decide(state, command, facts, now)` answers drafts of
//! entries or a refusal, `apply(state, entry)` answers the next state. Nothing here reads a clock, a
//! random source, a file or a database; nothing here is async.

pub mod access;
pub mod alert;
pub mod change;
pub mod document;
pub mod entity;
pub mod escalation;
mod event;
pub mod function;
pub mod incident;
pub mod integration;
pub mod moving;
pub mod once;
pub mod organisation;
pub mod page;
pub mod person;
pub mod refusal;
pub mod server;
pub mod service;
pub mod team;
pub mod webhook;

pub use event::{Meta, Unreadable};
pub use refusal::Refused;
