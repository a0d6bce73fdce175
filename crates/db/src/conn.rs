//! A connection inside a transaction: what reads and jobs get to work with.
//!
//! `Conn` adds to its driver what both engines share: names in faults, promised row counts, and a
//! note of what happened, so that a job that swallowed an error is not committed.

use crate::{
    Batch, Fault, ManyStmt, Row, Stmt, Value, WriteError,
    driver::Text,
    fault::Trouble,
    held::Held,
    postgres::{Postgres, Role},
    row::Cell,
    sqlite::{Access, Sqlite},
    target::Target,
};

/// A connection. Synchronous: it blocks its thread, which is one of the database's own.
pub struct Conn {
    pub(crate) engine: Engine,
    pub(crate) held: Held,
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
        Ok(Self { engine, held: Held::default(), note: Note::default(), wrote: false })
    }

    /// Runs a statement and answers its rows.
    ///
    /// # Errors
    /// `Fault::Count` when it answers another number of rows than it promised; the engine's faults.
    pub fn query(&mut self, stmt: &'static Stmt, args: &[Value]) -> Result<Vec<Row>, Fault> {
        let text = Text::of(stmt);
        self.settle(&text).map_err(WriteError::fault)?;
        let found = match &mut self.engine {
            Engine::Sqlite(sqlite) => sqlite.query(&text, args),
            Engine::Postgres(postgres) => postgres.query(&text, args),
        };
        let found = found.map_err(|trouble| self.noted(trouble, stmt.name))?;
        self.rows(stmt, found)
    }

    /// Runs one query for each list of parameters and answers the rows of each; on PostgreSQL they
    /// share round trips.
    ///
    /// # Errors
    /// As `query`, for the first that fails.
    pub fn query_each(
        &mut self,
        stmt: &'static Stmt,
        each: &[Vec<Value>],
    ) -> Result<Vec<Vec<Row>>, Fault> {
        let text = Text::of(stmt);
        self.settle(&text).map_err(WriteError::fault)?;
        let found = match &mut self.engine {
            Engine::Sqlite(sqlite) => each.iter().map(|args| sqlite.query(&text, args)).collect(),
            Engine::Postgres(postgres) => postgres.query_each(&text, each),
        };
        let found: Vec<_> = found.map_err(|trouble| self.noted(trouble, stmt.name))?;
        found.into_iter().map(|found| self.rows(stmt, found)).collect()
    }

    /// The cells as rows, once their number keeps the promise.
    fn rows(&mut self, stmt: &'static Stmt, found: Vec<Vec<Cell>>) -> Result<Vec<Row>, Fault> {
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
        let text = Text::of(stmt);
        self.settle(&text)?;
        let count = self.driver_execute(&text, args);
        let count = count.map_err(|trouble| self.refused(trouble, stmt.name))?;
        self.touched(stmt.name, stmt.rows, count)
    }

    /// Runs the statements of a batch in their order; on PostgreSQL they share round trips.
    ///
    /// # Errors
    /// As `execute`, for the first statement that did not keep its promise. What the others wrote
    /// is rolled back with the job, which must not go on.
    pub fn run(&mut self, batch: &Batch) -> Result<(), WriteError> {
        self.flush()?;
        let texts = batch.texts();
        let counts = match &mut self.engine {
            Engine::Sqlite(sqlite) => texts
                .iter()
                .enumerate()
                .map(|(at, (text, args))| sqlite.execute(text, args).map_err(|t| (at, t)))
                .collect(),
            Engine::Postgres(postgres) => postgres.pipeline(&texts),
        };
        let counts: Vec<u64> =
            counts.map_err(|(at, trouble)| self.refused(trouble, batch.promise(at).0))?;
        for (at, count) in counts.into_iter().enumerate() {
            let (name, promised) = batch.promise(at);
            self.touched(name, promised, count)?;
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
        self.insert_flat(stmt, &rows.concat())
    }

    /// As `insert_many`, with the parameters of all rows in one list.
    pub(crate) fn insert_flat(
        &mut self,
        stmt: &'static ManyStmt,
        args: &[Value],
    ) -> Result<u64, WriteError> {
        let (mut rest, mut touched) = (args, 0);
        while !rest.is_empty() {
            let rows = ManyStmt::chunk(rest.len() / stmt.columns);
            let (now, later) = rest.split_at(rows * stmt.columns);
            let sql = stmt.text(rows);
            let text = Text::many(stmt, rows, &sql);
            self.settle(&text)?;
            let count = self.driver_execute(&text, now);
            let count = count.map_err(|trouble| self.refused(trouble, stmt.name))?;
            touched += self.touched(stmt.name, stmt.rows.times(rows as u64), count)?;
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

    /// Notes a broken promise that no later statement makes good.
    pub(crate) fn spoil(&mut self, stmt: &'static str) {
        self.note.fault.get_or_insert(Fault::Contended { stmt });
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
