//! Statements, batches and rows on SQLite and PostgreSQL; the committer; migrations.
//!
//! The only crate that names a database driver. One SQL text serves both engines, and nobody above
//! learns which one it talks to. All work is synchronous over a `Conn`: reads run in a snapshot on
//! reading threads (`Db::read`), writes as jobs in turns of the committer (`Db::submit`).
//! No clock is read here and no entropy drawn; SQL holds neither.

pub mod check;
pub mod committer;
pub mod conn;
pub mod database;
mod driver;
pub mod fault;
mod held;
pub mod inject;
pub mod migrate;
mod postgres;
pub mod readers;
pub mod row;
mod sqlite;
pub mod stmt;
mod tables;
pub mod target;
pub mod testing;
mod transaction;
pub mod value;
mod wait;

pub use check::{Unsound, lint};
pub use committer::{CommitError, CommitHealth, Committer, Lane};
pub use conn::Conn;
pub use database::Db;
pub use fault::{Cause, Fault, WriteError};
pub use inject::Faults;
pub use migrate::Migration;
pub use row::Row;
pub use stmt::{Batch, ManyStmt, Rows, Stmt};
pub use target::{Mode, Options, Target};
pub use value::{Scalar, Value};
