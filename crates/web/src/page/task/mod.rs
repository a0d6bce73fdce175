//! One task: its form, its approval, and the way past it by exception.

mod hold;
mod shown;

use app::incident::{Answers, Seen, WaitsAt, asks_for};
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect},
};
use base::Code;
use domain::{access::Permission, incident::exception_without_reason};
use process::model::FieldType;

pub(crate) use hold::{claim, delegate, release};

pub(crate) use self::shown::exception;
use self::shown::{digest, given, task_page};
use super::{incident::flash, rows::place_of};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    form::Form,
    trouble::Trouble,
    visit::Visit,
};

/// `GET /tasks/{reference}/{task}`.
///
/// A task that wants approvers asks for the password before words are typed, so that none are lost.
pub(crate) async fn show(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let open = seen.tasks.iter().find(|open| open.number == task);
    if let Some(open) = open {
        if let Some(exception) = asks_for(&seen.state, task) {
            let place = format!("/incidents/{reference}/exceptions/{exception}");
            return Ok(Redirect::to(&place).into_response());
        }
        let place = place_of(&reference, task, &open.element);
        if place.starts_with("/incidents/") {
            return Ok(Redirect::to(&place).into_response());
        }
        if open.element.marks.approvals.is_some() && wants_password(&visit)? {
            return Ok(Redirect::to(&format!("/sign-in/again?next={place}")).into_response());
        }
    }
    let page = task_page(&visit, &seen, task, &Typed::default()).await?;
    answer::page(&visit, &page)
}

/// `POST /tasks/{reference}/{task}`.
pub(crate) async fn complete(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let typed = Typed { form: visit.form.clone(), ..Typed::default() };
    let acted = match answers(&visit, &seen, task) {
        Ok(answers) => {
            let command = (task, answers);
            let done = visit.web.app().complete_task(visit.caller()?, seen.id, command).await;
            done.map_err(Trouble::from)
        }
        Err(trouble) => Err(trouble),
    };
    end(&visit, (&seen, task), acted, typed).await
}

/// `POST /tasks/{reference}/{task}/approve`: exactly the answer that was shown.
pub(crate) async fn approve(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let shown = given(&seen, task)
        .filter(|given| digest(&reference, task, given).to_string() == visit.form.get("digest"));
    let acted = match shown {
        Some(given) => {
            let command = (task, given.into_iter().collect());
            let done = visit.web.app().complete_task(visit.caller()?, seen.id, command).await;
            done.map_err(Trouble::from)
        }
        None => {
            let detail = "What you approved is not what stands here now; look at it again.";
            Err(Trouble::new(axum::http::StatusCode::CONFLICT, "WEB-007", detail))
        }
    };
    let typed = Typed { form: visit.form.clone(), ..Typed::default() };
    end(&visit, (&seen, task), acted, typed).await
}

/// `POST /tasks/{reference}/{task}/exception`.
pub(crate) async fn bypass(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let acted = match visit.form.get("code").parse::<Code>() {
        Ok(code) => {
            let passed = (WaitsAt::Task(task), code, visit.form.text("rationale"));
            let done = visit.web.app().bypass(visit.caller()?, seen.id, passed).await;
            done.map_err(Trouble::from)
        }
        Err(_) => Err(exception_without_reason().into()),
    };
    let typed = Typed { form: visit.form.clone(), exception: true, ..Typed::default() };
    end(&visit, (&seen, task), acted, typed).await
}

/// What was typed, and where the refusal belongs.
#[derive(Default)]
struct Typed {
    form: Form,
    exception: bool,
    delegation: bool,
    why: Option<String>,
}

async fn end(
    visit: &Visit,
    (seen, task): (&Seen, u32),
    acted: Result<(), Trouble>,
    typed: Typed,
) -> Answer {
    let path = format!("/incidents/{}", seen.state.reference);
    match acted {
        Ok(()) if typed.exception => {
            then(visit, &path, &Outcome::done("Passed by exception. Somebody must ratify it."))
        }
        Ok(()) => then(visit, &path, &Outcome::done(done(visit, seen, task).await?)),
        Err(trouble) => again(visit, (seen, task), trouble, typed).await,
    }
}

/// The page again, with what was typed in it, because it was refused.
async fn again(
    visit: &Visit,
    (seen, task): (&Seen, u32),
    trouble: Trouble,
    typed: Typed,
) -> Answer {
    if !trouble.is_refusal() {
        return Err(trouble);
    }
    let typed = Typed { why: Some(trouble.detail.clone()), ..typed };
    let mut page = task_page(visit, seen, task, &typed).await?;
    page.shell.flash = Some(flash(&trouble));
    answer::refused(visit, &page, &trouble)
}

/// What to say afterwards: a task that wants several approvers may still be open.
async fn done(visit: &Visit, seen: &Seen, task: u32) -> Result<&'static str, Trouble> {
    let id = seen.id;
    let state = visit.web.app().look(move |conn| store::incident::load(conn, id)).await?;
    let open = state.is_some_and(|state| state.process.state.tasks.contains_key(&task));
    let waits = "Your approval is recorded. Another person must approve the same answer.";
    Ok(if open { waits } else { "The task is done." })
}

/// Answers by field; instants without a zone are in the page's zone.
fn answers(visit: &Visit, seen: &Seen, task: u32) -> Result<Answers, Trouble> {
    let open = seen.tasks.iter().find(|open| open.number == task);
    let fields = open.map(|open| open.element.marks.form.as_slice()).unwrap_or_default();
    let mut answers = Answers::new();
    for (key, value) in visit.form.under("field.") {
        let field = fields.iter().find(|field| field.key.as_str() == key);
        let instant = field.is_some_and(|field| field.kind == FieldType::Instant);
        let value = if instant {
            let name = format!("field.{key}");
            let at = visit.form.instant(&name, &visit.zone());
            let at = at.map_err(|_| Trouble::unreadable("Write a date and time."))?;
            at.map(|at| at.to_string()).unwrap_or_default()
        } else {
            value.to_owned()
        };
        // Several choices of one field come one by one; together they are one answer.
        let held: &mut String = answers.entry(key.to_owned()).or_default();
        if !held.is_empty() {
            held.push(' ');
        }
        held.push_str(&value);
    }
    Ok(answers)
}

fn wants_password(visit: &Visit) -> Result<bool, Trouble> {
    let stale = domain::person::sign_in_again().code;
    let refused = visit.web.app().approver(visit.caller()?, visit.now()).err();
    Ok(visit.may(Permission::Approve) && refused.is_some_and(|why| why.code == stale))
}
