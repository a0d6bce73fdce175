//! `GET /search`: an incident by reference or title, a person by name, an entry by number.

use axum::response::{IntoResponse, Redirect};
use base::Timestamp;
use db::Conn;
use domain::access::Permission;
use store::{StoreError, incident, log, person, word};

use super::around::shell;
use crate::{
    answer::{Answer, page},
    view::{
        Place,
        notice::{Hit, SearchPage},
    },
    visit::Visit,
};

/// The most hits that are shown.
const HITS: usize = 50;

/// Goes to the one thing that is meant, or lists what fits.
pub(crate) async fn find(visit: Visit) -> Answer {
    let q = visit.query.text("q");
    let may_read_log = visit.may(Permission::ReadLog);
    let asked = q.clone();
    let hits = visit.web.app().look(move |conn| hits(conn, &asked, may_read_log)).await?;
    if let [only] = hits.as_slice() {
        return Ok(Redirect::to(&only.href).into_response());
    }
    let shell = shell(&visit, Place::Elsewhere).await?;
    page(&visit, &SearchPage { shell, q, hits })
}

/// What fits a text, at most [`HITS`].
///
/// # Errors
/// Faults of the store.
pub(crate) fn hits(
    conn: &mut Conn,
    asked: &str,
    may_read_log: bool,
) -> Result<Vec<Hit>, StoreError> {
    let mut hits = Vec::new();
    if asked.is_empty() {
        return Ok(hits);
    }
    let number = asked.trim_start_matches('№').trim().parse::<i64>();
    if may_read_log
        && let Ok(seq) = number
        && log::entry(conn, seq)?.is_some()
    {
        hits.push(hit("entry", format!("№ {seq}"), format!("/log/entries/{seq}")));
    }
    let words = asked.to_lowercase();
    for listed in incident::before(conn, Timestamp::from_micros(i64::MAX))? {
        let title = word::text(conn, listed.word, "title")?;
        let text = format!("{} {title}", listed.reference);
        if text.to_lowercase().contains(&words) {
            hits.push(hit("incident", text, format!("/incidents/{}", listed.reference)));
        }
    }
    for named in person::all(conn)? {
        if named.name.to_lowercase().contains(&words) {
            hits.push(hit("person", named.name, format!("/people/{}", named.id)));
        }
    }
    hits.truncate(HITS);
    Ok(hits)
}

fn hit(kind: &str, text: String, href: String) -> Hit {
    Hit { kind: kind.to_owned(), text, href }
}
