//! `/moves/{id}`: a plan with its cases, its approval, and what became of each case.

use app::moving::{CaseSeen, PlanSeen};
use axum::extract::Path;
use base::{Code, Id, id};
use db::Conn;
use domain::{
    access::Permission,
    moving::{Standing, unknown_plan},
};
use store::{StoreError, moving};

use super::{shown, stuck};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    page::{
        around::shell,
        incident::flash,
        parts::live,
        process::who,
        rows,
        tell::{Teller, words},
    },
    trouble::Trouble,
    view::{
        Input, Place, Shell,
        moving::{PlanCaseRow, PlanLine, PlanPage},
        time::Reader,
    },
    visit::Visit,
};

/// `GET /moves/{id}`.
pub(crate) async fn plan(visit: Visit, Path(id): Path<String>) -> Answer {
    let page = plan_page(&visit, id_of(&id)?, None).await?;
    answer::page(&visit, &page)
}

/// `POST /moves/{id}/approve`.
pub(crate) async fn approve(visit: Visit, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let acted = async {
        let comment = visit.form.text("comment");
        Ok(visit.web.app().approve_move(visit.caller()?, id, comment).await?)
    };
    let acted = acted.await;
    told(&visit, id, acted, "Approved. Its cases move now, one after another.").await
}

/// `POST /moves/{id}/reject`.
pub(crate) async fn reject(visit: Visit, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let acted = async {
        let reason = visit.form.text("reason");
        Ok(visit.web.app().reject_move(visit.caller()?, id, reason).await?)
    };
    let acted = acted.await;
    told(&visit, id, acted, "Rejected. The cases stay on their version.").await
}

/// `POST /moves/{id}/withdraw`.
pub(crate) async fn withdraw(visit: Visit, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let acted = async {
        let reason = visit.form.text("reason");
        Ok(visit.web.app().withdraw_move(visit.caller()?, id, reason).await?)
    };
    let acted = acted.await;
    told(&visit, id, acted, "Withdrawn. The cases stay on their version.").await
}

fn id_of(text: &str) -> Result<Id<id::CaseMove>, Trouble> {
    text.parse().map_err(|_| unknown_plan().into())
}

/// On to the plan's page, or the page again with what was refused.
async fn told(
    visit: &Visit,
    id: Id<id::CaseMove>,
    acted: Result<(), Trouble>,
    done: &str,
) -> Answer {
    match acted {
        Ok(()) => then(visit, &format!("/moves/{id}"), &Outcome::done(done)),
        Err(trouble) if trouble.is_refusal() => {
            let page = plan_page(visit, id, Some(&trouble)).await?;
            answer::refused(visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}

async fn plan_page(
    visit: &Visit,
    id: Id<id::CaseMove>,
    trouble: Option<&Trouble>,
) -> Result<PlanPage, Trouble> {
    let seen = visit.web.app().see_move(id).await?;
    let mut shell = shell(visit, Place::Processes).await?;
    shell.flash = trouble.map(flash).or(shell.flash);
    if seen.plan.standing == Standing::Moving {
        shell = Shell { live: live(&id.to_string(), shell.head.size), ..shell };
    }
    let (reader, telling) = (visit.reader(), visit.web.app().clone());
    let (by, judged_by) = (seen.plan.proposed_by.clone(), seen.plan.judged_by.clone());
    let names = visit.web.app().look(move |conn: &mut Conn| {
        let mut teller = Teller::new(conn, &telling, &reader);
        let judge = judged_by.map(|by| who(&mut teller, &by)).transpose()?;
        Ok((who(&mut teller, &by)?, judge))
    });
    let (proposer, judge) = names.await?;
    let (plan, reader) = (&seen.plan, visit.reader());
    let (moved, stay) = plan.counts();
    let said = Some(seen.judgement.clone()).filter(|text| !text.is_empty()).map(words);
    let me = visit.caller()?.person.map(|me| me.to_string());
    Ok(PlanPage {
        shell,
        id: id.to_string(),
        process: plan.process.to_string(),
        from: (plan.from, plan.from_sha256.to_string()),
        to: (plan.to, plan.to_sha256.to_string()),
        standing: plan.standing.code().to_owned(),
        reason: words(seen.reason.clone()),
        proposed: (proposer, reader.time(plan.proposed_at), plan.proposed),
        judged: judge
            .zip(plan.judged)
            .map(|(judge, (at, entry))| (judge, reader.time(at), entry, said)),
        mapping: mapping(&seen),
        rows: seen.cases.iter().map(|case| row(case, &seen)).collect(),
        counts: (shown(moved), shown(stay)),
        may_judge: visit.may(Permission::Approve),
        own: me.is_some_and(|me| plan.proposed_by.as_str() == me),
        may: visit.may(Permission::Publish),
        words: Input::of(visit.form.text("comment")),
    })
}

fn mapping(seen: &PlanSeen) -> Vec<[(String, String); 2]> {
    let (from, to) = &seen.models;
    let named = |model: &process::Model, id: &Code| (rows::name_of(model, id), id.to_string());
    let pairs = seen.plan.mapping.iter();
    pairs.map(|(old, new)| [named(from, old), named(to, new)]).collect()
}

fn row(case: &CaseSeen, seen: &PlanSeen) -> PlanCaseRow {
    let (dry, settled) = (&case.held.dry, case.held.settled.as_ref());
    let (number, places) = settled.map_or((dry.stuck, &dry.places), |(s, _)| (s.stuck, &s.places));
    let places = stuck(&seen.models.0, places);
    PlanCaseRow {
        reference: case.reference.to_string(),
        title: words(case.title.clone()),
        tokens: dry.tokens,
        state: case.held.state().to_owned(),
        more: number.saturating_sub(u32::try_from(places.len()).unwrap_or(u32::MAX)),
        stuck: places,
        code: settled.and_then(|(settled, _)| settled.code.as_ref()).map(ToString::to_string),
        entry: settled.map(|(_, entry)| *entry),
    }
}

/// The plans of a process as lines, newest first.
pub(crate) fn lines(
    teller: &mut Teller<'_>,
    reader: &Reader,
    process: &Code,
) -> Result<Vec<PlanLine>, StoreError> {
    let plans = moving::newest(teller.conn(), process.as_str())?;
    let line = |plan: moving::Listed| {
        Ok(PlanLine {
            href: format!("/moves/{}", plan.id),
            from: plan.from,
            to: plan.to,
            standing: plan.standing,
            cases: plan.cases,
            moved: plan.moved,
            by: who(teller, &plan.proposed_by)?,
            at: reader.time(plan.proposed_at),
        })
    };
    plans.into_iter().map(line).collect()
}
