//! The store's suite: one text of each test, run on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod alerts;
mod claims;
mod log;
mod moving;
mod rebuild;
mod statements;
mod story;
mod teller;
