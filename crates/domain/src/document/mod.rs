//! Documents of configuration: processes, decision tables and policies, in immutable versions.
//!
//! A version is published out of a draft that a second person approved; see `draft` for the way there.

mod draft;
mod event;
pub mod lines;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Digest, Id, id};
use serde::{Deserialize, Serialize};

pub use draft::{
    Checked, NewDraft, Seen, approve, conflicts, publish, publish_first, review, save, submit,
    withdraw,
};
pub use event::{
    DocumentKind, DocumentPublished, DraftApproved, DraftChecked, DraftReviewed, DraftSaved,
    DraftSubmitted, DraftWithdrawn, Event, Verdict,
};

use crate::{Meta, refusal::refusals};

/// The most drafts of a document that may be open at the same time.
pub const MAX_DRAFTS: usize = 20;

refusals! {
    /// The document cannot be run.
    not_executable: Invalid = "DOC-001", "This document cannot be published as it is.";
    /// A decision table leaves inputs without an answer, or contradicts itself.
    table_incomplete: Invalid = "DOC-030",
        "This decision table does not answer every input with one voice.";
    /// A test case of a decision table fails.
    case_fails: Invalid = "DOC-031", "A test case of this decision table fails.";
    /// No such document.
    unknown_document: Missing = "DOC-002", "There is no published document of this name.";
    /// No such draft, or it is over.
    unknown_draft: Missing = "DOC-003", "There is no open draft of this number.";
    /// The checks object.
    draft_objected: State = "DOC-004",
        "The checks object to this draft. Mend what they name, save it, and submit it again.";
    /// Another version was published since.
    draft_conflicts: State = "DOC-005",
        "Another version was published since this draft began. Compare it with the newest version \
         and save it again on that one.";
    /// Publication without a draft is over.
    publication_closed: Forbidden = "DOC-006",
        "After the first set-up a document is published from an approved draft only. Save a draft.";
    /// The draft is not where this step begins.
    wrong_stage: State = "DOC-007", "This draft is not ready for this step. Load it again.";
    /// Nobody judges their own draft.
    own_draft: Forbidden = "DOC-008", "You wrote or submitted this draft; another person judges it.";
    /// A reason is wanted.
    draft_reason_missing: Invalid = "DOC-009", "Say why, in a sentence or two.";
    /// The draft was saved again meanwhile.
    other_bytes: State = "DOC-010",
        "The draft was saved again meanwhile. Read what it says now, then judge that.";
    /// Too many drafts.
    too_many_drafts: State = "DOC-011",
        "This document has as many open drafts as are allowed. Finish or withdraw one first.";
    /// Nothing would change.
    nothing_changed: Invalid = "DOC-012", "This draft says the same as the version it begins from.";
    /// Beyond what a document may have.
    too_large: Invalid = "DOC-014", "A document has at most 2 MiB.";
    /// Only the approver stands behind it.
    approver_alone: Forbidden = "DOC-013",
        "Nobody but you stands behind this draft. Another person reviews it first.";
}

/// How far a draft has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Being written.
    Drafted,
    /// Returned by a reviewer with a reason; a new revision answers it.
    Returned,
    /// Waits for a reviewer.
    Submitted,
    /// Waits for an approver.
    Reviewed,
    /// May be published.
    Approved,
}

impl Stage {
    /// Its code: `submitted`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Returned => "returned",
            Self::Submitted => "submitted",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
        }
    }
}

/// An open draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Counted up whenever it is saved; judgements hold for one revision.
    pub revision: u32,
    /// The version it begins from; 0 where none was published.
    pub base: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How far it has come.
    pub stage: Stage,
    /// The entry that saved this revision; its word is the rationale.
    pub saved: i64,
    /// The entry with what the checks said of this revision.
    pub checked: Option<i64>,
    /// How many findings forbid it, and how many advise.
    pub findings: (u32, u32),
    /// Who wrote any of its revisions, or submitted it.
    pub authors: BTreeSet<Id<id::Person>>,
    /// Who reviewed this revision.
    pub reviewer: Option<Id<id::Person>>,
    /// Who approved this revision.
    pub approver: Option<Id<id::Person>>,
    /// The entry of the newest judgement: submitted, reviewed, returned, approved.
    pub judged: Option<i64>,
}

/// A document, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it configures.
    pub kind: DocumentKind,
    /// Its name.
    pub name: Code,
    /// The newest published version; 0 before the first.
    pub version: i64,
    /// The newest version's bytes.
    pub sha256: Option<Digest>,
    /// Open drafts by number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drafts: BTreeMap<u32, Draft>,
    /// The last number given to a draft.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub drafted: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Folds one entry. A judgement of a draft that is not open changes nothing.
pub fn apply(state: Option<Document>, event: &Event, meta: &Meta) -> Option<Document> {
    let begun = |kind, name: &Code| Document {
        kind,
        name: name.clone(),
        version: 0,
        sha256: None,
        drafts: BTreeMap::new(),
        drafted: 0,
    };
    let mut next = match (state, event) {
        (Some(state), _) => state,
        (None, Event::DocumentPublished(e)) => begun(e.kind, &e.name),
        (None, Event::DraftSaved(e)) => begun(e.kind, &e.name),
        (None, _) => return None,
    };
    match event {
        Event::DocumentPublished(e) => {
            (next.version, next.sha256) = (e.version, Some(e.sha256));
            e.draft.and_then(|draft| next.drafts.remove(&draft));
        }
        Event::DraftSaved(e) => next.saved(e, meta),
        Event::DraftWithdrawn(e) => drop(next.drafts.remove(&e.draft)),
        Event::DraftChecked(e) => next.with(e.draft, |draft| {
            (draft.checked, draft.findings) = (Some(meta.seq), (e.refusing, e.advising));
        }),
        Event::DraftSubmitted(e) => next.judged(e.draft, meta, |draft| {
            draft.authors.extend(meta.person());
            draft.stage = Stage::Submitted;
        }),
        Event::DraftReviewed(e) => next.judged(e.draft, meta, |draft| {
            draft.reviewer = meta.person();
            draft.stage = match e.verdict {
                Verdict::Accepted => Stage::Reviewed,
                Verdict::Returned => Stage::Returned,
            };
        }),
        Event::DraftApproved(e) => next.judged(e.draft, meta, |draft| {
            (draft.approver, draft.stage) = (meta.person(), Stage::Approved);
        }),
    }
    Some(next)
}

impl Document {
    fn with(&mut self, number: u32, change: impl FnOnce(&mut Draft)) {
        if let Some(draft) = self.drafts.get_mut(&number) {
            change(draft);
        }
    }

    fn judged(&mut self, number: u32, meta: &Meta, change: impl FnOnce(&mut Draft)) {
        self.with(number, |draft| {
            draft.judged = Some(meta.seq);
            change(draft);
        });
    }

    /// A new revision starts the judgements again; who wrote one before stays an author.
    fn saved(&mut self, e: &DraftSaved, meta: &Meta) {
        let authors = self.drafts.remove(&e.draft).map(|draft| draft.authors);
        let draft = Draft {
            revision: e.revision,
            base: e.base,
            sha256: e.sha256,
            stage: Stage::Drafted,
            saved: meta.seq,
            checked: None,
            findings: (0, 0),
            authors: authors.into_iter().flatten().chain(meta.person()).collect(),
            reviewer: None,
            approver: None,
            judged: None,
        };
        self.drafts.insert(e.draft, draft);
        self.drafted = self.drafted.max(e.draft);
    }
}
