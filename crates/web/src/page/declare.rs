//! Declaring an incident: three answers, and the likely duplicates beside them.

use app::incident::NewIncident;
use base::{Id, id};
use domain::{
    entity::{unknown_entity, unknown_service},
    incident::{Cause, Declaration},
};
use evidence::Mode;
use store::{alert, config, incident, word};

use super::{
    around::shell,
    incident::flash,
    parts::{services, sev},
};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    form::Form,
    trouble::Trouble,
    view::{
        Choice, Input, Place,
        declare::{DeclarePage, Duplicate},
    },
    visit::Visit,
};

/// The shortest word of a title that counts when duplicates are looked for.
const SHORTEST: usize = 5;
/// The most likely duplicates that are shown.
const SHOWN: usize = 5;

/// What the form starts with.
struct Begun {
    services: Vec<Choice>,
    alert: Option<(alert::Alert, app::intake::Words)>,
}

/// `GET /declare?alert=&title=`.
pub(crate) async fn show(visit: Visit) -> Answer {
    let begun = begun(&visit, visit.query.get("alert")).await?;
    let mut page = declare_page(&visit, &begun, &Form::default()).await?;
    page.title = Input::of(visit.query.get("title"));
    if let Some((_, words)) = begun.alert.as_ref().filter(|(_, words)| !words.erased) {
        if page.title.value.is_empty() {
            page.title = Input::of(words.title.clone());
        }
        let named = words.service.as_deref().unwrap_or_default().to_lowercase();
        let same = page.services.iter().find(|service| service.label.to_lowercase() == named);
        page.service = same.map(|service| Input::of(service.code.clone())).unwrap_or_default();
    }
    answer::page(&visit, &page)
}

/// `POST /declare`: looks for duplicates, or declares.
pub(crate) async fn declare(visit: Visit) -> Answer {
    let form = visit.form.clone();
    let begun = begun(&visit, form.get("alert")).await?;
    if form.get("act") == "check" {
        let mut page = declare_page(&visit, &begun, &form).await?;
        page.duplicates = duplicates(&visit, &form).await?;
        page.checked = true;
        return answer::page(&visit, &page);
    }
    match declared(&visit, &begun, &form).await {
        Ok(reference) => {
            let done = Outcome::done(format!("{reference} is declared; people are paged."));
            then(&visit, &format!("/incidents/{reference}"), &done)
        }
        Err(trouble) if trouble.is_refusal() => {
            let mut page = declare_page(&visit, &begun, &form).await?;
            let message = trouble.detail.clone();
            match trouble.code.as_str() {
                "INC-003" => page.title = page.title.refused(message),
                "ENT-002" => page.service = page.service.refused(message),
                "WEB-005" => page.occurred_at = page.occurred_at.refused(message),
                _ => {}
            }
            page.checked = !form.get("seen").is_empty();
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

/// `POST /alerts/{id}/declare`: on to the form, with the alert.
pub(crate) async fn from_alert(axum::extract::Path(id): axum::extract::Path<String>) -> Answer {
    let id: Id<id::Alert> = id.parse().map_err(|_| Trouble::not_found())?;
    let to = axum::response::Redirect::to(&format!("/declare?alert={id}"));
    Ok(axum::response::IntoResponse::into_response(to))
}

async fn declared(visit: &Visit, begun: &Begun, form: &Form) -> Result<String, Trouble> {
    let home = visit.web.app().look(config::entities).await?;
    let entity = home.first().ok_or_else(unknown_entity)?.id;
    let service: Option<Id<id::Service>> = match form.get("service") {
        "" => None,
        text => Some(text.parse().map_err(|_| unknown_service())?),
    };
    let at = form.instant("occurred_at", &visit.zone());
    let at = at.map_err(|_| Trouble::unreadable("This is not a date and time."))?;
    if at.is_some_and(|at| at > visit.now()) {
        return Err(Trouble::unreadable("This lies in the future."));
    }
    let declaration = Declaration {
        title: form.text("title"),
        description: description(form),
        cause: Cause::Person,
        provider: String::new(),
        entity,
        service,
        group: begun.alert.as_ref().map(|(alert, _)| alert.group),
        occurred_at: at,
    };
    let mode = if form.get("mode") == "exercise" { Mode::Exercise } else { Mode::Live };
    let new = NewIncident { declaration, mode };
    let declared = visit.web.app().declare(visit.caller()?, new).await?;
    Ok(declared.reference.to_string())
}

/// What was seen, and what customers feel of it, in words.
fn description(form: &Form) -> String {
    let customers = match form.get("customers") {
        "yes" => "Customers cannot work.",
        "some" => "Some customers are hindered.",
        "no" => "Customers notice nothing.",
        _ => "",
    };
    format!("{}\n{customers}", form.get("description")).trim().to_owned()
}

async fn begun(visit: &Visit, alert: &str) -> Result<Begun, Trouble> {
    let alert: Option<Id<id::Alert>> = alert.parse().ok();
    let read = visit.web.app().look(move |conn| {
        let held = match alert {
            Some(id) => alert::load(conn, id)?,
            None => None,
        };
        let alert = match held {
            Some(held) => {
                let words = app::intake::words_of(conn, held.word, &held.field)?;
                Some((held, words))
            }
            None => None,
        };
        Ok(Begun { services: services(conn)?, alert })
    });
    Ok(read.await?)
}

async fn declare_page(visit: &Visit, begun: &Begun, form: &Form) -> Result<DeclarePage, Trouble> {
    let typed = |name: &str| Input::of(form.get(name));
    let mode = if form.get("mode").is_empty() { Input::of("live") } else { typed("mode") };
    Ok(DeclarePage {
        shell: shell(visit, Place::Incidents).await?,
        title: typed("title"),
        service: typed("service"),
        customers: typed("customers"),
        description: typed("description"),
        occurred_at: typed("occurred_at"),
        mode,
        alert: begun.alert.as_ref().map(|(alert, _)| alert.id.to_string()),
        services: begun.services.clone(),
        duplicates: Vec::new(),
        checked: false,
        pages: None,
    })
}

/// Open incidents of the same service, or with words of the title in common.
async fn duplicates(visit: &Visit, form: &Form) -> Result<Vec<Duplicate>, Trouble> {
    let (title, service) = (form.get("title").to_lowercase(), form.text("service"));
    let reader = visit.reader();
    let found = visit.web.app().look(move |conn| {
        let mut found = Vec::new();
        for listed in incident::open(conn)? {
            let held = word::text(conn, listed.word, "title")?;
            let state = incident::load(conn, listed.id)?;
            let same_service = state
                .is_some_and(|state| state.services.iter().any(|held| held.to_string() == service));
            if same_service || alike(&title, &held.to_lowercase()) {
                found.push(Duplicate {
                    reference: listed.reference.to_string(),
                    title: held,
                    sev: sev(listed.severity.as_deref(), &listed.phase, true),
                    since: reader.time(listed.declared_at),
                    same_service,
                });
            }
        }
        found.truncate(SHOWN);
        Ok(found)
    });
    Ok(found.await?)
}

/// Whether two titles share a word that says something.
fn alike(one: &str, other: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        parts.filter(|w| w.chars().count() >= SHORTEST).map(str::to_owned).collect()
    };
    let other = words(other);
    words(one).iter().any(|word| other.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_alike_by_a_word_that_says_something() {
        assert!(alike("payments bounce", "instant payments rejected"));
        assert!(!alike("the atm is down", "the vpn is down at x"));
        assert!(!alike("", ""));
    }
}
