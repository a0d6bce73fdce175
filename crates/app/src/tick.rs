//! One tick: everything that is due, in order of urgency. `serve` calls it from a timer, the simulator
//! from a loop; every part takes no input, may run on any node and any number of times.
//!
//! 1. clocks that are due: rungs of ladders, timers of processes, tasks and approvals that ran out,
//!    heartbeats that stayed away;
//! 2. pages that are due are sent;
//! 3. a checkpoint is signed, at most once a second while the log grows;
//! 4. the index of labels follows the log;
//! 5. cases of approved plans move to another version of their process, some at a time;
//! 6. a probe is committed where nothing else was; when nothing can be committed for 30 seconds, the
//!    last resort is told directly (ground rule G2).

use std::sync::{Mutex, PoisonError};

use base::{Code, Duration, Id, Timestamp, id};
use connect::outbound::{ChannelKind, Outgoing, To};
use domain::{
    escalation::Target,
    incident,
    page::Channel,
    server::{ClockStepped, Event, STREAM},
};
use futures_util::future::join_all;
use store::{alert, clock, label, log, once, operational, page, person, word};

use crate::{
    App, Caller, Error, call_tree,
    escalation::climb,
    incident::{fire_timer, measure_over, overdue, unratified},
    log::Signing,
    turn::{Stop, Turn},
};

/// The most rounds of due clocks in one tick; what is left is due in the next.
const ROUNDS: usize = 40;
/// How often a checkpoint is signed while the log grows.
const SIGN_EVERY: Duration = Duration::seconds(1);
/// How many commits between two ticks leave time for the index of labels.
const CALM: u64 = 3;
/// How often the index of labels takes a step while others commit.
const INDEX_EVERY: Duration = Duration::seconds(1);
/// How often a commit is probed while nothing else is committed.
const PROBE_EVERY: Duration = Duration::seconds(10);
/// How long nothing can be committed before the last resort is told.
const LOST_AFTER: Duration = Duration::seconds(30);
/// How often the last resort is told while nothing can be committed.
const TELL_EVERY: Duration = Duration::minutes(5);
/// How far the system clock may be from the carried one before that is an entry.
const STEP: Duration = Duration::seconds(2);
/// The most people of the last resort that are held in memory and on disk.
const CALL_TREE: usize = 32;

/// What a tick did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Clocks that were due and handled.
    pub clocks: usize,
    /// Attempts to send a page.
    pub pages: usize,
    /// The size that was signed over, where a checkpoint was signed.
    pub signed: Option<i64>,
}

/// What the tick remembers between two of its calls; lost with the process, and harmless to lose.
#[derive(Default)]
pub(crate) struct Watch(Mutex<Remembered>);

#[derive(Default, Clone)]
struct Remembered {
    ticked_at: Option<Timestamp>,
    signed_at: Option<Timestamp>,
    indexed_at: Option<Timestamp>,
    commits: u64,
    committed_at: Option<Timestamp>,
    told_at: Option<Timestamp>,
    trouble: Option<String>,
    call_tree: Vec<(Channel, String)>,
}

/// How the engine is, for people and for the orchestrator.
#[derive(Debug, Clone)]
pub struct Health {
    /// When the last tick ended.
    pub ticked_at: Option<Timestamp>,
    /// Why commits fail, where they do.
    pub trouble: Option<String>,
    /// How signing stands.
    pub signing: Signing,
    /// How many entries the log has.
    pub size: i64,
    /// Since when entries wait for a signature.
    pub unsigned_since: Option<Timestamp>,
    /// When the oldest unsent page was queued, and how many wait.
    pub unsent: (Option<Timestamp>, i64),
    /// When the longest-due clock was due.
    pub oldest_due: Option<Timestamp>,
    /// Open groups that have gone silent: must be none.
    pub silent: i64,
}

impl App {
    /// Does everything that is due, one part after another.
    ///
    /// # Errors
    /// The first fault; what else was due is done all the same.
    pub async fn tick(&self) -> Result<Ticked, Error> {
        let kept = self.keep_time().await;
        let pages = self.send_pages().await;
        self.tell_webhooks().await?;
        Ok(Ticked { pages: pages?, ..kept? })
    }

