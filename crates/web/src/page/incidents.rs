//! `GET /incidents`.

use base::Timestamp;
use domain::access::Permission;
use store::{incident, person, word};

use super::{
    around::shell,
    parts::{filtered, pager, severity},
    rows::{by_phase, row},
};
use crate::{
    answer::{Answer, page},
    csv::Csv,
    trouble::Trouble,
    view::{Chip, Input, Level, Place, lists::IncidentsPage, now::PhaseGroup},
    visit::Visit,
};

/// How many rows the store answers at once.
const PAGE: usize = 100;
/// How many times the store is asked for one file.
const STRETCHES: usize = 100;

/// `GET /incidents?status=&severity=&q=&after=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Incidents).await?;
    let status = match visit.query.get("status") {
        known @ ("closed" | "all") => known.to_owned(),
        _ => "open".to_owned(),
    };
    let (wanted, q) = (visit.query.text("severity"), visit.query.text("q"));
    let after = after(visit.query.get("after"))?;
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let (in_status, in_level, words) = (status.clone(), wanted.clone(), q.to_lowercase());
    let found = visit.web.app().look(move |conn| {
        let listed = match in_status.as_str() {
            "open" if after.is_none() => incident::open(conn)?,
            _ => incident::before(conn, after.unwrap_or(Timestamp::from_micros(i64::MAX)))?,
        };
        let next = listed.last().map(|row| row.declared_at.micros());
        let next = next.filter(|_| listed.len() >= PAGE && in_status != "open");
        let mut rows = Vec::new();
        for each in listed {
            let open = each.status == "open";
            let fits = match in_status.as_str() {
                "open" => open,
                "closed" => !open,
                _ => true,
            };
            if !fits || !is_level(&in_level, each.severity.as_deref()) {
                continue;
            }
            let shown = row(conn, &app, &each, &reader)?;
            let text = format!("{} {}", shown.reference, shown.title).to_lowercase();
            if text.contains(&words) {
                rows.push((each, shown));
            }
        }
        Ok((rows, next))
    });
    let (rows, next) = found.await?;
    let shown = rows.len();
    let closed = rows.iter().filter(|(each, _)| each.status != "open").map(|(_, row)| row.clone());
    let closed = PhaseGroup { phase: "closed".to_owned(), incidents: closed.collect() };
    let open = rows.iter().filter(|(each, _)| each.status == "open");
    let mut groups = by_phase(open.map(|(each, row)| (each.phase.clone(), row.clone())).collect());
    if !closed.incidents.is_empty() {
        groups.push(closed);
    }
    let with = |path: &str, status: &str, level: &str| {
        filtered(path, &[("status", status), ("severity", level), ("q", &q)])
    };
    let path = with("/incidents", &status, &wanted);
    let csv = with("/incidents.csv", &status, &wanted);
    let chip = |code: &'static str| {
        let href = with("/incidents", code, &wanted);
        Chip { code, href, on: status == code, count: None }
    };
    let level = |code: &'static str| {
        let on = wanted == code;
        let href = with("/incidents", &status, if on { "" } else { code });
        Chip { code, href, on, count: None }
    };
    let kept = [("status", &status), ("severity", &wanted)].into_iter();
    let kept = kept.filter(|(_, value)| !value.is_empty());
    let list = IncidentsPage {
        statuses: vec![chip("open"), chip("closed"), chip("all")],
        levels: vec![level("S1"), level("S2"), level("S3"), level("S4")],
        csv,
        q: Input::of(q.clone()),
        kept: kept.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        groups,
        pager: pager(&path, shown, next.map(|next| next.to_string()), None),
        may_declare: visit.may(Permission::Declare),
        shell,
    };
    page(&visit, &list)
}

/// `GET /incidents.csv?status=&severity=&q=`.
pub(crate) async fn csv(visit: Visit) -> Answer {
    let status = visit.query.text("status");
    let (wanted, words) = (visit.query.text("severity"), visit.query.get("q").to_lowercase());
    let table = visit.web.app().look(move |conn| {
        let mut table = Csv::new(&[
            "reference",
            "title",
            "severity",
            "phase",
            "status",
            "mode",
            "commander",
            "declared_at",
            "updated_at",
        ]);
        let mut before = Timestamp::from_micros(i64::MAX);
        for _ in 0..STRETCHES {
            let listed = incident::before(conn, before)?;
            let whole = listed.len() >= PAGE;
            for each in listed {
                before = each.declared_at;
                let open = each.status == "open";
                let fits = match status.as_str() {
                    "closed" => !open,
                    "all" => true,
                    _ => open,
                };
                let title = word::text(conn, each.word, "title")?;
                let text = format!("{} {title}", each.reference).to_lowercase();
                let level = is_level(&wanted, each.severity.as_deref());
                if fits && level && text.contains(&words) {
                    table.row(&cells(conn, each, title)?);
                }
            }
            if !whole {
                break;
            }
        }
        Ok(table)
    });
    table.await?.file("incidents")
}

fn cells(
    conn: &mut db::Conn,
    each: incident::Listed,
    title: String,
) -> Result<[String; 9], store::StoreError> {
    let commander = match each.commander.as_deref().and_then(|id| id.parse().ok()) {
        Some(person) => person::name(conn, person)?,
        None => String::new(),
    };
    Ok([
        each.reference.to_string(),
        title,
        each.severity.unwrap_or_default(),
        each.phase,
        each.status,
        each.mode,
        commander,
        each.declared_at.to_string(),
        each.updated_at.to_string(),
    ])
}

/// The cursor of a list: an instant in microseconds.
pub(crate) fn after(cursor: &str) -> Result<Option<Timestamp>, Trouble> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let at = cursor.parse().map(Timestamp::from_micros);
    at.map(Some).map_err(|_| Trouble::not_found())
}

fn is_level(wanted: &str, held: Option<&str>) -> bool {
    let held: Option<Level> = severity(held);
    match wanted {
        "" => true,
        "none" => held.is_none(),
        letter => held.is_some() && held == severity(Some(letter)),
    }
}
