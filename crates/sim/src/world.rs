//! The world of one seed: a node, its database, its clock, its people, and what was seen of it all.

use std::{
    collections::{BTreeMap, VecDeque},
    future::Future,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use app::{App, Dice, Error, Options, Ports, log::Keeper};
use base::{Digest, Duration, Entropy as _, Id, Timestamp, id};
use db::Db;
use tokio::runtime::{Builder, Runtime};

use crate::{
    Fault, PostOffice, Sent, SimClock, Weather,
    bank::{self, Person},
    channels,
    checks::Checks,
    people::{Answer, Habit},
    senders::Monitoring,
};

/// The longest time between two ticks while a scenario waits.
const TICK: Duration = Duration::seconds(10);
/// How many steps are told when a check fails.
const REMEMBERED: usize = 25;
/// When every world begins: 25 October 2026, an hour before the clocks go back in Europe.
pub const BEGIN: Timestamp = Timestamp::from_micros(1_792_886_400_000_000);

/// A simulated bank with one node.
pub struct World {
    /// What all of it follows from.
    pub seed: u64,
    pub(crate) dice: Dice,
    pub(crate) clock: Arc<SimClock>,
    pub(crate) post: Arc<PostOffice>,
    pub(crate) people: Vec<Person>,
    pub(crate) key: String,
    pub(crate) habits: BTreeMap<&'static str, Habit>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) read: usize,
    pub(crate) seen: Vec<Sent>,
    pub(crate) monitoring: Monitoring,
    /// Whether a fault of the database is set, so that faults are no surprise.
    pub(crate) troubled: bool,
    pub(crate) checks: Checks,
    /// When people are told of, minutes are counted from here.
    began: Timestamp,
    steps: VecDeque<String>,
    folder: PathBuf,
    runtime: Runtime,
    app: Option<App>,
}

impl World {
    /// The bank of this seed, with a door that declares no incidents, everybody silent, fair weather.
    pub fn seed(seed: u64) -> Self {
        Self::with_ladder(seed, bank::LADDER, false)
    }

    /// The same where a critical alert declares an incident.
    pub fn that_declares(seed: u64) -> Self {
        Self::with_ladder(seed, bank::LADDER, true)
    }

    fn with_ladder(seed: u64, ladder: &[(&str, i64)], declares: bool) -> Self {
        let db = Db::open(&db::Target::Memory, db::Options::default());
        let db = db.expect("invariant: a database in memory opens");
        db.migrate(store::migrations::ALL).expect("invariant: migrations run");
        let mut world = Self::over(seed, db);
        let ladder: Vec<_> = ladder.to_vec();
        let made = world.run(|app| async move {
            app.register_key().await?;
            app.ship_defaults().await?;
            let people = bank::found(&app, &ladder).await?;
            Ok((people, bank::add_door(&app, declares).await?))
        });
        (world.people, world.key) = world.must("founding the bank", made);
        world.checks.know_words(&world.people);
        world
    }

    fn over(seed: u64, db: Db) -> Self {
        let mut bytes = [0u8; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        let mut dice = Dice::from_seed(bytes);
        let runtime = Builder::new_current_thread().enable_all().build();
        let mut world = Self {
            seed,
            clock: Arc::new(SimClock::at(BEGIN)),
            post: PostOffice::new(dice.split()),
            people: Vec::new(),
            key: String::new(),
            habits: BTreeMap::new(),
            answers: Vec::new(),
            read: 0,
            seen: Vec::new(),
            monitoring: Monitoring::default(),
            troubled: false,
            checks: Checks::default(),
            began: BEGIN,
            steps: VecDeque::new(),
            folder: folder(),
            runtime: runtime.expect("invariant: a runtime of one thread starts"),
            app: None,
            dice,
        };
        world.app = Some(world.node(db, "node-1"));
        world
    }

    /// A node over this database, with this world's keys, time and channels.
    pub fn node(&mut self, db: Db, name: &str) -> App {
        let options = Options {
            base_url: "https://watchkeeper.example".to_owned(),
            name: "Nordhaven Savings".to_owned(),
            data: self.folder.clone(),
            origin: "watchkeeper.example/sim".to_owned(),
            node: name.to_owned(),
            demo: false,
        };
        // The keys are made once; later nodes of this world find the files.
        let mut keys = Dice::from_seed([self.seed.to_be_bytes()[7]; 32]);
        let keeper = Keeper::open(&self.folder, &options.origin, &mut keys);
        let keeper = keeper.expect("invariant: the folder can be written");
        let clock: Arc<dyn app::Clock> = self.clock.clone();
        let dice = self.dice.split();
        App::new(Ports { db, clock, dice, channels: self.post.channels() }, options, keeper)
    }

    /// The node that runs.
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("invariant: a node runs between two steps")
    }

    /// The server's time.
    pub fn now(&self) -> Timestamp {
        self.app().now()
    }

    /// Asks the node.
    pub fn run<T, F: Future<Output = Result<T, Error>>>(
        &self,
        ask: impl FnOnce(App) -> F,
    ) -> Result<T, Error> {
        self.runtime.block_on(ask(self.app().clone()))
    }

    /// The process dies and starts again over the same database and files.
    pub fn restart(&mut self) {
        let db = self.app().db().clone();
        self.start_over(db);
    }

    /// The same over another database: somebody restored a backup.
    pub fn start_over(&mut self, db: Db) {
        self.app = None;
        self.clock.restart();
        self.app = Some(self.node(db, "node-1"));
        let carried = self.run(|app| async move { app.carry_time_on().await });
        self.expect_no_fault("starting", carried);
    }

    /// The scenario's minute 0 is now.
    pub fn begin(&mut self) {
        self.run_for(Duration::seconds(60));
        self.began = self.clock.real();
        self.seen.clear();
    }

    /// Time passes, tick by tick; everything is checked after each.
    pub fn run_for(&mut self, length: Duration) {
        let end = self.clock.real() + length;
        self.step();
        while self.clock.real() < end {
            self.clock.pass((end - self.clock.real()).min(TICK));
            self.step();
        }
    }

    /// Time passes, and nothing is done.
    pub fn pass(&self, length: Duration) {
        self.clock.pass(length);
    }

    /// One step: the node ticks, people read their mail, late messages arrive, all is checked.
    pub fn step(&mut self) {
        self.tick_through_trouble();
        self.read_mail();
        self.deliver_late();
        if !self.troubled {
            self.check();
        }
    }

    /// Lets the seed's bank live: people work, senders send, things go wrong. So many steps.
    pub fn live(&mut self, steps: usize) {
        for nick in ["on-call", "lead", "deputy", "board"] {
            self.habit(nick, Habit::AtRandom);
        }
        for _ in 0..steps {
            match self.roll(16) {
                0..=5 => self.send_something(),
                6..=12 => self.work_on_something(),
                13 => self.something_goes_wrong(),
                _ => {}
            }
            self.step();
            let wait = Duration::seconds(i64::from(self.roll(90)));
            self.clock.pass(wait);
        }
        self.calm_down();
    }

    /// Faults end, and everything that is due by now is done.
    pub fn calm_down(&mut self) {
        self.mend();
        self.suffer(Fault::Relays(Weather::Fair));
        self.run_for(Duration::minutes(3));
    }

    fn something_goes_wrong(&mut self) {
        let hours = i64::from(self.roll(5)) - 2;
        let fault = match self.roll(9) {
            0 | 1 => Fault::Crash,
            2 => Fault::CrashAfterCommit,
            3 => Fault::LostAnswer,
            4 => Fault::LostCommit,
            5 => Fault::FullDisk,
            6 => Fault::NoDatabase,
            7 => Fault::ClockStep(Duration::hours(hours)),
            _ => {
                let weathers = [Weather::Fair, Weather::Rough, Weather::Dead];
                Fault::Relays(weathers[self.pick(3)])
            }
        };
        self.suffer(fault);
        if self.troubled {
            self.send_something();
            self.work_on_something();
            self.tick_through_trouble();
            self.mend();
        }
    }

    /// Ticks; a fault is expected only while one is set.
    pub(crate) fn tick_through_trouble(&mut self) {
        let ticked = self.run(|app| async move { app.tick().await });
        self.expect_no_fault("the tick", ticked);
    }

    /// Refusals are answers; a fault is one only while the world has set one.
    pub(crate) fn expect_no_fault<T>(&self, what: &str, result: Result<T, Error>) {
        match result {
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(_) if self.troubled => {}
            Err(error) => self.fail(&format!("{what}: {error}")),
        }
    }

    /// What must not fail.
    pub fn must<T>(&self, what: &str, result: Result<T, Error>) -> T {
        match result {
            Ok(value) => value,
            Err(error) => self.fail(&format!("{what}: {error}")),
        }
    }

    /// Ends the test with the seed and the last steps.
    ///
    /// # Panics
    /// Always.
    pub fn fail(&self, why: &str) -> ! {
        let steps: Vec<&str> = self.steps.iter().map(String::as_str).collect();
        panic!("seed {}: {why}\nlast steps:\n{}", self.seed, steps.join("\n"));
    }

    pub(crate) fn note_step(&mut self, step: impl std::fmt::Display) {
        if self.steps.len() == REMEMBERED {
            self.steps.pop_front();
        }
        self.steps.push_back(format!("{} {step}", self.clock.real()));
    }

    pub(crate) fn roll(&mut self, below: u32) -> u32 {
        channels::roll(&mut self.dice, below)
    }

    pub(crate) fn pick(&mut self, len: usize) -> usize {
        let mut bytes = [0u8; 8];
        self.dice.fill(&mut bytes);
        usize::from_be_bytes(bytes) % len
    }

    /// Somebody of the staff, by chance.
    pub(crate) fn somebody(&mut self) -> Person {
        let at = self.pick(self.people.len());
        self.people[at].clone()
    }

    /// The staff.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Every message that went over a channel so far, those before the scenario began included.
    pub fn sent(&self) -> Vec<Sent> {
        self.post.sent_since(0)
    }

    /// The person whom scenarios call this.
    ///
    /// # Panics
    /// Nobody is called so.
    pub fn person(&self, nick: &str) -> Person {
        let found = self.people.iter().find(|person| person.nick == nick);
        found.expect("somebody of the staff").clone()
    }

    /// Incidents that are open, oldest first.
    pub fn open_incidents(&self) -> Vec<Id<id::Incident>> {
        let open = self.run(|app| async move { app.look(store::incident::open).await });
        let mut open: Vec<_> = self.must("reading", open).iter().map(|listed| listed.id).collect();
        open.sort();
        open
    }

    /// All incidents, oldest first, at most 100.
    pub fn incidents(&self) -> Vec<Id<id::Incident>> {
        let end = Timestamp::from_micros(i64::MAX);
        let all =
            self.run(|app| async move { app.look(move |c| store::incident::before(c, end)).await });
        let mut all: Vec<_> = self.must("reading", all).iter().map(|listed| listed.id).collect();
        all.sort();
        all
    }

    /// The root over all entries, by a checkpoint that is signed now.
    pub fn root(&self) -> Digest {
        let signed = self.run(|app| async move { app.sign_checkpoint().await });
        self.must("signing", signed).root
    }

    /// Every message so far: minute, nick, and what became of it where it did not arrive.
    pub fn pages(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        for sent in &self.seen {
            let since = (sent.at - self.began).as_seconds();
            let nick = self.nick_of(&sent.to).unwrap_or("somebody");
            let by = if sent.to.starts_with("http") { " by push" } else { "" };
            let what = if sent.topic.as_str() == "page" { "" } else { " (nothing is recorded)" };
            let lost = if sent.arrived { "" } else { " in vain" };
            let (minutes, seconds) = (since / 60, since % 60);
            lines.push(format!("+{minutes}:{seconds:02} {nick}{by}{what}{lost}"));
        }
        lines.join("\n")
    }

    /// A file of this world's own, gone with it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The key of the door for Prometheus.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The links in the messages so far.
    pub fn links(&self) -> Vec<String> {
        self.seen.iter().filter_map(|sent| sent.url.clone()).collect()
    }

    /// The people who were reached since the scenario began.
    pub fn reached(&self) -> Vec<&'static str> {
        let arrived = self.seen.iter().filter(|sent| sent.arrived);
        arrived.filter_map(|sent| self.nick_of(&sent.to)).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.app = None;
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// A folder of this world's own, for its keys and its newest checkpoint.
fn folder() -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("wk-sim-{}-{number}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).expect("invariant: the temporary folder can be written");
    folder
}
