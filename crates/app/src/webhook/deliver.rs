//! One round of telling: claim an endpoint, send what it was not told of, keep how far it got.
//!
//! | the endpoint answers | then |
//! | --- | --- |
//! | 2xx | on to the next entry |
//! | 410 | it is given up at once: it says that it is gone |
//! | another 4xx, or an address the guard refuses | tried again; after [`REFUSED`] times that entry is left out |
//! | 408, 425, 429, 5xx, nothing in time, no connection | tried again for as long as it takes |
//!
//! After [`GIVE_UP`] in which nothing was taken it is given up, which is an entry, and administrators
//! are told by mail. What it was not told of by then it is told when somebody resumes it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base::{Code, Duration, Id, Timestamp, id};
use connect::outbound::{ChannelKind, Delivery, Outgoing, To};
use db::Conn;
use domain::{
    access::Role,
    webhook::{Command, Standing, Webhook, decide},
};
use futures_util::{StreamExt as _, future::join_all, stream};
use store::{
    StoreError, log, person,
    webhook::{self, Attempt, Cursor},
    word,
};

use crate::{App, Caller, Error, turn::Turn};

/// How long a claim holds: longer than a round may take.
const CLAIM: Duration = Duration::seconds(60);
/// A claim that ends sooner is renewed before anything is sent.
const LEFT: Duration = Duration::seconds(30);
/// How many entries an endpoint is told of at once.
const WINDOW: usize = 16;
/// How many entries are looked at in one go.
const SCAN: i64 = 500;
/// After how many entries that an endpoint does not want its cursor is kept.
const KEEP_EVERY: i64 = 5_000;
/// The first wait after a failure; each next one is three times as long.
const FIRST_WAIT: i64 = 5;
/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 3_600;
/// How often an entry is refused before it is left out.
const REFUSED: i64 = 12;
/// How long nothing is taken before an endpoint is given up.
const GIVE_UP: Duration = Duration::hours(72);
/// The most administrators that are told.
const TOLD: usize = 32;

/// How far this node looked for each endpoint without finding something for it. May be lost.
#[derive(Default)]
pub struct Scanned(Mutex<HashMap<Id<id::Endpoint>, i64>>);

