//! A draft of a table on its way to a version: submitted, reviewed, approved, published, or given up.

use app::config::Which;
use axum::extract::Path;
use domain::document::{DocumentKind, Seen, Verdict};

use super::named;
use crate::{
    answer::{Answer, then},
    flash::Outcome,
    trouble::Trouble,
    visit::Visit,
};

/// The draft in a path, with the bytes that its reader saw.
struct Asked {
    which: Which,
    seen: Seen,
    page: String,
}

fn asked(visit: &Visit, name: &str, draft: u32) -> Result<Asked, Trouble> {
    let sha256 = visit.form.get("sha256").parse();
    let sha256 = sha256.map_err(|_| Trouble::unreadable("The form does not say what was read."))?;
    Ok(Asked {
        which: (DocumentKind::Table, named(name)?),
        seen: Seen { draft, sha256 },
        page: format!("/tables/{name}?draft={draft}"),
    })
}

/// What became of it, told on the page of the draft.
fn told(visit: &Visit, page: &str, done: Result<(), app::Error>, says: &str) -> Answer {
    match done.map_err(Trouble::from) {
        Ok(()) => then(visit, page, &Outcome::done(says.to_owned())),
        Err(trouble) => Err(trouble),
    }
}

/// `POST /tables/{name}/drafts/{draft}/submit`.
pub(crate) async fn submit(visit: Visit, Path((name, draft)): Path<(String, u32)>) -> Answer {
    let asked = asked(&visit, &name, draft)?;
    let note = visit.form.text("note");
    let app = visit.web.app();
    let done = app.submit_draft(visit.caller()?, asked.which, (asked.seen, note)).await;
    told(&visit, &asked.page, done, "The draft waits for a second person.")
}

/// `POST /tables/{name}/drafts/{draft}/review`.
pub(crate) async fn review(visit: Visit, Path((name, draft)): Path<(String, u32)>) -> Answer {
    let asked = asked(&visit, &name, draft)?;
    let (verdict, says) = match visit.form.get("verdict") {
        "accepted" => (Verdict::Accepted, "The draft may be approved."),
        "returned" => (Verdict::Returned, "The draft goes back to its author."),
        _ => return Err(Trouble::unreadable("Accept it or return it.")),
    };
    let judged = (verdict, visit.form.text("reason"));
    let app = visit.web.app();
    let done = app.review_draft(visit.caller()?, asked.which, asked.seen, judged).await;
    told(&visit, &asked.page, done, says)
}

/// `POST /tables/{name}/drafts/{draft}/approve`.
pub(crate) async fn approve(visit: Visit, Path((name, draft)): Path<(String, u32)>) -> Answer {
    let asked = asked(&visit, &name, draft)?;
    let comment = visit.form.text("comment");
    let app = visit.web.app();
    let done = app.approve_draft(visit.caller()?, asked.which, (asked.seen, comment)).await;
    told(&visit, &asked.page, done, "The draft is approved and may be published.")
}

/// `POST /tables/{name}/drafts/{draft}/publish`.
pub(crate) async fn publish(visit: Visit, Path((name, draft)): Path<(String, u32)>) -> Answer {
    let asked = asked(&visit, &name, draft)?;
    let version = visit.web.app().publish_draft(visit.caller()?, asked.which, draft).await?;
    let says = format!(
        "Version {version} is in force. Incidents that are open keep the version they began with."
    );
    then(&visit, &format!("/tables/{name}"), &Outcome::done(says))
}

/// `POST /tables/{name}/drafts/{draft}/withdraw`.
pub(crate) async fn withdraw(visit: Visit, Path((name, draft)): Path<(String, u32)>) -> Answer {
    let asked = asked(&visit, &name, draft)?;
    let given = (draft, visit.form.text("reason"));
    let done = visit.web.app().withdraw_draft(visit.caller()?, asked.which, given).await;
    told(&visit, &asked.page, done, "The draft is withdrawn.")
}
