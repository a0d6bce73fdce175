//! The one set of migrations, for both engines.

use db::Migration;

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
];
