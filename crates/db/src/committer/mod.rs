//! The committer: one per process. It takes the jobs that wait, runs them in one turn and commits
//! them together, so that many small commands share the cost of reaching the disk.

mod job;
mod queue;
mod run;
mod turn;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use tokio::sync::watch;

pub use job::CommitError;
pub use queue::{Lane, MAX_WAITING};
pub use run::MAX_RETRIES;
pub(crate) use run::panicked;
pub(crate) use turn::Machine;
pub use turn::{MAX_JOBS, PATIENCE};

use crate::{Conn, Fault, inject::Faults, wait::wait};
use job::{Answer, Pending, job};
use queue::{Closed, Queue};

/// How the committer does. No clock is read here: the caller times it.
#[derive(Debug, Clone, Default)]
pub struct CommitHealth {
    /// How many jobs wait.
    pub waiting: usize,
    /// How many turns failed since the last commit; 0 means that the newest commit succeeded.
    pub failed_in_a_row: u64,
    /// Why the newest turn failed, while `failed_in_a_row` is not 0.
    pub fault: Option<Fault>,
    /// How many turns were committed since the process began.
    pub commits: u64,
}

/// What the committer's thread and its callers share.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) faults: Mutex<Faults>,
    health: Mutex<CommitHealth>,
    committed: watch::Sender<i64>,
}

impl Shared {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            queue: Queue::default(),
            faults: Mutex::default(),
            health: Mutex::default(),
            committed: watch::Sender::new(0),
        })
    }

    fn failed(&self, fault: &Fault) {
        let mut health = self.health();
        if health.failed_in_a_row == 0 {
            tracing::error!(%fault, "a turn could not be committed");
        }
        health.failed_in_a_row += 1;
        health.fault = Some(fault.clone());
    }

    fn succeeded(&self, turn: i64) {
        let mut health = self.health();
        if health.failed_in_a_row > 0 {
            tracing::info!(failed = health.failed_in_a_row, "turns are committed again");
        }
        health.failed_in_a_row = 0;
        health.fault = None;
        health.commits += 1;
        drop(health);
        self.committed.send_replace(turn);
    }

    fn health(&self) -> MutexGuard<'_, CommitHealth> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The committer.
pub struct Committer {
    pub(crate) shared: Arc<Shared>,
    place: Place,
}

enum Place {
    Thread(Mutex<Option<JoinHandle<()>>>),
    Inline(Box<Mutex<Machine>>),
}

impl Committer {
    /// A committer on a thread of its own.
    pub(crate) fn spawn(mut machine: Machine, shared: Arc<Shared>) -> Result<Self, Fault> {
        let theirs = Arc::clone(&shared);
        let work = move || {
            let _closes = ClosesAtEnd(&theirs.queue);
            while let Some(jobs) = theirs.queue.take(MAX_JOBS) {
                machine.serve(jobs);
            }
        };
        let thread = std::thread::Builder::new().name("committer".to_owned()).spawn(work);
        let thread = thread.map_err(|e| Fault::Open { source: crate::Cause::new(e) })?;
        Ok(Self { shared, place: Place::Thread(Mutex::new(Some(thread))) })
    }

    /// A committer that runs each job at once on the calling thread.
    pub(crate) fn inline(machine: Machine, shared: Arc<Shared>) -> Self {
        Self { shared, place: Place::Inline(Box::new(Mutex::new(machine))) }
    }

    /// Runs a job in a turn and answers after the commit.
    ///
    /// The job may run again, after a conflict or a lost connection: it must do nothing but read
    /// and write through its connection. Reads in it see the newest state and nobody else writes
    /// until the turn ends. What it returned is answered only once it is on disk.
    ///
    /// Dropping the future does not stop the job.
    ///
    /// # Errors
    /// See `CommitError`. A job that fails because a statement failed is answered with
    /// `Conflict` or `Fault` and not with its own error, and a job that swallows a failed
    /// statement is not kept.
    pub async fn submit<T, E, F>(&self, lane: Lane, run: F) -> Result<T, CommitError<E>>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        let (work, mut answer) = job::<T, E, F>(run);
        let job = Pending::new(work);
        match &self.place {
            Place::Inline(machine) => {
                machine.lock().unwrap_or_else(PoisonError::into_inner).serve(vec![job]);
                answer.try_recv().unwrap_or(Err(CommitError::Unknown))
            }
            Place::Thread(_) => match self.shared.queue.push(lane, job) {
                Ok(()) => answer.await.unwrap_or(Err(CommitError::Unknown)),
                Err(Closed::Full) => Err(CommitError::Overloaded),
                Err(Closed::Stopped) => Err(CommitError::Stopped),
            },
        }
    }

    /// As `submit`, blocking the calling thread.
    ///
    /// # Errors
    /// As `submit`.
    pub fn submit_now<T, E, F>(&self, lane: Lane, run: F) -> Answer<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    {
        wait(self.submit(lane, run))
    }

    /// How it does.
    pub fn health(&self) -> CommitHealth {
        CommitHealth { waiting: self.shared.queue.len(), ..self.shared.health().clone() }
    }

    /// A signal after each commit, with the turn's number. On PostgreSQL it tells of this process's
    /// commits only; those of other nodes are found by polling the log's head.
    pub fn committed(&self) -> watch::Receiver<i64> {
        self.shared.committed.subscribe()
    }

    /// Runs a read on the one connection of inline mode.
    pub(crate) fn with_conn<R>(&self, read: impl FnOnce(Result<&mut Conn, Fault>) -> R) -> R {
        match &self.place {
            Place::Thread(_) => read(Err(Fault::Stopped)),
            Place::Inline(machine) => {
                let mut machine = machine.lock().unwrap_or_else(PoisonError::into_inner);
                read(machine.conn.as_mut().ok_or(Fault::Stopped))
            }
        }
    }

    /// Takes no more jobs, answers those that wait, and does not wait for the turn in hand.
    pub(crate) fn stop(&self) {
        self.shared.queue.close();
    }

    /// Waits until the turn in hand has ended.
    pub(crate) fn join(&self) {
        if let Place::Thread(thread) = &self.place {
            let thread = thread.lock().unwrap_or_else(PoisonError::into_inner).take();
            // A panic of the thread was printed where it happened.
            drop(thread.map(JoinHandle::join));
        }
    }
}

/// Closes the queue when the thread ends, also by a panic: nobody is to wait for ever.
struct ClosesAtEnd<'a>(&'a Queue);

impl Drop for ClosesAtEnd<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
