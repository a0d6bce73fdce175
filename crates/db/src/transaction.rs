//! How transactions begin and end on each engine: snapshots for reads, turns for writes.
//!
//! A turn's number comes from `turn_lock`, one row that all nodes count up. On PostgreSQL that
//! update is the lock that gives turns their order; on SQLite `BEGIN IMMEDIATE` is.

use crate::{Conn, Fault, Rows, Stmt, conn::Engine, fault::Trouble};

static NUMBER: Stmt = Stmt {
    name: "db.turn_number",
    sql: "SELECT turn FROM turn_lock WHERE id = 1",
    rows: Rows::Exactly(1),
};
static ADVANCE: Stmt = Stmt {
    name: "db.turn_advance",
    sql: "UPDATE turn_lock SET turn = $1 WHERE id = 1",
    rows: Rows::Exactly(1),
};
static MARK: Stmt = Stmt {
    name: "db.turn_mark",
    sql: "INSERT INTO node_turn (node, turn) VALUES ($1, $2)
          ON CONFLICT (node) DO UPDATE SET turn = excluded.turn",
    rows: Rows::Exactly(1),
};
static MARKED: Stmt = Stmt {
    name: "db.turn_marked",
    sql: "SELECT turn FROM node_turn WHERE node = $1",
    rows: Rows::AtMost(1),
};
static PRUNE: Stmt =
    Stmt { name: "db.turn_prune", sql: "DELETE FROM node_turn WHERE turn < $1", rows: Rows::Any };

/// The statements of this module, for the check on both engines.
pub(crate) static ALL: &[&Stmt] = &[&NUMBER, &ADVANCE, &MARK, &MARKED, &PRUNE];

/// Why a commit did not answer that it is done.
#[derive(Debug)]
pub(crate) enum NotCommitted {
    /// It did not happen.
    Failed(Fault),
    /// The answer was lost: it may have happened.
    Unknown(Fault),
}

impl Conn {
    /// Begins a consistent snapshot that cannot write.
    pub(crate) fn begin_read(&mut self) -> Result<(), Fault> {
        let begun = match &mut self.engine {
            Engine::Sqlite(sqlite) => sqlite.script("BEGIN"),
            Engine::Postgres(postgres) => {
                postgres.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").map(drop)
            }
        };
        begun.map_err(|trouble| trouble.of("db.begin_read"))
    }

    /// Begins a turn, waiting for other nodes' turns to end, and answers its number.
    pub(crate) fn begin_turn(&mut self) -> Result<i64, Fault> {
        self.set_wrote(false);
        self.held.clear();
        self.forget();
        match &mut self.engine {
            Engine::Sqlite(sqlite) => {
                sqlite.script("BEGIN IMMEDIATE").map_err(|t| t.of("db.begin_turn"))?;
                Ok(self.query_one(&NUMBER, &[])?.int(0)? + 1)
            }
            Engine::Postgres(postgres) => {
                let sql = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
                    UPDATE turn_lock SET turn = turn + 1 WHERE id = 1 RETURNING turn";
                let turn = postgres.begin(sql).map_err(|t| t.of("db.begin_turn"))?;
                let turn = turn.and_then(|turn| turn.parse().ok());
                turn.ok_or(Fault::Count {
                    stmt: "db.begin_turn",
                    promised: Rows::Exactly(1),
                    found: 0,
                })
            }
        }
    }

    /// Marks the turn as this process's and commits.
    pub(crate) fn commit_turn(&mut self, owner: &str, turn: i64) -> Result<(), NotCommitted> {
        match &mut self.engine {
            Engine::Sqlite(_) => self.commit_sqlite(owner, turn).map_err(NotCommitted::Failed),
            Engine::Postgres(postgres) => {
                // `owner` is plain: node name, `:` and a number. Were the transaction broken, the
                // insert would fail and the COMMIT (which would roll back and say so softly) not run.
                let sql = format!(
                    "INSERT INTO node_turn (node, turn) VALUES ('{owner}', {turn})
                     ON CONFLICT (node) DO UPDATE SET turn = excluded.turn; COMMIT"
                );
                postgres.end(&sql).map_err(|trouble| match trouble {
                    Trouble::Lost(_) => NotCommitted::Unknown(trouble.of("db.commit")),
                    other => NotCommitted::Failed(other.of("db.commit")),
                })
            }
        }
    }

    fn commit_sqlite(&mut self, owner: &str, turn: i64) -> Result<(), Fault> {
        let failed = |error: crate::WriteError| match error {
            crate::WriteError::Fault(fault) => fault,
            crate::WriteError::Conflict { stmt } => Fault::Contended { stmt },
        };
        self.execute(&ADVANCE, &[turn.into()]).map_err(failed)?;
        self.execute(&MARK, &[owner.into(), turn.into()]).map_err(failed)?;
        self.script("COMMIT", "db.commit")
    }

    /// Whether a turn of this owner was committed. Inside a later turn, so that the earlier one has
    /// surely ended.
    pub(crate) fn landed(&mut self, owner: &str, turn: i64) -> Result<bool, Fault> {
        match self.query_opt(&MARKED, &[owner.into()])? {
            Some(row) => Ok(row.int(0)? == turn),
            None => Ok(false),
        }
    }

    /// Forgets the marks of processes that ended long ago.
    pub(crate) fn prune_marks(&mut self, before: i64) -> Result<(), Fault> {
        self.execute(&PRUNE, &[before.into()]).map(drop).map_err(|error| match error {
            crate::WriteError::Fault(fault) => fault,
            crate::WriteError::Conflict { stmt } => Fault::Contended { stmt },
        })
    }

    /// Ends the transaction and forgets what it wrote.
    pub(crate) fn roll_back(&mut self) -> Result<(), Fault> {
        self.set_wrote(false);
        self.held.clear();
        match &mut self.engine {
            Engine::Sqlite(sqlite) if !sqlite.in_transaction() => Ok(()),
            Engine::Sqlite(sqlite) => sqlite.script("ROLLBACK").map_err(|t| t.of("db.rollback")),
            Engine::Postgres(postgres) => postgres.end("ROLLBACK").map_err(|t| t.of("db.rollback")),
        }
    }

    /// Whether the transaction still stands. SQLite ends it itself on some failures.
    pub(crate) fn in_transaction(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.in_transaction(),
            Engine::Postgres(postgres) => postgres.in_transaction(),
        }
    }

    /// Statements without parameters, in one round trip.
    pub(crate) fn script(&mut self, sql: &str, name: &'static str) -> Result<(), Fault> {
        let done = match &mut self.engine {
            Engine::Sqlite(sqlite) => sqlite.script(sql),
            Engine::Postgres(postgres) => postgres.script(sql).map(drop),
        };
        done.map_err(|trouble| trouble.of(name))
    }

    /// Cuts the connection, as a broken network would: for injected faults.
    pub(crate) fn cut(&mut self) -> Fault {
        let cause = crate::fault::Cause::new("cut by an injected fault");
        match &mut self.engine {
            Engine::Sqlite(_) => {}
            Engine::Postgres(postgres) => {
                drop(postgres.script("SELECT pg_terminate_backend(pg_backend_pid())"));
            }
        }
        Fault::Lost { source: cause }
    }
}
