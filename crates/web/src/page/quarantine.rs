//! Input that was not understood: the list, one of them, its exact bytes.

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use base::{Id, id};
use domain::{access::Permission, alert::not_in_quarantine};
use store::{alert, config, operational, word};

use super::{around::shell, explain::raw, incident::flash, parts::pager};
use crate::{
    answer::{Answer, page, refused, then},
    flash::Outcome,
    trouble::Trouble,
    view::{
        Input, Place,
        alerts::{ExplainPage, QuarantinePage, QuarantineRow, Quarantined, Raw, Subject},
    },
    visit::Visit,
};

/// How many rows the store answers at once.
const PAGE: usize = 100;
/// How much of an input its row shows, in characters.
const BEGINNING: usize = 80;

/// `GET /quarantine?after=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Alerts).await?;
    let before = match visit.query.get("after") {
        "" => i64::MAX,
        text => text.parse().map_err(|_| Trouble::not_found())?,
    };
    let reader = visit.reader();
    let found = visit.web.app().look(move |conn| {
        let mut rows = Vec::new();
        let held = alert::quarantined(conn, before)?;
        let next = held.last().filter(|_| held.len() >= PAGE).map(|last| last.seq.to_string());
        for each in held {
            let door = config::load_integration(conn, each.integration)?;
            let bytes = operational::inbound(conn, each.intake)?.map(|inbound| inbound.bytes);
            let bytes = bytes.unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * BEGINNING)]);
            rows.push(QuarantineRow {
                id: each.intake.to_string(),
                received: reader.time(each.received_at),
                integration: door.map(|door| door.name).unwrap_or_default(),
                source: each.source,
                code: each.reason,
                reason: word::text(conn, each.seq, "what")?,
                bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                beginning: text.chars().take(BEGINNING).collect(),
            });
        }
        Ok((rows, next, alert::quarantine_count(conn)?))
    });
    let (rows, next, total) = found.await?;
    let pager = pager("/quarantine", rows.len(), next, Some(total));
    page(&visit, &QuarantinePage { shell, rows, pager })
}

/// `GET /quarantine/{id}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    let (subject, raw) = subject(&visit, parsed(&id)?).await?;
    let shell = shell(&visit, Place::Alerts).await?;
    page(&visit, &ExplainPage { shell, raw, subject: Subject::Quarantined(subject) })
}

async fn subject(
    visit: &Visit,
    intake: Id<id::Intake>,
) -> Result<(Quarantined, Option<Raw>), Trouble> {
    let reader = visit.reader();
    let found = visit.web.app().look(move |conn| {
        let Some(held) = alert::quarantined_one(conn, intake)? else { return Ok(None) };
        let reason = word::text(conn, held.seq, "what")?;
        let arrived = match operational::inbound(conn, intake)? {
            Some(inbound) => Some(raw(conn, &inbound, &reader)?),
            None => None,
        };
        Ok(Some((held, reason, arrived)))
    });
    let (held, reason, raw) = found.await?.ok_or_else(Trouble::not_found)?;
    let settled = match (held.outcome.as_deref(), held.settled) {
        (Some("replayed"), Some(entry)) => {
            Some(format!("Read again and understood; entry № {entry}."))
        }
        (_, Some(entry)) => Some(format!("Put away; entry № {entry} says why.")),
        _ => None,
    };
    let subject = Quarantined {
        id: intake.to_string(),
        code: held.reason,
        place: place(&reason),
        reason,
        entry: held.seq,
        may_settle: settled.is_none() && visit.may(Permission::Respond),
        settled,
        dismiss_reason: Input::default(),
    };
    Ok((subject, raw))
}

/// `POST /quarantine/{id}/replay`: then the list of alerts, or the same page with why not.
pub(crate) async fn replay(visit: Visit, Path(id): Path<String>) -> Answer {
    let intake = parsed(&id)?;
    let here = format!("/quarantine/{id}");
    match visit.web.app().replay_input(visit.caller()?, intake).await {
        Ok(Ok(arrived)) => {
            let count = arrived.receipts.len();
            then(&visit, &here, &Outcome::done(format!("Read again: {count} alerts understood.")))
        }
        Ok(Err(malformed)) => {
            let text = format!("It still cannot be read: {}.", malformed.what);
            let refused =
                Outcome { text, code: Some(malformed.code.to_string()), ..Outcome::default() };
            then(&visit, &here, &refused)
        }
        Err(error) => again(visit, intake, error.into()).await,
    }
}

/// `POST /quarantine/{id}/dismiss` with `reason`.
pub(crate) async fn dismiss(visit: Visit, Path(id): Path<String>) -> Answer {
    let intake = parsed(&id)?;
    let reason = visit.form.text("reason");
    match visit.web.app().dismiss_input(visit.caller()?, intake, reason).await {
        Ok(()) => then(&visit, "/quarantine", &Outcome::done("Put away.")),
        Err(error) => again(visit, intake, error.into()).await,
    }
}

/// The same page with what was refused.
async fn again(visit: Visit, intake: Id<id::Intake>, trouble: Trouble) -> Answer {
    if !trouble.is_refusal() {
        return Err(trouble);
    }
    let (mut subject, raw) = subject(&visit, intake).await?;
    subject.dismiss_reason = Input::of(visit.form.get("reason"));
    if trouble.code == "ING-018" {
        subject.dismiss_reason = subject.dismiss_reason.refused(trouble.detail.clone());
    }
    let mut shell = shell(&visit, Place::Alerts).await?;
    shell.flash = Some(flash(&trouble));
    let page = ExplainPage { shell, raw, subject: Subject::Quarantined(subject) };
    refused(&visit, &page, &trouble)
}

fn parsed(id: &str) -> Result<Id<id::Intake>, Trouble> {
    id.parse().map_err(|_| not_in_quarantine().into())
}

/// `GET /quarantine/{id}/bytes`: exactly what arrived, never as a page of ours.
pub(crate) async fn bytes(visit: Visit, Path(id): Path<String>) -> Result<Response, Trouble> {
    let intake: Id<id::Intake> = id.parse().map_err(|_| Trouble::not_found())?;
    let inbound = visit.web.app().look(move |conn| operational::inbound(conn, intake)).await?;
    let inbound = inbound.ok_or_else(Trouble::not_found)?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{intake}.txt\"")),
    ];
    Ok((headers, inbound.bytes).into_response())
}

/// The line and column that a reason ends with.
fn place(reason: &str) -> Option<(u32, u32)> {
    let (_, rest) = reason.rsplit_once("line ")?;
    let (line, rest) = rest.split_once(", column ")?;
    let column: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((line.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_read_out_of_the_reason() {
        assert_eq!(place("ING-001: not JSON, at line 3, column 17"), Some((3, 17)));
        assert_eq!(place("ING-005: the content type is not JSON"), None);
    }
}
