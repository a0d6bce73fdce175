//! Routes, pages, the JSON API and live updates.
//!
//! One table of routes (`routes`) says who may reach what; the guard enforces it and the golden file
//! `docs/reference/access.md` shows it. Handlers read through `app`, fill the structs of `view`, and
//! answer. Nothing is decided here: permissions, refusals and their codes come from below.

mod access;
mod answer;
mod api;
pub mod assets;
mod cookie;
mod csv;
mod flash;
mod form;
mod guard;
mod health;
mod ingest;
mod live;
mod log;
mod metrics;
mod options;
mod page;
mod routes;
mod state;
mod trouble;
pub mod view;
mod visit;

pub use access::Access;
pub use options::Options;
pub use routes::{Method, Route, TABLE, access_table, router};
