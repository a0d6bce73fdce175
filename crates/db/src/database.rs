//! The database as the rest of the server sees it: snapshots to read, a committer to write.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, PoisonError},
};

use tokio::sync::{oneshot, watch};

use crate::{
    CommitError, CommitHealth, Committer, Conn, Fault, Lane, Migration, Mode, Options, Target,
    check::{self, Unsound},
    committer::{Machine, Shared, panicked},
    conn::Engine,
    fault::Cause,
    inject::Faults,
    migrate,
    readers::Readers,
    sqlite::Access,
    target::MAX_READERS,
    wait::wait,
};

/// A database. Cheap to clone; closes when the last clone is dropped.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    committer: Committer,
    /// `None` inline: reads go over the committer's connection.
    readers: Option<Readers>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.committer.stop();
        if let Some(readers) = &self.readers {
            readers.stop();
        }
    }
}

impl Db {
    /// Opens a database, creating a SQLite file that does not exist, and starts its threads.
    ///
    /// The database's own tables are made; the caller's come with `migrate`.
    ///
    /// # Errors
    /// It cannot be opened or reached, or is not set up as it must be.
    pub fn open(target: &Target, options: Options) -> Result<Self, Fault> {
        options.check()?;
        let memory = *target == Target::Memory;
        let mode = if memory { Mode::Inline } else { options.mode };
        if mode == Mode::Inline && matches!(target, Target::Postgres(_)) {
            return Err(Fault::Target { reason: "inline mode is for SQLite".to_owned() });
        }
        let options = Options { mode, ..options };
        let conn = apart(|| {
            let mut conn = Conn::open(target, Access::Write)?;
            migrate::own_tables(&mut conn)?;
            Ok(conn)
        })?;
        let shared = Shared::new();
        let machine = Machine::new(conn, target.clone(), &options, Arc::clone(&shared));
        let (committer, readers) = match mode {
            Mode::Inline => (Committer::inline(machine, shared), None),
            Mode::Threads => {
                let readers = Readers::spawn(target, options.readers.clamp(1, MAX_READERS))?;
                (Committer::spawn(machine, shared)?, Some(readers))
            }
        };
        Ok(Self { inner: Arc::new(Inner { target: target.clone(), committer, readers }) })
    }

    /// Reads in one consistent snapshot, on a reading thread.
    ///
    /// # Errors
    /// The reading's own; `Fault::Overloaded` when too many reads wait; the database's faults.
    pub async fn read<T, E, F>(&self, read: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let Some(readers) = &self.inner.readers else {
            return self.inner.committer.with_conn(|conn| inline_read(conn, read));
        };
        let (reply, answer) = oneshot::channel();
        readers.push(Box::new(move |conn| {
            // A caller that no longer waits needs no answer.
            drop(reply.send(guarded(conn, read)));
        }));
        answer.await.unwrap_or_else(|_| Err(Fault::Stopped.into()))
    }

    /// As `read`, blocking the calling thread: for the command line.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_now<T, E, F>(&self, read: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        wait(self.read(read))
    }

    /// Runs a job in a turn of the committer. See `Committer::submit`.
    ///
    /// # Errors
    /// See `CommitError`.
    pub async fn submit<T, E, F>(&self, lane: Lane, job: F) -> Result<T, CommitError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.inner.committer.submit(lane, job).await
    }

    /// As `submit`, blocking the calling thread.
    ///
    /// # Errors
    /// See `CommitError`.
    pub fn submit_now<T, E, F>(&self, lane: Lane, job: F) -> Result<T, CommitError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        self.inner.committer.submit_now(lane, job)
    }

    /// The committer.
    pub fn committer(&self) -> &Committer {
        &self.inner.committer
    }

    /// A signal after each commit of this process. See `Committer::committed`.
    pub fn committed(&self) -> watch::Receiver<i64> {
        self.inner.committer.committed()
    }

    /// How the committer does.
    pub fn health(&self) -> CommitHealth {
        self.inner.committer.health()
    }

    /// Applies the migrations that are missing, in the order of their numbers, each in one
    /// transaction under a lock; answers the numbers of those it applied.
    ///
    /// # Errors
    /// `Fault::Migration` when the database knows a migration that this program does not, or one
    /// with another text; a failed statement.
    pub fn migrate(&self, migrations: &[Migration]) -> Result<Vec<i64>, Fault> {
        self.apart(|conn| migrate::apply(conn, migrations))
    }

    /// Prepares every statement on this engine and answers those that are unsound: for the test of
    /// each crate that has statements.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn check_all(&self, stmts: &[&'static crate::Stmt]) -> Result<Vec<Unsound>, Fault> {
        self.apart(|conn| Ok(check::all(conn, stmts)))
    }

    /// As `check_all`, for multi-row inserts.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn check_many(&self, stmts: &[&'static crate::ManyStmt]) -> Result<Vec<Unsound>, Fault> {
        self.apart(|conn| Ok(check::many(conn, stmts)))
    }

    /// Writes a copy of a SQLite database, as of now, to a new file: all pages, verified, put in
    /// place only when complete. The database goes on meanwhile.
    ///
    /// # Errors
    /// `Fault::Backup`; on PostgreSQL always, which has tools of its own for that.
    pub fn backup(&self, path: &Path) -> Result<(), Fault> {
        self.apart(|conn| {
            let copied = match &mut conn.engine {
                Engine::Sqlite(sqlite) => sqlite.copy_into(path),
                Engine::Postgres(_) => Err(Cause::new("use pg_basebackup or pg_dump")),
            };
            copied.map_err(|source| Fault::Backup { source })
        })
    }

    /// A test seam: makes faults happen. See `Faults`.
    pub fn inject(&self, faults: Faults) {
        let shared = &self.inner.committer.shared;
        *shared.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// The faults that are still to happen.
    pub fn injected(&self) -> Faults {
        let shared = &self.inner.committer.shared;
        *shared.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the database and waits for the turn in hand and running reads. Jobs that wait are
    /// answered with `Stopped`. Must not be called from a job or a read.
    pub fn close(&self) {
        self.inner.committer.stop();
        if let Some(readers) = &self.inner.readers {
            readers.stop();
            readers.join();
        }
        self.inner.committer.join();
    }

    /// Runs something over a connection of its own, on a thread where blocking is allowed; inline
    /// over the one connection.
    fn apart<T: Send>(
        &self,
        run: impl FnOnce(&mut Conn) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        if self.inner.readers.is_none() {
            return self.inner.committer.with_conn(|conn| run(conn?));
        }
        apart(|| run(&mut Conn::open(&self.inner.target, Access::Write)?))
    }
}

/// Runs on a plain thread: a driver may block there, whatever thread the caller is on.
fn apart<T: Send>(run: impl FnOnce() -> Result<T, Fault> + Send) -> Result<T, Fault> {
    std::thread::scope(|scope| scope.spawn(run).join())
        .unwrap_or_else(|panic| Err(panicked(panic.as_ref())))
}

fn inline_read<T, E: From<Fault>>(
    conn: Result<&mut Conn, Fault>,
    read: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let conn = conn?;
    conn.begin_read()?;
    let answer = guarded(Ok(conn), read);
    conn.roll_back()?;
    answer
}

/// Runs a read; a panic in it stays its own.
fn guarded<T, E: From<Fault>>(
    conn: Result<&mut Conn, Fault>,
    read: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let conn = conn?;
    catch_unwind(AssertUnwindSafe(|| read(conn)))
        .unwrap_or_else(|panic| Err(panicked(panic.as_ref()).into()))
}