impl Scanned {
    fn with<T>(&self, change: impl FnOnce(&mut HashMap<Id<id::Endpoint>, i64>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn so_far(&self) -> HashMap<Id<id::Endpoint>, i64> {
        self.with(|scanned| scanned.clone())
    }
}

/// What an endpoint is told next.
struct Round {
    state: Webhook,
    url: String,
    entries: Vec<Told>,
    /// Everything before this position was looked at.
    seen: i64,
}

/// An endpoint with what lies before it; nothing where it was removed meanwhile.
struct Ahead {
    cursor: Cursor,
    from: i64,
    round: Option<Round>,
}

/// An entry on its way.
struct Told {
    seq: i64,
    kind: Code,
    body: Vec<u8>,
}

/// What became of an entry.
struct Sent {
    seq: i64,
    kind: Code,
    at: Timestamp,
    delivery: Delivery,
}

impl App {
    /// Tells endpoints of what they were not told of; answers how many attempts were made.
    ///
    /// # Errors
    /// Faults of the store; what an endpoint answers is kept, not returned.
    pub async fn tell_webhooks(&self) -> Result<usize, Error> {
        let (now, node) = (self.now(), self.options().node.clone());
        let scanned = self.scanned().so_far();
        let due = self.look(move |conn| {
            let due = webhook::due(conn, &node, now)?.into_iter();
            due.map(|cursor| look_on(conn, cursor, &scanned)).collect::<Result<Vec<_>, _>>()
        });
        let told = join_all(due.await?.into_iter().map(|ahead| self.tell_one(ahead))).await;
        let mut attempts = 0;
        for one in told {
            attempts += one?;
        }
        Ok(attempts)
    }

    /// Tells one endpoint as long as all of a window is taken.
    async fn tell_one(
        &self,
        Ahead { mut cursor, mut from, mut round }: Ahead,
    ) -> Result<usize, Error> {
        let mut attempts = 0;
        while let Some(next) = round {
            let is_over = if next.entries.is_empty() {
                self.pass(&mut cursor, next.seen).await?;
                next.seen - from < SCAN
            } else if self.claim_webhook(&mut cursor).await? {
                attempts += next.entries.len();
                !self.tell_window(&mut cursor, next).await?
            } else {
                true
            };
            if is_over {
                break;
            }
            let scanned = self.scanned().so_far();
            let held = cursor.clone();
            let ahead = self.look(move |conn| look_on(conn, held, &scanned)).await?;
            (from, round) = (ahead.from, ahead.round);
        }
        Ok(attempts)
    }

    /// Nothing for it up to `seen`: remembered here, and kept now and then.
    async fn pass(&self, cursor: &mut Cursor, seen: i64) -> Result<(), Error> {
        self.scanned().with(|scanned| scanned.insert(cursor.webhook, seen));
        if seen - cursor.next_seq < KEEP_EVERY || !self.claim_webhook(cursor).await? {
            return Ok(());
        }
        (cursor.next_seq, cursor.attempt, cursor.failing_since) = (seen, 0, None);
        cursor.ahead.clear();
        let (kept, now) = (cursor.clone(), self.now());
        let command = move |turn: &mut Turn<'_>| Ok(webhook::advance(turn.conn, &kept, now)?);
        self.commit(db::Lane::Normal, &Caller::timer(), command).await
    }

    /// Claims an endpoint for this node, unless it holds it long enough; false where another does.
    async fn claim_webhook(&self, cursor: &mut Cursor) -> Result<bool, Error> {
        let (now, node) = (self.now(), self.options().node.clone());
        if cursor.node == node && cursor.until - now > LEFT {
            return Ok(true);
        }
        let (held, until) = (cursor.clone(), now + CLAIM);
        let by = node.clone();
        let command =
            move |turn: &mut Turn<'_>| Ok(webhook::claim(turn.conn, &held, &by, (until, now))?);
        let claimed = self.commit(db::Lane::Normal, &Caller::timer(), command).await?;
        (cursor.node, cursor.until) = (node, until);
        Ok(claimed)
    }

    /// Sends a window and keeps how far it got; whether all of it was taken.
    async fn tell_window(&self, cursor: &mut Cursor, round: Round) -> Result<bool, Error> {
        let Round { state, url, entries, seen } = round;
        let id = cursor.webhook;
        let send = |told: Told| self.post(id, (&url, state.generation), told);
        let sent: Vec<Sent> = stream::iter(entries).map(send).buffered(WINDOW).collect().await;
        let attempts: Vec<Attempt> = sent.iter().map(|sent| attempt(cursor, sent)).collect();
        let whole = moved(cursor, &sent, seen, self.now());
        let given_up = given_up(cursor, &sent, self.now());
        let (kept, disable) = (cursor.clone(), given_up.clone());
        let command = move |turn: &mut Turn<'_>| {
            let [low, high] = base::entropy::bytes(turn.entropy());
            let jitter = i64::from(u16::from_le_bytes([low, high])) % 1000;
            webhook::advance(turn.conn, &kept, next_due(&kept, turn.now, jitter))?;
            webhook::attempted(turn.conn, id, &attempts)?;
            let held = webhook::load(turn.conn, id)?;
            let active = held.filter(|held| held.standing == Standing::Active);
            if let (Some(state), Some(command)) = (active, &disable) {
                turn.record(vec![decide(id, &state, command, turn.now)?])?;
            }
            Ok(())
        };
        self.commit(db::Lane::Normal, &Caller::timer(), command).await?;
        if let Some(Command::Disable { reason, .. }) = given_up {
            self.tell_administrators(&url, &reason).await?;
        }
        Ok(whole)
    }

    async fn post(&self, id: Id<id::Endpoint>, (url, generation): (&str, i64), told: Told) -> Sent {
        let at = self.now();
        let secret = self.webhook_secret(id, generation);
        let message = Outgoing {
            message_id: format!("log_{}", told.seq).parse().expect("invariant: digits are a code"),
            topic: told.kind.clone(),
            at,
            to: To::Entries { url: url.to_owned(), secret, body: told.body },
            subject: String::new(),
            text: String::new(),
            html: None,
            url: None,
        };
        let delivery = self.channels().send(&message).await;
        Sent { seq: told.seq, kind: told.kind, at, delivery }
    }

    /// Mails the administrators that an endpoint was given up.
    async fn tell_administrators(&self, url: &str, reason: &Code) -> Result<(), Error> {
        let found = self.look(|conn| {
            let mut found = Vec::new();
            for id in person::holders(conn, Role::Administrator)?.into_iter().take(TOLD) {
                let contacts = person::load(conn, id)?.map(|held| held.contacts);
                for contact in contacts.into_iter().flatten() {
                    if contact.channel == ChannelKind::Mail {
                        found.push(word::text(conn, contact.word, "address")?);
                    }
                }
            }
            Ok(found)
        });
        // The path may hold a secret; the host does not.
        let host = url.split('/').nth(2).unwrap_or_default();
        for (position, address) in found.await?.into_iter().enumerate() {
            let message_id = format!("webhook.{}.{position}", self.now().seconds());
            let message = Outgoing {
                message_id: message_id.parse().expect("invariant: digits and dots are a code"),
                topic: Code::fixed("webhook_disabled"),
                at: self.now(),
                to: To::Mail(address),
                subject: format!("{}: a webhook was given up", self.options().name),
                text: format!(
                    "The endpoint at {host} takes nothing any more ({reason}) and is told nothing \
                     from here on. What it was not told of, it is told when somebody resumes it:\n\n\
                     {}/webhooks\n",
                    self.options().base_url,
                ),
                html: None,
                url: None,
            };
            drop(self.channels().send(&message).await);
        }
        Ok(())
    }
}

/// What lies before an endpoint, from where this node has looked for it already.
fn look_on(
    conn: &mut Conn,
    cursor: Cursor,
    scanned: &HashMap<Id<id::Endpoint>, i64>,
) -> Result<Ahead, StoreError> {
    let from = scanned.get(&cursor.webhook).copied().unwrap_or(0).max(cursor.next_seq);
    let round = round(conn, &cursor, from)?;
    Ok(Ahead { cursor, from, round })
}

fn round(conn: &mut Conn, cursor: &Cursor, from: i64) -> Result<Option<Round>, StoreError> {
    let Some(state) = webhook::load(conn, cursor.webhook)? else { return Ok(None) };
    let url = word::text(conn, state.word, "url")?;
    let mut entries = Vec::new();
    let mut seen = from;
    for stored in log::range(conn, from, from + SCAN)? {
        if entries.len() >= WINDOW {
            break;
        }
        seen = stored.seq + 1;
        let entry = stored.entry()?;
        if state.wants(&entry.kind) && !cursor.ahead.contains(&stored.seq) {
            let body = body(&stored, &entry);
            entries.push(Told { seq: stored.seq, kind: entry.kind, body });
        }
    }
    Ok(Some(Round { state, url, entries, seen }))
}

/// What is posted: the entry as recorded, which holds no word of a person.
fn body(stored: &log::Stored, entry: &evidence::Entry) -> Vec<u8> {
    let at = serde_json::json!(entry.recorded_at);
    let head = format!(
        "{{\"type\":\"{}\",\"timestamp\":{at},\"data\":{{\"seq\":{},\"leaf\":\"{}\",\"entry\":",
        entry.kind, stored.seq, stored.leaf,
    );
    [head.as_bytes(), &stored.bytes, b"}}"].concat()
}

/// What an answer means, and the answer as a code.
pub(super) fn outcome(delivery: &Delivery) -> (&'static str, Code) {
    match delivery {
        Delivery::HandedOver { receipt, .. } => ("taken", receipt.clone()),
        Delivery::Retry { reason, .. } => ("deferred", reason.clone()),
        Delivery::Failed { reason, .. } => ("refused", reason.clone()),
    }
}

fn attempt(cursor: &Cursor, sent: &Sent) -> Attempt {
    let (outcome, reason) = outcome(&sent.delivery);
    Attempt {
        number: 0,
        seq: sent.seq,
        kind: sent.kind.to_string(),
        attempt: cursor.attempt + 1,
        sent_at: sent.at,
        outcome: outcome.to_owned(),
        reason: reason.to_string(),
    }
}

/// Moves a cursor by what was sent; whether everything was taken, or left out.
fn moved(cursor: &mut Cursor, sent: &[Sent], seen: i64, now: Timestamp) -> bool {
    let taken = |sent: &&Sent| matches!(sent.delivery, Delivery::HandedOver { .. });
    let any = sent.iter().any(|sent| taken(&sent));
    cursor.attempt += 1;
    // Only the one that has waited longest is left out, and only where it is refused as it is.
    let first = sent.iter().find(|sent| !taken(sent));
    let spent = |sent: &&Sent| {
        cursor.attempt >= REFUSED && matches!(sent.delivery, Delivery::Failed { .. })
    };
    let left_out = first.filter(spent).map(|sent| sent.seq);
    let open = sent.iter().filter(|sent| !taken(sent) && Some(sent.seq) != left_out);
    let open = open.map(|sent| sent.seq).min();
    cursor.ahead.extend(sent.iter().filter(taken).map(|sent| sent.seq));
    let next = open.unwrap_or(seen);
    cursor.next_seq = next;
    cursor.ahead.retain(|seq| *seq > next);
    cursor.ahead.sort_unstable();
    match open {
        None => (cursor.attempt, cursor.failing_since) = (0, None),
        Some(_) if any || left_out.is_some() => {
            (cursor.attempt, cursor.failing_since) = (1, Some(now));
        }
        Some(_) => cursor.failing_since = cursor.failing_since.or(Some(now)),
    }
    open.is_none()
}

/// When an endpoint is tried next: now, or after a wait that grows, with up to a fifth of it more.
fn next_due(cursor: &Cursor, now: Timestamp, jitter: i64) -> Timestamp {
    if cursor.failing_since.is_none() {
        return now;
    }
    let exponent = u32::try_from((cursor.attempt - 1).clamp(0, 8)).unwrap_or(0);
    let wait = (FIRST_WAIT * 3_i64.pow(exponent)).min(LONGEST_WAIT);
    now + Duration::micros(wait * 1_000_000 + wait * 200 * jitter)
}

/// Whether an endpoint is given up by now.
fn given_up(cursor: &Cursor, sent: &[Sent], now: Timestamp) -> Option<Command> {
    let failing_since = cursor.failing_since?;
    let last = sent.iter().rev().find_map(|sent| match outcome(&sent.delivery) {
        ("taken", _) => None,
        (_, reason) => Some(reason),
    });
    let reason = last?;
    let gone = reason.as_str().ends_with(".410");
    (gone || now - failing_since >= GIVE_UP).then_some(Command::Disable { failing_since, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor {
            webhook: Id::from_bytes([1; 16]),
            next_seq: 5,
            ahead: Vec::new(),
            attempt: 0,
            failing_since: None,
            node: "one".to_owned(),
            until: Timestamp::from_micros(0),
        }
    }

    fn sent(seq: i64, delivery: &Delivery) -> Sent {
        let (kind, at) = (Code::fixed("note_added"), Timestamp::from_micros(0));
        Sent { seq, kind, at, delivery: delivery.clone() }
    }

    fn answers() -> (Delivery, Delivery, Delivery) {
        let (reason, detail) = (Code::fixed("webhook.refused.400"), String::new());
        (
            Delivery::HandedOver { receipt: Code::fixed("http.200"), detail: detail.clone() },
            Delivery::Retry { reason: reason.clone(), detail: detail.clone() },
            Delivery::Failed { reason, detail },
        )
    }

    #[test]
    fn what_was_taken_ahead_is_not_sent_again() {
        let (taken, deferred, _) = answers();
        let now = Timestamp::from_micros(9);
        let mut cursor = cursor();
        assert!(!moved(
            &mut cursor,
            &[sent(5, &deferred), sent(6, &taken), sent(8, &taken)],
            10,
            now
        ));
        assert_eq!((cursor.next_seq, &cursor.ahead[..], cursor.attempt), (5, &[6, 8][..], 1));
        assert!(moved(&mut cursor, &[sent(5, &taken), sent(9, &taken)], 10, now));
        assert_eq!((cursor.next_seq, cursor.ahead.len(), cursor.attempt), (10, 0, 0));
    }

    #[test]
    fn an_entry_that_is_refused_too_often_is_left_out_and_one_that_is_deferred_is_not() {
        let (_, deferred, refused) = answers();
        let now = Timestamp::from_micros(9);
        let (mut one, mut other) = (cursor(), cursor());
        for _ in 0..REFUSED {
            moved(&mut one, &[sent(5, &refused)], 6, now);
            moved(&mut other, &[sent(5, &deferred)], 6, now);
        }
        assert_eq!((one.next_seq, one.failing_since), (6, None));
        assert_eq!((other.next_seq, other.failing_since), (5, Some(now)));
    }

    #[test]
    fn waits_grow_to_an_hour_and_never_shrink_by_chance() {
        let now = Timestamp::from_micros(0);
        let wait = |attempt, jitter| {
            let failing = Cursor { attempt, failing_since: Some(now), ..cursor() };
            (next_due(&failing, now, jitter) - now).as_micros() / 1_000_000
        };
        let waits: Vec<i64> = (1..=8).map(|attempt| wait(attempt, 0)).collect();
        assert_eq!(waits, [5, 15, 45, 135, 405, 1215, 3600, 3600]);
        assert_eq!(wait(1, 999), 5);
        assert_eq!(next_due(&cursor(), now, 7), now);
    }

    #[test]
    fn an_endpoint_that_says_it_is_gone_is_given_up_at_once_and_others_after_days() {
        let since = Timestamp::from_micros(0);
        let failing = Cursor { failing_since: Some(since), ..cursor() };
        let gone =
            Delivery::Failed { reason: Code::fixed("webhook.refused.410"), detail: String::new() };
        assert!(given_up(&failing, &[sent(5, &gone)], since).is_some());
        let (_, deferred, _) = answers();
        assert!(given_up(&failing, &[sent(5, &deferred)], since).is_none());
        assert!(given_up(&failing, &[sent(5, &deferred)], since + GIVE_UP).is_some());
    }
}
