//! Named statements with a promised row count, and batches of them.
//!
//! One SQL text for both engines. Statements are `static`: they are prepared once a connection and
//! found again by their address.

use std::{
    borrow::Cow,
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use crate::{
    Value,
    driver::{Key, Text},
};

/// A statement: `static SET: Stmt = Stmt { name, sql, rows: Rows::Exactly(1) }`.
///
/// Parameters are `$1`, `$2` and so on. See `check::lint` for what a text must not hold.
#[derive(Debug)]
pub struct Stmt {
    /// Unique name, `module.statement`; it stands in faults and in the server's log.
    pub name: &'static str,
    /// The text.
    pub sql: &'static str,
    /// How many rows it touches or answers. Any other count is a Conflict: somebody was first.
    pub rows: Rows,
}

/// A promise of a row count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Exactly so many.
    Exactly(u64),
    /// So many or fewer.
    AtMost(u64),
    /// Any number.
    Any,
}

impl Rows {
    /// Whether a count keeps the promise.
    pub fn allow(self, count: u64) -> bool {
        match self {
            Self::Exactly(promised) => count == promised,
            Self::AtMost(promised) => count <= promised,
            Self::Any => true,
        }
    }

    /// The promise for so many rows of a multi-row insert.
    pub(crate) fn times(self, rows: u64) -> Self {
        match self {
            Self::Exactly(each) => Self::Exactly(each * rows),
            Self::AtMost(each) => Self::AtMost(each * rows),
            Self::Any => Self::Any,
        }
    }
}

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "exactly {count}"),
            Self::AtMost(count) => write!(f, "at most {count}"),
            Self::Any => f.write_str("any"),
        }
    }
}

/// An insert of many rows in few statements: `insert`, groups of parameters, `tail`.
#[derive(Debug)]
pub struct ManyStmt {
    /// Unique name.
    pub name: &'static str,
    /// The text up to and with `VALUES`: `INSERT INTO word (seq, field) VALUES`.
    pub insert: &'static str,
    /// How many parameters a row has, 1 to `MAX_COLUMNS`.
    pub columns: usize,
    /// What follows the rows: empty, or `ON CONFLICT …`.
    pub tail: &'static str,
    /// The promise for each row that is given.
    pub rows: Rows,
}

/// The most columns of a multi-row insert.
pub const MAX_COLUMNS: usize = 64;
/// The most rows in one statement: 256 rows of 64 columns stay below both engines' limits on
/// parameters (32 766 on SQLite, 65 535 on PostgreSQL).
pub const MAX_ROWS: usize = 256;

impl ManyStmt {
    /// The text for so many rows, written once.
    pub(crate) fn text(&'static self, rows: usize) -> Arc<str> {
        let key = Key::many(self, rows);
        if let Some(text) = TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(text);
        }
        let text: Arc<str> = self.written(rows).into();
        TEXTS.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&text));
        text
    }

    fn written(&self, rows: usize) -> String {
        let group = |row: usize| {
            let first = row * self.columns + 1;
            let params: Vec<_> = (first..first + self.columns).map(|n| format!("${n}")).collect();
            format!("({})", params.join(", "))
        };
        let groups: Vec<_> = (0..rows).map(group).collect();
        format!("{} {} {}", self.insert, groups.join(", "), self.tail)
    }

    /// How many of the rows that remain go into the next statement: a power of two, so that few
    /// texts are ever prepared.
    pub(crate) fn chunk(remaining: usize) -> usize {
        let mut rows = MAX_ROWS;
        while rows > remaining.max(1) {
            rows /= 2;
        }
        rows
    }
}

/// The texts of multi-row inserts: nine for each, since the numbers of rows are powers of two.
static TEXTS: LazyLock<RwLock<HashMap<Key, Arc<str>>>> = LazyLock::new(RwLock::default);

/// Statements to run one after another, each keeping its promise.
#[derive(Debug, Default)]
pub struct Batch {
    steps: Vec<BatchStep>,
}

#[derive(Debug)]
struct BatchStep {
    name: &'static str,
    key: Key,
    sql: Cow<'static, str>,
    rows: Rows,
    args: Vec<Value>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a statement with its parameters.
    pub fn push(&mut self, stmt: &'static Stmt, args: impl Into<Vec<Value>>) {
        let Text { key, sql } = Text::of(stmt);
        let (name, rows, sql) = (stmt.name, stmt.rows, Cow::Borrowed(sql));
        self.steps.push(BatchStep { name, key, sql, rows, args: args.into() });
    }

    /// Adds a multi-row insert with the parameters of all its rows.
    pub(crate) fn push_rows(&mut self, stmt: &'static ManyStmt, mut args: Vec<Value>) {
        while !args.is_empty() {
            let rows = ManyStmt::chunk(args.len() / stmt.columns);
            let later = args.split_off(rows * stmt.columns);
            self.steps.push(BatchStep {
                name: stmt.name,
                key: Key::many(stmt, rows),
                sql: Cow::Owned(stmt.text(rows).to_string()),
                rows: stmt.rows.times(rows as u64),
                args,
            });
            args = later;
        }
    }

    /// The texts and parameters, in order.
    pub(crate) fn texts(&self) -> Vec<(Text<'_>, &[Value])> {
        let steps = self.steps.iter();
        steps.map(|step| (Text { key: step.key, sql: &step.sql }, step.args.as_slice())).collect()
    }

    /// Name and promise of a step.
    pub(crate) fn promise(&self, at: usize) -> (&'static str, Rows) {
        (self.steps[at].name, self.steps[at].rows)
    }

    /// How many statements.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PAIRS: ManyStmt = ManyStmt {
        name: "pairs",
        insert: "INSERT INTO pair (a, b) VALUES",
        columns: 2,
        tail: "ON CONFLICT DO NOTHING",
        rows: Rows::AtMost(1),
    };

    #[test]
    fn many_rows_get_groups_of_numbered_parameters() {
        let text = "INSERT INTO pair (a, b) VALUES ($1, $2), ($3, $4) ON CONFLICT DO NOTHING";
        assert_eq!(&*PAIRS.text(2), text);
    }

    #[test]
    fn chunks_are_powers_of_two_and_never_more_than_remain() {
        for (remaining, chunk) in [(1, 1), (3, 2), (255, 128), (256, 256), (9000, 256)] {
            assert_eq!(ManyStmt::chunk(remaining), chunk);
        }
    }
}
