//! A job on its way: what it is to do, what came of it, and who waits for the answer.

use tokio::sync::oneshot;

use crate::{Conn, Fault};

/// Why a job's work was not kept.
#[derive(Debug, thiserror::Error)]
pub enum CommitError<E> {
    /// The job itself said no. Nothing was kept.
    #[error("refused: {0}")]
    Refused(E),
    /// A statement found another state than it promised, on every try. Nothing was kept.
    #[error("{stmt}: somebody else was first")]
    Conflict {
        /// The statement.
        stmt: &'static str,
    },
    /// The database failed, or the job panicked. Nothing was kept.
    #[error(transparent)]
    Fault(Fault),
    /// Too many jobs wait. Nothing was started.
    #[error("too many jobs wait to be committed")]
    Overloaded,
    /// The answer to the commit was lost and the database could not be asked within the limit: it
    /// may have been kept. Look before trying again.
    #[error("it is not known whether this was committed")]
    Unknown,
    /// The database was closed. Nothing was kept.
    #[error("the database was closed")]
    Stopped,
}

/// How a run ended, as far as the job itself is concerned. Its result stays inside until the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    Done,
    Refused,
}

/// How a job ended.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// The job's own result goes to the caller: kept, or refused.
    Own,
    Conflict(&'static str),
    Fault(Fault),
    Unknown,
    Stopped,
}

/// A job without its types.
pub(crate) trait Work: Send {
    /// Runs the job, perhaps again.
    fn run(&mut self, conn: &mut Conn) -> Ran;

    /// Answers the caller.
    fn answer(self: Box<Self>, end: End);
}

pub(crate) type Answer<T, E> = Result<T, CommitError<E>>;

struct Job<T, E, F> {
    run: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Answer<T, E>>,
}

/// A job and the end of the line at which its answer comes out.
pub(crate) fn job<T, E, F>(run: F) -> (Box<dyn Work>, oneshot::Receiver<Answer<T, E>>)
where
    T: Send + 'static,
    E: Send + 'static,
    F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Job { run, result: None, reply }), answer)
}

impl<T, E, F> Work for Job<T, E, F>
where
    T: Send,
    E: Send,
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> Ran {
        self.result = None;
        let result = (self.run)(conn);
        let ran = if result.is_ok() { Ran::Done } else { Ran::Refused };
        self.result = Some(result);
        ran
    }

    fn answer(self: Box<Self>, end: End) {
        let answer = match (end, self.result) {
            (End::Own, Some(result)) => result.map_err(CommitError::Refused),
            (End::Conflict(stmt), _) => Err(CommitError::Conflict { stmt }),
            (End::Fault(fault), _) => Err(CommitError::Fault(fault)),
            (End::Stopped, _) => Err(CommitError::Stopped),
            (End::Unknown, _) | (End::Own, None) => Err(CommitError::Unknown),
        };
        // A caller that no longer waits needs no answer.
        drop(self.reply.send(answer));
    }
}

/// A job that waits or is in hand.
pub(crate) struct Pending {
    pub(crate) work: Box<dyn Work>,
    /// How the newest run ended; settled ones are not run again.
    pub(crate) verdict: Option<Verdict>,
    pub(crate) settled: bool,
    /// How often it was run again after a conflict.
    pub(crate) retries: u32,
    /// How many failed turns it has seen.
    pub(crate) setbacks: u32,
}

/// How a run of a job ended, seen by the turn.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Kept,
    Refused,
    Conflict(&'static str),
    Fault(Fault),
}

impl Pending {
    pub(crate) fn new(work: Box<dyn Work>) -> Self {
        Self { work, verdict: None, settled: false, retries: 0, setbacks: 0 }
    }

    /// Answers with the verdict of the newest run.
    pub(crate) fn conclude(self) {
        let end = match self.verdict {
            Some(Verdict::Kept | Verdict::Refused) => End::Own,
            Some(Verdict::Conflict(stmt)) => End::Conflict(stmt),
            Some(Verdict::Fault(fault)) => End::Fault(fault),
            None => End::Unknown,
        };
        self.work.answer(end);
    }

    pub(crate) fn answer(self, end: End) {
        self.work.answer(end);
    }
}
