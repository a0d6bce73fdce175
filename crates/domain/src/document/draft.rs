//! From a draft to a version (ground rule G21): each step an entry, each judgement about exact bytes.
//!
//! | step | from | to | who |
//! | --- | --- | --- | --- |
//! | save | any | drafted | an author; judgements of the revision before are void |
//! | submit | drafted | submitted | an author; the checks must not object, the base must be newest |
//! | review | submitted | reviewed, or returned with a reason | not an author |
//! | approve | reviewed | approved | not an author; somebody else stands behind it |
//! | publish | approved | – | anybody who may publish; the base must be newest |
//! | withdraw | any | – | anybody who may publish, with a reason |

use base::{Code, Digest, Id, Timestamp, id};
use evidence::entry;

use super::{
    Document, DocumentKind, DocumentPublished, Draft, DraftApproved, DraftChecked, DraftReviewed,
    DraftSaved, DraftSubmitted, DraftWithdrawn, Event, MAX_DRAFTS, Stage, Verdict, approver_alone,
    draft_conflicts, draft_objected, draft_reason_missing, nothing_changed, other_bytes, own_draft,
    publication_closed, too_many_drafts, unknown_draft, wrong_stage,
};
use crate::Refused;

type Decision = Result<entry::Draft, Refused>;

/// A draft to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDraft {
    /// What it configures.
    pub kind: DocumentKind,
    /// The document's name.
    pub name: Code,
    /// The draft that is saved again; a new one where absent.
    pub draft: Option<u32>,
    /// The version it begins from.
    pub base: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// What the checks counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// Findings that forbid publication.
    pub refusing: u32,
    /// Findings that advise.
    pub advising: u32,
}

/// The draft as its judge saw it: the number and the digest of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The draft.
    pub draft: u32,
    /// SHA-256 of the bytes that were read.
    pub sha256: Digest,
}

/// Saves a draft: the entry with its rationale, and the one with what the checks found.
///
/// # Errors
/// `DOC-003` for a draft that is not open, `DOC-005` for a base that was never published, `DOC-009`
/// without a rationale, `DOC-011` beyond [`MAX_DRAFTS`], `DOC-012` where nothing changes.
pub fn save(
    (stream, document): (Id<id::Document>, Option<&Document>),
    new: &NewDraft,
    rationale: &str,
    (checked, findings): (Checked, serde_json::Value),
    now: Timestamp,
) -> Result<Vec<entry::Draft>, Refused> {
    let rationale = reason(rationale)?;
    let newest = document.map_or(0, |document| document.version);
    if !(0..=newest).contains(&new.base) {
        return Err(draft_conflicts());
    }
    if document.is_some_and(|d| d.version == new.base && d.sha256 == Some(new.sha256)) {
        return Err(nothing_changed());
    }
    let (draft, revision) = numbered(document, new.draft)?;
    let saved = DraftSaved {
        kind: new.kind,
        name: new.name.clone(),
        draft,
        revision,
        base: new.base,
        sha256: new.sha256,
    };
    let Checked { refusing, advising } = checked;
    let checked = DraftChecked { draft, revision, refusing, advising };
    Ok(vec![
        Event::from(saved).draft(stream, now).word("rationale", rationale),
        Event::from(checked).draft(stream, now).word("findings", findings),
    ])
}

/// The number and revision of what is saved.
fn numbered(document: Option<&Document>, again: Option<u32>) -> Result<(u32, u32), Refused> {
    match (again, document) {
        (Some(number), Some(document)) => Ok((number, open(document, number)?.revision + 1)),
        (Some(_), None) => Err(unknown_draft()),
        (None, Some(document)) if document.drafts.len() >= MAX_DRAFTS => Err(too_many_drafts()),
        (None, document) => Ok((document.map_or(0, |document| document.drafted) + 1, 1)),
    }
}

/// Hands a draft to a reviewer.
///
/// # Errors
/// `DOC-003`, `DOC-004` where the checks object, `DOC-005` on an older base, `DOC-007`, `DOC-010`.
pub fn submit(
    (stream, document): (Id<id::Document>, &Document),
    seen: Seen,
    note: &str,
    now: Timestamp,
) -> Decision {
    let draft = at(document, seen, Stage::Drafted)?;
    if draft.checked.is_none() || draft.findings.0 > 0 {
        return Err(draft_objected());
    }
    newest(document, draft)?;
    let Seen { draft: number, sha256 } = seen;
    let event = DraftSubmitted { draft: number, revision: draft.revision, sha256 };
    Ok(Event::from(event).draft(stream, now).word_if("note", words(note)))
}

