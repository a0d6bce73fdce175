//! `GET /incidents`.

use base::Timestamp;
use domain::access::Permission;
use store::incident;

use super::{
    around::shell,
    parts::{pager, severity},
    rows::{by_phase, row},
};
use crate::{
    answer::{Answer, page},
    trouble::Trouble,
    view::{Chip, Input, Level, Place, lists::IncidentsPage, now::PhaseGroup},
    visit::Visit,
};

/// How many rows the store answers at once.
const PAGE: usize = 100;

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
    let path = format!("/incidents?status={status}");
    let chip = |code: &'static str| {
        let href = format!("/incidents?status={code}");
        Chip { code, href, on: status == code, count: None }
    };
    let level = |code: &'static str| {
        let on = wanted == code;
        let href = if on { path.clone() } else { format!("{path}&severity={code}") };
        Chip { code, href, on, count: None }
    };
    let kept = [("status", &status), ("severity", &wanted)].into_iter();
    let kept = kept.filter(|(_, value)| !value.is_empty());
    let list = IncidentsPage {
        statuses: vec![chip("open"), chip("closed"), chip("all")],
        levels: vec![level("S1"), level("S2"), level("S3"), level("S4")],
        q: Input::of(q),
        kept: kept.map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        groups,
        pager: pager(&path, shown, next.map(|next| next.to_string()), None),
        may_declare: visit.may(Permission::Declare),
        shell,
    };
    page(&visit, &list)
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
