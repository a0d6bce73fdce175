//! One integration: the recipe of its sender, what it is told, trying a message, sending a test.

use app::{
    config::{NewSecret, NewSettings},
    intake::{Tested, Written, written},
};
use axum::{extract::Path, http::StatusCode};
use base::{Duration, Id, id};
use connect::inbound::{self, Arrival, Settings, generic};
use domain::{access::Permission, integration::unknown_integration};
use store::{config, door};

use super::{
    around::shell,
    incident::flash,
    integrations::{key_once, url},
    tell::words,
    tried::told,
};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    trouble::Trouble,
    view::{
        Input, Place,
        integration::{Can, IntegrationPage, blocks},
    },
    visit::Visit,
};

/// `GET /integrations/{id}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    let page = built(&visit, parsed(&id)?).await?;
    answer::page(&visit, &page)
}

/// `POST /integrations/{id}/settings`.
pub(crate) async fn configure(visit: Visit, Path(id): Path<String>) -> Answer {
    let asked = parsed(&id)?;
    let new = settings(&visit);
    match visit.web.app().configure_integration(visit.caller()?, asked, new).await {
        Ok(()) => {
            visit.web.doors().forget();
            then(
                &visit,
                &format!("/integrations/{id}"),
                &Outcome::done("Kept. It counts from now on."),
            )
        }
        Err(error) => {
            let trouble = Trouble::from(error);
            if !trouble.is_refusal() {
                return Err(trouble);
            }
            let mut page = typed(&visit, built(&visit, asked).await?);
            match trouble.code.as_str() {
                "ITG-006" => page.mapping = page.mapping.refused(trouble.detail.clone()),
                "ITG-008" => page.minutes = page.minutes.refused(trouble.detail.clone()),
                _ => {}
            }
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
    }
}

/// `POST /integrations/{id}/try`: reads a message by the code that reads real ones, and records nothing.
pub(crate) async fn try_out(visit: Visit, Path(id): Path<String>) -> Answer {
    let asked = parsed(&id)?;
    let mut page = typed(&visit, built(&visit, asked).await?);
    let new = settings(&visit);
    let mapping = match new.written.mapping.trim() {
        "" => None,
        text => match generic::Mapping::parse(text) {
            Ok(mapping) => Some(mapping),
            Err(error) => {
                page.mapping =
                    page.mapping.refused(format!("The mapping cannot be used: {error}."));
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                let trouble = Trouble::new(status, "ITG-006", "The mapping cannot be used.");
                return answer::refused(&visit, &page, &trouble);
            }
        },
    };
    let settings = Settings { mapping, topics: new.written.topics, secret: None };
    let source = inbound::find(&page.source).ok_or_else(Trouble::not_found)?;
    let mut arrival = Arrival::of(None, page.body.value.as_bytes(), visit.now());
    arrival.settings = &settings;
    page.tried = Some(told(source.parse(&arrival)));
    answer::page(&visit, &page)
}

/// `POST /integrations/{id}/test`: then the alert that it became.
pub(crate) async fn test(visit: Visit, Path(id): Path<String>) -> Answer {
    let tested = visit.web.app().test_integration(visit.caller()?, parsed(&id)?).await?;
    let here = format!("/integrations/{id}");
    match tested {
        Ok(tested) => match opened(&tested) {
            Some(alert) => {
                let said = "The sample became this alert, as an exercise, and is over already: nobody was \
                            woken.";
                then(&visit, &format!("/alerts/{alert}"), &Outcome::done(said))
            }
            None => {
                let done = Outcome::done(
                    "The sample was read; it opens no alert, so nothing was recorded.",
                );
                then(&visit, &here, &done)
            }
        },
        Err(malformed) => {
            let text = format!("The sample cannot be read: {}.", malformed.what);
            let refused =
                Outcome { text, code: Some(malformed.code.to_string()), ..Outcome::default() };
            then(&visit, &here, &refused)
        }
    }
}

/// `POST /integrations/{id}/key`: the new key is shown once.
pub(crate) async fn renew_key(visit: Visit, Path(id): Path<String>) -> Answer {
    let (source, key) = visit.web.app().renew_key(visit.caller()?, parsed(&id)?).await?;
    visit.web.doors().forget();
    let done = Outcome::done("The old key opens nothing any more. The new one is shown only now.");
    let done = done.with_secret(format!("{source} {key}"));
    then(&visit, &format!("/integrations/{id}"), &done)
}

fn parsed(id: &str) -> Result<Id<id::Integration>, Trouble> {
    id.parse().map_err(|_| unknown_integration().into())
}

/// The alert that a test opened.
fn opened(tested: &Tested) -> Option<Id<id::Alert>> {
    tested.arrived.receipts.iter().find_map(|receipt| receipt.alert)
}

fn settings(visit: &Visit) -> NewSettings {
    let form = &visit.form;
    let topics = form.get("topics").split_whitespace().map(str::to_owned).collect();
    let secret = match form.get("secret") {
        _ if form.get("forget") == "1" => NewSecret::Remove,
        "" => NewSecret::Keep,
        text => NewSecret::Set(text.to_owned()),
    };
    let minutes = form.get("minutes");
    // What is no number is no interval: it is refused as one out of bounds.
    let heartbeat = (!minutes.is_empty()).then(|| minutes.parse::<u32>().unwrap_or(0));
    NewSettings {
        written: Written { mapping: form.text("mapping"), topics },
        acknowledges: form.get("acknowledges") == "1",
        heartbeat: heartbeat.map(|minutes| Duration::minutes(i64::from(minutes))),
        secret,
    }
}

/// The page with what was typed in its fields.
fn typed(visit: &Visit, page: IntegrationPage) -> IntegrationPage {
    let typed = |name: &str| Input::of(visit.form.get(name));
    IntegrationPage {
        mapping: typed("mapping"),
        topics: typed("topics"),
        minutes: typed("minutes"),
        acknowledges: typed("acknowledges"),
        body: typed("body"),
        ..page
    }
}

async fn built(visit: &Visit, id: Id<id::Integration>) -> Result<IntegrationPage, Trouble> {
    let shell = shell(visit, Place::Integrations).await?;
    let found = visit.web.app().look(move |conn| {
        let Some(held) = config::load_integration(conn, id)? else { return Ok(None) };
        let due = door::heartbeat_due(conn, id)?.filter(|_| held.heartbeat_seconds > 0);
        Ok(Some((held, due, door::secret(conn, id)?.is_some())))
    });
    let (held, due, has_secret) = found.await?.ok_or_else(unknown_integration)?;
    let source = inbound::find(held.source.as_str()).ok_or_else(Trouble::not_found)?;
    let Written { mapping, topics } = written(&held);
    let map = source.name() == generic::NAME;
    let mapping = if map && mapping.is_empty() { generic::EXAMPLE.to_owned() } else { mapping };
    let reader = visit.reader();
    let server = &visit.web.app().options().base_url;
    let address = url(visit, source.name(), "KEY");
    Ok(IntegrationPage {
        shell,
        id: id.to_string(),
        key: key_once(visit),
        name: words(held.name),
        source: source.name().to_owned(),
        label: source.label().to_owned(),
        policy: held.policy.to_string(),
        group_by: held.group_by.join(" "),
        declares: held.declares,
        last: held.last_seen.map(|at| reader.time(at)),
        due: due.map(|at| reader.time(at)),
        events: held.requests,
        quarantined: held.quarantined,
        ignored: held.ignored,
        recipe: blocks(inbound::recipe(source.name()), (&address, server)),
        may: visit.may(Permission::Administer),
        can: Can {
            map,
            topics: source.name() == "sns",
            sign: source.signs(),
            acknowledge: source.acknowledges(),
            beat: source.name() == inbound::HEARTBEAT,
        },
        mapping: Input::of(mapping),
        topics: Input::of(topics.join("\n")),
        minutes: Input::of((held.heartbeat_seconds / 60).to_string()),
        acknowledges: Input::of(if held.acknowledges { "1" } else { "" }),
        has_secret,
        body: Input::of(source.sample().body),
        tried: None,
    })
}
