//! One process: its picture with the tokens of open cases, its steps, its versions and drafts; the
//! same as a text; its exact bytes.

use app::library::{ProcessSeen, Text};
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use db::Conn;
use domain::{
    access::Permission,
    document::{DocumentKind, unknown_document},
};

use super::{
    list::{line, name},
    picture::picture,
    steps::{Words, phases},
};
use crate::{
    answer::{self, Answer},
    page::{around::shell, moving::lines, tell::Teller},
    trouble::Trouble,
    view::{
        Place,
        diagram::{Paint, Paints},
        moving::PlanLine,
        process::{DraftLine, Picture, ProcessPage, TextPage, VersionLine},
        time::Reader,
    },
    visit::Visit,
};

/// `GET /processes/{name}`.
pub(crate) async fn show(visit: Visit, Path(named): Path<String>) -> Answer {
    let seen = seen(&visit, &named).await?;
    let words = Words::of(&seen.xml);
    let title = title(&seen);
    let tokens = seen.tokens.iter().map(|(id, count)| {
        let paint = Paint { class: "is-current".to_owned(), badge: Some(count.to_string()) };
        (id.to_string(), paint)
    });
    let reader = visit.reader();
    let page = ProcessPage {
        shell: shell(&visit, Place::Processes).await?,
        name: seen.name.to_string(),
        text: seen.model.as_deref().map(|model| words.of_process(model)).unwrap_or_default(),
        version: seen.version,
        newest: seen.versions.first().map_or(0, |newest| newest.version),
        digest: seen.sha256.map(|sha256| sha256.to_string()).unwrap_or_default(),
        running: running(&seen, seen.version),
        picture: drawn(&seen, &tokens.collect(), &title),
        phases: match seen.model.as_deref() {
            Some(model) => phases(model, &words, &seen.tokens),
            None => Vec::new(),
        },
        versions: version_lines(&seen, &reader),
        drafts: drafts(&visit, &seen).await?,
        moves: moves(&visit, &seen).await?,
        may: visit.may(Permission::Publish),
        title,
    };
    answer::page(&visit, &page)
}

/// `GET /processes/{name}/text`: the process as a standard operating procedure.
pub(crate) async fn text(visit: Visit, Path(named): Path<String>) -> Answer {
    let seen = seen(&visit, &named).await?;
    let model = seen.model.clone().ok_or_else(unknown_document)?;
    let words = Words::of(&seen.xml);
    let title = title(&seen);
    let published = seen.versions.iter().find(|version| version.version == seen.version);
    let page = TextPage {
        shell: shell(&visit, Place::Processes).await?,
        name: seen.name.to_string(),
        text: words.of_process(&model),
        version: seen.version,
        digest: seen.sha256.map(|sha256| sha256.to_string()).unwrap_or_default(),
        published: published.map(|version| visit.reader().time(version.published_at)),
        picture: drawn(&seen, &Paints::new(), &title),
        phases: phases(&model, &words, &std::collections::BTreeMap::new()),
        title,
    };
    answer::page(&visit, &page)
}

/// `GET /documents/{kind}/{name}/{version}/bytes`: exactly what was published.
pub(crate) async fn bytes(
    visit: Visit,
    Path((kind, named, version)): Path<(String, String, i64)>,
) -> Answer {
    let kind = DocumentKind::from_code(&kind).ok_or_else(unknown_document)?;
    if version < 1 {
        return Err(unknown_document().into());
    }
    let which = (kind, name(&named)?);
    let (bytes, _) = visit.web.app().document_bytes(which, Text::Version(version)).await?;
    Ok(file(kind, &format!("{named}-{version}"), bytes))
}

/// A document as a file to take away.
pub(crate) fn file(kind: DocumentKind, named: &str, bytes: Vec<u8>) -> Response {
    let ending = match kind {
        DocumentKind::Process => "bpmn",
        DocumentKind::Table => "dmn",
        DocumentKind::Policy => "json",
    };
    let name = format!("attachment; filename=\"{named}.{ending}\"");
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// The process in the version that the query names, or its newest.
pub(super) async fn seen(visit: &Visit, named: &str) -> Result<ProcessSeen, Trouble> {
    let version = match visit.query.get("version") {
        "" => None,
        text => Some(text.parse().map_err(|_| unknown_document())?),
    };
    Ok(visit.web.app().see_process(name(named)?, version).await?)
}

/// What a process calls itself.
pub(super) fn title(seen: &ProcessSeen) -> String {
    let own = seen.model.as_ref().map(|model| model.name.clone()).filter(|name| !name.is_empty());
    own.unwrap_or_else(|| seen.name.to_string())
}

fn drawn(seen: &ProcessSeen, paints: &Paints, title: &str) -> Picture {
    let src = format!("/documents/process/{}/{}/bytes", seen.name, seen.version);
    picture(&seen.xml, paints, (src, title))
}

fn running(seen: &ProcessSeen, version: i64) -> i64 {
    seen.running.iter().find(|(on, _)| *on == version).map_or(0, |(_, cases)| *cases)
}

/// All versions as lines.
pub(crate) fn version_lines(seen: &ProcessSeen, reader: &Reader) -> Vec<VersionLine> {
    let lines = seen.versions.iter().map(|row| VersionLine {
        version: row.version,
        published: reader.time(row.published_at),
        entry: row.seq,
        digest: row.sha256.to_string().chars().take(12).collect(),
        running: running(seen, row.version),
    });
    lines.collect()
}

async fn moves(visit: &Visit, seen: &ProcessSeen) -> Result<Vec<PlanLine>, Trouble> {
    let (reader, telling, name) = (visit.reader(), visit.web.app().clone(), seen.name.clone());
    let told = visit.web.app().look(move |conn: &mut Conn| {
        let mut teller = Teller::new(conn, &telling, &reader);
        lines(&mut teller, &reader, &name)
    });
    Ok(told.await?)
}

async fn drafts(visit: &Visit, seen: &ProcessSeen) -> Result<Vec<DraftLine>, Trouble> {
    let (reader, telling) = (visit.reader(), visit.web.app().clone());
    let (rows, name) = (seen.drafts.clone(), seen.name.clone());
    let newest = seen.versions.first().map_or(0, |newest| newest.version);
    let told = visit.web.app().look(move |conn: &mut Conn| {
        let mut teller = Teller::new(conn, &telling, &reader);
        let about = (DocumentKind::Process, &name, newest);
        rows.iter().map(|row| line(&mut teller, &reader, about, row)).collect()
    });
    Ok(told.await?)
}
