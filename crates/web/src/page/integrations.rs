//! Integrations: the doors in, with what was last seen of each; a key is shown once.

use app::config::NewIntegration;
use connect::inbound::{self, SOURCES};
use domain::{
    access::Permission,
    document::{DocumentKind, unknown_document},
};
use store::config;

use super::{around::shell, incident::flash, parts::entities, tell::words};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    state::Web,
    trouble::Trouble,
    view::{
        Choice, Input, Place,
        integrations::{IntegrationRow, IntegrationsPage, KeyOnce},
    },
    visit::Visit,
};

/// The policy that is offered.
const POLICY: &str = "default";

/// `GET /integrations`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let mut page = integrations_page(&visit).await?;
    page.key = key_once(&visit);
    answer::page(&visit, &page)
}

/// `POST /integrations`.
pub(crate) async fn add(visit: Visit) -> Answer {
    let form = visit.form.clone();
    match added(&visit).await {
        Ok(key) => {
            visit.web.doors().forget();
            let secret = format!("{} {key}", form.get("source"));
            let done = Outcome::done("Added. The key is shown only now.").with_secret(secret);
            then(&visit, "/integrations", &done)
        }
        Err(trouble) if trouble.is_refusal() || trouble.status == 404 => {
            let mut page = integrations_page(&visit).await?;
            let typed = |name: &str| Input::of(form.get(name));
            page.name = typed("name");
            page.source = typed("source");
            page.policy = typed("policy");
            page.entity = typed("entity");
            page.group_by = typed("group_by");
            page.declares = typed("declares");
            match trouble.code.as_str() {
                "ITG-002" => page.source = page.source.refused(trouble.detail.clone()),
                "DOC-002" => page.policy = page.policy.refused(trouble.detail.clone()),
                _ => page.name = page.name.refused(trouble.detail.clone()),
            }
            page.shell.flash = Some(flash(&trouble));
            let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
            answer::refused(&visit, &page, &Trouble { status, ..trouble })
        }
        Err(trouble) => Err(trouble),
    }
}

async fn added(visit: &Visit) -> Result<String, Trouble> {
    let form = &visit.form;
    let policy = if form.get("policy").is_empty() { POLICY } else { form.get("policy") };
    let new = NewIntegration {
        source: form.text("source"),
        name: form.text("name"),
        group_by: form.get("group_by").split_whitespace().map(str::to_owned).collect(),
        declares: form.get("declares") == "1",
        policy: policy.parse().map_err(|_| unknown_document())?,
    };
    let (_, key) = visit.web.app().add_integration(visit.caller()?, new).await?;
    Ok(key)
}

async fn integrations_page(visit: &Visit) -> Result<IntegrationsPage, Trouble> {
    let shell = shell(visit, Place::Integrations).await?;
    let reader = visit.reader();
    let found = visit.web.app().look(|conn| {
        let policy = config::newest(conn, DocumentKind::Policy, POLICY)?;
        Ok((config::integrations(conn)?, entities(conn)?, policy.map(|policy| policy.version)))
    });
    let (held, entities, policy) = found.await?;
    let name = |id: &str| {
        entities.iter().find(|entity| entity.code == id).map(|entity| entity.label.clone())
    };
    let now = visit.now();
    let rows = held.into_iter().map(|door| IntegrationRow {
        id: door.id.to_string(),
        silent: is_silent(&door, now),
        name: words(door.name),
        url: url(visit, door.source.as_str(), "KEY"),
        source: door.source.to_string(),
        policy: door.policy.to_string(),
        entity: name(&door.entity.to_string()).unwrap_or_default(),
        declares: door.declares,
        last: door.last_seen.map(|at| reader.time(at)),
        events: door.requests,
        quarantined: door.quarantined,
    });
    let rows = rows.collect();
    let sources = SOURCES.iter().map(|source| Choice::new(source.name(), label(source.name())));
    let policies = policy.map(|version| Choice::new(POLICY, format!("{POLICY} v{version}")));
    Ok(IntegrationsPage {
        shell,
        rows,
        key: None,
        may: visit.may(Permission::Administer),
        name: Input::default(),
        source: Input::default(),
        policy: Input::of(POLICY),
        entity: Input::of(entities.first().map(|home| home.code.clone()).unwrap_or_default()),
        group_by: Input::of("service"),
        declares: Input::default(),
        sources: sources.collect(),
        policies: policies.into_iter().collect(),
        entities,
    })
}

/// Whether a heartbeat stays away longer than it may; of other sources nobody knows how often they speak.
fn is_silent(door: &config::Integration, now: base::Timestamp) -> bool {
    let interval = base::Duration::seconds(door.heartbeat_seconds);
    let late = door.last_seen.is_some_and(|at| now - at > interval);
    door.heartbeat_seconds > 0 && late
}

/// The key that was just made, out of the outcome that carries it.
pub(crate) fn key_once(visit: &Visit) -> Option<KeyOnce> {
    let secret = visit.outcome.as_ref().and_then(|outcome| outcome.secret.as_deref())?;
    let (source, key) = secret.split_once(' ')?;
    let url = url(visit, source, key);
    Some(KeyOnce {
        name: label(source),
        example: format!("curl -H 'Content-Type: application/json' --data @alert.json {url}"),
        key: key.to_owned(),
        url,
    })
}

/// Where a sender posts to.
pub(crate) fn url(visit: &Visit, source: &str, key: &str) -> String {
    url_of(&visit.web, source, key)
}

/// The same, for whoever asks.
pub(crate) fn url_of(web: &Web, source: &str, key: &str) -> String {
    let base = &web.app().options().base_url;
    match source {
        "alertmanager-api" => format!("{base}/in/alertmanager-api/{key}/api/v2/alerts"),
        source => format!("{base}/in/{source}/{key}"),
    }
}

fn label(source: &str) -> String {
    inbound::find(source).map_or_else(|| source.to_owned(), |source| source.label().to_owned())
}
