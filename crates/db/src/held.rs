//! Writes that are held back: nobody needs their count at once, so they go out together.
//!
//! They go when a statement names one of their tables, when the job ends, and when there are many. So
//! a job reads what it wrote, and on PostgreSQL its derived rows share one round trip.

use crate::{
    Batch, Conn, Fault, ManyStmt, Row, Stmt, Value, WriteError,
    conn::Engine,
    driver::Text,
    tables::{Named, Tables},
};

/// How many statements, or rows of one, are held back at most.
const MAX_HELD: usize = 512;

/// What a connection holds back.
#[derive(Default)]
pub(crate) struct Held {
    steps: Vec<Step>,
    tables: Tables,
    named: Named,
}

struct Step {
    what: What,
    /// The parameters; of an insert of many rows, those of all its rows.
    args: Vec<Value>,
    tables: Tables,
}

#[derive(Clone, Copy)]
enum What {
    One(&'static Stmt),
    Many(&'static ManyStmt),
}

impl What {
    fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::One(a), Self::One(b)) => std::ptr::eq(a, b),
            (Self::Many(a), Self::Many(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }
}

impl Held {
    /// Forgets all of it: the job was refused, or its transaction ended.
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        self.tables = Tables::default();
    }

    /// The newest step of a statement, unless another on its tables stands after it.
    fn newest(&mut self, what: What, tables: Tables) -> Option<&mut Step> {
        let mut after = self.steps.iter_mut().rev();
        after
            .find(|step| step.what.is(what) || step.tables.meet(tables))
            .filter(|s| s.what.is(what))
    }

    fn push(&mut self, what: What, args: Vec<Value>, tables: Tables) {
        self.tables = self.tables.with(tables);
        self.steps.push(Step { what, args, tables });
    }
}

impl Conn {
    /// Runs a statement before the job ends; its promise is kept or the job fails with a conflict.
    ///
    /// Until then it is held back. Whoever reads one of its tables on this connection sees it done.
    ///
    /// # Errors
    /// As `execute`, for this statement or one held back before it.
    pub fn put(
        &mut self,
        stmt: &'static Stmt,
        args: impl Into<Vec<Value>>,
    ) -> Result<(), WriteError> {
        let tables = self.held.named.of(&Text::of(stmt));
        self.held.push(What::One(stmt), args.into(), tables);
        self.flush_many()
    }

    /// As `put`, for an upsert or update that sets all it may change of the row with the key in its first
    /// parameter: where one of the same key is still held back, the newer takes its place.
    ///
    /// # Errors
    /// As `put`.
    pub fn put_last(
        &mut self,
        stmt: &'static Stmt,
        args: impl Into<Vec<Value>>,
    ) -> Result<(), WriteError> {
        let (args, tables) = (args.into(), self.held.named.of(&Text::of(stmt)));
        let same = |step: &&mut Step| step.args.first() == args.first();
        match self.held.newest(What::One(stmt), tables).filter(same) {
            Some(step) => step.args = args,
            None => self.held.push(What::One(stmt), args, tables),
        }
        self.flush_many()
    }

    /// As `put`, for one row of a multi-row insert; rows that follow one another share a statement.
    ///
    /// # Errors
    /// As `put`; a row with another number of parameters than the statement has columns.
    pub fn put_row(&mut self, stmt: &'static ManyStmt, row: Vec<Value>) -> Result<(), WriteError> {
        if row.len() != stmt.columns {
            let problem = "belongs to a row of another length than the statement's";
            return Err(Fault::Parameter { stmt: stmt.name, number: 0, problem }.into());
        }
        let tables = self.held.named.of(&Text::many(stmt, 0, stmt.insert));
        match self.held.newest(What::Many(stmt), tables) {
            Some(step) if step.args.len() < MAX_HELD * stmt.columns => step.args.extend(row),
            _ => self.held.push(What::Many(stmt), row, tables),
        }
        self.flush_many()
    }

    /// The parameters of a statement that is still held back, by the key in its first one.
    pub fn held_back(&self, stmt: &'static Stmt, key: &Value) -> Option<&[Value]> {
        let what = What::One(stmt);
        let found =
            self.held.steps.iter().rev().find(|s| s.what.is(what) && s.args.first() == Some(key));
        found.map(|step| step.args.as_slice())
    }

    /// As `query`, for rows that nothing held back can change: found by a key, once `held_back` has
    /// answered that there is none of it.
    ///
    /// # Errors
    /// As `query`.
    pub fn query_beside(&mut self, stmt: &'static Stmt, args: &[Value]) -> Result<Vec<Row>, Fault> {
        let tables = std::mem::take(&mut self.held.tables);
        let rows = self.query(stmt, args);
        self.held.tables = tables;
        rows
    }

    /// Sends what is held back where a statement names one of its tables.
    pub(crate) fn settle(&mut self, text: &Text<'_>) -> Result<(), WriteError> {
        if self.held.steps.is_empty() {
            return Ok(());
        }
        let tables = self.held.named.of(text);
        if tables.meet(self.held.tables) { self.flush() } else { Ok(()) }
    }

    fn flush_many(&mut self) -> Result<(), WriteError> {
        if self.held.steps.len() >= MAX_HELD { self.flush() } else { Ok(()) }
    }

    /// Sends everything that is held back.
    pub(crate) fn flush(&mut self) -> Result<(), WriteError> {
        if self.held.steps.is_empty() {
            return Ok(());
        }
        let steps = std::mem::take(&mut self.held.steps);
        self.held.tables = Tables::default();
        let sent = match self.engine {
            Engine::Sqlite(_) => self.send_singly(&steps),
            Engine::Postgres(_) => self.send_together(steps),
        };
        // The promise was given earlier: a job that goes on after it was broken must not be kept.
        if let Err(WriteError::Conflict { stmt }) = sent {
            self.spoil(stmt);
        }
        sent
    }

    fn send_singly(&mut self, steps: &[Step]) -> Result<(), WriteError> {
        for step in steps {
            match step.what {
                What::One(stmt) => self.execute(stmt, &step.args).map(drop)?,
                What::Many(stmt) => self.insert_flat(stmt, &step.args).map(drop)?,
            }
        }
        Ok(())
    }

    fn send_together(&mut self, steps: Vec<Step>) -> Result<(), WriteError> {
        let mut batch = Batch::new();
        for step in steps {
            match step.what {
                What::One(stmt) => batch.push(stmt, step.args),
                What::Many(stmt) => batch.push_rows(stmt, step.args),
            }
        }
        self.run(&batch)
    }
}
