//! Writing a draft of a process: the island's editor, and the text itself where there is no script.

use app::{config::DraftToSave, library::Text};
use axum::extract::Path;
use base::Code;
use domain::{
    access::Role,
    document::{DocumentKind, unknown_document, unknown_draft},
};
use process::Phase;
use serde_json::json;

use super::list::name;
use crate::{
    answer::{self, Answer},
    page::{around::shell, incident::flash},
    trouble::Trouble,
    view::{Input, Place, process::EditPage},
    visit::Visit,
};

/// What a new process begins with: a start, one task, an end, laid out.
const EMPTY: &str = include_str!("empty.bpmn");

/// `GET /processes/new`.
pub(crate) async fn start(visit: Visit) -> Answer {
    let page = edit_page(&visit, None, (None, 0, 0), EMPTY.to_owned()).await?;
    answer::page(&visit, &page)
}

/// `GET /processes/{name}/edit?draft=`: the newest version, or a draft that is written on.
pub(crate) async fn edit(visit: Visit, Path(named): Path<String>) -> Answer {
    let name = name(&named)?;
    let seen = visit.web.app().see_process(name.clone(), None).await?;
    let newest = seen.versions.first().map_or(0, |newest| newest.version);
    let (draft, base) = match visit.query.get("draft") {
        "" => (None, newest),
        text => {
            let number: u32 = text.parse().map_err(|_| unknown_draft())?;
            let row = seen.drafts.iter().find(|row| row.draft == number && row.is_open());
            (Some(number), row.ok_or_else(unknown_draft)?.base)
        }
    };
    let which = (DocumentKind::Process, name.clone());
    let text = draft.map_or(Text::Version(newest), Text::Draft);
    let (bytes, _) = visit.web.app().document_bytes(which, text).await?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let text = if text.is_empty() { EMPTY.to_owned() } else { text };
    let page = edit_page(&visit, Some(name), (draft, base, newest), text).await?;
    answer::page(&visit, &page)
}

/// The page again, with what was typed, after a refusal.
pub(crate) async fn refused_edit(visit: &Visit, new: &DraftToSave, trouble: &Trouble) -> Answer {
    let app = visit.web.app();
    let known = app.see_process(new.name.clone(), None).await.ok();
    let newest = known.map_or(0, |seen| seen.versions.first().map_or(0, |v| v.version));
    let text = String::from_utf8_lossy(&new.bytes).into_owned();
    let base = new.base.unwrap_or(newest);
    let name = Some(new.name.clone());
    let mut page = edit_page(visit, name, (new.draft, base, newest), text).await?;
    page.rationale = Input::of(new.rationale.clone());
    match trouble.code.as_str() {
        "DOC-009" => page.rationale = page.rationale.refused(trouble.detail.clone()),
        _ => page.document = page.document.refused(trouble.detail.clone()),
    }
    page.shell.flash = Some(flash(trouble));
    answer::refused(visit, &page, trouble)
}

async fn edit_page(
    visit: &Visit,
    name: Option<Code>,
    (draft, base, newest): (Option<u32>, i64, i64),
    text: String,
) -> Result<EditPage, Trouble> {
    let tables = visit.web.app().list_documents(DocumentKind::Table).await?;
    let published = tables.iter().filter(|table| table.newest.is_some());
    let offers = json!({
        "phase": Phase::ALL.iter().map(|phase| phase.as_str()).collect::<Vec<_>>(),
        "role": Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>(),
        "decision": published.map(|table| table.name.to_string()).collect::<Vec<_>>(),
        "action": app::incident::ACTIONS_KNOWN,
    });
    Ok(EditPage {
        shell: shell(visit, Place::Processes).await?,
        name: Input::of(name.map(|name| name.to_string()).unwrap_or_default()),
        draft,
        base,
        newest,
        document: Input::of(text),
        rationale: Input::default(),
        offers: offers.to_string(),
    })
}

/// A kind of document out of a path.
pub(crate) fn kind(text: &str) -> Result<DocumentKind, Trouble> {
    DocumentKind::from_code(text).ok_or_else(|| unknown_document().into())
}
