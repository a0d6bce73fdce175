//! `GET /alerts`.

use base::Timestamp;
use store::{alert, config, incident};

use super::{
    around::shell,
    incidents::after,
    parts::{alert_level, live, pager},
};
use crate::{
    answer::{Answer, page},
    view::{
        Chip, Input, Place, Shell, Words,
        alerts::{AlertRow, AlertsPage},
        time::Reader,
    },
    visit::Visit,
};

/// How many rows the store answers at once.
const PAGE: usize = 100;

/// `GET /alerts?state=&severity=&group=&q=&after=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Alerts).await?;
    let state = match visit.query.get("state") {
        known @ ("resolved" | "all") => known.to_owned(),
        _ => "open".to_owned(),
    };
    let (wanted, q) = (visit.query.text("severity"), visit.query.text("q"));
    let before = after(visit.query.get("after"))?.unwrap_or(Timestamp::from_micros(i64::MAX));
    let group = visit.query.get("group").parse().ok();
    let reader = visit.reader();
    let (in_state, in_level, words) = (state.clone(), wanted.clone(), q.to_lowercase());
    let found = visit.web.app().look(move |conn| {
        let held = match group {
            Some(group) => alert::of_group(conn, group)?,
            None => alert::before(conn, before)?,
        };
        let full = held.len() >= PAGE && group.is_none();
        let next = held.last().filter(|_| full).map(|last| last.opened_at.micros().to_string());
        let mut rows = Vec::new();
        for each in held {
            let fits = in_state == "all" || each.state == in_state || group.is_some();
            if !fits || !(in_level.is_empty() || each.severity == in_level) {
                continue;
            }
            let row = row(conn, &each, &reader)?;
            if told(&row).to_lowercase().contains(&words) {
                rows.push(row);
            }
        }
        Ok((rows, next, alert::quarantine_count(conn)?))
    });
    let (rows, next, quarantine) = found.await?;
    let path = format!("/alerts?state={state}");
    let chip = |code: &'static str| Chip {
        code,
        href: format!("/alerts?state={code}"),
        on: state == code,
        count: None,
    };
    let level = |code: &'static str| {
        let on = wanted == code;
        let href = if on { path.clone() } else { format!("{path}&severity={code}") };
        Chip { code, href, on, count: None }
    };
    let kept = [("state", &state), ("severity", &wanted)].into_iter();
    let kept = kept.filter(|(_, value)| !value.is_empty());
    let stream = live("*", shell.head.size);
    let list = AlertsPage {
        shell: Shell { live: stream, ..shell },
        states: ["open", "resolved", "all"].map(chip).into(),
        levels: ["critical", "high", "warning", "info", "unknown"].map(level).into(),
        q: Input::of(q),
        kept: kept.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        pager: pager(&path, rows.len(), next, None),
        rows,
        quarantine: u32::try_from(quarantine).unwrap_or(u32::MAX),
    };
    page(&visit, &list)
}

/// An alert as a row.
pub(crate) fn row(
    conn: &mut db::Conn,
    held: &alert::Alert,
    reader: &Reader,
) -> Result<AlertRow, store::StoreError> {
    let said = app::intake::words_of(conn, held.word, &held.field)?;
    let door = config::load_integration(conn, held.integration)?;
    let incident = match held.incident {
        Some(id) => incident::load(conn, id)?.map(|state| state.reference.to_string()),
        None => None,
    };
    Ok(AlertRow {
        id: held.id.to_string(),
        title: if said.erased { Words::Erased } else { Words::Known(said.title) },
        level: alert_level(&held.severity),
        open: held.state == "open",
        service: said.service,
        source: door.map(|door| door.name).unwrap_or_default(),
        count: held.repeats + 1,
        first: reader.time(held.opened_at),
        last: reader.time(held.last_seen),
        suppressed_by: None,
        incident,
    })
}

fn told(row: &AlertRow) -> String {
    let title = match &row.title {
        Words::Known(text) => text.as_str(),
        Words::Erased => "",
    };
    format!("{title} {} {}", row.service.as_deref().unwrap_or_default(), row.source)
}
