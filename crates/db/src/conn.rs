//! A connection inside a transaction: what reads and jobs get to work with.
//!
//! `Conn` adds to its driver what both engines share: names in faults, promised row counts, and a
//! note of what happened, so that a job that swallowed an error is not committed.

use crate::{
    Batch, Fault, ManyStmt, Row, Stmt, Value, WriteError,
    driver::Text,
    fault::Trouble,
    postgres::{Postgres, Role},
    row::Cell,
    sqlite::{Access, Sqlite},
    target::Target,
};

/// A connection. Synchronous: it blocks its thread, which is one of the database's own.
pub struct Conn {
    pub(crate) engine: Engine,
    note: Note,
    wrote: bool,
}

pub(crate) enum Engine {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

/// What happened since the last `Conn::forget`.
#[derive(Debug, Default)]
pub(crate) struct Note {
    /// The newest statement found another state than it promised. A job that goes on after one
    /// has dealt with it.
    pub(crate) conflict: Option<&'static str>,
    /// A statement failed in the engine: nothing after it may count.
    pub(crate) fault: Option<Fault>,
}

impl Conn {
    pub(crate) fn open(target: &Target, access: Access) -> Result<Self, Fault> {
        let engine = match target {
            Target::Sqlite(path) => Engine::Sqlite(Box::new(Sqlite::open(Some(path), access)?)),
            Target::Memory => Engine::Sqlite(Box::new(Sqlite::open(None, access)?)),
            Target::Postgres(url) => {
                let role = if access == Access::Write { Role::Turns } else { Role::Other };
                Engine::Postgres(Box::new(Postgres::open(url, role)?))
            }
        };
        Ok(Self { engine, note: Note::default(), wrote: false })
    }

    /// Runs a statement and answers its rows.
    ///
    /// # Errors
    /// `Fault::Count` when it answers another number of rows than it promised; the engine's faults.
    pub fn query(&mut self, stmt: &'static Stmt, args: &[Value]) -> Result<Vec<Row>, Fault> {
        let text = Text::of(stmt);
        let found = match &mut self.engine {
            Engine::Sqlite(sqlite) => sqlite.query(&text, args),
            Engine::Postgres(postgres) => postgres.query(&text, args),
        };
        let found = found.map_err(|trouble| self.noted(trouble, stmt.name))?;
        self.wrote |= writes(stmt.sql);
        let count = found.len() as u64;
        if !stmt.rows.allow(count) {
            self.note.conflict = Some(stmt.name);
            return Err(Fault::Count { stmt: stmt.name, promised: stmt.rows, found: count });
        }
        self.note.conflict = None;
        let row = |cells: Vec<Cell>| Row { stmt: stmt.name, cells };
        Ok(found.into_iter().map(row).collect())
    }

    /// The first row, or `None` where there is none.
    ///
    /// # Errors
    /// As `query`.
    pub fn query_opt(&mut self, stmt: &'static Stmt, args: &[Value]) -> Result<Option<Row>, Fault> {
        Ok(self.query(stmt, args)?.into_iter().next())
    }

    /// The only row.
    ///
    /// # Errors
    /// As `query`; `Fault::Count` when there is no row or more than one.
    pub fn query_one(&mut self, stmt: &'static Stmt, args: &[Value]) -> Result<Row, Fault> {
        let mut rows = self.query(stmt, args)?;
        let found = rows.len() as u64;
        match rows.pop() {
            Some(row) if found == 1 => Ok(row),
            _ => {
                let promised = crate::Rows::Exactly(1);
                Err(Fault::Count { stmt: stmt.name, promised, found })
            }
        }
    }

    /// Runs a statement and answers how many rows it touched.
    ///
    /// # Errors
    /// `Conflict` when it touched another number than promised or a unique key is taken; after the
    /// latter the job cannot go on (PostgreSQL refuses it), so insert with `ON CONFLICT` where a
    /// taken key is normal.
    pub fn execute(&mut self, stmt: &'static Stmt, args: &[Value]) -> Result<u64, WriteError> {
        let count = self.driver_execute(&Text::of(stmt), args);
        let count = count.map_err(|trouble| self.refused(trouble, stmt.name))?;
        self.touched(stmt.name, stmt.rows, count)
    }

