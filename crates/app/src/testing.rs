//! For tests and the simulator: an application over a database in memory, with time set by hand.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use base::{Duration, Timestamp};
use db::{Db, Target};
use evidence::Skey;

use crate::{App, Channels, Clock, Dice, Options, Ports, log::Keeper};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct HandClock {
    now: AtomicI64,
    wall: AtomicI64,
}

impl HandClock {
    /// Starts at an instant.
    pub fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self { now: AtomicI64::new(now.micros()), wall: AtomicI64::new(now.micros()) })
    }

    /// Time passes.
    pub fn pass(&self, length: Duration) {
        self.now.fetch_add(length.as_micros(), Ordering::SeqCst);
        self.wall.fetch_add(length.as_micros(), Ordering::SeqCst);
    }

    /// Somebody sets the system clock; carried time does not notice by itself.
    pub fn step_wall(&self, by: Duration) {
        self.wall.fetch_add(by.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now.load(Ordering::SeqCst))
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_micros(self.wall.load(Ordering::SeqCst))
    }

    fn carry_on_from(&self, at: Timestamp) {
        self.now.fetch_max(at.micros(), Ordering::SeqCst);
        // From here on both run together again, whichever way the system clock was set.
        self.wall.store(self.now.load(Ordering::SeqCst), Ordering::SeqCst);
    }
}

/// Mid-morning of a working day.
pub const START: Timestamp = Timestamp::from_micros(1_795_600_000_000_000);

/// The options of a test's application.
pub fn options() -> Options {
    Options {
        base_url: "http://127.0.0.1:8080".to_owned(),
        name: "Nordhaven Bank".to_owned(),
        data: folder(),
        origin: "watchkeeper.example/test".to_owned(),
        node: "node-1".to_owned(),
        demo: true,
    }
}

/// A folder that no other test of this process uses.
///
/// # Panics
/// When the system's temporary folder cannot be written.
fn folder() -> PathBuf {
    static NEXT: AtomicI64 = AtomicI64::new(0);
    let number = NEXT.fetch_add(1, Ordering::SeqCst);
    let folder = std::env::temp_dir().join(format!("wk-test-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("invariant: the temporary folder can be written");
    folder
}

/// An application in memory over these channels, migrated, with the key registered and the defaults
/// shipped.
///
/// # Panics
/// When the database in memory cannot be made: a broken build.
pub async fn app(channels: Channels, clock: Arc<HandClock>) -> App {
    let db = Db::open(&Target::Memory, db::Options::default())
        .expect("invariant: a database in memory opens");
    app_over(db, channels, clock, options()).await
}

/// The same over a given database.
///
/// # Panics
/// When the database cannot be migrated.
pub async fn app_over(db: Db, channels: Channels, clock: Arc<HandClock>, options: Options) -> App {
    db.migrate(store::migrations::ALL).expect("invariant: migrations run");
    let mut dice = Dice::from_seed([7; 32]);
    let skey = Skey::generate(&options.origin, &mut dice).expect("invariant: the origin is a name");
    let keeper = Keeper::in_memory(skey, [9; 32]);
    let app = App::new(Ports { db, clock, dice, channels }, options, keeper);
    app.register_key().await.expect("invariant: the key registers");
    app.ship_defaults().await.expect("invariant: the defaults are sound");
    app
}
