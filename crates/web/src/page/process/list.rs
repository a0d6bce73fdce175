//! The library of processes, and the drafts that wait for somebody.

use app::library::Listed;
use base::Code;
use db::Conn;
use domain::{
    access::Permission,
    document::{Document, DocumentKind},
};
use store::{StoreError, document::DraftRow};

use crate::{
    answer::{self, Answer},
    page::{around::shell, tell::Teller},
    trouble::Trouble,
    view::{
        Place,
        process::{DraftLine, ProcessRow, ProcessesPage},
        time::Reader,
    },
    visit::Visit,
};

/// A draft as a line of a list.
pub(crate) fn line(
    teller: &mut Teller<'_>,
    reader: &Reader,
    (kind, name, newest): (DocumentKind, &Code, i64),
    row: &DraftRow,
) -> Result<DraftLine, StoreError> {
    Ok(DraftLine {
        href: format!("/drafts/{}/{name}/{}", kind.code(), row.draft),
        kind: kind.code().to_owned(),
        name: name.to_string(),
        number: row.draft,
        stage: row.stage.clone(),
        base: row.base,
        conflicts: row.is_open() && row.base != newest,
        refusing: row.refusing,
        by: who(teller, &row.saved_by)?,
        changed: reader.time(row.changed_at),
    })
}

/// A person's name; what came from the command line names nobody.
pub(crate) fn who(teller: &mut Teller<'_>, by: &Code) -> Result<String, StoreError> {
    if by.as_str().starts_with("per_") {
        teller.person(by.as_str())
    } else {
        Ok("the host operator".to_owned())
    }
}

/// `GET /processes`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let app = visit.web.app();
    let processes = app.list_documents(DocumentKind::Process).await?;
    let tables = app.list_documents(DocumentKind::Table).await?;
    let policies = app.list_documents(DocumentKind::Policy).await?;
    let (reader, telling) = (visit.reader(), app.clone());
    let told = app.look(move |conn: &mut Conn| {
        let mut teller = Teller::new(conn, &telling, &reader);
        let mut waiting = Vec::new();
        let kinds = [
            (DocumentKind::Process, &processes),
            (DocumentKind::Table, &tables),
            (DocumentKind::Policy, &policies),
        ];
        for (kind, listed) in kinds {
            for document in listed {
                let lines = lines(&mut teller, &reader, kind, document)?.into_iter();
                waiting.extend(lines.filter(|draft| {
                    matches!(draft.stage.as_str(), "submitted" | "reviewed" | "approved")
                }));
            }
        }
        let mut rows = Vec::new();
        for document in &processes {
            rows.push(row(&mut teller, &reader, document)?);
        }
        Ok((rows, waiting))
    });
    let (rows, waiting) = told.await?;
    let may = visit.may(Permission::Publish);
    let page = ProcessesPage { shell: shell(&visit, Place::Processes).await?, rows, waiting, may };
    answer::page(&visit, &page)
}

fn lines(
    teller: &mut Teller<'_>,
    reader: &Reader,
    kind: DocumentKind,
    listed: &Listed,
) -> Result<Vec<DraftLine>, StoreError> {
    let newest = listed.newest.as_ref().map_or(0, |newest| newest.version);
    let about = (kind, &listed.name, newest);
    listed.drafts.iter().map(|row| line(teller, reader, about, row)).collect()
}

fn row(
    teller: &mut Teller<'_>,
    reader: &Reader,
    listed: &Listed,
) -> Result<ProcessRow, StoreError> {
    let version = listed.newest.as_ref().map_or(0, |newest| newest.version);
    let count = |older: bool| {
        let cases = listed.running.iter().filter(|(on, _)| !older || *on < version);
        cases.map(|(_, cases)| cases).sum()
    };
    Ok(ProcessRow {
        name: listed.name.to_string(),
        title: listed.title.clone(),
        version,
        running: count(false),
        older: count(true),
        drafts: lines(teller, reader, DocumentKind::Process, listed)?,
        changed: listed.changed_at.map(|at| reader.time(at)),
    })
}

/// The name of a document out of a path.
pub(crate) fn name(text: &str) -> Result<Code, Trouble> {
    text.parse().map_err(|_| domain::document::unknown_document().into())
}

/// Whether a person wrote or submitted an open draft.
pub(crate) fn is_own(document: &Document, draft: u32, visit: &Visit) -> bool {
    let held = document.drafts.get(&draft);
    let person = visit.session.as_ref().map(|session| session.person);
    held.zip(person).is_some_and(|(draft, person)| draft.authors.contains(&person))
}