    /// Everything that is due but the sending: a relay that hangs holds up no other clock, because
    /// `serve` sends beside it.
    ///
    /// # Errors
    /// The first fault; what else was due is done all the same.
    pub async fn keep_time(&self) -> Result<Ticked, Error> {
        let stepped = self.notice_step().await;
        let clocks = self.fire_due().await;
        let missed = self.miss_heartbeats().await;
        let signed = self.sign_when_due().await;
        let indexed = self.index_labels().await;
        let moved = self.move_cases().await;
        let probed = self.probe().await;
        let windows = self.record_windows().await;
        self.watch_commits(probed.as_ref().err()).await;
        self.watch().with(|held| held.ticked_at = Some(self.now()));
        stepped?;
        windows?;
        probed?;
        indexed?;
        moved?;
        Ok(Ticked { clocks: clocks? + missed?, pages: 0, signed: signed? })
    }

    /// How the engine is.
    ///
    /// # Errors
    /// Faults of the store: then the engine is not well.
    pub async fn health(&self) -> Result<Health, Error> {
        let held = self.watch().with(|held| held.clone());
        let signing = self.signing().await;
        let unsigned_since = self.unsigned_since().await?;
        self.look(move |conn| {
            Ok(Health {
                ticked_at: held.ticked_at,
                trouble: held.trouble,
                signing,
                size: log::size(conn)?,
                unsigned_since,
                unsent: page::unsent(conn)?,
                oldest_due: clock::oldest_due(conn)?,
                silent: alert::silent(conn)?,
            })
        })
        .await
    }

