//! One table with everything its page shows, in a version or in a draft.

use base::{Code, Digest};
use db::Conn;
use dmn::{Edited, Model, edit};
use domain::document::{DocumentKind, unknown_document, unknown_draft};
use store::{
    config,
    document::{self, DraftRow, VersionRow},
    word,
};

use super::{
    differ::differences,
    grid::{CaseSeen, Grid, case},
};
use crate::{App, Error, config::Objection, turn::Stop};

/// Which text of a table is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The newest version.
    Newest,
    /// One version.
    Version(i64),
    /// A draft's newest revision.
    Draft(u32),
}

/// What a text of a table says, and what is found against it.
#[derive(Debug, Clone, Default)]
pub struct Examined {
    /// The table; absent where the text does not run, or its main decision is no table.
    pub grid: Option<Grid>,
    /// What speaks against publishing it, and advice.
    pub findings: Vec<Objection>,
    /// Its test cases, with their outcome.
    pub cases: Vec<CaseSeen>,
}

/// A table in one of its texts.
#[derive(Debug, Clone)]
pub struct TableSeen {
    /// Its name.
    pub name: Code,
    /// The version that is shown, or that the shown draft begins from; 0 where none was published.
    pub version: i64,
    /// The draft that is shown.
    pub draft: Option<DraftRow>,
    /// SHA-256 of the text.
    pub sha256: Digest,
    /// The text.
    pub xml: String,
    /// What it says.
    pub examined: Examined,
    /// For a draft: why it is changed, and what differs from the version it begins from.
    pub changes: Option<(String, Vec<String>)>,
    /// All versions, newest first.
    pub versions: Vec<VersionRow>,
    /// All drafts, newest first.
    pub drafts: Vec<DraftRow>,
}

/// Reads a text, checks it and runs its cases.
pub fn examine(xml: &str) -> Examined {
    let findings = dmn::check(xml.as_bytes()).into_iter().map(Objection::from).collect();
    match Model::parse(xml) {
        Ok(model) => {
            let cases = model.cases.iter().zip(model.try_cases()).map(case).collect();
            Examined { grid: Grid::of(&model), findings, cases }
        }
        Err(_) => Examined { findings, ..Examined::default() },
    }
}

/// The text with its table changed; the reason where it holds no table.
///
/// # Errors
/// A sentence.
pub fn rewrite(xml: &str, edited: &Edited) -> Result<String, String> {
    edit(xml, edited).map_err(|findings| {
        let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
        texts.join("; ")
    })
}

impl App {
    /// A table, in its newest version, in one version, or in a draft.
    ///
    /// # Errors
    /// `DOC-002`, `DOC-003`.
    pub async fn see_table(&self, name: Code, shown: Shown) -> Result<TableSeen, Error> {
        self.read(move |conn| see(conn, name, shown).map_err(Error::from)).await
    }
}

fn see(conn: &mut Conn, name: Code, shown: Shown) -> Result<TableSeen, Stop> {
    let kind = DocumentKind::Table;
    let stream = document::stream(conn, kind, name.as_str())?.ok_or_else(unknown_document)?;
    let versions = document::versions(conn, kind, name.as_str())?;
    let newest = versions.first().map_or(0, |newest| newest.version);
    let (version, draft, sha256) = match shown {
        Shown::Draft(number) => {
            let row = document::draft(conn, stream, number)?.ok_or_else(unknown_draft)?;
            (row.base, Some(row.clone()), row.sha256)
        }
        Shown::Newest | Shown::Version(_) => {
            let wanted = if let Shown::Version(version) = shown { version } else { newest };
            let found = config::version(conn, kind, name.as_str(), wanted)?;
            (wanted, None, found.ok_or_else(unknown_document)?.sha256)
        }
    };
    let xml = text(conn, sha256)?;
    let examined = examine(&xml);
    let changes = match &draft {
        Some(row) => {
            let before = config::version(conn, kind, name.as_str(), row.base)?;
            let before = before.map(|before| text(conn, before.sha256)).transpose()?;
            let before = before.and_then(|before| examine(&before).grid);
            let changes = before.zip(examined.grid.as_ref());
            let changes = changes.map(|(old, new)| differences(&old, new)).unwrap_or_default();
            Some((word::text(conn, row.word, "rationale")?, changes))
        }
        None => None,
    };
    Ok(TableSeen {
        examined,
        changes,
        drafts: document::drafts(conn, stream)?,
        versions,
        version,
        draft,
        sha256,
        xml,
        name,
    })
}

fn text(conn: &mut Conn, sha256: Digest) -> Result<String, Stop> {
    let (bytes, _) = word::artifact(conn, sha256)?.ok_or_else(unknown_document)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
