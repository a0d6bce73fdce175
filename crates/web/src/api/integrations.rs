//! `/api/v1/integrations`: list, add, tell, try, test, another key; and the sources there are.

use app::{
    config::{NewIntegration, NewSecret, NewSettings},
    intake::{Written, written},
};
use axum::extract::State;
use base::{Code, Duration, Id, Timestamp, id};
use connect::inbound::{self, Arrival, SOURCES, Settings, generic};
use domain::{document::unknown_document, integration::unknown_integration};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::config;

use super::{
    list::List,
    spec::{Created, Done},
    take::{Json, Path},
};
use crate::{
    page::{tried::told, url_of},
    state::Web,
    trouble::Trouble,
    view::integration::Tried,
    visit::Asker,
};

/// The policy where none is named.
const POLICY: &str = "default";

/// A sender's format.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SourceRow {
    /// Its name in the address.
    name: String,
    /// What people call the sender.
    label: String,
    /// Whether its acknowledgements can be granted to count.
    acknowledges: bool,
    /// Whether its sender can sign with a secret.
    signs: bool,
    /// How its sender is set up, with `URL`, `KEY` and `SERVER` to fill in.
    recipe: String,
    /// A message as the sender writes it.
    sample: String,
}

/// A door in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IntegrationRow {
    /// The integration.
    id: Id<id::Integration>,
    /// What people call it.
    name: String,
    /// The source it speaks.
    source: Code,
    /// The escalation policy of its groups.
    policy: Code,
    /// The legal entity its incidents belong to.
    entity: Id<id::LegalEntity>,
    /// Whether a critical alert declares an incident at once.
    declares: bool,
    /// The labels its alerts are grouped by.
    group_by: Vec<String>,
    /// Where its sender posts to, with `KEY` in the place of the key.
    url: String,
    /// When something last arrived.
    last_seen: Option<Timestamp>,
    /// How many requests arrived.
    requests: i64,
    /// How many of them were not understood.
    quarantined: i64,
    /// How many signals said nothing about an open alert.
    ignored: i64,
    /// Whether an acknowledgement at its sender counts.
    acknowledges: bool,
    /// How long a heartbeat may stay away, in seconds; 0 where the source is none.
    heartbeat_seconds: i64,
    /// Its mapping; empty where there is none.
    mapping: String,
    /// The topics that it takes.
    topics: Vec<String>,
}

/// A door to add.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIntegrationBody {
    /// The source it speaks.
    source: String,
    /// What people call it.
    name: String,
    /// The labels its alerts are grouped by.
    #[serde(default)]
    group_by: Vec<String>,
    /// Whether a critical alert declares an incident at once.
    #[serde(default)]
    declares: bool,
    /// The escalation policy of its groups; `default` where absent.
    #[serde(default)]
    policy: Option<String>,
}

/// A key, told once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IntegrationKey {
    /// The integration.
    id: Id<id::Integration>,
    /// The key: kept nowhere, told only now.
    key: String,
    /// Where its sender posts to.
    url: String,
}

/// How an integration is told to read what comes. What is absent is taken away, except the secret.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntegrationSettings {
    /// The mapping as text; `generic` only.
    #[serde(default)]
    mapping: String,
    /// The topics that are taken; `sns` only.
    #[serde(default)]
    topics: Vec<String>,
    /// Whether an acknowledgement at its sender counts.
    #[serde(default)]
    acknowledges: bool,
    /// How long a heartbeat may stay away, in seconds.
    #[serde(default)]
    heartbeat_seconds: Option<u32>,
    /// The secret of its signatures: absent it stays, empty it is forgotten.
    #[serde(default)]
    secret: Option<String>,
}

/// A message to try.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageToTry {
    /// The message.
    body: String,
    /// Its content type; JSON where absent.
    #[serde(default)]
    content_type: Option<String>,
    /// A mapping to read it by; the integration's own where absent.
    #[serde(default)]
    mapping: Option<String>,
}

/// One alert of a message that was tried.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AlertTried {
    /// trigger, resolve, update, info or acknowledge.
    action: String,
    /// Its line.
    title: String,
    /// Its key.
    key: String,
    /// Everything else that was read: name and value.
    fields: Vec<(String, String)>,
}

/// What a message would become; nothing was recorded.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MessageTried {
    /// Why nothing of it can be used: code and reason.
    refused: Option<(String, String)>,
    /// Its alerts.
    alerts: Vec<AlertTried>,
    /// Alerts of it that cannot be used: code and reason.
    rejected: Vec<(String, String)>,
    /// What was noticed while reading.
    flags: Vec<String>,
    /// How many changes it reports.
    changes: u64,
}

/// What a test became: an exercise that is over already.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct IntegrationTested {
    /// The alert that it opened and ended, where the sample opens one.
    alert: Option<Id<id::Alert>>,
    /// Why the sample could not be read: code and reason.
    refused: Option<(String, String)>,
}

/// Lists the sources.
pub(crate) async fn sources(State(_): State<Web>) -> Result<Json<List<SourceRow>>, Trouble> {
    let row = |source: &&'static dyn inbound::Source| SourceRow {
        name: source.name().to_owned(),
        label: source.label().to_owned(),
        acknowledges: source.acknowledges(),
        signs: source.signs(),
        recipe: inbound::recipe(source.name()).to_owned(),
        sample: source.sample().body.to_owned(),
    };
    Ok(Json(List { items: SOURCES.iter().map(row).collect(), next: None }))
}

