//! Live updates: which things changed, by following the log's position.
//!
//! A message says only `kind`, `id` and `version` (the position after the change); the page fetches
//! what it shows again, with its own permissions. A stream resumes from a position, ends with its
//! session, and there is a limit on how many there are.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use app::{App, Error};
use axum::{
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use base::{Id, id};
use db::Conn;
use futures_util::stream;
use serde_json::json;
use store::{StoreError, escalation, log, page};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::{trouble::Trouble, visit::Visit};

/// How many entries are looked at in one go.
const STRETCH: i64 = 200;
/// A stream that is further behind than this is told that all it shows changed.
const TOO_FAR: i64 = 2_000;
/// How long a stream waits for this node's commits before it asks what others committed.
const WAIT: Duration = Duration::from_secs(1);
/// After how many silent waits the session is looked at again.
const SESSION_EVERY: u32 = 5;

/// A changed thing: kind and id.
type Changed = BTreeSet<(&'static str, String)>;

struct Following {
    app: App,
    cookie: String,
    /// The one thing that is asked about; everything where absent.
    about: Option<String>,
    next: i64,
    silent: u32,
    /// Messages of the last stretch that are still to be sent, the newest first.
    waiting: Vec<(&'static str, String)>,
    committed: watch::Receiver<i64>,
    _place: OwnedSemaphorePermit,
}

/// `GET /live?about={id}&from={position}`.
pub(crate) async fn follow(visit: Visit, headers: HeaderMap) -> Result<Response, Trouble> {
    let place = visit.web.streams().clone().try_acquire_owned().map_err(|_| Trouble::busy())?;
    let app = visit.web.app().clone();
    let size = app.look(log::size).await?;
    let last = headers.get("last-event-id").and_then(|line| line.to_str().ok());
    let from = last.unwrap_or(visit.query.get("from")).parse::<i64>();
    let next = from.unwrap_or(size).clamp(0, size);
    let committed = app.db().committed();
    let cookie = visit.cookie.unwrap_or_default();
    let about = Some(visit.query.text("about")).filter(|id| !matches!(id.as_str(), "" | "*"));
    let waiting = Vec::new();
    let following =
        Following { app, cookie, about, next, silent: 0, waiting, committed, _place: place };
    let messages = stream::unfold(following, |following| async move {
        let (event, following) = following.message().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    Ok(Sse::new(messages).keep_alive(KeepAlive::default()).into_response())
}

impl Following {
    /// The next message; `None` when the stream ends.
    async fn message(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some((kind, id)) = self.waiting.pop() {
                let data = json!({ "kind": kind, "id": id, "version": self.next });
                // Only the last message of a stretch moves the position to resume from.
                let event = Event::default().data(data.to_string());
                let event = match self.waiting.is_empty() {
                    true => event.id(self.next.to_string()),
                    false => event,
                };
                return Some((event, self));
            }
            match self.advance().await {
                Ok(true) => {}
                Ok(false) => self.wait().await?,
                Err(error) => {
                    tracing::warn!(%error, "a live stream ends");
                    return None;
                }
            }
        }
    }

    /// Reads on; false where nothing is new.
    async fn advance(&mut self) -> Result<bool, Error> {
        let from = self.next;
        let changes = self.app.look(move |conn| changes(conn, from)).await?;
        let (next, changed) = changes;
        self.next = next;
        match (changed, &self.about) {
            (Some(changed), None) => self.waiting.extend(changed),
            (Some(changed), Some(about)) => {
                self.waiting.extend(changed.into_iter().filter(|(_, id)| id == about));
            }
            (None, about) => self.waiting.push(("incident", about.clone().unwrap_or_default())),
        }
        Ok(next > from)
    }

    /// Waits for a commit; `None` where the session is over.
    async fn wait(&mut self) -> Option<()> {
        let waited = tokio::time::timeout(WAIT, self.committed.changed()).await;
        self.silent = if waited.is_ok() { SESSION_EVERY } else { self.silent + 1 };
        if self.silent >= SESSION_EVERY {
            self.silent = 0;
            self.app.session(&self.cookie).await.ok().flatten()?;
        }
        Some(())
    }
}

/// What changed from a position on, and the position after it; `None` where that is too much to tell.
fn changes(conn: &mut Conn, from: i64) -> Result<(i64, Option<Changed>), StoreError> {
    let size = log::size(conn)?;
    if size - from > TOO_FAR {
        return Ok((size, None));
    }
    let to = (from + STRETCH).min(size);
    let mut changed = Changed::new();
    for stored in log::range(conn, from, to)? {
        let stream = stored.entry()?.stream;
        note(conn, stream.as_str(), &mut changed)?;
    }
    Ok((to, Some(changed)))
}

/// The things a change of this stream shows on.
fn note(conn: &mut Conn, stream: &str, changed: &mut Changed) -> Result<(), StoreError> {
    match stream.split_once('_').map(|(kind, _)| kind) {
        Some("inc") => drop(changed.insert(("incident", stream.to_owned()))),
        Some("int") => drop(changed.insert(("alerts", "*".to_owned()))),
        Some("per") => drop(changed.insert(("people", "*".to_owned()))),
        Some("mov") => drop(changed.insert(("move", stream.to_owned()))),
        Some("itg") => drop(changed.insert(("integrations", "*".to_owned()))),
        Some("esc") => about(conn, stream.parse().ok(), changed)?,
        Some("pag") => {
            let page = stream.parse().ok().map(|id| page::load(conn, id)).transpose()?.flatten();
            about(conn, page.map(|page| page.escalation), changed)?;
        }
        _ => {}
    }
    Ok(())
}

fn about(
    conn: &mut Conn,
    escalation: Option<Id<id::Escalation>>,
    changed: &mut Changed,
) -> Result<(), StoreError> {
    let Some(id) = escalation else { return Ok(()) };
    if let Some(ladder) = escalation::load(conn, id)? {
        let target = ladder.target_id.to_string();
        let kind = if target.starts_with("inc_") { "incident" } else { "group" };
        changed.insert((kind, target));
    }
    Ok(())
}
