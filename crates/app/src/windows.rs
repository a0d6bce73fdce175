//! Failed sign-ins and reads of the log, counted per window: nobody can flood the log with them (ground
//! rule G22).
//!
//! Reads are counted in memory: those of the last window before a crash are not recorded. Failed sign-ins
//! are rows until their window is recorded.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use base::{Code, Duration, Id, Timestamp, id};
use db::Conn;
use domain::server::{Event, FailedFor, LogRead, ReadBy, STREAM, SignInsRefused};
use store::{StoreError, credential, person};

use crate::{App, Caller, Error, turn::Turn};

/// How long failed sign-ins are gathered.
const FAILURES: Duration = Duration::minutes(10);
/// How long reads are gathered.
const READS: Duration = Duration::hours(1);
/// The most people named in one entry; the rest are counted together.
const NAMED: usize = 100;

/// What this node counts between two entries.
#[derive(Default)]
pub struct Windows(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    failures_at: Option<Timestamp>,
    reads_since: Option<Timestamp>,
    reads: BTreeMap<Code, i64>,
    others: i64,
}

impl Windows {
    fn with<T>(&self, change: impl FnOnce(&mut Counted) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl App {
    /// Counts that somebody read the log.
    pub fn count_read(&self, caller: &Caller) {
        let (reader, now) = (caller.actor.id.clone(), self.now());
        self.windows().with(|counted| {
            counted.reads_since.get_or_insert(now);
            if counted.reads.len() < NAMED || counted.reads.contains_key(&reader) {
                *counted.reads.entry(reader).or_default() += 1;
            } else {
                counted.others += 1;
            }
        });
    }

    /// Records windows that are over: at most one entry each.
    ///
    /// # Errors
    /// Faults of the store.
    pub(crate) async fn record_windows(&self) -> Result<(), Error> {
        let now = self.now();
        if let Some(read) = self.reads_over(now) {
            let command = move |turn: &mut Turn<'_>| {
                turn.record(vec![Event::from(read.clone()).draft(STREAM, turn.now)])?;
                Ok(())
            };
            self.commit(db::Lane::Normal, &Caller::timer(), command).await?;
        }
        let last = self.windows().with(|counted| *counted.failures_at.get_or_insert(now));
        if now - last < FAILURES {
            return Ok(());
        }
        self.windows().with(|counted| counted.failures_at = Some(now));
        let command = move |turn: &mut Turn<'_>| {
            let before = turn.now - FAILURES;
            if let Some(refused) = failures(turn.conn, before)? {
                turn.record(vec![Event::from(refused).draft(STREAM, turn.now)])?;
                credential::forgive_before(turn.conn, before)?;
            }
            Ok(())
        };
        self.commit(db::Lane::Normal, &Caller::timer(), command).await
    }

    /// The reads of a window that is over.
    fn reads_over(&self, now: Timestamp) -> Option<LogRead> {
        self.windows().with(|counted| {
            let from = counted.reads_since.filter(|since| now - *since >= READS)?;
            counted.reads_since = None;
            let readers = std::mem::take(&mut counted.reads).into_iter();
            let readers = readers.map(|(reader, count)| ReadBy { reader, count }).collect();
            Some(LogRead { from, to: now, readers, others: std::mem::take(&mut counted.others) })
        })
    }
}

/// Failed sign-ins that began before an instant, together; nothing where there are none.
fn failures(conn: &mut Conn, before: Timestamp) -> Result<Option<SignInsRefused>, StoreError> {
    let (addresses, count, first_at) = credential::failures_before(conn, before)?;
    let Some(first_at) = first_at else { return Ok(None) };
    let mut people = Vec::new();
    for known in person::all(conn)? {
        let subject = evidence::sha256(known.email.as_bytes());
        let failed = credential::failures(conn, subject)?.filter(|(_, first)| *first < before);
        if let Some((count, _)) = failed.filter(|_| people.len() < NAMED) {
            let person: Id<id::Person> = known.id;
            people.push(FailedFor { person, count });
        }
    }
    Ok(Some(SignInsRefused { first_at, addresses, count, people }))
}
