//! The modeler: the whole file as an editor draws it, or as text where no script runs.

use app::config::DraftToSave;
use axum::extract::Path;
use domain::document::DocumentKind;

use super::{asked, named, words};
use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    page::{around::shell, draft::sent, incident::flash},
    trouble::Trouble,
    view::{Input, Place, tables::TableModelerPage},
    visit::Visit,
};

/// `GET /tables/{name}/modeler?version=&draft=`.
pub(crate) async fn open(visit: Visit, Path(name): Path<String>) -> Answer {
    let seen = visit.web.app().see_table(named(&name)?, asked(&visit.query)?).await?;
    let (from, query) = words(&seen);
    let page = TableModelerPage {
        shell: shell(&visit, Place::Tables).await?,
        name,
        from,
        query,
        xml: Input::of(seen.xml),
        rationale: Input::default(),
    };
    answer::page(&visit, &page)
}

/// `POST /tables/{name}/modeler`: a draft.
pub(crate) async fn model(visit: Visit, Path(name): Path<String>) -> Answer {
    let seen = visit.web.app().see_table(named(&name)?, asked(&visit.query)?).await?;
    let (from, query) = words(&seen);
    let form = visit.form.clone();
    let new = DraftToSave {
        kind: DocumentKind::Table,
        name: seen.name.clone(),
        draft: seen.draft.as_ref().filter(|draft| draft.is_open()).map(|draft| draft.draft),
        base: Some(seen.version),
        rationale: form.text("rationale"),
        bytes: sent(form.raw("xml"), seen.xml.into_bytes()),
    };
    match visit.web.app().save_draft(visit.caller()?, new).await.map_err(Trouble::from) {
        Ok(saved) => {
            let done = format!("Draft {} is saved, revision {}.", saved.draft, saved.revision);
            let next = format!("/tables/{name}?draft={}", saved.draft);
            then(&visit, &next, &Outcome::done(done))
        }
        Err(trouble) if trouble.is_refusal() => {
            let mut page = TableModelerPage {
                shell: shell(&visit, Place::Tables).await?,
                name,
                from,
                query,
                xml: Input::of(form.raw("xml")),
                rationale: Input::of(form.get("rationale")),
            };
            page.shell.flash = Some(flash(&trouble));
            answer::refused(&visit, &page, &trouble)
        }
        Err(trouble) => Err(trouble),
    }
}
