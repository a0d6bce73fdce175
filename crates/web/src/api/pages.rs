//! `GET /api/v1/pages`: the log of messages, as Paging shows it.

use axum::extract::State;
use base::{Id, Timestamp, id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::page::{self, Logged, Wanted};

use super::{
    list::{List, PAGE, after, cursor},
    take::{Json, Query},
};
use crate::{state::Web, trouble::Trouble};

/// The order of the list: by when they were queued.
const ORDER: char = 'q';

/// A page to one person.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MessageRow {
    /// The page.
    id: Id<id::Page>,
    /// To whom.
    person: Id<id::Person>,
    /// The ladder that sent it.
    escalation: Id<id::Escalation>,
    /// The rung that sent it, from 1.
    step: i64,
    /// The id of the incident or of the group of alerts it is about.
    about: String,
    /// `mail`, `webhook`; `null` where the person has no way of being reached.
    channel: Option<String>,
    /// `queued`, `handed_over`, `acknowledged`, `failed` or `withdrawn`.
    state: String,
    /// When it was queued.
    queued_at: Timestamp,
    /// When a relay accepted it, which proves nothing about the person.
    handed_over_at: Option<Timestamp>,
    /// When the person answered: the only proof of being reached.
    answered_at: Option<Timestamp>,
    /// Why the newest failed attempt failed, as a code.
    reason: Option<String>,
}

/// Which pages are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesWanted {
    /// One state; all where absent.
    state: Option<MessageState>,
    /// One person; all where absent.
    person: Option<Id<id::Person>>,
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// How far a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MessageState {
    /// Waits for its next attempt.
    Queued,
    /// Accepted by a relay.
    HandedOver,
    /// The person answered.
    Acknowledged,
    /// No channel worked.
    Failed,
    /// No longer wanted.
    Withdrawn,
}

/// Lists pages, newest first.
pub(crate) async fn pages(
    State(web): State<Web>,
    Query(asked): Query<MessagesWanted>,
) -> Result<Json<List<MessageRow>>, Trouble> {
    let begins = after(ORDER, asked.cursor.as_deref())?;
    let (at, id) = begins.unwrap_or((i64::MAX, String::new()));
    let state = asked.state.map(|state| store::project::name_of(&state));
    let wanted = Wanted { state, person: asked.person, from: None };
    let list = web.app().look(move |conn| {
        let found = page::logged(conn, &wanted, (Timestamp::from_micros(at), &id))?;
        let last = found.last().filter(|_| found.len() == PAGE);
        let next = last.map(|last| cursor(ORDER, last.queued_at.micros(), &last.id.to_string()));
        Ok(List { items: found.into_iter().map(row).collect(), next })
    });
    Ok(Json(list.await?))
}

fn row(held: Logged) -> MessageRow {
    MessageRow {
        id: held.id,
        person: held.person,
        escalation: held.escalation,
        step: held.step + 1,
        about: held.target,
        channel: held.channel,
        state: held.state,
        queued_at: held.queued_at,
        handed_over_at: held.handed_over_at,
        answered_at: held.acknowledged_at,
        reason: held.last_reason,
    }
}
