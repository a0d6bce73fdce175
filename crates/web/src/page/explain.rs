//! Explaining an alert: what arrived, how it was read, where it went, who was told.

use app::intake::{Explained, Words as Said};
use axum::extract::Path;
use base::{Id, id};
use db::Conn;
use domain::{access::Permission, page::Via};
use store::{StoreError, config, incident, operational::Inbound};

use super::{alerts::row, around::shell, tell::Teller};
use crate::{
    answer::{Answer, page, then},
    flash::Outcome,
    trouble::Trouble,
    view::{
        Place, Words,
        alerts::{AlertDetail, ExplainPage, Raw, Route, RuleTrace, Subject},
        incident::Attempt,
        time::Reader,
    },
    visit::Visit,
};

/// How much of an input is shown on its page, in bytes.
const SHOWN: usize = 8 * 1024;

/// `GET /alerts/{id}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    let id: Id<id::Alert> = id.parse().map_err(|_| Trouble::not_found())?;
    let seen = visit.web.app().explain_alert(id).await?.ok_or_else(Trouble::not_found)?;
    let may = visit.may(Permission::Respond) && seen.alert.state == "open";
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let built = visit.web.app().look(move |conn| {
        let mut teller = Teller::new(conn, &app, &reader);
        let raw = match &seen.inbound {
            Some(inbound) => Some(raw(teller.conn(), inbound, &reader)?),
            None => None,
        };
        Ok((raw, detail(&mut teller, &seen, may, &reader)?))
    });
    let (raw, detail) = built.await?;
    let shell = shell(&visit, Place::Alerts).await?;
    page(&visit, &ExplainPage { shell, raw, subject: Subject::Alert(Box::new(detail)) })
}

/// `POST /alerts/{id}/acknowledge`: answers the ladders of the alert's group.
pub(crate) async fn acknowledge(visit: Visit, Path(id): Path<String>) -> Answer {
    let alert: Id<id::Alert> = id.parse().map_err(|_| Trouble::not_found())?;
    let held = visit.web.app().look(move |conn| store::alert::load(conn, alert)).await?;
    let group = held.ok_or_else(Trouble::not_found)?.group.to_string();
    let answered = visit.web.app().acknowledge_target(visit.caller()?, group, Via::Page).await?;
    let said = match answered {
        app::escalation::Acknowledged::Now => "Answered. The ladder holds for now.",
        app::escalation::Acknowledged::Already => "Nothing was left to answer.",
    };
    then(&visit, &format!("/alerts/{id}"), &Outcome::done(said))
}

/// What arrived, as a page shows it.
pub(crate) fn raw(conn: &mut Conn, inbound: &Inbound, reader: &Reader) -> Result<Raw, StoreError> {
    let door = config::load_integration(conn, inbound.integration)?;
    let (integration, source) = match door {
        Some(door) => (door.name, door.source.to_string()),
        None => (inbound.integration.to_string(), String::new()),
    };
    let cut = inbound.bytes.len() > SHOWN;
    let text = String::from_utf8_lossy(&inbound.bytes[..inbound.bytes.len().min(SHOWN)]);
    Ok(Raw {
        received: reader.time(inbound.received_at),
        integration,
        source,
        bytes: i64::try_from(inbound.bytes.len()).unwrap_or(i64::MAX),
        sha256: inbound.sha256.to_string(),
        text: Some(text.into_owned()),
        cut,
    })
}

fn detail(
    teller: &mut Teller<'_>,
    seen: &Explained,
    may_acknowledge: bool,
    reader: &Reader,
) -> Result<AlertDetail, StoreError> {
    let row = row(teller.conn(), &seen.alert, reader)?;
    let key = if seen.words.erased { Words::Erased } else { Words::Known(seen.words.key.clone()) };
    Ok(AlertDetail {
        row,
        fields: fields(&seen.words),
        fingerprint: store::project::key_digest(&seen.words.key).to_string(),
        key,
        rules: rules(teller, seen)?,
        route: route(teller, seen)?,
        told: told(teller, seen, reader)?,
        may_acknowledge,
        entry: seen.alert.word,
    })
}

fn fields(said: &Said) -> Vec<(String, Words)> {
    let single = [
        ("title", Some(&said.title)),
        ("description", Some(&said.description)),
        ("service", said.service.as_ref()),
        ("resource", said.resource.as_ref()),
        ("environment", said.environment.as_ref()),
        ("claimed_at", said.claimed_at.as_ref()),
    ];
    let single = single.into_iter().filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some((name.to_owned(), Words::Known(value.clone())))
    });
    let labels = said.labels.iter().map(|(k, v)| (format!("label {k}"), Words::Known(v.clone())));
    let notes =
        said.annotations.iter().map(|(k, v)| (format!("annotation {k}"), Words::Known(v.clone())));
    single.chain(labels).chain(notes).collect()
}

/// The rules in the order they were asked: grouping, declaring, the ladder.
fn rules(teller: &mut Teller<'_>, seen: &Explained) -> Result<Vec<RuleTrace>, StoreError> {
    let Some(door) = config::load_integration(teller.conn(), seen.alert.integration)? else {
        return Ok(Vec::new());
    };
    let labels = door.group_by.join(", ");
    let declares = door.declares && seen.alert.severity == "critical";
    let rule = |name: &str, condition: String, matched, effect: String| RuleTrace {
        name: name.to_owned(),
        condition,
        matched,
        effect,
    };
    Ok(vec![
        rule("group", format!("the same {labels}"), true, "joins or opens one group".to_owned()),
        rule(
            "declare",
            "the integration declares, and the severity is critical".to_owned(),
            declares,
            "declares an incident at once".to_owned(),
        ),
        rule(
            "ladder",
            "everything else".to_owned(),
            !declares,
            format!("pages by policy {}", door.policy),
        ),
    ])
}

fn route(teller: &mut Teller<'_>, seen: &Explained) -> Result<Option<Route>, StoreError> {
    let Some(group) = &seen.group else { return Ok(None) };
    let ladder = seen.ladders.last().map(|(_, ladder, _)| ladder);
    let incident = match group.incident {
        Some(id) => incident::load(teller.conn(), id)?.map(|state| state.reference.to_string()),
        None => None,
    };
    let key = seen.words.group.replace('\u{1f}', ", ");
    Ok(Some(Route {
        group: if seen.words.erased { Words::Erased } else { Words::Known(key) },
        alerts: group.open_alerts,
        policy: ladder.map(|ladder| ladder.policy.to_string()).unwrap_or_default(),
        version: ladder.map_or(0, |ladder| ladder.policy_version),
        incident,
    }))
}

fn told(
    teller: &mut Teller<'_>,
    seen: &Explained,
    reader: &Reader,
) -> Result<Vec<Attempt>, StoreError> {
    let mut told = Vec::new();
    for page in seen.ladders.iter().flat_map(|(_, _, pages)| pages) {
        let tail = store::log::stream(teller.conn(), &page.id.to_string())?;
        let at = page.acknowledged_at.or(page.handed_over_at).unwrap_or(page.queued_at);
        told.push(Attempt {
            person: teller.person(&page.person.to_string())?,
            channel: "mail".to_owned(),
            state: page.state.clone(),
            at: reader.time(at),
            proof: page.last_reason.clone(),
            entry: tail.last().map_or(0, |stored| stored.seq),
        });
    }
    Ok(told)
}
