//! Webhooks: who is told of entries, and what became of each delivery.

use app::webhook::NewWebhook;
use axum::extract::Path;
use base::{Code, Id, id};
use domain::{
    access::Permission,
    webhook::{Command, unknown_type, unknown_webhook},
};
use store::{log, webhook};

use super::{around::shell, incident::flash, tell::words};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    trouble::Trouble,
    view::{
        Input, Place,
        time::Reader,
        webhooks::{DeliveryRow, SecretOnce, WebhookPage, WebhookRow, WebhooksPage},
    },
    visit::Visit,
};

/// `GET /webhooks`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let page = webhooks_page(&visit).await?;
    answer::page(&visit, &page)
}

/// `POST /webhooks`.
pub(crate) async fn add(visit: Visit) -> Answer {
    let form = visit.form.clone();
    match added(&visit).await {
        Ok((id, secret)) => {
            let done = Outcome::done("Added. The secret is shown only now.").with_secret(secret);
            then(&visit, &format!("/webhooks/{id}"), &done)
        }
        Err(trouble) if trouble.is_refusal() => {
            let mut page = webhooks_page(&visit).await?;
            let typed = |name: &str| Input::of(form.get(name));
            (page.name, page.url, page.types) = (typed("name"), typed("url"), typed("types"));
            let message = trouble.detail.clone();
            match trouble.code.as_str() {
                "HOK-002" => page.url = page.url.refused(message),
                "HOK-003" => page.types = page.types.refused(message),
                _ => page.name = page.name.refused(message),
            }
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

async fn added(visit: &Visit) -> Result<(Id<id::Endpoint>, String), Trouble> {
    let form = &visit.form;
    let types: Result<Vec<Code>, _> =
        form.get("types").split_whitespace().map(str::parse).collect();
    let new = NewWebhook {
        name: form.text("name"),
        url: form.text("url"),
        types: types.map_err(|_| unknown_type())?,
    };
    let made = visit.web.app().add_webhook(visit.caller()?, new).await?;
    Ok((made.id, made.secret))
}

/// `GET /webhooks/{id}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    let id = endpoint(&id)?;
    let (shell, reader) = (shell(&visit, Place::Integrations).await?, visit.reader());
    let told = reader.clone();
    let found = visit.web.app().look(move |conn| {
        let size = log::size(conn)?;
        let held = webhook::all(conn)?.into_iter().find(|held| held.id == id);
        let attempts = webhook::attempts(conn, id, i64::MAX)?;
        Ok(held.map(|held| (row(held, size, &told), attempts)))
    });
    let (row, attempts) = found.await?.ok_or_else(unknown_webhook)?;
    let delivery = |attempt: webhook::Attempt| DeliveryRow {
        seq: attempt.seq,
        kind: attempt.kind,
        attempt: attempt.attempt,
        sent: reader.time(attempt.sent_at),
        outcome: attempt.outcome,
        reason: attempt.reason,
    };
    let secret = visit.outcome.as_ref().and_then(|outcome| outcome.secret.clone());
    let page = WebhookPage {
        shell,
        row,
        secret: secret.map(|secret| SecretOnce { secret }),
        deliveries: attempts.into_iter().map(delivery).collect(),
        may: visit.may(Permission::Administer),
    };
    answer::page(&visit, &page)
}

/// `POST /webhooks/{id}/pause`.
pub(crate) async fn pause(visit: Visit, Path(id): Path<String>) -> Answer {
    change(&visit, &id, Command::Pause, "It is told nothing for a while.").await
}

/// `POST /webhooks/{id}/resume`.
pub(crate) async fn resume(visit: Visit, Path(id): Path<String>) -> Answer {
    change(&visit, &id, Command::Resume, "It is told again, from where it stopped.").await
}

/// `POST /webhooks/{id}/remove`.
pub(crate) async fn remove(visit: Visit, Path(id): Path<String>) -> Answer {
    let removed = endpoint(&id)?;
    visit.web.app().change_webhook(visit.caller()?, removed, Command::Remove).await?;
    then(&visit, "/webhooks", &Outcome::done("It is told nothing any more."))
}

/// `POST /webhooks/{id}/renew`.
pub(crate) async fn renew(visit: Visit, Path(id): Path<String>) -> Answer {
    let made = visit.web.app().renew_webhook(visit.caller()?, endpoint(&id)?).await?;
    let done = Outcome::done("A new secret; the old one signs nothing any more.");
    then(&visit, &format!("/webhooks/{id}"), &done.with_secret(made.secret))
}

/// `POST /webhooks/{id}/test`.
pub(crate) async fn test(visit: Visit, Path(id): Path<String>) -> Answer {
    let tested = visit.web.app().test_webhook(visit.caller()?, endpoint(&id)?).await?;
    let said = format!("The test was {}: {}.", tested.outcome, tested.reason);
    then(&visit, &format!("/webhooks/{id}"), &Outcome::done(said))
}

async fn change(visit: &Visit, id: &str, command: Command, done: &str) -> Answer {
    visit.web.app().change_webhook(visit.caller()?, endpoint(id)?, command).await?;
    then(visit, &format!("/webhooks/{id}"), &Outcome::done(done))
}

fn endpoint(id: &str) -> Result<Id<id::Endpoint>, Trouble> {
    id.parse().map_err(|_| unknown_webhook().into())
}

async fn webhooks_page(visit: &Visit) -> Result<WebhooksPage, Trouble> {
    let (shell, reader) = (shell(visit, Place::Integrations).await?, visit.reader());
    let found = visit.web.app().look(|conn| Ok((log::size(conn)?, webhook::all(conn)?)));
    let (size, all) = found.await?;
    Ok(WebhooksPage {
        shell,
        rows: all.into_iter().map(|held| row(held, size, &reader)).collect(),
        may: visit.may(Permission::Administer),
        name: Input::default(),
        url: Input::default(),
        types: Input::default(),
    })
}

fn row(held: webhook::Listed, size: i64, reader: &Reader) -> WebhookRow {
    WebhookRow {
        id: held.id.to_string(),
        name: words(held.name),
        url: words(held.url),
        standing: held.standing,
        types: held.types.iter().map(ToString::to_string).collect(),
        behind: size - held.next_seq,
        failing: held.failing_since.map(|at| reader.time(at)),
        retry: held.failing_since.map(|_| reader.time(held.due_at)),
    }
}
