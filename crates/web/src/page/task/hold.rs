//! Being on a task: the posts of claiming it, giving it back, delegating it.

use app::{Error, incident::Delegation};
use axum::extract::Path;

use super::{Typed, again};
use crate::{
    answer::{Answer, then},
    flash::Outcome,
    form::local_path,
    page::parts::person_id,
    trouble::Trouble,
    visit::Visit,
};

/// `POST /tasks/{reference}/{task}/claim`.
pub(crate) async fn claim(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let id = visit.web.app().incident_by_reference(&reference).await?;
    let done = visit.web.app().claim_task(visit.caller()?, id, task).await;
    end(&visit, (&reference, task), done.map_err(Error::into), "You are on it. Others see that.")
        .await
}

/// `POST /tasks/{reference}/{task}/release`.
pub(crate) async fn release(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let id = visit.web.app().incident_by_reference(&reference).await?;
    let done = visit.web.app().release_task(visit.caller()?, id, task).await;
    let told = "Given back. It waits for its roles again.";
    end(&visit, (&reference, task), done.map_err(Error::into), told).await
}

/// `POST /tasks/{reference}/{task}/delegate`.
pub(crate) async fn delegate(visit: Visit, Path((reference, task)): Path<(String, u32)>) -> Answer {
    let told = "Delegated. When the time is over, it is yours again.";
    let done = delegated(&visit, &reference, task).await;
    end(&visit, (&reference, task), done, told).await
}

async fn delegated(visit: &Visit, reference: &str, task: u32) -> Result<(), Trouble> {
    let id = visit.web.app().incident_by_reference(reference).await?;
    let until = visit.form.instant("until_at", &visit.zone()).ok().flatten();
    let until = until.ok_or_else(|| Trouble::unreadable("Write until when, as date and time."))?;
    let to = person_id(visit.form.get("to"))?;
    let delegation = Delegation { to, until, reason: visit.form.text("reason") };
    Ok(visit.web.app().delegate_task(visit.caller()?, id, (task, delegation)).await?)
}

/// Back to where the button stood, with what came of it; a refusal shows the task.
async fn end(
    visit: &Visit,
    (reference, task): (&str, u32),
    done: Result<(), Trouble>,
    told: &str,
) -> Answer {
    match done {
        Ok(()) => {
            let own = format!("/tasks/{reference}/{task}");
            let next = local_path(visit.form.get("next")).unwrap_or(&own);
            then(visit, next, &Outcome::done(told))
        }
        Err(trouble) => {
            let seen = visit.web.app().see_incident(reference, i64::MAX).await?;
            let typed = Typed { form: visit.form.clone(), delegation: true, ..Typed::default() };
            again(visit, (&seen, task), trouble, typed).await
        }
    }
}
