//! The application: its ports, its options, and what every use case reaches through it.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use base::{Duration, Entropy, Id, Timestamp, id};
use db::{Conn, Db};
use domain::{Refused, person::ELEVATION_HOURS};
use store::StoreError;

use crate::{
    Caller, Dice, Error, channels::Channels, documents::Documents, log::Keeper, metrics::Latency,
    tick::Watch, webhook::Scanned, windows::Windows,
};

/// Time, handed down by `cli` (or by the simulator).
pub trait Clock: Send + Sync {
    /// Now: never before an instant it gave out earlier.
    fn now(&self) -> Timestamp;

    /// What the system clock says, for noticing that it stepped.
    fn wall(&self) -> Timestamp;

    /// Goes on from `at`: the system clock was set forward, or the log knows a later instant.
    fn carry_on_from(&self, at: Timestamp);
}

/// What the application needs of the outside.
pub struct Ports {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Entropy.
    pub dice: Dice,
    /// The channels out.
    pub channels: Channels,
}

/// How this node is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where people reach the server: `https://watchkeeper.bank.example`, without a last slash.
    pub base_url: String,
    /// What the installation is called on each page.
    pub name: String,
    /// Where this node keeps its files: keys, the checkpoint held outside the database, the spool.
    pub data: PathBuf,
    /// The log's origin, as in its checkpoints.
    pub origin: String,
    /// What this node is called among several.
    pub node: String,
    /// Whether it runs with sample data.
    pub demo: bool,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    dice: Mutex<Dice>,
    channels: Channels,
    options: Options,
    documents: Documents,
    keeper: Keeper,
    watch: Watch,
    commits: Latency,
    scanned: Scanned,
    windows: Windows,
}

impl App {
    /// Puts the application together over a migrated database.
    pub fn new(ports: Ports, options: Options, keeper: Keeper) -> Self {
        Self {
            inner: Arc::new(Inner {
                db: ports.db,
                clock: ports.clock,
                dice: Mutex::new(ports.dice),
                channels: ports.channels,
                options,
                documents: Documents::default(),
                keeper,
                watch: Watch::default(),
                commits: Latency::default(),
                scanned: Scanned::default(),
                windows: Windows::default(),
            }),
        }
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// How this node is set up.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// The person who approves. In the sample organisation every account is new, and may.
    ///
    /// # Errors
    /// `PER-009` to `PER-011`.
    pub fn approver(&self, caller: &Caller, now: Timestamp) -> Result<Id<id::Person>, Refused> {
        let hours = if self.options().demo { 0 } else { ELEVATION_HOURS };
        caller.approver(Duration::hours(hours), now)
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The log's keeper: key, checkpoints, the guard against rollback.
    pub fn keeper(&self) -> &Keeper {
        &self.inner.keeper
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.inner.clock.as_ref()
    }

    pub(crate) fn channels(&self) -> &Channels {
        &self.inner.channels
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.inner.watch
    }

    /// How long this process's commands took.
    pub fn commits(&self) -> &Latency {
        &self.inner.commits
    }

    pub(crate) fn scanned(&self) -> &Scanned {
        &self.inner.scanned
    }

    pub(crate) fn windows(&self) -> &Windows {
        &self.inner.windows
    }

    /// Published documents, parsed.
    pub fn documents(&self) -> &Documents {
        &self.inner.documents
    }

    /// A seed of its own for one command.
    pub(crate) fn seed(&self) -> [u8; 32] {
        let mut dice = self.inner.dice.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seed = [0u8; 32];
        dice.fill(&mut seed);
        seed
    }

    /// Reads in one snapshot.
    ///
    /// # Errors
    /// Refusals and faults of the reading.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.inner.db.read(read).await
    }

    /// Reads from the store in one snapshot.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn look<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        self.inner.db.read(move |conn| read(conn).map_err(Error::from)).await
    }
}
