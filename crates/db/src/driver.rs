//! What the two drivers share: how a statement's text is found again on a connection.

use crate::{ManyStmt, Stmt};

/// A statement by its address, and for multi-row inserts the number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key(usize, usize);

/// A text with its key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) key: Key,
    pub(crate) sql: &'a str,
}

impl Key {
    pub(crate) fn many(stmt: &'static ManyStmt, rows: usize) -> Self {
        Self(std::ptr::from_ref(stmt).addr(), rows)
    }
}

impl Text<'static> {
    pub(crate) fn of(stmt: &'static Stmt) -> Self {
        Self { key: Key(std::ptr::from_ref(stmt).addr(), 0), sql: stmt.sql }
    }
}

impl<'a> Text<'a> {
    pub(crate) fn many(stmt: &'static ManyStmt, rows: usize, sql: &'a str) -> Self {
        Self { key: Key::many(stmt, rows), sql }
    }
}
