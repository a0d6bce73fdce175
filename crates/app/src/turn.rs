//! One command inside a turn of the committer: it reads the newest state, records, or is refused.

use base::{Entropy, Id, Kind, Timestamp, id};
use db::Conn;
use domain::{Refused, incident::Incident};
use evidence::entry::{Draft, Envelope, Mode};
use store::{StoreError, config, log, project::Projection};

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
    /// The first entry of the incident whose mode entries carry, where it was read from there.
    mode_of: Option<i64>,
    /// The states that it has folded; nobody else records while it lasts.
    folded: Projection,
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
        let envelope = (&self.envelope, self.now);
        Ok(log::append_to(self.conn, &mut self.folded, drafts, envelope, &mut self.dice)?)
    }

    /// The state of an incident, with what this turn has recorded so far.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn incident(&mut self, id: Id<id::Incident>) -> Result<Option<Incident>, Stop> {
        Ok(self.folded.incident(self.conn, id)?)
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
        (self.envelope.mode, self.mode_of) = (mode, None);
    }

    /// From here on, entries carry the mode of the entry at this position, which never changes.
    pub(crate) fn set_mode_of(&mut self, first: i64) -> Result<(), Stop> {
        if self.mode_of != Some(first)
            && let Some(stored) = log::entry(self.conn, first)?
        {
            self.envelope.mode = stored.entry()?.mode;
            self.mode_of = Some(first);
        }
        Ok(())
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
                mode_of: None,
                folded: Projection::default(),
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
