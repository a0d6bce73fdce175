//! `GET /paging/{id}`: one message from the rung that named its person to the proof.

use axum::extract::Path;
use base::{Id, id};
use domain::{
    access::{Permission, Role},
    escalation::{Step, Target},
};
use store::{StoreError, escalation, log, page};

use super::list;
use crate::{
    answer::{Answer, page as answer},
    page::{around::shell, tell::Teller},
    trouble::Trouble,
    view::{
        Place, Row,
        paging::{MessagePage, Why},
    },
    visit::Visit,
};

/// One message.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    let id: Id<id::Page> = id.parse().map_err(|_| Trouble::not_found())?;
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let found = visit.web.app().look(move |conn| {
        let Some(row) = page::logged_one(conn, id)? else { return Ok(None) };
        let message = list::message(conn, &app, &reader, &row)?;
        let mut teller = Teller::new(conn, &app, &reader);
        let rows = rows(&mut teller, id)?;
        let state = escalation::load(teller.conn(), row.escalation)?;
        let why = match state {
            Some(state) => {
                let version = Some(state.policy_version);
                let policy = app.documents().policy(teller.conn(), &state.policy, version).ok();
                let step = u32::try_from(row.step).unwrap_or(u32::MAX);
                let rung = policy.as_ref().map(|policy| policy.document.rung(step));
                let named = match rung {
                    Some((rung, _)) => targets(&mut teller, rung)?,
                    None => Vec::new(),
                };
                Some(Why {
                    policy: format!("{} v{}", state.policy, state.policy_version),
                    began: reader.time(state.started_at),
                    step: step.saturating_add(1),
                    last_resort: rung.is_some_and(|(_, last)| last),
                    named,
                })
            }
            None => None,
        };
        Ok(Some((row.person, message, rows, why)))
    });
    let (person, message, rows, why) = found.await?.ok_or_else(Trouble::not_found)?;
    // One sees the pages to oneself; those to others with the permission to read the log (G18).
    if visit.caller()?.person != Some(person) && !visit.may(Permission::ReadLog) {
        return Err(domain::person::forbidden().into());
    }
    let shell = shell(&visit, Place::Paging).await?;
    let reads_log = visit.may(Permission::ReadLog);
    answer(&visit, &MessagePage { shell, message, rows, why, reads_log })
}

/// Everything the log holds of it, oldest first.
fn rows(teller: &mut Teller<'_>, id: Id<id::Page>) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for stored in log::stream(teller.conn(), &id.to_string())? {
        let entry = stored.entry()?;
        rows.push(teller.row(&stored, &entry)?);
    }
    Ok(rows)
}

/// Whom a rung names, as people write it.
pub(super) fn targets(teller: &mut Teller<'_>, step: &Step) -> Result<Vec<String>, StoreError> {
    let mut named = Vec::new();
    for target in &step.targets {
        named.push(match target {
            Target::Person(person) => teller.person(&person.to_string())?,
            Target::Role(role) => Role::name(*role).to_owned(),
        });
    }
    Ok(named)
}
