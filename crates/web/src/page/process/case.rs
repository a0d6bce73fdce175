//! One case in its process: the picture with its tokens, what it met in words, which version governed
//! it; and the open cases of a process.

use app::incident::Seen;
use axum::extract::Path;
use base::{Id, id};
use domain::{document::DocumentKind, incident::Event};
use store::{StoreError, log, moving, word};

use super::{
    asks::{Typed, asks},
    list::who,
    picture::picture,
    steps::{Words, called},
};
use crate::{
    answer::{self, Answer},
    page::{
        around::shell,
        tell::{Teller, words},
    },
    trouble::Trouble,
    view::{
        Place,
        diagram::{Paint, Paints},
        process::{CasePage, CaseRow, Governed, MovedBy},
        time::Reader,
    },
    visit::Visit,
};

/// `GET /incidents/{reference}/process`.
pub(crate) async fn case(visit: Visit, Path(reference): Path<String>) -> Answer {
    let page = case_page(&visit, reference, &Typed::default()).await?;
    answer::page(&visit, &page)
}

/// The page, with what was typed into one of its forms.
pub(super) async fn case_page(
    visit: &Visit,
    reference: String,
    typed: &Typed,
) -> Result<CasePage, Trouble> {
    let app = visit.web.app();
    let seen = app.see_incident(&reference, i64::MAX).await?;
    let process = &seen.state.process;
    let which = (DocumentKind::Process, process.name.clone());
    let text = app::library::Text::Version(process.version);
    let (bytes, _) = app.document_bytes(which, text).await?;
    let xml = String::from_utf8_lossy(&bytes).into_owned();
    let src = format!("/documents/process/{}/{}/bytes", process.name, process.version);
    let (id, reader) = (seen.id, visit.reader());
    let telling = app.clone();
    let governed = app.look(move |conn| {
        let mut teller = Teller::new(conn, &telling, &reader);
        governed(&mut teller, &id.to_string(), &reader)
    });
    let governed = governed.await?;
    Ok(CasePage {
        shell: shell(visit, Place::Incidents).await?,
        reference,
        title: words(seen.title.clone()),
        process: process.name.to_string(),
        version: process.version,
        digest: process.sha256.to_string(),
        governed,
        picture: picture(&xml, &painted(&seen), (src, "where the case stands")),
        rows: rows(&seen, &Words::of(&xml)),
        asks: asks(visit, &seen, typed),
    })
}

/// Which versions governed a case, the first one first.
fn governed(
    teller: &mut Teller<'_>,
    stream: &str,
    reader: &Reader,
) -> Result<Vec<Governed>, StoreError> {
    let mut found = Vec::new();
    for stored in log::stream(teller.conn(), stream)? {
        let entry = stored.entry()?;
        if !matches!(entry.kind.as_str(), "incident_declared" | "case_migrated") {
            continue;
        }
        let (version, plan) = match Event::parse(entry.kind.as_str(), &entry.data)? {
            Event::IncidentDeclared(e) => (e.process_version, None),
            Event::CaseMigrated(e) => (e.to, moved_by(teller, e.plan)?),
            _ => continue,
        };
        let since = reader.time(stored.recorded_at);
        found.push(Governed { version, since, entry: stored.seq, plan });
    }
    Ok(found)
}

/// Who moved a case, and why.
fn moved_by(teller: &mut Teller<'_>, id: Id<id::CaseMove>) -> Result<Option<MovedBy>, StoreError> {
    let Some(plan) = moving::load(teller.conn(), id)? else { return Ok(None) };
    let approved_by = plan.judged_by.as_ref().map(|by| who(teller, by)).transpose()?;
    Ok(Some(MovedBy {
        href: format!("/moves/{id}"),
        by: who(teller, &plan.proposed_by)?,
        approved_by: approved_by.unwrap_or_default(),
        reason: words(word::text(teller.conn(), plan.proposed, "reason")?),
    }))
}

fn painted(seen: &Seen) -> Paints {
    let state = &seen.state.process.state;
    let mut paints = Paints::new();
    for (id, visit) in &state.visits {
        let class = if visit.left > 0 { "is-done" } else { "" };
        paints.insert(id.to_string(), Paint { class: class.to_owned(), badge: None });
    }
    for id in state.excepted.keys() {
        paints.entry(id.to_string()).or_default().class = "is-exc".to_owned();
    }
    for token in state.tokens.values() {
        let paint = paints.entry(token.element.to_string()).or_default();
        let count = paint.badge.as_deref().and_then(|badge| badge.parse::<u32>().ok()).unwrap_or(0);
        *paint = Paint { class: "is-current".to_owned(), badge: Some((count + 1).to_string()) };
    }
    paints
}

fn rows(seen: &Seen, words: &Words) -> Vec<CaseRow> {
    let state = &seen.state.process.state;
    let active = state.active();
    let met = seen.model.elements().iter().filter_map(|element| {
        let visit = state.visits.get(&element.id)?;
        let code = state.excepted.get(&element.id).map(ToString::to_string);
        let standing = match (active.contains(&element.id), code.is_some()) {
            (true, _) => "now",
            (false, true) => "excepted",
            (false, false) => "done",
        };
        Some(CaseRow {
            name: called(element, words),
            standing: standing.to_owned(),
            entered: visit.entered,
            code,
        })
    });
    met.collect()
}
