//! `GET /alerts`.

use base::Timestamp;
use store::{alert, config, incident};

use super::{
    around::shell,
    incidents::after,
    parts::{alert_level, filtered, live, pager},
};
use crate::{
    answer::{Answer, page},
    csv::Csv,
    view::{
        Chip, Input, Place, Shell, Words,
        alerts::{AlertRow, AlertsPage},
        time::Reader,
    },
    visit::Visit,
};

/// How many rows the store answers at once.
const PAGE: usize = 100;
/// How many times the store is asked for one file.
const STRETCHES: usize = 100;

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
    let with = |path: &str, state: &str, level: &str| {
        filtered(path, &[("state", state), ("severity", level), ("q", &q)])
    };
    let path = with("/alerts", &state, &wanted);
    let csv = with("/alerts.csv", &state, &wanted);
    let chip = |code: &'static str| {
        let href = with("/alerts", code, &wanted);
        Chip { code, href, on: state == code, count: None }
    };
    let level = |code: &'static str| {
        let on = wanted == code;
        let href = with("/alerts", &state, if on { "" } else { code });
        Chip { code, href, on, count: None }
    };
    let kept = [("state", &state), ("severity", &wanted)].into_iter();
    let kept = kept.filter(|(_, value)| !value.is_empty());
    let stream = live("*", shell.head.size);
    let list = AlertsPage {
        shell: Shell { live: stream, ..shell },
        states: ["open", "resolved", "all"].map(chip).into(),
        levels: ["critical", "high", "warning", "info", "unknown"].map(level).into(),
        csv,
        q: Input::of(q.clone()),
        kept: kept.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        pager: pager(&path, rows.len(), next, None),
        rows,
        quarantine: u32::try_from(quarantine).unwrap_or(u32::MAX),
    };
    page(&visit, &list)
}

/// `GET /alerts.csv?state=&severity=&q=`.
pub(crate) async fn csv(visit: Visit) -> Answer {
    let (state, wanted) = (visit.query.text("state"), visit.query.text("severity"));
    let words = visit.query.get("q").to_lowercase();
    let table = visit.web.app().look(move |conn| {
        let mut table = Csv::new(&[
            "alert",
            "state",
            "severity",
            "title",
            "service",
            "signals",
            "first_at",
            "last_at",
            "resolved_at",
            "incident",
        ]);
        let mut before = Timestamp::from_micros(i64::MAX);
        for _ in 0..STRETCHES {
            let held = alert::before(conn, before)?;
            let whole = held.len() >= PAGE;
            for each in held {
                before = each.opened_at;
                let said = app::intake::words_of(conn, each.word, &each.field)?;
                let service = said.service.unwrap_or_default();
                let fits = state == "all"
                    || each.state == state
                    || (state.is_empty() && each.state == "open");
                let level = wanted.is_empty() || each.severity == wanted;
                let text = format!("{} {service}", said.title).to_lowercase();
                if !(fits && level && text.contains(&words)) {
                    continue;
                }
                let incident = match each.incident {
                    Some(id) => incident::load(conn, id)?.map(|state| state.reference.to_string()),
                    None => None,
                };
                table.row(&[
                    each.id.to_string(),
                    each.state,
                    each.severity,
                    said.title,
                    service,
                    (each.repeats + 1).to_string(),
                    each.opened_at.to_string(),
                    each.last_seen.to_string(),
                    each.resolved_at.map(|at| at.to_string()).unwrap_or_default(),
                    incident.unwrap_or_default(),
                ]);
            }
            if !whole {
                break;
            }
        }
        Ok(table)
    });
    table.await?.file("alerts")
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