/// Somebody else accepts it for approval, or returns it with a reason.
///
/// # Errors
/// `DOC-003`, `DOC-007`, `DOC-008` for an author, `DOC-009` without a reason to return it, `DOC-010`.
pub fn review(
    (stream, document): (Id<id::Document>, &Document),
    seen: Seen,
    (verdict, reason): (Verdict, &str),
    by: Id<id::Person>,
    now: Timestamp,
) -> Decision {
    let draft = at(document, seen, Stage::Submitted)?;
    if draft.authors.contains(&by) {
        return Err(own_draft());
    }
    if verdict == Verdict::Returned {
        self::reason(reason)?;
    }
    let Seen { draft: number, sha256 } = seen;
    let event = DraftReviewed { draft: number, revision: draft.revision, sha256, verdict };
    Ok(Event::from(event).draft(stream, now).word_if("reason", words(reason)))
}

/// A second person approves exactly these bytes. That it is a person in a freshly confirmed session
/// whose account is not new is the caller's to prove (ground rules G11, G21).
///
/// # Errors
/// `DOC-003`, `DOC-005` on an older base, `DOC-007`, `DOC-008` for an author, `DOC-010`, `DOC-013`
/// where nobody else stands behind it.
pub fn approve(
    (stream, document): (Id<id::Document>, &Document),
    seen: Seen,
    comment: &str,
    by: Id<id::Person>,
    now: Timestamp,
) -> Decision {
    let draft = at(document, seen, Stage::Reviewed)?;
    if draft.authors.contains(&by) {
        return Err(own_draft());
    }
    // A draft of the host operator names no author: then the reviewer is the other person.
    if draft.authors.is_empty() && draft.reviewer == Some(by) {
        return Err(approver_alone());
    }
    newest(document, draft)?;
    let Seen { draft: number, sha256 } = seen;
    let event = DraftApproved { draft: number, revision: draft.revision, sha256 };
    Ok(Event::from(event).draft(stream, now).word_if("comment", words(comment)))
}

/// Publishes an approved draft as the next version.
///
/// # Errors
/// `DOC-003`, `DOC-005` where another version was first, `DOC-007`.
pub fn publish(
    (stream, document): (Id<id::Document>, &Document),
    number: u32,
    now: Timestamp,
) -> Decision {
    let draft = open(document, number)?;
    if draft.stage != Stage::Approved {
        return Err(wrong_stage());
    }
    newest(document, draft)?;
    let event = DocumentPublished {
        kind: document.kind,
        name: document.name.clone(),
        version: document.version + 1,
        sha256: draft.sha256,
        draft: Some(number),
    };
    Ok(Event::from(event).draft(stream, now))
}

/// Publishes the first version without a draft: the first set-up, and documents that are shipped.
///
/// # Errors
/// `DOC-006` where a version is there already.
pub fn publish_first(
    (stream, document): (Id<id::Document>, Option<&Document>),
    (kind, name): (DocumentKind, Code),
    sha256: Digest,
    now: Timestamp,
) -> Decision {
    if document.is_some_and(|document| document.version > 0) {
        return Err(publication_closed());
    }
    let event = DocumentPublished { kind, name, version: 1, sha256, draft: None };
    Ok(Event::from(event).draft(stream, now))
}

/// Gives a draft up.
///
/// # Errors
/// `DOC-003`, `DOC-009` without a reason.
pub fn withdraw(
    (stream, document): (Id<id::Document>, &Document),
    draft: u32,
    reason: &str,
    now: Timestamp,
) -> Decision {
    open(document, draft)?;
    let reason = self::reason(reason)?;
    Ok(Event::from(DraftWithdrawn { draft }).draft(stream, now).word("reason", reason))
}

/// Whether another version was published since the draft began.
pub fn conflicts(document: &Document, draft: &Draft) -> bool {
    draft.base != document.version
}

fn newest(document: &Document, draft: &Draft) -> Result<(), Refused> {
    if conflicts(document, draft) { Err(draft_conflicts()) } else { Ok(()) }
}

fn open(document: &Document, number: u32) -> Result<&Draft, Refused> {
    document.drafts.get(&number).ok_or_else(unknown_draft)
}

/// The draft at this stage, with the bytes that were seen.
fn at(document: &Document, seen: Seen, stage: Stage) -> Result<&Draft, Refused> {
    let draft = open(document, seen.draft)?;
    if draft.sha256 != seen.sha256 {
        return Err(other_bytes());
    }
    if draft.stage == stage { Ok(draft) } else { Err(wrong_stage()) }
}

fn words(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn reason(text: &str) -> Result<&str, Refused> {
    words(text).ok_or_else(draft_reason_missing)
}
