//! `GET /api/v1/events`: the log as a stream of server-sent events, from a position on.
//!
//! What is sent is the entry as recorded, without its words: pseudonymous, and safe to keep. The stream
//! resumes by `Last-Event-ID`, ends when its token does, and there is a limit on how many there are.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use app::{App, Error};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use base::Code;
use futures_util::stream;
use schemars::JsonSchema;
use serde::Deserialize;
use store::log;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{
    spec::{Exact, Media},
    take::Query,
};
use crate::{guard::bearer_of, state::Web, trouble::Trouble};

/// How many entries are looked at in one go.
const STRETCH: i64 = 200;
/// How long a stream waits for this node's commits before it asks what others committed.
const WAIT: Duration = Duration::from_secs(1);
/// After how many waits or stretches the token is looked at again.
const TOKEN_EVERY: u32 = 5;
/// The most types in a filter.
const MAX_TYPES: usize = 32;

/// Which entries are told.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsWanted {
    /// Types of entry, separated by commas; all where absent.
    types: Option<String>,
    /// One stream: `inc_…`.
    stream: Option<Code>,
    /// The position to begin at; the log's end where absent. `Last-Event-ID` goes before it.
    from: Option<i64>,
}

/// Server-sent events.
pub(crate) struct EventStream;

impl Media for EventStream {
    const TYPE: &'static str = "text/event-stream";
    const SAYS: &'static str = "A stream without end: each event has the entry's type as its name, \
        the position after it as its id, and as data `seq`, `leaf` and the `entry` as recorded.";
}

struct Following {
    app: App,
    token: String,
    types: Vec<Code>,
    stream: Option<Code>,
    next: i64,
    since_asked: u32,
    waiting: VecDeque<Event>,
    committed: watch::Receiver<i64>,
    _place: OwnedSemaphorePermit,
}

/// Follows the log.
pub(crate) async fn events(
    State(web): State<Web>,
    headers: HeaderMap,
    Query(wanted): Query<EventsWanted>,
) -> Result<Exact<EventStream>, Trouble> {
    let place = web.streams().clone().try_acquire_owned().map_err(|_| Trouble::busy())?;
    let app = web.app().clone();
    let committed = app.db().committed();
    let size = app.look(log::size).await?;
    let last = headers.get("last-event-id").and_then(|line| line.to_str().ok());
    let from = last.and_then(|line| line.parse().ok()).or(wanted.from);
    let following = Following {
        token: bearer_of(&headers).unwrap_or_default().to_owned(),
        types: types(wanted.types.as_deref())?,
        stream: wanted.stream,
        next: from.unwrap_or(size).clamp(0, size),
        since_asked: 0,
        waiting: VecDeque::new(),
        committed,
        app,
        _place: place,
    };
    let messages = stream::unfold(following, |following| async move {
        let (event, following) = following.message().await?;
        Some((Ok::<_, Infallible>(event), following))
    });
    let response: Response = Sse::new(messages).keep_alive(KeepAlive::default()).into_response();
    Ok(Exact::new(response))
}

fn types(listed: Option<&str>) -> Result<Vec<Code>, Trouble> {
    let wrong = |_| Trouble::unreadable("types are names of entries, separated by commas.");
    let all: Result<Vec<Code>, _> = listed
        .unwrap_or_default()
        .split(',')
        .filter(|one| !one.is_empty())
        .map(str::parse)
        .collect();
    let all = all.map_err(wrong)?;
    if all.len() > MAX_TYPES {
        return Err(Trouble::unreadable(format!(
            "At most {MAX_TYPES} types; leave it out for all."
        )));
    }
    Ok(all)
}

impl Following {
    /// The next message; `None` when the stream ends.
    async fn message(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some((event, self));
            }
            if self.since_asked >= TOKEN_EVERY {
                self.since_asked = 0;
                self.app.bearer(&self.token).await.ok()?;
            }
            self.since_asked += 1;
            match self.advance().await {
                Ok(true) => {}
                // A commit or the time is up: either way the log is looked at again.
                Ok(false) => drop(tokio::time::timeout(WAIT, self.committed.changed()).await),
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ends");
                    return None;
                }
            }
        }
    }

    /// Reads on; false where nothing is new.
    async fn advance(&mut self) -> Result<bool, Error> {
        let from = self.next;
        let found = self.app.look(move |conn| log::range(conn, from, from + STRETCH)).await?;
        for stored in &found {
            self.next = stored.seq + 1;
            let entry = stored.entry()?;
            let kind = self.types.is_empty() || self.types.contains(&entry.kind);
            if kind && self.stream.as_ref().is_none_or(|stream| entry.stream == *stream) {
                self.waiting.push_back(event(stored, &entry.kind));
            }
        }
        Ok(!found.is_empty())
    }
}

fn event(stored: &log::Stored, kind: &Code) -> Event {
    // The entry's bytes are JSON in one line: they go out as recorded.
    let entry = String::from_utf8_lossy(&stored.bytes);
    let data = format!("{{\"seq\":{},\"leaf\":\"{}\",\"entry\":{entry}}}", stored.seq, stored.leaf);
    Event::default().event(kind.as_str()).id((stored.seq + 1).to_string()).data(data)
}
