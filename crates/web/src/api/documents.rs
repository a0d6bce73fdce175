//! `/api/v1/documents`: processes, decision tables and policies, their versions and drafts; how cases of
//! a process went; which version governs an incident. Review and approval are acts of people on pages.

use app::{
    config::{DraftToSave, Objection, Which},
    library::Text,
};
use axum::{extract::State, response::IntoResponse};
use base::{Code, Digest, Timestamp};
use domain::document::{DocumentKind, Seen, unknown_document};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::document::{DraftRow, VersionRow};

use super::{
    asks::CaseAsks,
    list::List,
    spec::{Created, Done, Exact, Media},
    take::{Json, Path, Query},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// A document of configuration.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DocumentListed {
    /// Its name.
    name: Code,
    /// What it calls itself.
    title: String,
    /// Its newest version; 0 before the first.
    version: i64,
    /// SHA-256 of the newest version's bytes.
    sha256: Option<Digest>,
    /// How many of its drafts are open.
    open_drafts: usize,
    /// For a process: how many open incidents run on any of its versions.
    open_cases: i64,
}

/// A document with its versions and drafts.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DocumentSeen {
    /// Published versions, newest first.
    versions: Vec<VersionSeen>,
    /// Drafts, newest first.
    drafts: Vec<DraftListed>,
}

/// A published version.
#[derive(Debug, Serialize, JsonSchema)]
struct VersionSeen {
    /// Its number.
    version: i64,
    /// SHA-256 of its bytes.
    sha256: Digest,
    /// When it was published.
    published_at: Timestamp,
    /// The entry that published it.
    entry: i64,
}

/// A draft in a list.
#[derive(Debug, Serialize, JsonSchema)]
struct DraftListed {
    /// Its number.
    draft: u32,
    /// `drafted`, `returned`, `submitted`, `reviewed`, `approved`, `published` or `withdrawn`.
    stage: String,
    /// Its newest revision.
    revision: u32,
    /// The version it begins from; 0 where there was none.
    base: i64,
    /// SHA-256 of its bytes.
    sha256: Digest,
    /// How many findings forbid publication.
    refusing: i64,
    /// How many findings advise.
    advising: i64,
}

/// A draft to save.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDraft {
    /// The document's text: BPMN 2.0, DMN, or a policy as JSON.
    document: String,
    /// Why it is changed.
    rationale: String,
    /// The draft that is saved again; a new one where absent.
    #[serde(default)]
    draft: Option<u32>,
    /// The version it begins from; the newest where absent.
    #[serde(default)]
    base: Option<i64>,
}

/// A draft that was saved, and what the checks say of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DraftSaved {
    /// Its number.
    draft: u32,
    /// Its revision.
    revision: u32,
    /// The version it begins from.
    base: i64,
    /// SHA-256 of its bytes.
    sha256: Digest,
    /// What the checks say.
    findings: Vec<FindingSeen>,
}

/// One thing that a check has to say.
#[derive(Debug, Serialize, JsonSchema)]
struct FindingSeen {
    /// The element or rule.
    id: String,
    /// The line, from 1; 0 where it has none.
    line: u32,
    /// The column, from 1; 0 where it has none.
    column: u32,
    /// The rule's name.
    rule: String,
    /// What is wrong and what to do.
    message: String,
    /// Whether it forbids publication.
    refuses: bool,
}

/// A draft with what it changes.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DraftSeen {
    /// Its number.
    draft: u32,
    /// `drafted`, `returned`, `submitted`, `reviewed`, `approved`, `published` or `withdrawn`.
    stage: String,
    /// Its newest revision.
    revision: u32,
    /// The version it begins from.
    base: i64,
    /// Whether another version was published since.
    conflicts: bool,
    /// SHA-256 of its bytes.
    sha256: Digest,
    /// Why it is changed.
    rationale: String,
    /// What the checks say.
    findings: Vec<FindingSeen>,
    /// Against the version it begins from, element by element.
    changes: Vec<ChangeSeen>,
}

/// An element or rule that differs.
#[derive(Debug, Serialize, JsonSchema)]
struct ChangeSeen {
    /// Its id.
    id: String,
    /// Its tag.
    tag: String,
    /// Its name.
    name: String,
    /// `added`, `changed`, `moved` or `removed`.
    what: String,
    /// What differs: the field, before, after.
    fields: Vec<FieldSeen>,
}

/// A field that differs.
#[derive(Debug, Serialize, JsonSchema)]
struct FieldSeen {
    /// Its name.
    field: String,
    /// What it said before.
    before: Option<String>,
    /// What it says now.
    after: Option<String>,
}

/// The draft as the caller saw it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submission {
    /// SHA-256 of the bytes that are submitted.
    sha256: Digest,
    /// A word to the reviewer.
    #[serde(default)]
    note: String,
}

/// Why a draft is given up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawal {
    /// The reason.
    reason: String,
}

/// A version that was published.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct VersionPublished {
    /// Its number.
    version: i64,
}

