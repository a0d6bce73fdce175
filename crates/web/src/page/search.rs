//! `GET /search`: an incident by reference or title, an alert, a person, a service, a page of the house
//! by its name, an entry by number.

use axum::response::{IntoResponse, Redirect};
use base::Timestamp;
use db::Conn;
use domain::access::Permission;
use store::{StoreError, alert, config, incident, log, person, word};

use super::around::shell;
use crate::{
    answer::{Answer, page},
    view::{
        Place,
        notice::{Hit, SearchPage},
    },
    visit::Visit,
};

/// The most hits of one kind that are shown.
const HITS: usize = 12;
/// The pages of the house, with other words for them.
const PAGES: &[(&str, &str, &str)] = &[
    ("Now", "/", "home board open"),
    ("Incidents", "/incidents", "list"),
    ("My work", "/tasks", "tasks inbox approvals decisions"),
    ("Alerts", "/alerts", "signals"),
    ("Quarantine", "/quarantine", "not understood"),
    ("Paging", "/paging", "notifications messages proof"),
    ("Declare an incident", "/declare", "new report"),
    ("Log", "/log", "entries evidence audit"),
    ("People", "/people", "roles readiness accounts"),
    ("Sources", "/integrations", "integrations doors keys"),
    ("Settings", "/settings", "time zone theme keys backup"),
];

/// Goes to the one thing that is meant, or lists what fits, by kind. `list` always lists.
pub(crate) async fn find(visit: Visit) -> Answer {
    let q = visit.query.text("q");
    let reads_log = visit.may(Permission::ReadLog);
    let asked = q.clone();
    let hits = visit.web.app().look(move |conn| hits(conn, &asked, reads_log)).await?;
    if let ([only], "") = (hits.as_slice(), visit.query.get("list")) {
        return Ok(Redirect::to(&only.href).into_response());
    }
    let shell = shell(&visit, Place::Elsewhere).await?;
    page(&visit, &SearchPage { shell, q, hits })
}

/// What fits a text, by kind; of each kind at most [`HITS`].
///
/// # Errors
/// Faults of the store.
pub(crate) fn hits(conn: &mut Conn, asked: &str, reads_log: bool) -> Result<Vec<Hit>, StoreError> {
    let words = asked.trim().to_lowercase();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let fits = |text: &str| text.to_lowercase().contains(&words);
    let mut hits = Vec::new();
    hits.extend(entry(conn, asked, reads_log)?);
    hits.extend(incidents(conn, &fits)?);
    hits.extend(alerts(conn, &fits)?);
    let people = person::all(conn)?.into_iter().filter(|named| fits(&named.name));
    let found = people.map(|named| hit("person", named.name, format!("/people/{}", named.id)));
    hits.extend(found.take(HITS));
    let services = config::services(conn)?.into_iter().filter(|part| fits(&part.name));
    let found = services.map(|part| hit("service", part.name, format!("/services/{}", part.id)));
    hits.extend(found.take(HITS));
    let pages = PAGES.iter().filter(|(name, _, other)| fits(name) || fits(other));
    hits.extend(pages.map(|(name, href, _)| hit("page", (*name).to_owned(), (*href).to_owned())));
    Ok(hits)
}

/// The entry of a number, for whoever may read the log.
fn entry(conn: &mut Conn, asked: &str, reads_log: bool) -> Result<Option<Hit>, StoreError> {
    let number = asked.trim_start_matches('№').trim().parse::<i64>().ok();
    let Some(seq) = number.filter(|_| reads_log) else { return Ok(None) };
    let held = log::entry(conn, seq)?;
    Ok(held.map(|_| hit("entry", format!("№ {seq}"), format!("/log/entries/{seq}"))))
}

fn incidents(conn: &mut Conn, fits: &impl Fn(&str) -> bool) -> Result<Vec<Hit>, StoreError> {
    let mut hits = Vec::new();
    for listed in incident::before(conn, Timestamp::from_micros(i64::MAX))? {
        let title = word::text(conn, listed.word, "title")?;
        let text = format!("{} {title}", listed.reference);
        if fits(&text) && hits.len() < HITS {
            hits.push(hit("incident", text, format!("/incidents/{}", listed.reference)));
        }
    }
    Ok(hits)
}

fn alerts(conn: &mut Conn, fits: &impl Fn(&str) -> bool) -> Result<Vec<Hit>, StoreError> {
    let mut hits = Vec::new();
    for held in alert::before(conn, Timestamp::from_micros(i64::MAX))? {
        let title = app::intake::words_of(conn, held.word, &held.field)?.title;
        if fits(&title) && hits.len() < HITS {
            hits.push(hit("alert", title, format!("/alerts/{}", held.id)));
        }
    }
    Ok(hits)
}

fn hit(kind: &str, text: String, href: String) -> Hit {
    Hit { kind: kind.to_owned(), text, href }
}
