//! One process with everything its page shows, and one draft with everything its judge reads.

use std::{collections::BTreeMap, sync::Arc};

use base::{Code, Digest, Id, Timestamp, id};
use db::Conn;
use domain::document::{Document, DocumentKind, unknown_document, unknown_draft};
use process::Model;
use store::{
    config, document,
    document::{DraftRow, VersionRow},
    governed, incident, log, word,
};

use super::compare::{Compared, Text, compared, text};
use crate::{
    App, Error,
    config::{Objection, Which},
    turn::Stop,
};

/// The most open cases whose tokens are painted.
const PAINTED: i64 = 200;

/// A process in one of its versions.
#[derive(Debug, Clone)]
pub struct ProcessSeen {
    /// Its name.
    pub name: Code,
    /// The version that is shown; 0 where none was published.
    pub version: i64,
    /// SHA-256 of that version's bytes.
    pub sha256: Option<Digest>,
    /// The version as text.
    pub xml: String,
    /// The version as it runs.
    pub model: Option<Arc<Model>>,
    /// All versions, newest first.
    pub versions: Vec<VersionRow>,
    /// All drafts, newest first.
    pub drafts: Vec<DraftRow>,
    /// Open incidents by version, the newest first.
    pub running: Vec<(i64, i64)>,
    /// How many tokens of open cases on this version stand on each element.
    pub tokens: BTreeMap<Code, u32>,
}

/// What somebody said of a draft.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The entry.
    pub seq: i64,
    /// Its type.
    pub kind: Code,
    /// Who: a person's id, or the server's for the host operator.
    pub by: Code,
    /// When.
    pub at: Timestamp,
    /// Their words.
    pub words: String,
    /// For a review: `accepted` or `returned`.
    pub verdict: String,
}

/// A draft with what it changes, what the checks say, and what was said of it.
#[derive(Debug, Clone)]
pub struct DraftSeen {
    /// The row.
    pub row: DraftRow,
    /// The document's state.
    pub document: Document,
    /// Why it is changed.
    pub rationale: String,
    /// What the checks said of this revision.
    pub findings: Vec<Objection>,
    /// Against the version it begins from.
    pub compared: Compared,
    /// Everything that happened to it, oldest first.
    pub judgements: Vec<Judgement>,
}

impl App {
    /// A process, in its newest version or in `version`.
    ///
    /// # Errors
    /// `DOC-002`.
    pub async fn see_process(
        &self,
        name: Code,
        version: Option<i64>,
    ) -> Result<ProcessSeen, Error> {
        let app = self.clone();
        self.read(move |conn| see(&app, conn, name, version).map_err(Error::from)).await
    }

    /// A draft, open or over.
    ///
    /// # Errors
    /// `DOC-002`, `DOC-003`.
    pub async fn see_draft(&self, which: Which, number: u32) -> Result<DraftSeen, Error> {
        self.read(move |conn| see_draft(conn, &which, number).map_err(Error::from)).await
    }
}

fn see(app: &App, conn: &mut Conn, name: Code, version: Option<i64>) -> Result<ProcessSeen, Stop> {
    let kind = DocumentKind::Process;
    let stream = document::stream(conn, kind, name.as_str())?.ok_or_else(unknown_document)?;
    let versions = document::versions(conn, kind, name.as_str())?;
    let newest = versions.first().map_or(0, |newest| newest.version);
    let shown = version.unwrap_or(newest);
    let found = config::version(conn, kind, name.as_str(), shown)?;
    if found.is_none() && version.is_some() {
        return Err(unknown_document().into());
    }
    let sha256 = found.map(|found| found.sha256);
    let running = governed::running(conn)?.into_iter().filter(|r| r.process == name.as_str());
    let which = (kind, name.clone());
    Ok(ProcessSeen {
        version: shown,
        sha256,
        xml: text(conn, &which, Text::Version(shown))?,
        model: sha256.map(|sha256| app.documents().model(conn, sha256)).transpose()?,
        versions,
        drafts: document::drafts(conn, stream)?,
        running: running.map(|running| (running.version, running.cases)).collect(),
        tokens: tokens(conn, name.as_str(), shown)?,
        name,
    })
}

fn tokens(conn: &mut Conn, name: &str, version: i64) -> Result<BTreeMap<Code, u32>, Stop> {
    let mut tokens = BTreeMap::new();
    for case in governed::open_on(conn, name, version, PAINTED)? {
        let Some(state) = incident::load(conn, case.incident)? else { continue };
        for token in state.process.state.tokens.values() {
            *tokens.entry(token.element.clone()).or_default() += 1;
        }
    }
    Ok(tokens)
}

fn see_draft(conn: &mut Conn, which: &Which, number: u32) -> Result<DraftSeen, Stop> {
    let stream = document::stream(conn, which.0, which.1.as_str())?;
    let stream = stream.ok_or_else(unknown_document)?;
    let row = document::draft(conn, stream, number)?.ok_or_else(unknown_draft)?;
    let document = document::load(conn, stream)?.ok_or_else(unknown_document)?;
    let said = row.checked.map(|seq| document::findings(conn, seq)).transpose()?;
    let findings = said.unwrap_or_default().into_iter();
    let old = text(conn, which, Text::Version(row.base))?;
    let new = text(conn, which, Text::Draft(number))?;
    Ok(DraftSeen {
        rationale: word::text(conn, row.word, "rationale")?,
        findings: findings.filter_map(|found| serde_json::from_value(found).ok()).collect(),
        compared: compared(which.0, old, new),
        judgements: judgements(conn, stream, number)?,
        row,
        document,
    })
}

/// The entries of one draft, without what the checks said.
fn judgements(
    conn: &mut Conn,
    stream: Id<id::Document>,
    number: u32,
) -> Result<Vec<Judgement>, Stop> {
    let mut found = Vec::new();
    for stored in log::stream(conn, &stream.to_string())? {
        let entry = stored.entry()?;
        if entry.data["draft"] != number || entry.kind.as_str() == "draft_checked" {
            continue;
        }
        let mut words = String::new();
        for field in ["rationale", "note", "reason", "comment"] {
            words.push_str(&word::text(conn, stored.seq, field)?);
        }
        let verdict = entry.data["verdict"].as_str().unwrap_or_default().to_owned();
        let (seq, at) = (stored.seq, stored.recorded_at);
        found.push(Judgement { seq, kind: entry.kind, by: entry.actor.id, at, words, verdict });
    }
    Ok(found)
}
