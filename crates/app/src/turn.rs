//! One command inside a turn of the committer: it reads the newest state, records, or is refused.

use base::{Entropy, Id, Kind, Timestamp};
use db::Conn;
use domain::Refused;
use evidence::entry::{Draft, Envelope, Mode};
use store::{StoreError, config, log};

use crate::{App, Caller, Dice, Error};

/// Why a command stops inside its turn; everything it wrote is rolled back.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// Refused: the user can act.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store failed, or found another state than was decided on.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<db::Fault> for Stop {
    fn from(fault: db::Fault) -> Self {
        Self::Store(fault.into())
    }
}

/// What a command has at hand inside its turn.
pub struct Turn<'a> {
    /// The connection, inside the transaction.
    pub conn: &'a mut Conn,
    /// Now.
    pub now: Timestamp,
    /// The app, for its caches of immutable documents.
    pub app: &'a App,
    /// Who asks.
    pub caller: &'a Caller,
    dice: Dice,
    envelope: Envelope,
    /// The configuration's version, once it was asked for.
    version: Option<i64>,
}

impl Turn<'_> {
    /// Appends drafts to the log with their derived rows and answers their positions.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn record(&mut self, mut drafts: Vec<Draft>) -> Result<Vec<i64>, Stop> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        // The configuration's version is the position of its newest document.
        let version = match self.version {
            Some(version) => version,
            None => config::config_version(self.conn)?,
        };
        let publishes = drafts.iter().any(|draft| draft.stream.as_str().starts_with("doc_"));
        self.version = Some(version).filter(|_| !publishes);
        let version = Some(version).filter(|seq| *seq > 0);
        drafts.iter_mut().for_each(|draft| draft.under.config_version = version);
        Ok(log::append(self.conn, drafts, &self.envelope, self.now, &mut self.dice)?)
    }

    /// A new id.
    pub fn mint<K: Kind>(&mut self) -> Id<K> {
        Id::mint(self.now, &mut self.dice)
    }

    /// Fresh entropy, for secrets and jitter.
    pub fn entropy(&mut self) -> &mut dyn Entropy {
        &mut self.dice
    }

    /// From here on, entries carry this mode: an exercise stays one in all that follows from it.
    pub fn set_mode(&mut self, mode: Mode) {
        self.envelope.mode = mode;
    }

    /// From here on, entries name this one as their cause.
    pub fn set_cause(&mut self, seq: i64) {
        self.envelope.cause = Some(seq);
    }
}

impl App {
    /// Runs a command in a turn of the committer and answers after the commit.
    ///
    /// `command` may run again when another node was first; it must do nothing but read and record.
    ///
    /// # Errors
    /// The command's refusal, or a fault.
    pub async fn commit<T: Send + 'static>(
        &self,
        lane: db::Lane,
        caller: &Caller,
        mut command: impl FnMut(&mut Turn<'_>) -> Result<T, Stop> + Send + 'static,
    ) -> Result<T, Error> {
        let (app, caller, seed) = (self.clone(), caller.clone(), self.seed());
        let once = caller.once.clone();
        let job = move |conn: &mut Conn| {
            if let Some(once) = &caller.once {
                once.take(conn, app.now())?;
            }
            let mut turn = Turn {
                conn,
                now: app.now(),
                app: &app,
                caller: &caller,
                dice: Dice::from_seed(seed),
                envelope: caller.envelope(Mode::Live),
                version: None,
            };
            command(&mut turn)
        };
        let began = self.now();
        let answer = self.db().submit(lane, job).await;
        self.commits().count(self.now() - began);
        if let Some(once) = once.filter(|_| answer.is_ok()) {
            once.taken();
        }
        answer.map_err(Error::from)
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(refused) => Self::Refused(refused),
            Stop::Store(error) => error.into(),
        }
    }
}

impl From<db::CommitError<Stop>> for Error {
    fn from(error: db::CommitError<Stop>) -> Self {
        match error {
            db::CommitError::Refused(stop) => stop.into(),
            db::CommitError::Conflict { .. } => Self::Conflict,
            db::CommitError::Overloaded => Self::Overloaded,
            other => Self::Fault(other.to_string()),
        }
    }
}
