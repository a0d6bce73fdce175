//! `GET /changes`: what senders say that they changed.

use base::Timestamp;
use store::config;

use super::{around::shell, incidents::after, parts::pager};
use crate::{
    answer::{Answer, page},
    view::{
        Place,
        changes::{ChangeRow, ChangesPage},
    },
    visit::Visit,
};

/// How many rows the store answers at once.
const PAGE: usize = 100;

/// `GET /changes?after=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Alerts).await?;
    let before = after(visit.query.get("after"))?.unwrap_or(Timestamp::from_micros(i64::MAX));
    let found = visit.web.app().changes(before).await?;
    let doors = visit.web.app().look(config::integrations).await?;
    let last = found.last().filter(|_| found.len() >= PAGE);
    let next = last.map(|last| last.received_at.micros().to_string());
    let reader = visit.reader();
    let name = |id: &str| {
        let door = doors.iter().find(|door| door.id.to_string() == id);
        door.map_or_else(|| id.to_owned(), |door| door.name.clone())
    };
    let rows: Vec<ChangeRow> = found
        .into_iter()
        .map(|change| ChangeRow {
            summary: change.words.summary,
            resource: change.words.resource,
            integration: name(&change.integration),
            received: reader.time(change.received_at),
            claimed: change.words.claimed_at,
            details: change.words.details.into_iter().collect(),
            links: change.words.links.into_iter().filter(|link| link.starts_with("http")).collect(),
            entry: change.entry,
        })
        .collect();
    let pager = pager("/changes", rows.len(), next, None);
    page(&visit, &ChangesPage { shell, rows, pager })
}
