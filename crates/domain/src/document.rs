//! Documents of configuration: processes, decision tables and policies, in immutable versions.

use base::{Code, Digest, leaf};
use serde::{Deserialize, Serialize};

use crate::{Meta, event::events, refusal::refusals};

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
    }
}

events! {
    /// What happened to a document.
    pub enum Event {
        /// A version is published.
        DocumentPublished = "document_published",
    }
}

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
}

/// A document, folded from its stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// What it configures.
    pub kind: DocumentKind,
    /// Its name.
    pub name: Code,
    /// The newest version.
    pub version: i64,
    /// The newest version's bytes.
    pub sha256: Digest,
}

/// Folds one entry.
pub fn apply(_: Option<Document>, event: &Event, _: &Meta) -> Option<Document> {
    let Event::DocumentPublished(e) = event;
    let name = e.name.clone();
    Some(Document { kind: e.kind, name, version: e.version, sha256: e.sha256 })
}