/// Which version's elements are asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryAsked {
    /// The version; the newest where absent.
    version: Option<i64>,
}

/// How the newest cases of a process went.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StorySeen {
    /// The version whose elements are told.
    version: i64,
    /// How many cases were read.
    cases: usize,
    /// How many of them are open.
    open: usize,
    /// By element, in the order of the model.
    elements: Vec<ElementSeen>,
}

/// How one element fared.
#[derive(Debug, Serialize, JsonSchema)]
struct ElementSeen {
    /// The element.
    element: Code,
    /// Its name.
    name: String,
    /// Tokens of open cases here now.
    tokens: u32,
    /// How often entered.
    entered: u32,
    /// How often done.
    completed: u32,
    /// How often passed by exception.
    exceptions: u32,
    /// How often a token could not go on.
    faults: u32,
    /// The stay in the middle, in seconds.
    median_seconds: Option<i64>,
    /// The longest stay, in seconds.
    longest_seconds: Option<i64>,
}

/// Where an incident stands in its process, and which version governs it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CaseSeen {
    /// The process.
    process: Code,
    /// The version that governs it now.
    version: i64,
    /// SHA-256 of that version's bytes.
    sha256: Digest,
    /// Elements on which its tokens stand.
    standing: Vec<Code>,
    /// Elements that it is done with.
    done: Vec<Code>,
    /// Elements that were passed by exception.
    excepted: Vec<Code>,
    /// What it asks of people beside its tasks.
    #[serde(flatten)]
    asks: CaseAsks,
}

/// The bytes of a document.
pub(crate) struct DocumentBytes;

impl Media for DocumentBytes {
    const TYPE: &'static str = "application/octet-stream";
    const SAYS: &'static str = "The document, byte for byte.";
}

fn kind(text: &str) -> Result<DocumentKind, Trouble> {
    DocumentKind::from_code(text).ok_or_else(|| unknown_document().into())
}

/// Lists documents of a kind.
pub(crate) async fn documents(
    State(web): State<Web>,
    Path(of): Path<String>,
) -> Result<Json<List<DocumentListed>>, Trouble> {
    let listed = web.app().list_documents(kind(&of)?).await?.into_iter();
    let items = listed.map(|document| DocumentListed {
        version: document.newest.as_ref().map_or(0, |newest| newest.version),
        sha256: document.newest.as_ref().map(|newest| newest.sha256),
        open_drafts: document.drafts.len(),
        open_cases: document.running.iter().map(|(_, cases)| cases).sum(),
        title: document.title,
        name: document.name,
    });
    Ok(Json(List { items: items.collect(), next: None }))
}

/// Reads a document.
pub(crate) async fn document(
    State(web): State<Web>,
    Path((of, name)): Path<(String, Code)>,
) -> Result<Json<DocumentSeen>, Trouble> {
    let kind = kind(&of)?;
    let found = web.app().look(move |conn| {
        let Some(stream) = store::document::stream(conn, kind, name.as_str())? else {
            return Ok(None);
        };
        let versions = store::document::versions(conn, kind, name.as_str())?;
        Ok(Some((versions, store::document::drafts(conn, stream)?)))
    });
    let (versions, drafts) = found.await?.ok_or_else(unknown_document)?;
    let versions = versions.iter().map(version_seen).collect();
    Ok(Json(DocumentSeen { versions, drafts: drafts.into_iter().map(draft_listed).collect() }))
}

/// Reads the bytes of a version.
pub(crate) async fn version(
    State(web): State<Web>,
    Path((of, name, version)): Path<(String, Code, i64)>,
) -> Result<Exact<DocumentBytes>, Trouble> {
    let text = Text::Version(if version < 1 { i64::MAX } else { version });
    bytes(&web, (kind(&of)?, name), text).await
}

/// Reads the bytes of a draft.
pub(crate) async fn draft_bytes(
    State(web): State<Web>,
    Path((of, name, draft)): Path<(String, Code, u32)>,
) -> Result<Exact<DocumentBytes>, Trouble> {
    bytes(&web, (kind(&of)?, name), Text::Draft(draft)).await
}

async fn bytes(web: &Web, which: Which, text: Text) -> Result<Exact<DocumentBytes>, Trouble> {
    let (bytes, _) = web.app().document_bytes(which, text).await?;
    Ok(Exact::new(bytes.into_response()))
}

/// Saves a draft.
pub(crate) async fn save_draft(
    State(web): State<Web>,
    Path((of, name)): Path<(String, Code)>,
    Asker(caller): Asker,
    Json(new): Json<NewDraft>,
) -> Result<Created<DraftSaved>, Trouble> {
    let draft = DraftToSave {
        kind: kind(&of)?,
        name: name.clone(),
        draft: new.draft,
        base: new.base,
        rationale: new.rationale,
        bytes: new.document.into_bytes(),
    };
    let saved = web.app().save_draft(&caller, draft).await?;
    let at = format!("/api/v1/documents/{of}/{name}/drafts/{}", saved.draft);
    let body = DraftSaved {
        draft: saved.draft,
        revision: saved.revision,
        base: saved.base,
        sha256: saved.sha256,
        findings: saved.findings.into_iter().map(finding).collect(),
    };
    Ok(Created { at, body })
}

