//! The store's suite: one text of each test, run on SQLite and on PostgreSQL.

mod alerts;
mod claims;
mod log;
mod rebuild;
mod statements;
mod story;
mod teller;
