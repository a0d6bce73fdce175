//! The one set of migrations, for both engines.

use db::{CommitError, Db, Lane, Migration};

use crate::{StoreError, rebuild};

/// Brings a database up to this release: its tables, then its derived rows, folded again from the log
/// where another release folded them last. Answers whether they were.
///
/// # Errors
/// A migration that fails, or a log that cannot be folded; nothing is changed by half.
pub fn bring_up_to_date(db: &Db) -> Result<bool, StoreError> {
    db.migrate(ALL)?;
    if !db.read_now(rebuild::is_stale)? {
        return Ok(false);
    }
    db.submit_now(Lane::Normal, rebuild::fold_again).map_err(|error| match error {
        CommitError::Refused(error) => error,
        other => StoreError::State { stream: "fold".to_owned(), reason: other.to_string() },
    })
}

/// Numbered, checksummed, applied in order.
pub static ALL: &[Migration] = &[
    Migration { number: 1, name: "log", sql: include_str!("../../../migrations/0001_log.sql") },
    Migration {
        number: 2,
        name: "derived",
        sql: include_str!("../../../migrations/0002_derived.sql"),
    },
    Migration {
        number: 3,
        name: "operational",
        sql: include_str!("../../../migrations/0003_operational.sql"),
    },
    Migration {
        number: 4,
        name: "organisation",
        sql: include_str!("../../../migrations/0004_organisation.sql"),
    },
    Migration {
        number: 5,
        name: "every_day",
        sql: include_str!("../../../migrations/0005_every_day.sql"),
    },
    Migration {
        number: 6,
        name: "exceptions",
        sql: include_str!("../../../migrations/0006_exceptions.sql"),
    },
    Migration { number: 7, name: "fold", sql: include_str!("../../../migrations/0007_fold.sql") },
    Migration {
        number: 8,
        name: "versions",
        sql: include_str!("../../../migrations/0008_versions.sql"),
    },
    Migration { number: 9, name: "doors", sql: include_str!("../../../migrations/0009_doors.sql") },
    Migration { number: 10, name: "api", sql: include_str!("../../../migrations/0010_api.sql") },
    Migration {
        number: 11,
        name: "swift",
        sql: include_str!("../../../migrations/0011_swift.sql"),
    },
    Migration {
        number: 12,
        name: "moves",
        sql: include_str!("../../../migrations/0012_moves.sql"),
    },
];