/// Reads a draft.
pub(crate) async fn draft(
    State(web): State<Web>,
    Path((of, name, draft)): Path<(String, Code, u32)>,
) -> Result<Json<DraftSeen>, Trouble> {
    let seen = web.app().see_draft((kind(&of)?, name), draft).await?;
    let changes = seen.compared.changes.into_iter().map(|change| ChangeSeen {
        what: change.what.code().to_owned(),
        fields: change.fields.into_iter().map(field).collect(),
        id: change.id,
        tag: change.tag,
        name: change.name,
    });
    Ok(Json(DraftSeen {
        draft,
        conflicts: seen.row.is_open() && seen.row.base != seen.document.version,
        stage: seen.row.stage,
        revision: seen.row.revision,
        base: seen.row.base,
        sha256: seen.row.sha256,
        rationale: seen.rationale,
        findings: seen.findings.into_iter().map(finding).collect(),
        changes: changes.collect(),
    }))
}

/// Submits a draft for review.
pub(crate) async fn submit_draft(
    State(web): State<Web>,
    Path((of, name, draft)): Path<(String, Code, u32)>,
    Asker(caller): Asker,
    Json(given): Json<Submission>,
) -> Result<Done, Trouble> {
    let seen = Seen { draft, sha256: given.sha256 };
    web.app().submit_draft(&caller, (kind(&of)?, name), (seen, given.note)).await?;
    Ok(Done)
}

/// Publishes an approved draft.
pub(crate) async fn publish_draft(
    State(web): State<Web>,
    Path((of, name, draft)): Path<(String, Code, u32)>,
    Asker(caller): Asker,
) -> Result<Json<VersionPublished>, Trouble> {
    let version = web.app().publish_draft(&caller, (kind(&of)?, name), draft).await?;
    Ok(Json(VersionPublished { version }))
}

/// Withdraws a draft.
pub(crate) async fn withdraw_draft(
    State(web): State<Web>,
    Path((of, name, draft)): Path<(String, Code, u32)>,
    Asker(caller): Asker,
    Json(given): Json<Withdrawal>,
) -> Result<Done, Trouble> {
    web.app().withdraw_draft(&caller, (kind(&of)?, name), (draft, given.reason)).await?;
    Ok(Done)
}

/// Tells how the cases of a process went.
pub(crate) async fn insights(
    State(web): State<Web>,
    Path(name): Path<Code>,
    Query(asked): Query<StoryAsked>,
) -> Result<Json<StorySeen>, Trouble> {
    let story = web.app().process_story(name, asked.version).await?;
    let elements = story.model.elements().iter().map(|element| {
        let told = story.elements.get(&element.id).cloned().unwrap_or_default();
        ElementSeen {
            element: element.id.clone(),
            name: element.name.clone(),
            tokens: told.tokens,
            entered: told.entered,
            completed: told.completed,
            exceptions: told.exceptions,
            faults: told.faults,
            median_seconds: told.median().map(|stay| stay.as_micros() / 1_000_000),
            longest_seconds: told.longest().map(|stay| stay.as_micros() / 1_000_000),
        }
    });
    let elements = elements.collect();
    Ok(Json(StorySeen { version: story.version, cases: story.cases, open: story.open, elements }))
}

/// Tells where an incident stands in its process.
pub(crate) async fn case(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<Json<CaseSeen>, Trouble> {
    let seen = web.app().see_incident(&reference, i64::MAX).await?;
    let running = &seen.state.process;
    let done = running.state.visits.iter().filter(|(_, visit)| visit.left > 0);
    Ok(Json(CaseSeen {
        process: running.name.clone(),
        version: running.version,
        sha256: running.sha256,
        standing: running.state.active().into_iter().cloned().collect(),
        done: done.map(|(id, _)| id.clone()).collect(),
        excepted: running.state.excepted.keys().cloned().collect(),
        asks: CaseAsks::of(&seen),
    }))
}

fn version_seen(row: &VersionRow) -> VersionSeen {
    let VersionRow { version, sha256, published_at, seq } = *row;
    VersionSeen { version, sha256, published_at, entry: seq }
}

fn draft_listed(row: DraftRow) -> DraftListed {
    DraftListed {
        draft: row.draft,
        stage: row.stage,
        revision: row.revision,
        base: row.base,
        sha256: row.sha256,
        refusing: row.refusing,
        advising: row.advising,
    }
}

fn finding(found: Objection) -> FindingSeen {
    let Objection { id, line, column, rule, message, refuses } = found;
    FindingSeen { id, line, column, rule, message, refuses }
}

fn field((field, before, after): (String, Option<String>, Option<String>)) -> FieldSeen {
    FieldSeen { field, before, after }
}
