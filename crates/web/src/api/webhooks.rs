//! Webhooks out: the endpoints that are told of entries, and what became of each attempt.

use app::webhook::NewWebhook;
use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use domain::webhook::{Command, Standing, unknown_webhook};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::webhook::{self, Attempt, Listed};

use super::{
    list::{List, PAGE, Paged, cursor, position},
    spec::{Created, Done},
    take::{Json, Path, Query},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// An endpoint that is told of entries.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookRow {
    /// The webhook.
    id: Id<id::Endpoint>,
    /// What people call it.
    name: String,
    /// Where it goes.
    url: String,
    /// active, paused, or disabled where nothing was taken for too long.
    standing: String,
    /// The types of entry it is told of; all where empty.
    types: Vec<Code>,
    /// When it was added.
    added_at: Timestamp,
    /// The first position it was not told of yet.
    next_seq: i64,
    /// Since when nothing is taken; `null` where it takes what it is told.
    failing_since: Option<Timestamp>,
    /// When it is tried next, where it fails.
    retry_at: Option<Timestamp>,
}

/// An endpoint to tell.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhookBody {
    /// What people call it.
    name: String,
    /// Where it goes: https; inside the house only where the operator allows host and port.
    url: String,
    /// The types of entry it is told of; all where empty.
    #[serde(default)]
    types: Vec<Code>,
}

/// A webhook with its secret.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookMade {
    /// The webhook.
    id: Id<id::Endpoint>,
    /// What its messages are signed with, `whsec_…`; shown only now.
    secret: String,
}

/// What a test came to.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookTested {
    /// taken, deferred or refused.
    outcome: String,
    /// What was answered, as a code: `http.204`.
    reason: String,
}

/// One attempt to tell an endpoint of an entry.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DeliveryRow {
    /// Its number at this endpoint.
    number: i64,
    /// The entry's position.
    seq: i64,
    /// The entry's type.
    r#type: String,
    /// Which attempt of this entry, from 1.
    attempt: i64,
    /// When.
    sent_at: Timestamp,
    /// taken, deferred or refused.
    outcome: String,
    /// What was answered, as a code: `http.204`.
    reason: String,
}

/// All endpoints that were not removed.
pub(crate) async fn webhooks(State(web): State<Web>) -> Result<Json<List<WebhookRow>>, Trouble> {
    let all = web.app().look(webhook::all).await?;
    Ok(Json(List::whole(all.into_iter().map(row).collect())))
}

/// One endpoint.
pub(crate) async fn one(
    State(web): State<Web>,
    Path(id): Path<Id<id::Endpoint>>,
) -> Result<Json<WebhookRow>, Trouble> {
    let all = web.app().look(webhook::all).await?;
    let found = all.into_iter().find(|held| held.id == id);
    Ok(Json(row(found.ok_or_else(unknown_webhook)?)))
}

/// Adds an endpoint and answers its secret, once.
pub(crate) async fn add(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(new): Json<NewWebhookBody>,
) -> Result<Created<WebhookMade>, Trouble> {
    let new = NewWebhook { name: new.name, url: new.url, types: new.types };
    let made = web.app().add_webhook(&caller, new).await?;
    let at = format!("/api/v1/webhooks/{}", made.id);
    Ok(Created { at, body: WebhookMade { id: made.id, secret: made.secret } })
}

/// Tells it nothing for a while.
pub(crate) async fn pause(
    State(web): State<Web>,
    Path(id): Path<Id<id::Endpoint>>,
    Asker(caller): Asker,
) -> Result<Done, Trouble> {
    web.app().change_webhook(&caller, id, Command::Pause).await?;
    Ok(Done)
}

/// Tells it again, from where it stopped.
pub(crate) async fn resume(
    State(web): State<Web>,
    Path(id): Path<Id<id::Endpoint>>,
    Asker(caller): Asker,
) -> Result<Done, Trouble> {
    web.app().change_webhook(&caller, id, Command::Resume).await?;
    Ok(Done)
}

/// Tells it nothing any more.
pub(crate) async fn remove(
    State(web): State<Web>,
    Path(id): Path<Id<id::Endpoint>>,
    Asker(caller): Asker,
) -> Result<Done, Trouble> {
    web.app().change_webhook(&caller, id, Command::Remove).await?;
    Ok(Done)
}

/// Gives it a new secret and answers it, once; the old one signs nothing any more.
pub(crate) async fn renew(
    State(web): State<Web>,
    Path(id): Path<Id<id::Endpoint>>,
    Asker(caller): Asker,
) -> Result<Json<WebhookMade>, Trouble> {
    let made = web.app().renew_webhook(&caller, id).await?;
    Ok(Json(WebhookMade { id: made.id, secret: made.secret }))
}

/// Sends a signed message of the type `webhook_test`, now and once.
pub(crate) async fn test(
    State(web): State<Web>,
    Path(id): Path<Id<id::Endpoint>>,
    Asker(caller): Asker,
) -> Result<Json<WebhookTested>, Trouble> {
    let tested = web.app().test_webhook(&caller, id).await?;
    Ok(Json(WebhookTested { outcome: tested.outcome, reason: tested.reason }))
}

/// The newest attempts, newest first.
pub(crate) async fn deliveries(
    State(web): State<Web>,
    Path(id): Path<Id<id::Endpoint>>,
    Query(wanted): Query<Paged>,
) -> Result<Json<List<DeliveryRow>>, Trouble> {
    let before = position(wanted.cursor.as_deref())?;
    let found = web.app().look(move |conn| {
        let Some(state) = webhook::load(conn, id)? else { return Ok(None) };
        let known = state.standing != Standing::Removed;
        known.then(|| webhook::attempts(conn, id, before)).transpose()
    });
    let found = found.await?.ok_or_else(unknown_webhook)?;
    let next =
        found.last().filter(|_| found.len() >= PAGE).map(|last| cursor('p', last.number, ""));
    Ok(Json(List { items: found.into_iter().map(delivery).collect(), next }))
}

fn row(held: Listed) -> WebhookRow {
    WebhookRow {
        id: held.id,
        name: held.name,
        url: held.url,
        standing: held.standing,
        types: held.types,
        added_at: held.added_at,
        next_seq: held.next_seq,
        failing_since: held.failing_since,
        retry_at: held.failing_since.map(|_| held.due_at),
    }
}

fn delivery(attempt: Attempt) -> DeliveryRow {
    DeliveryRow {
        number: attempt.number,
        seq: attempt.seq,
        r#type: attempt.kind,
        attempt: attempt.attempt,
        sent_at: attempt.sent_at,
        outcome: attempt.outcome,
        reason: attempt.reason,
    }
}
