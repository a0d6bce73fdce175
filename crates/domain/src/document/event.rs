//! The entries of a document.

use base::{Code, Digest, leaf};

use crate::event::events;

leaf! {
    /// What a document configures.
    pub enum DocumentKind {
        /// A BPMN process.
        Process,
        /// A DMN decision table.
        Table,
        /// An escalation policy.
        Policy,
    }

    /// What a reviewer says.
    pub enum Verdict {
        /// It may go on to approval.
        Accepted,
        /// It goes back to its author, with a reason.
        Returned,
    }

    /// A draft is saved, for the first time or again; word `rationale`; its bytes are the attachment.
    pub struct DraftSaved {
        /// What it configures.
        pub kind: DocumentKind,
        /// The document's name.
        pub name: Code,
        /// The draft's number, from 1 within the document.
        pub draft: u32,
        /// Which saving of it, from 1.
        pub revision: u32,
        /// The version it begins from; 0 where none was published.
        pub base: i64,
        /// SHA-256 of its bytes.
        pub sha256: Digest,
    }

    /// What the checks say of a revision; word `findings`, a list.
    pub struct DraftChecked {
        /// The draft.
        pub draft: u32,
        /// The revision.
        pub revision: u32,
        /// How many findings forbid publication.
        pub refusing: u32,
        /// How many only advise.
        pub advising: u32,
    }

    /// A revision waits for review; word `note`.
    pub struct DraftSubmitted {
        /// The draft.
        pub draft: u32,
        /// The revision.
        pub revision: u32,
        /// SHA-256 of its bytes.
        pub sha256: Digest,
    }

    /// Somebody else read it; word `reason`.
    pub struct DraftReviewed {
        /// The draft.
        pub draft: u32,
        /// The revision.
        pub revision: u32,
        /// SHA-256 of its bytes.
        pub sha256: Digest,
        /// What they say.
        pub verdict: Verdict,
    }

    /// A second person approved exactly these bytes; word `comment`.
    pub struct DraftApproved {
        /// The draft.
        pub draft: u32,
        /// The revision.
        pub revision: u32,
        /// SHA-256 of its bytes.
        pub sha256: Digest,
    }

    /// A draft is given up; word `reason`.
    pub struct DraftWithdrawn {
        /// The draft.
        pub draft: u32,
    }

    /// A version is published; its bytes are the artifact with this digest.
    pub struct DocumentPublished {
        /// What it configures.
        pub kind: DocumentKind,
        /// Its name.
        pub name: Code,
        /// Its version, from 1.
        pub version: i64,
        /// SHA-256 of its bytes.
        pub sha256: Digest,
        /// The approved draft it comes from; absent at the first set-up.
        pub draft: Option<u32>,
    }
}

impl DocumentKind {
    /// Its code: `process`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Table => "table",
            Self::Policy => "policy",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// The media type of its bytes.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Process | Self::Table => "application/xml",
            Self::Policy => "application/json",
        }
    }
}

events! {
    /// What happened to a document.
    pub enum Event {
        /// A draft is saved.
        DraftSaved = "draft_saved",
        /// What the checks say of it.
        DraftChecked = "draft_checked",
        /// It waits for review.
        DraftSubmitted = "draft_submitted",
        /// Somebody else read it.
        DraftReviewed = "draft_reviewed",
        /// A second person approved it.
        DraftApproved = "draft_approved",
        /// It is given up.
        DraftWithdrawn = "draft_withdrawn",
        /// A version is published.
        DocumentPublished = "document_published",
    }
}