    /// Time goes on from the latest instant that the database knows.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn carry_time_on(&self) -> Result<(), Error> {
        let known = self.look(operational::high_water).await?;
        self.clock().carry_on_from(known);
        Ok(())
    }

    async fn fire_due(&self) -> Result<usize, Error> {
        let mut handled = 0;
        for _ in 0..ROUNDS {
            let now = self.now();
            let due = self.look(move |conn| clock::due(conn, now)).await?;
            if due.is_empty() {
                break;
            }
            handled += due.len();
            let fired = due.into_iter().map(|clock| self.fire(clock));
            join_all(fired).await.into_iter().collect::<Result<Vec<()>, Error>>()?;
        }
        Ok(handled)
    }

    /// One due clock, in a command of its own: another node may have been first, and then it is nothing.
    async fn fire(&self, due: clock::Clock) -> Result<(), Error> {
        let caller = Caller::timer();
        let command = move |turn: &mut Turn<'_>| fire(turn, &due);
        match self.commit(db::Lane::Urgent, &caller, command).await {
            Err(Error::Conflict) => Ok(()),
            other => other,
        }
    }

    async fn sign_when_due(&self) -> Result<Option<i64>, Error> {
        let now = self.now();
        let last = self.watch().with(|held| held.signed_at);
        if last.is_some_and(|last| now - last < SIGN_EVERY)
            || self.unsigned_since().await?.is_none()
        {
            return Ok(None);
        }
        self.watch().with(|held| held.signed_at = Some(now));
        // Trouble with signing alarms on the health page; it never stops paging (ground rule G2).
        Ok(self.sign_checkpoint().await.ok().map(|signed| signed.size))
    }

    /// Takes the index of labels on: as far as it goes while others hardly commit, else one step a
    /// second, so that a storm delays it and not the other way round.
    async fn index_labels(&self) -> Result<(), Error> {
        let now = self.now();
        let commits = self.db().health().commits;
        let (last, seen) = self.watch().with(|held| (held.indexed_at, held.commits));
        let busy = commits - seen > CALM;
        let resting = busy && last.is_some_and(|last| now - last < INDEX_EVERY);
        if !resting && self.look(label::behind).await? > 0 {
            self.watch().with(|held| held.indexed_at = Some(now));
            for _ in 0..if busy { 1 } else { ROUNDS } {
                let command = |turn: &mut Turn<'_>| Ok(label::advance(turn.conn)?);
                if !self.commit(db::Lane::Normal, &Caller::timer(), command).await? {
                    break;
                }
            }
        }
        let commits = self.db().health().commits;
        self.watch().with(|held| held.commits = commits);
        Ok(())
    }

    /// Commits the high-water mark of time: the smallest proof that commits work.
    async fn probe(&self) -> Result<(), Error> {
        let now = self.now();
        let last = self.watch().with(|held| held.committed_at);
        let failing = self.watch().with(|held| held.trouble.is_some());
        if !failing && last.is_some_and(|last| now - last < PROBE_EVERY) {
            return Ok(());
        }
        let command = move |turn: &mut Turn<'_>| {
            once::expire(turn.conn, turn.now - crate::once::KEPT)?;
            Ok(operational::raise_high_water(turn.conn, turn.now)?)
        };
        self.commit(db::Lane::Urgent, &Caller::timer(), command).await?;
        self.remember_call_tree().await?;
        self.watch().with(|held| held.committed_at = Some(now));
        Ok(())
    }

    /// Tells the last resort directly when nothing can be committed.
    async fn watch_commits(&self, failed: Option<&Error>) {
        let now = self.now();
        let Some(error) = failed else {
            self.watch().with(|held| (held.trouble, held.told_at) = (None, None));
            return;
        };
        let told = self.watch().with(|held| {
            held.trouble = Some(error.to_string());
            held.committed_at.get_or_insert(now);
            let lost = held.committed_at.is_some_and(|last| now - last >= LOST_AFTER);
            let again = held.told_at.is_none_or(|last| now - last >= TELL_EVERY);
            let tell = lost && again;
            if tell {
                held.told_at = Some(now);
            }
            if tell && held.call_tree.is_empty() {
                // A process that began while nothing could be read knows whom to tell from its file.
                held.call_tree = call_tree::kept(&self.options().data);
            }
            tell.then(|| held.call_tree.clone())
        });
        for (position, contact) in told.into_iter().flatten().enumerate() {
            self.tell(position, contact, error, now).await;
        }
    }

    async fn tell(
        &self,
        position: usize,
        (channel, address): (Channel, String),
        error: &Error,
        now: Timestamp,
    ) {
        if channel != ChannelKind::Mail {
            return;
        }
        let name = &self.options().name;
        let minute = now.seconds() / 300;
        let message_id = format!("lost.{minute}.{position}");
        let message = Outgoing {
            message_id: message_id.parse().expect("invariant: digits and dots are a code"),
            topic: Code::fixed("cannot_record"),
            at: now,
            to: To::Mail(address),
            subject: format!("{name}: nothing can be recorded, paging is not safe"),
            text: format!(
                "The server {node} has not been able to record anything for 30 seconds.\n\n{error}\n\n\
                 Alerts that arrive now are refused, so that their senders try again. Look at the \
                 disk and the database of this server.\n",
                node = self.options().node,
            ),
            html: None,
            url: None,
        };
        drop(self.channels().send(&message).await);
    }

    async fn remember_call_tree(&self) -> Result<(), Error> {
        let app = self.clone();
        let tree = self.read(move |conn| {
            let name = crate::incident::POLICY;
            let Ok(policy) = app.documents().policy(conn, &name, None) else {
                return Ok(Vec::new());
            };
            let mut tree = Vec::new();
            for target in &policy.document.last_resort.targets {
                let people = match target {
                    Target::Person(person) => vec![*person],
                    Target::Role(role) => person::holders(conn, *role)?,
                };
                for person in people.into_iter().take(CALL_TREE) {
                    let held = person::load(conn, person)?;
                    for contact in held.iter().flat_map(|person| &person.contacts) {
                        let address = word::text(conn, contact.word, "address")?;
                        tree.push((contact.channel, address));
                    }
                }
            }
            Ok(tree)
        });
        let tree = tree.await?;
        let changed = self.watch().with(|held| {
            let changed = held.call_tree != tree;
            held.call_tree.clone_from(&tree);
            changed
        });
        if changed {
            let kept = call_tree::keep(&self.options().data, &tree);
            kept.map_err(|e| Error::Fault(format!("the call tree cannot be kept: {e}")))?;
        }
        Ok(())
    }

    /// The system clock was set: an entry, and time goes on without running backwards.
    async fn notice_step(&self) -> Result<(), Error> {
        let (expected, found) = (self.now(), self.clock().wall());
        let off = found - expected;
        if off > Duration::micros(-STEP.as_micros()) && off < STEP {
            return Ok(());
        }
        self.clock().carry_on_from(found);
        let command = move |turn: &mut Turn<'_>| {
            let event = Event::from(ClockStepped { expected, found });
            turn.record(vec![event.draft(STREAM, turn.now)])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, &Caller::timer(), command).await
    }
}

fn fire(turn: &mut Turn<'_>, due: &clock::Clock) -> Result<(), Stop> {
    if due.kind == "escalation_step" {
        return due.target.parse().map_or(Ok(()), |id| climb(turn, id));
    }
    let Ok(id) = due.target.parse::<Id<id::Incident>>() else { return Ok(()) };
    match due.kind.as_str() {
        "process_timer" => {
            let timer = u32::try_from(due.generation).unwrap_or(u32::MAX);
            fire_timer(turn, id, timer, due.due_at)
        }
        incident::RATIFICATION => unratified(turn, id, &due.id, due.due_at),
        incident::MEASURE_END => measure_over(turn, id, (due.generation, &due.id), due.due_at),
        _ => overdue(turn, id, &due.id, due.due_at),
    }
}

impl Watch {
    fn with<T>(&self, change: impl FnOnce(&mut Remembered) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
