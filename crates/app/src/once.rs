//! A request that is done once: its idempotency key is taken in the turn that does it, so that a crash
//! between the commit and the answer does nothing twice.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use base::{Digest, Duration, Timestamp};
use db::Conn;
use domain::once::{done_before, other_request};
use store::once::{self, Answered, Done};

use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// How long a key is remembered.
pub const KEPT: Duration = Duration::hours(24);

/// The key of one request. Its clones are the same request.
#[derive(Debug, Clone)]
pub struct Once {
    key: Digest,
    request: Digest,
    taken: Arc<AtomicBool>,
}

impl Once {
    /// The key as sent by `who`, for the request with this digest.
    pub fn new(who: &Caller, key: &str, request: Digest) -> Self {
        let scope = who.session.as_ref().map_or("", base::Code::as_str);
        let key = evidence::sha256(format!("once\0{scope}\0{key}").as_bytes());
        Self { key, request, taken: Arc::default() }
    }

    /// Takes the key for the rest of the request, in its first turn.
    pub(crate) fn take(&self, conn: &mut Conn, now: Timestamp) -> Result<(), Stop> {
        if self.is_taken() || once::take(conn, (self.key, self.request), (now, now - KEPT))? {
            return Ok(());
        }
        let held = once::find(conn, self.key)?;
        let other = held.is_some_and(|held| held.request != self.request);
        Err(if other { other_request() } else { done_before() }.into())
    }

    /// The turn that took it is committed.
    pub(crate) fn taken(&self) {
        self.taken.store(true, Ordering::Release);
    }

    /// Whether something was committed under it.
    pub fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }
}

impl App {
    /// What was answered under this key; nothing where nothing was done under it.
    ///
    /// # Errors
    /// `WEB-011` where it was another request, `WEB-012` where the answer is not kept.
    pub async fn answered_before(&self, once: &Once) -> Result<Option<Answered>, Error> {
        let (key, since) = (once.key, self.now() - KEPT);
        let held = self.look(move |conn| once::find(conn, key)).await?;
        match held.filter(|held| held.done_at >= since) {
            None => Ok(None),
            Some(held) if held.request != once.request => Err(other_request().into()),
            Some(Done { answer: Some(answer), .. }) => Ok(Some(answer)),
            Some(_) => Err(done_before().into()),
        }
    }

    /// Keeps what was answered, for whoever asks again.
    ///
    /// # Errors
    /// Faults of the store: then asking again is told that it was done.
    pub async fn keep_answer(&self, once: &Once, answer: Answered) -> Result<(), Error> {
        let key = once.key;
        let command = move |turn: &mut Turn<'_>| Ok(once::answer(turn.conn, key, &answer)?);
        self.commit(db::Lane::Normal, &Caller::timer(), command).await
    }
}