/// Lists the integrations; there are few, and all are told.
pub(crate) async fn integrations(
    State(web): State<Web>,
) -> Result<Json<List<IntegrationRow>>, Trouble> {
    let held = web.app().look(config::integrations).await?;
    let items = held.into_iter().map(|held| row(&web, held)).collect();
    Ok(Json(List { items, next: None }))
}

/// Reads one.
pub(crate) async fn integration(
    State(web): State<Web>,
    Path(id): Path<Id<id::Integration>>,
) -> Result<Json<IntegrationRow>, Trouble> {
    let held = web.app().look(move |conn| config::load_integration(conn, id)).await?;
    Ok(Json(row(&web, held.ok_or_else(unknown_integration)?)))
}

/// Adds one.
pub(crate) async fn add_integration(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(new): Json<NewIntegrationBody>,
) -> Result<Created<IntegrationKey>, Trouble> {
    let policy = new.policy.as_deref().filter(|policy| !policy.is_empty()).unwrap_or(POLICY);
    let source = new.source.clone();
    let new = NewIntegration {
        source: new.source,
        name: new.name,
        group_by: new.group_by,
        declares: new.declares,
        policy: policy.parse().map_err(|_| unknown_document())?,
    };
    let (id, key) = web.app().add_integration(&caller, new).await?;
    web.doors().forget();
    let url = url_of(&web, &source, &key);
    let at = format!("/api/v1/integrations/{id}");
    Ok(Created { at, body: IntegrationKey { id, key, url } })
}

/// Tells one how to read what comes.
pub(crate) async fn configure_integration(
    State(web): State<Web>,
    Path(id): Path<Id<id::Integration>>,
    Asker(caller): Asker,
    Json(new): Json<IntegrationSettings>,
) -> Result<Done, Trouble> {
    let seconds = new.heartbeat_seconds.map(i64::from);
    let settings = NewSettings {
        written: Written { mapping: new.mapping, topics: new.topics },
        acknowledges: new.acknowledges,
        heartbeat: seconds.map(Duration::seconds),
        secret: match new.secret {
            None => NewSecret::Keep,
            Some(text) if text.is_empty() => NewSecret::Remove,
            Some(text) => NewSecret::Set(text),
        },
    };
    web.app().configure_integration(&caller, id, settings).await?;
    web.doors().forget();
    Ok(Done)
}

/// Gives one another key.
pub(crate) async fn renew_integration_key(
    State(web): State<Web>,
    Path(id): Path<Id<id::Integration>>,
    Asker(caller): Asker,
) -> Result<Json<IntegrationKey>, Trouble> {
    let (source, key) = web.app().renew_key(&caller, id).await?;
    web.doors().forget();
    let url = url_of(&web, source.as_str(), &key);
    Ok(Json(IntegrationKey { id, key, url }))
}

/// Tells what a message would become.
pub(crate) async fn try_integration(
    State(web): State<Web>,
    Path(id): Path<Id<id::Integration>>,
    Json(message): Json<MessageToTry>,
) -> Result<Json<MessageTried>, Trouble> {
    let held = web.app().look(move |conn| config::load_integration(conn, id)).await?;
    let held = held.ok_or_else(unknown_integration)?;
    let source = inbound::find(held.source.as_str()).ok_or_else(unknown_integration)?;
    let Written { mapping, topics } = written(&held);
    let text = message.mapping.unwrap_or(mapping);
    let mapping = match text.trim() {
        "" => None,
        text => Some(generic::Mapping::parse(text).map_err(|error| {
            Trouble::from(domain::integration::wrong_mapping(&error.to_string()))
        })?),
    };
    let settings = Settings { mapping, topics, secret: None };
    let media = message.content_type.as_deref();
    let mut arrival = Arrival::of(media, message.body.as_bytes(), web.app().now());
    arrival.settings = &settings;
    Ok(Json(shown(told(source.parse(&arrival)))))
}

/// Sends the source's sample the whole way, as an exercise.
pub(crate) async fn test_integration(
    State(web): State<Web>,
    Path(id): Path<Id<id::Integration>>,
    Asker(caller): Asker,
) -> Result<Json<IntegrationTested>, Trouble> {
    Ok(Json(match web.app().test_integration(&caller, id).await? {
        Ok(tested) => {
            let alert = tested.arrived.receipts.iter().find_map(|receipt| receipt.alert);
            IntegrationTested { alert, refused: None }
        }
        Err(malformed) => {
            let refused = Some((malformed.code.to_string(), malformed.what));
            IntegrationTested { alert: None, refused }
        }
    }))
}

fn shown(tried: Tried) -> MessageTried {
    let alerts = tried.alerts.into_iter().map(|alert| AlertTried {
        action: alert.action,
        title: alert.title,
        key: alert.key,
        fields: alert.fields,
    });
    MessageTried {
        refused: tried.refused,
        alerts: alerts.collect(),
        rejected: tried.rejected,
        flags: tried.flags,
        changes: tried.changes as u64,
    }
}

fn row(web: &Web, held: config::Integration) -> IntegrationRow {
    let Written { mapping, topics } = written(&held);
    IntegrationRow {
        id: held.id,
        url: url_of(web, held.source.as_str(), "KEY"),
        name: held.name,
        source: held.source,
        policy: held.policy,
        entity: held.entity,
        declares: held.declares,
        group_by: held.group_by,
        last_seen: held.last_seen,
        requests: held.requests,
        quarantined: held.quarantined,
        ignored: held.ignored,
        acknowledges: held.acknowledges,
        heartbeat_seconds: held.heartbeat_seconds,
        mapping,
        topics,
    }
}
