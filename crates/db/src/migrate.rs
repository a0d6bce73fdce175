//! Numbered migrations, one text for both engines, and the tables of this crate itself.
//!
//! What was applied is recorded with the SHA-256 of its text: a text that was changed afterwards
//! and a database that is ahead of the program are refused, not guessed about.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use base::Digest;

use crate::{Conn, Fault, Row, Rows, Stmt, WriteError, conn::Engine};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// 1, 2, 3 and so on, without gaps.
    pub number: i64,
    /// What it is about, for people.
    pub name: &'static str,
    /// The statements. Portable text, see `check::lint`.
    pub sql: &'static str,
}

impl Migration {
    /// The checksum of its text.
    pub fn sha256(&self) -> Digest {
        Digest(Sha256::digest(self.sql.as_bytes()).into())
    }

    /// The text for this engine: what stands behind `-- sqlite: ` counts on SQLite and is a comment to
    /// the other.
    fn text(&self, engine: &Engine) -> Cow<'static, str> {
        match engine {
            Engine::Sqlite(_) => Cow::Owned(self.sql.replace("-- sqlite: ", "")),
            Engine::Postgres(_) => Cow::Borrowed(self.sql),
        }
    }
}

const OWN_TABLES: &str = "
    CREATE TABLE IF NOT EXISTS migration (
        number BIGINT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        sha256 BYTEA NOT NULL
    );
    CREATE TABLE IF NOT EXISTS turn_lock (
        id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
        turn BIGINT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS node_turn (
        node TEXT NOT NULL PRIMARY KEY,
        turn BIGINT NOT NULL
    );
    INSERT INTO turn_lock (id, turn) VALUES (1, 0) ON CONFLICT (id) DO NOTHING;";

/// The number under which PostgreSQL keeps the lock of migrations; nothing but ours.
const LOCK: i64 = 7_461_900_231;

static APPLIED: Stmt = Stmt {
    name: "db.migrations_applied",
    sql: "SELECT number, name, sha256 FROM migration ORDER BY number",
    rows: Rows::Any,
};
static RECORD: Stmt = Stmt {
    name: "db.migration_record",
    sql: "INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3)",
    rows: Rows::Exactly(1),
};

/// The statements of this module, for the check on both engines.
pub(crate) static ALL: &[&Stmt] = &[&APPLIED, &RECORD];

/// Makes the tables that this crate needs.
pub(crate) fn own_tables(conn: &mut Conn) -> Result<(), Fault> {
    locked(conn, |conn| conn.script(OWN_TABLES, "db.own_tables"))
}

/// Applies what is missing and answers the numbers.
pub(crate) fn apply(conn: &mut Conn, migrations: &[Migration]) -> Result<Vec<i64>, Fault> {
    let mut applied = Vec::new();
    for (migration, number) in migrations.iter().zip(1..) {
        if migration.number != number {
            return Err(refuse(migration.number, format!("is at the place of {number}")));
        }
        let new = locked(conn, |conn| {
            let known = known(conn, migrations)?;
            if known >= number {
                return Ok(false);
            }
            let text = migration.text(&conn.engine);
            conn.script(&text, "db.migration")
                .map_err(|fault| refuse(number, format!("{}: {fault}", migration.name)))?;
            record(conn, migration)?;
            Ok(true)
        })?;
        if new {
            applied.push(number);
        }
    }
    if migrations.is_empty() {
        locked(conn, |conn| known(conn, migrations))?;
    }
    Ok(applied)
}

/// How many migrations the database has, all of them ours and unchanged.
fn known(conn: &mut Conn, migrations: &[Migration]) -> Result<i64, Fault> {
    let rows = conn.query(&APPLIED, &[])?;
    for (at, row) in rows.iter().enumerate() {
        compare(row, migrations.get(at))?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX))
}

fn compare(row: &Row, migration: Option<&Migration>) -> Result<(), Fault> {
    let (number, name) = (row.int(0)?, row.text(1)?);
    let Some(migration) = migration.filter(|migration| migration.number == number) else {
        let problem = format!("{name} was applied by a newer program; start that one");
        return Err(refuse(number, problem));
    };
    if row.digest(2)? == migration.sha256() {
        return Ok(());
    }
    let problem = format!("{name} was applied with another text than this program has");
    Err(refuse(number, problem))
}

fn record(conn: &mut Conn, migration: &Migration) -> Result<(), Fault> {
    let args = [migration.number.into(), migration.name.into(), migration.sha256().into()];
    match conn.execute(&RECORD, &args) {
        Ok(_) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
        Err(WriteError::Conflict { stmt }) => Err(Fault::Contended { stmt }),
    }
}

fn refuse(number: i64, problem: String) -> Fault {
    Fault::Migration { number, problem }
}

/// Runs in a transaction that no other process's migration overlaps. A large table takes its time,
/// and so does another process's migration: nothing here is cut short.
fn locked<T>(conn: &mut Conn, run: impl FnOnce(&mut Conn) -> Result<T, Fault>) -> Result<T, Fault> {
    let Engine::Postgres(postgres) = &mut conn.engine else {
        conn.script("BEGIN IMMEDIATE", "db.migration_lock")?;
        return ended(conn, run);
    };
    let usual = postgres.be_patient();
    let begin = format!(
        "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
         SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
    );
    postgres.begin(&begin).map_err(|trouble| trouble.of("db.migration_lock"))?;
    let done = ended(conn, run);
    if let Engine::Postgres(postgres) = &mut conn.engine {
        postgres.be_brisk(usual);
    }
    done
}

/// Runs inside the transaction that has begun, and ends it.
fn ended<T>(conn: &mut Conn, run: impl FnOnce(&mut Conn) -> Result<T, Fault>) -> Result<T, Fault> {
    let done = run(conn);
    if done.is_err() {
        conn.roll_back()?;
        return done;
    }
    let committed = match &mut conn.engine {
        Engine::Sqlite(sqlite) => sqlite.script("COMMIT"),
        Engine::Postgres(postgres) => postgres.end("COMMIT"),
    };
    committed.map_err(|trouble| trouble.of("db.migration_commit"))?;
    done
}
