//! The SQLite driver: one connection, statements kept prepared, parameters bound by name.
//!
//! `$1` is a *named* parameter in SQLite, numbered by its first appearance in the text; so each
//! statement keeps which of our parameters belongs at which place.

use std::{
    collections::HashMap,
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, config::DbConfig, ffi, types::ValueRef};

use crate::{
    Fault, Value,
    driver::{Key, Text},
    fault::{Cause, Trouble},
    row::Cell,
};

/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// How many statements stay prepared on a connection.
const PREPARED: usize = 512;
/// Page cache of the connection that writes, in KiB: a storm of alerts meets pages of large indexes in
/// any order. It fills only as far as it is used.
const WRITING_KIB: i64 = 32_768;
/// Page cache of each connection that reads, in KiB.
const READING_KIB: i64 = 8_192;
/// What is left of the write-ahead log after a checkpoint, in bytes.
const WAL_KEPT: i64 = 72 * 1024 * 1024;
/// After how many pages the write-ahead log is folded into the file: 64 MiB, so that a storm of
/// alerts writes each page of an index once, not once a commit.
const WAL_PAGES: i64 = 16_000;

/// Whether a connection may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
}

pub(crate) struct Sqlite {
    inner: Connection,
    places: HashMap<Key, Arc<[usize]>>,
}

impl Sqlite {
    /// Opens a file, creating it for its owner alone, or a database in memory.
    pub(crate) fn open(path: Option<&Path>, access: Access) -> Result<Self, Fault> {
        let inner = match path {
            Some(path) => create(path).and_then(|()| Connection::open(path).map_err(Cause::new)),
            None => Connection::open_in_memory().map_err(Cause::new),
        };
        let inner = inner.map_err(|source| Fault::Open { source })?;
        let failed = |error| Fault::Open { source: Cause::new(error) };
        inner.set_prepared_statement_cache_capacity(PREPARED);
        inner.busy_timeout(BUSY).map_err(failed)?;
        // Otherwise statements on tables with partial indexes are prepared anew each time they run.
        inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
        inner.execute_batch(&settings(access)).map_err(failed)?;
        Ok(Self { inner, places: HashMap::new() })
    }

    pub(crate) fn query(
        &mut self,
        text: &Text<'_>,
        args: &[Value],
    ) -> Result<Vec<Vec<Cell>>, Trouble> {
        let places = self.places(text)?;
        let mut stmt = self.inner.prepare_cached(text.sql).map_err(trouble)?;
        bind(&mut stmt, &places, args)?;
        let columns = stmt.column_count();
        let mut rows = stmt.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(trouble)? {
            found.push((0..columns).map(|at| cell(row, at)).collect::<Result<_, _>>()?);
        }
        Ok(found)
    }

    pub(crate) fn execute(&mut self, text: &Text<'_>, args: &[Value]) -> Result<u64, Trouble> {
        let places = self.places(text)?;
        let mut stmt = self.inner.prepare_cached(text.sql).map_err(trouble)?;
        if stmt.column_count() > 0 {
            drop(stmt);
            return self.query(text, args).map(|rows| rows.len() as u64);
        }
        bind(&mut stmt, &places, args)?;
        stmt.raw_execute().map(|count| count as u64).map_err(trouble)
    }

    pub(crate) fn prepare(&mut self, text: &Text<'_>) -> Result<(), Trouble> {
        self.places(text).map(drop)
    }

    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Trouble> {
        self.inner.execute_batch(sql).map_err(trouble)
    }

    pub(crate) fn in_transaction(&self) -> bool {
        !self.inner.is_autocommit()
    }

    /// Copies all pages, as of now, into a new file.
    pub(crate) fn copy_into(&mut self, path: &Path) -> Result<(), Cause> {
        let partial = beside(path);
        create(&partial)?;
        let mut copy = Connection::open(&partial).map_err(Cause::new)?;
        let pages = rusqlite::backup::Backup::new(&self.inner, &mut copy).map_err(Cause::new)?;
        // All pages in one step: one snapshot. Writers go on beside it in the write-ahead log.
        match pages.step(-1).map_err(Cause::new)? {
            rusqlite::backup::StepResult::Done => {}
            _ => return Err(Cause::new("the database was busy")),
        }
        drop(pages);
        verify(&copy)?;
        copy.close().map_err(|(_, error)| Cause::new(error))?;
        let file = OpenOptions::new().write(true).open(&partial).map_err(Cause::new)?;
        file.sync_all().map_err(Cause::new)?;
        std::fs::rename(&partial, path).map_err(Cause::new)
    }

