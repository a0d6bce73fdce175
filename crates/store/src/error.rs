//! What can go wrong between the log and its rows.

/// A fault of the store: nothing a user can mend.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed or a row broke its invariant.
    #[error(transparent)]
    Database(#[from] db::Fault),
    /// A statement touched another number of rows than it promised: somebody was first.
    #[error("statement {stmt} found another state than it was decided on")]
    Conflict {
        /// The statement's name.
        stmt: &'static str,
    },
    /// An entry that this version cannot read.
    #[error("{0}")]
    Unreadable(#[from] domain::Unreadable),
    /// Stored entry bytes that are not an entry.
    #[error("entry {seq} is not readable: {reason}")]
    Entry {
        /// Its position.
        seq: i64,
        /// What was wrong.
        reason: String,
    },
    /// A folded state that does not parse.
    #[error("state of {stream} is not readable: {reason}")]
    State {
        /// The stream.
        stream: String,
        /// What was wrong.
        reason: String,
    },
    /// An entry that would be too large for the log.
    #[error("an entry of {stream} is too large for the log: {reason}")]
    TooLarge {
        /// The stream.
        stream: String,
        /// What was wrong.
        reason: String,
    },
}

impl From<db::WriteError> for StoreError {
    fn from(error: db::WriteError) -> Self {
        match error {
            db::WriteError::Conflict { stmt } => Self::Conflict { stmt },
            db::WriteError::Fault(fault) => Self::Database(fault),
        }
    }
}