    /// Runs the statements of a batch in their order; on PostgreSQL they share round trips.
    ///
    /// # Errors
    /// As `execute`, for the first statement that did not keep its promise. What the others wrote
    /// is rolled back with the job, which must not go on.
    pub fn run(&mut self, batch: &Batch) -> Result<(), WriteError> {
        let counts = match &mut self.engine {
            Engine::Sqlite(_) => {
                for (stmt, args) in &batch.steps {
                    self.execute(stmt, args)?;
                }
                return Ok(());
            }
            Engine::Postgres(postgres) => {
                let steps: Vec<_> = batch
                    .steps
                    .iter()
                    .map(|(stmt, args)| (Text::of(stmt), args.as_slice()))
                    .collect();
                postgres.pipeline(&steps)
            }
        };
        let counts =
            counts.map_err(|(at, trouble)| self.refused(trouble, batch.steps[at].0.name))?;
        for ((stmt, _), count) in batch.steps.iter().zip(counts) {
            self.touched(stmt.name, stmt.rows, count)?;
        }
        Ok(())
    }

    /// Inserts many rows, up to `MAX_ROWS` in one statement, and answers how many were touched.
    ///
    /// # Errors
    /// As `execute`, the promise taken for each statement's rows; a row with another number of
    /// parameters than the statement has columns.
    pub fn insert_many(
        &mut self,
        stmt: &'static ManyStmt,
        rows: &[Vec<Value>],
    ) -> Result<u64, WriteError> {
        if rows.iter().any(|row| row.len() != stmt.columns) {
            let problem = "belongs to a row of another length than the statement's";
            return Err(Fault::Parameter { stmt: stmt.name, number: 0, problem }.into());
        }
        let (mut rest, mut touched) = (rows, 0);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(ManyStmt::chunk(rest.len()));
            let sql = stmt.text(now.len());
            let count = self.driver_execute(&Text::many(stmt, now.len(), &sql), &now.concat());
            let count = count.map_err(|trouble| self.refused(trouble, stmt.name))?;
            touched += self.touched(stmt.name, stmt.rows.times(now.len() as u64), count)?;
            rest = later;
        }
        Ok(touched)
    }

    fn driver_execute(&mut self, text: &Text<'_>, args: &[Value]) -> Result<u64, Trouble> {
        match &mut self.engine {
            Engine::Sqlite(sqlite) => sqlite.execute(text, args),
            Engine::Postgres(postgres) => postgres.execute(text, args),
        }
    }

    fn touched(
        &mut self,
        stmt: &'static str,
        promised: crate::Rows,
        count: u64,
    ) -> Result<u64, WriteError> {
        self.wrote |= count > 0;
        if promised.allow(count) {
            self.note.conflict = None;
            return Ok(count);
        }
        self.note.conflict = Some(stmt);
        Err(WriteError::Conflict { stmt })
    }

    fn refused(&mut self, trouble: Trouble, stmt: &'static str) -> WriteError {
        match self.noted(trouble, stmt) {
            Fault::Contended { stmt } => WriteError::Conflict { stmt },
            fault => WriteError::Fault(fault),
        }
    }

    fn noted(&mut self, trouble: Trouble, stmt: &'static str) -> Fault {
        let fault = trouble.of(stmt);
        if matches!(fault, Fault::Contended { .. }) {
            self.note.conflict = Some(stmt);
        }
        self.note.fault.get_or_insert_with(|| fault.clone());
        fault
    }

    /// Takes the note of what happened and begins a new one.
    pub(crate) fn forget(&mut self) -> Note {
        std::mem::take(&mut self.note)
    }

    /// Whether anything was written since the transaction began.
    pub(crate) fn wrote(&self) -> bool {
        self.wrote
    }

    pub(crate) fn set_wrote(&mut self, wrote: bool) {
        self.wrote = wrote;
    }

    /// Prepares a statement, so that it is known to be sound on this engine.
    pub(crate) fn prepare(&mut self, text: &Text<'_>, name: &'static str) -> Result<(), Fault> {
        let prepared = match &mut self.engine {
            Engine::Sqlite(sqlite) => sqlite.prepare(text),
            Engine::Postgres(postgres) => postgres.prepare(text),
        };
        prepared.map_err(|trouble| trouble.of(name))
    }
}

/// Whether a query may write: an `INSERT … RETURNING`. A wrong yes costs one needless commit.
fn writes(sql: &str) -> bool {
    let words = sql.split(|c: char| !c.is_ascii_alphabetic());
    let verbs = ["INSERT", "UPDATE", "DELETE"];
    words.into_iter().any(|word| verbs.iter().any(|verb| word.eq_ignore_ascii_case(verb)))
}
