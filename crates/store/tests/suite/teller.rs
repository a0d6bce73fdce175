//! Appends drafts to a migrated database, minute by minute, with entropy from a counter.

use base::{Code, Duration, Entropy, Id, Kind, Timestamp};
use db::{CommitError, Conn, Db, Lane, Target, testing::TestDatabase};
use evidence::{Actor, ActorKind, Draft, Envelope, Mode};
use store::{StoreError, log};

/// Entropy for tests: the digests of a counter.
#[derive(Clone, Default)]
pub struct Counted(u64);

impl Entropy for Counted {
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&evidence::sha256(&self.0.to_be_bytes()).0[..chunk.len()]);
        }
    }
}

/// Who tells the log what happened. Keeps the database for as long as it lives.
pub struct Teller {
    pub db: Db,
    pub now: Timestamp,
    pub envelope: Envelope,
    dice: Counted,
    _database: TestDatabase,
}

pub type Told = Result<Vec<i64>, CommitError<StoreError>>;

impl Teller {
    /// Over a new database with every migration.
    pub fn new(database: TestDatabase) -> Self {
        let db = database.open();
        db.migrate(store::migrations::ALL).unwrap();
        let actor = Actor { id: Code::fixed("tests"), kind: ActorKind::Host };
        let envelope =
            Envelope { actor, on_behalf_of: None, session: None, mode: Mode::Live, cause: None };
        let now = Timestamp::from_micros(1_795_600_000_000_000);
        Self { db, now, envelope, dice: Counted::default(), _database: database }
    }

    /// A new id.
    pub fn mint<K: Kind>(&mut self) -> Id<K> {
        Id::mint(self.now, &mut self.dice)
    }

    /// From here on this person acts.
    pub fn acts(&mut self, person: Id<base::id::Person>) {
        self.envelope.actor = Actor { id: domain::person::code(person), kind: ActorKind::Person };
    }

    /// Appends drafts in a turn of their own, a minute after those before; the newest position.
    pub fn tell(&mut self, drafts: impl IntoIterator<Item = Draft>) -> i64 {
        let told = self.try_to(drafts.into_iter().collect());
        told.unwrap().last().copied().unwrap()
    }

    /// As `tell`, where it may be refused.
    pub fn try_to(&mut self, drafts: Vec<Draft>) -> Told {
        self.now = self.now + Duration::minutes(1);
        let (envelope, now) = (self.envelope.clone(), self.now);
        let dice = self.dice.clone();
        self.dice.0 += 1000;
        self.db.submit_now(Lane::Normal, move |conn| {
            log::append(conn, drafts.clone(), &envelope, now, &mut dice.clone())
        })
    }

    /// Reads.
    pub fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Conn) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.db.read_now(read).unwrap()
    }

    /// Folds the log again beside the database and compares.
    pub fn rebuilt(&self) -> store::rebuild::Rebuilt {
        let beside = Db::open(&Target::Memory, db::Options::default()).unwrap();
        beside.migrate(store::migrations::ALL).unwrap();
        self.read(move |conn| store::rebuild::check(conn, &beside))
    }
}
