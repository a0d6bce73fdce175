//! What can go wrong: a `Fault` is for the operator, a `WriteError::Conflict` for a second try.
//!
//! No fault holds a row's values: those are people's words, and faults are logged.

use std::{error::Error, fmt, sync::Arc};

use crate::Rows;

/// The database failed, or a row broke its invariant. Nothing a user can mend.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A cell is not what its reader expects.
    #[error("{stmt}: column {column} should be {wanted}, found {found}")]
    Column {
        /// The statement.
        stmt: &'static str,
        /// Counted from 0.
        column: usize,
        /// What the reader expects.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// A query answered another number of rows than it promised.
    #[error("{stmt}: promised {promised} rows, found {found}")]
    Count {
        /// The statement.
        stmt: &'static str,
        /// What it promised.
        promised: Rows,
        /// What it answered.
        found: u64,
    },
    /// A query met another writer (a unique key taken, a deadlock).
    #[error("{stmt}: somebody else was first")]
    Contended {
        /// The statement.
        stmt: &'static str,
    },
    /// A statement failed.
    #[error("{stmt}: {source}")]
    Statement {
        /// The statement.
        stmt: &'static str,
        /// What the engine says.
        source: Cause,
    },
    /// A parameter is missing, too many, or not for its column.
    #[error("{stmt}: parameter ${number} {problem}")]
    Parameter {
        /// The statement.
        stmt: &'static str,
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// No room for a commit.
    #[error("the database's disk is full: {source}")]
    DiskFull {
        /// What the engine says.
        source: Cause,
    },
    /// Another process holds the database for longer than the limit.
    #[error("the database is held by another process: {source}")]
    Busy {
        /// What the engine says.
        source: Cause,
    },
    /// The database cannot be opened or reached.
    #[error("the database cannot be opened: {source}")]
    Open {
        /// What the engine or the network says.
        source: Cause,
    },
    /// The connection broke.
    #[error("the connection to the database was lost: {source}")]
    Lost {
        /// What the network says.
        source: Cause,
    },
    /// The database is not set up as the server needs it.
    #[error("the database's {what} is {found}, it must be {wanted}")]
    Setup {
        /// Which setting.
        what: &'static str,
        /// What it is.
        found: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// The migrations of this database are not the ones this program knows.
    #[error("migration {number}: {problem}")]
    Migration {
        /// Which.
        number: i64,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A backup could not be written or did not verify.
    #[error("backup: {source}")]
    Backup {
        /// What went wrong.
        source: Cause,
    },
    /// Not a database address.
    #[error("not a database address: {reason}")]
    Target {
        /// Why, without the address: it may hold a password.
        reason: String,
    },
    /// Code that was run for the caller panicked. What it wrote was rolled back.
    #[error("a job panicked: {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
    /// Too many wait. Nothing was started.
    #[error("too many requests wait for the database")]
    Overloaded,
    /// The database was closed.
    #[error("the database was closed")]
    Stopped,
}

/// Why a write did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The statement touched another number of rows than it promised, or its key was taken:
    /// somebody was first. Load again, decide again.
    #[error("{stmt}: somebody else was first")]
    Conflict {
        /// The statement.
        stmt: &'static str,
    },
    /// The database failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl WriteError {
    /// The same as a fault: for a read that had to wait for a write that was held back.
    pub(crate) fn fault(self) -> Fault {
        match self {
            Self::Conflict { stmt } => Fault::Contended { stmt },
            Self::Fault(fault) => fault,
        }
    }
}

/// What a driver or the system said. Shared, because one cause can fail many jobs.
#[derive(Clone)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    /// Keeps an error as a cause.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// What a driver answers instead of a result; `Conn` adds the statement's name.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// A unique key is taken, a deadlock, a serialization failure.
    Contended,
    Full(Cause),
    Busy(Cause),
    Lost(Cause),
    Failed(Cause),
    Parameter {
        number: usize,
        problem: &'static str,
    },
    Column {
        column: usize,
        wanted: &'static str,
        found: &'static str,
    },
}

impl Trouble {
    pub(crate) fn of(self, stmt: &'static str) -> Fault {
        match self {
            Self::Contended => Fault::Contended { stmt },
            Self::Full(source) => Fault::DiskFull { source },
            Self::Busy(source) => Fault::Busy { source },
            Self::Lost(source) => Fault::Lost { source },
            Self::Failed(source) => Fault::Statement { stmt, source },
            Self::Parameter { number, problem } => Fault::Parameter { stmt, number, problem },
            Self::Column { column, wanted, found } => Fault::Column { stmt, column, wanted, found },
        }
    }
}
