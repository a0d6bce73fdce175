//! The list of documents of a kind.

use base::{Code, Timestamp};
use db::Conn;
use domain::document::DocumentKind;
use store::{
    document::{self, DraftRow, VersionRow},
    governed,
};

use crate::{App, Error, turn::Stop};

/// A document as a row of the library.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its name.
    pub name: Code,
    /// What it calls itself; its name where it says nothing.
    pub title: String,
    /// The newest published version.
    pub newest: Option<VersionRow>,
    /// Its open drafts, newest first.
    pub drafts: Vec<DraftRow>,
    /// For a process: open incidents by version, the newest first.
    pub running: Vec<(i64, i64)>,
    /// When anything about it last changed.
    pub changed_at: Option<Timestamp>,
}

impl App {
    /// All documents of a kind, by name.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn list_documents(&self, kind: DocumentKind) -> Result<Vec<Listed>, Error> {
        let app = self.clone();
        self.read(move |conn| list(&app, conn, kind).map_err(Error::from)).await
    }
}

fn list(app: &App, conn: &mut Conn, kind: DocumentKind) -> Result<Vec<Listed>, Stop> {
    let running = governed::running(conn)?;
    let mut listed = Vec::new();
    for named in document::named(conn, kind)? {
        let name = named.name;
        let newest = document::versions(conn, kind, name.as_str())?.into_iter().next();
        let drafts = document::drafts(conn, named.stream)?;
        let touched = drafts.iter().map(|draft| draft.changed_at);
        let changed_at = touched.chain(newest.iter().map(|version| version.published_at)).max();
        let cases =
            running.iter().filter(|r| kind == DocumentKind::Process && r.process == name.as_str());
        listed.push(Listed {
            title: title(app, conn, kind, (&name, newest.as_ref()))?,
            running: cases.map(|running| (running.version, running.cases)).collect(),
            drafts: drafts.into_iter().filter(DraftRow::is_open).collect(),
            changed_at,
            newest,
            name,
        });
    }
    Ok(listed)
}

/// What a document calls itself.
fn title(
    app: &App,
    conn: &mut Conn,
    kind: DocumentKind,
    (name, newest): (&Code, Option<&VersionRow>),
) -> Result<String, Stop> {
    let own = match (kind, newest) {
        (DocumentKind::Process, Some(version)) => {
            app.documents().model(conn, version.sha256)?.name.clone()
        }
        _ => String::new(),
    };
    Ok(if own.is_empty() { name.to_string() } else { own })
}