    /// For each place in the text, which of our parameters goes there.
    fn places(&mut self, text: &Text<'_>) -> Result<Arc<[usize]>, Trouble> {
        if let Some(places) = self.places.get(&text.key) {
            return Ok(Arc::clone(places));
        }
        let stmt = self.inner.prepare_cached(text.sql).map_err(trouble)?;
        let number = |place| {
            let name = stmt.parameter_name(place).and_then(|name| name.strip_prefix('$'));
            name.and_then(|digits| digits.parse().ok()).filter(|number| *number > 0)
        };
        let unnamed = Trouble::Parameter { number: 0, problem: "is not written $1, $2 and so on" };
        let places = (1..=stmt.parameter_count()).map(number).collect::<Option<Arc<[usize]>>>();
        let places = places.ok_or(unnamed)?;
        drop(stmt);
        self.places.insert(text.key, Arc::clone(&places));
        Ok(places)
    }
}

fn settings(access: Access) -> String {
    let query_only = i32::from(access == Access::Read);
    let cache_kib = if access == Access::Write { WRITING_KIB } else { READING_KIB };
    format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0; PRAGMA cache_size = -{cache_kib};
         PRAGMA wal_autocheckpoint = {WAL_PAGES};
         PRAGMA journal_size_limit = {WAL_KEPT}; PRAGMA query_only = {query_only};"
    )
}

/// The file belongs to its owner alone; SQLite gives its companions the same mode.
fn create(path: &Path) -> Result<(), Cause> {
    let mut options = OpenOptions::new();
    let opened = options.read(true).append(true).create(true).mode(0o600).open(path);
    opened.map(drop).map_err(Cause::new)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

fn verify(copy: &Connection) -> Result<(), Cause> {
    let answer: String =
        copy.query_row("PRAGMA quick_check", [], |row| row.get(0)).map_err(Cause::new)?;
    if answer == "ok" { Ok(()) } else { Err(Cause::new(format!("the copy is damaged: {answer}"))) }
}

fn bind(
    stmt: &mut rusqlite::Statement<'_>,
    places: &[usize],
    args: &[Value],
) -> Result<(), Trouble> {
    let wanted = places.iter().max().copied().unwrap_or(0);
    if wanted != args.len() {
        let number = wanted.min(args.len()) + 1;
        return Err(Trouble::Parameter { number, problem: "is missing or too many" });
    }
    for (place, number) in places.iter().enumerate() {
        let (place, number) = (place + 1, *number);
        let bound = match &args[number - 1] {
            Value::Int(value) => stmt.raw_bind_parameter(place, value),
            Value::Real(value) => stmt.raw_bind_parameter(place, value),
            Value::Text(value) if value.contains('\0') => {
                return Err(Trouble::Parameter { number, problem: "holds a NUL character" });
            }
            Value::Text(value) => stmt.raw_bind_parameter(place, value),
            Value::Blob(value) => stmt.raw_bind_parameter(place, value),
            Value::NullInt | Value::NullReal | Value::NullText | Value::NullBlob => {
                stmt.raw_bind_parameter(place, rusqlite::types::Null)
            }
        };
        bound.map_err(trouble)?;
    }
    Ok(())
}

fn cell(row: &rusqlite::Row<'_>, at: usize) -> Result<Cell, Trouble> {
    Ok(match row.get_ref(at).map_err(trouble)? {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Real(value),
        ValueRef::Text(value) => match String::from_utf8(value.to_vec()) {
            Ok(text) => Cell::Text(text),
            Err(_) => {
                let (wanted, found) = ("UTF-8 text", "other bytes");
                return Err(Trouble::Column { column: at, wanted, found });
            }
        },
        ValueRef::Blob(value) => Cell::Blob(value.to_vec()),
    })
}

fn trouble(error: rusqlite::Error) -> Trouble {
    let rusqlite::Error::SqliteFailure(failure, _) = &error else {
        return Trouble::Failed(Cause::new(error));
    };
    match (failure.code, failure.extended_code) {
        (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
            Trouble::Contended
        }
        (ErrorCode::DiskFull, _) => Trouble::Full(Cause::new(error)),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => {
            Trouble::Busy(Cause::new(error))
        }
        _ => Trouble::Failed(Cause::new(error)),
    }
}
