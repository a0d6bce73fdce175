//! Named statements per aggregate: state in, batch out; the log's append and its projection.
//!
//! Everything here is synchronous over a `db::Conn`. Derived rows are written by `project` alone, the
//! same code at commit and at `rebuild --check`; operational rows by their own modules.

macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$(db::Value::from($value)),*] };
}
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$(db::Value::from($value)),*] };
}
macro_rules! stmt {
    ($name:ident, $rows:expr, $sql:expr) => {
        static $name: db::Stmt = db::Stmt {
            name: concat!(module_path!(), "::", stringify!($name)),
            sql: $sql,
            rows: $rows,
        };
    };
}

pub mod aggregate;
pub mod alert;
pub mod change;
pub mod clock;
pub mod config;
pub mod credential;
pub mod document;
pub mod door;
pub mod error;
pub mod escalation;
pub mod exception;
pub mod governed;
pub mod incident;
pub mod label;
pub mod log;
pub mod migrations;
pub mod moving;
pub mod once;
pub mod operational;
pub mod organisation;
pub mod page;
pub mod person;
pub mod project;
pub mod rebuild;
pub mod setting;
pub mod tree;
pub mod webhook;
pub mod word;

pub use error::StoreError;
pub use project::name_of;

/// Every statement of this crate, for the test that prepares them on both engines.
pub fn statements() -> Vec<&'static db::Stmt> {
    [
        aggregate::ALL,
        alert::ALL,
        change::ALL,
        clock::ALL,
        config::ALL,
        credential::ALL,
        document::ALL,
        door::ALL,
        escalation::ALL,
        exception::ALL,
        governed::ALL,
        incident::ALL,
        label::ALL,
        log::ALL,
        moving::ALL,
        once::ALL,
        operational::ALL,
        organisation::ALL,
        page::ALL,
        person::ALL,
        rebuild::ALL,
        setting::ALL,
        tree::ALL,
        webhook::ALL,
        word::ALL,
        project::alerts::ALL,
        project::documents::ALL,
        project::escalations::ALL,
        project::incidents::ALL,
        project::moving::ALL,
        project::organisation::ALL,
        project::people::ALL,
        project::servers::ALL,
        project::webhooks::ALL,
    ]
    .concat()
}

/// Every multi-row insert of this crate, for the same test.
pub fn many_statements() -> Vec<&'static db::ManyStmt> {
    [label::MANY, log::MANY, word::MANY, project::alerts::MANY].concat()
}
