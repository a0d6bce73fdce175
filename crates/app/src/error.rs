//! What a command may answer instead of its result.

use domain::Refused;
use store::StoreError;

/// Refusal, conflict or fault: the three families.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The user can act on it; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Somebody was first, more often than a retry could mend.
    #[error("somebody else changed the same thing; load it again")]
    Conflict,
    /// Too much waits to be committed.
    #[error("the server is busy; try again in a moment")]
    Overloaded,
    /// Nothing a user can mend; the operator finds more in the server's log.
    #[error("{0}")]
    Fault(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { .. } => Self::Conflict,
            other => Self::Fault(other.to_string()),
        }
    }
}

impl From<db::Fault> for Error {
    fn from(fault: db::Fault) -> Self {
        Self::Fault(fault.to_string())
    }
}
