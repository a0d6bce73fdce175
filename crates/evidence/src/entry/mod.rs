//! One entry of the log: who did what, when, under which rules, with which words committed to.
//!
//! Decides the shape of the bytes. The position in the log is not part of them: a position is where a
//! row stands, and the tree proves it. Words of people and senders are never here, only salted
//! commitments to them (architecture, section 2).

mod draft;
mod parse;
mod seal;
#[cfg(test)]
mod tests;
mod word;
mod write;

use std::{collections::BTreeMap, fmt, str::FromStr};

use base::{Code, Digest, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

pub use draft::{Draft, Envelope};
pub use parse::NotAnEntry;
pub use seal::{Sealed, SealedWord, Tail, Unsealable, seal};
pub use word::{Erasable, commitment};

/// The version of the entry format that is written.
pub const VERSION: i64 = 1;

/// The most bytes an entry may have: bundles carry its length in 16 bits.
pub const MAX_ENTRY: usize = 65_535;

/// The most bytes of a canonical word that are kept in a row; above it is an artifact.
pub const MAX_WORD: usize = 16 * 1024;

/// An entry as recorded. Its bytes are RFC 8785 JSON with exactly these keys; `kind` is written `type`.
/// Numbers are counts, positions and versions: never negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What happened, past tense: `severity_decided`.
    pub kind: Code,
    /// The stream it belongs to: the text form of an id.
    pub stream: Code,
    /// Its number within the stream, from 0.
    pub stream_seq: i64,
    /// Leaf hash of the stream's entry before it; none for the first.
    pub prev_in_stream: Option<Digest>,
    /// Fresh randomness, so that equal events have different leaves.
    pub nonce: [u8; 16],
    /// When it happened, as claimed.
    pub occurred_at: Timestamp,
    /// When it was recorded, by the server's clock.
    pub recorded_at: Timestamp,
    /// Who acted.
    pub actor: Actor,
    /// For whom, when not for oneself.
    pub on_behalf_of: Option<Code>,
    /// The session or token it came through.
    pub session: Option<Code>,
    /// Real, exercise, or told afterwards.
    pub mode: Mode,
    /// Position in the log of the entry that caused this one.
    pub cause: Option<i64>,
    /// The process, table and configuration it ran under.
    pub under: Under,
    /// Leaf-safe facts only.
    pub data: Value,
    /// Commitments to words, by field name.
    pub committed: BTreeMap<Code, Digest>,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
}

/// Who acted, by pseudonymous id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The text form of an id.
    pub id: Code,
    /// What sort of actor.
    pub kind: ActorKind,
}

base::leaf! {
    /// The sorts of actor.
    pub enum ActorKind {
        /// A natural person with an account.
        Person,
        /// A named service with a token.
        Service,
        /// A due row that came due.
        Timer,
        /// Whoever runs the command line on the host.
        Host,
        /// Whoever sent something to an integration.
        Sender,
    }

    /// Whether an entry tells of the real world.
    pub enum Mode {
        /// It happened for real and is recorded as it goes.
        Live,
        /// Part of an exercise.
        Exercise,
        /// Recorded long after, from other sources.
        Retrospective,
    }
}

/// The versions of process, decision table and configuration under which an entry was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Under {
    /// The process definition.
    pub process: Option<Code>,
    /// Its version.
    pub version: Option<i64>,
    /// SHA-256 of its BPMN text.
    pub sha256: Option<Digest>,
    /// The element that was current.
    pub element: Option<Code>,
    /// The process instance.
    pub instance: Option<Code>,
    /// The decision table.
    pub table: Option<Code>,
    /// Its version.
    pub table_version: Option<i64>,
    /// The version of the configuration.
    pub config_version: Option<i64>,
}

/// A file that belongs to an entry, by the hash of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// SHA-256 of the bytes.
    pub hash: Digest,
    /// Their number.
    pub size: i64,
    /// What they are.
    pub media_type: MediaType,
}

/// A media type such as `application/pdf`: lower case, without parameters, at most 96 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MediaType(String);

/// Why a text is not a media type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a media type: two names of a-z 0-9 . + - with a slash between")]
pub struct NotAMediaType;

impl MediaType {
    /// The longest that is taken.
    pub const MAX: usize = 96;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For bytes of which nothing is known.
    pub fn unknown() -> Self {
        Self("application/octet-stream".to_owned())
    }
}

impl FromStr for MediaType {
    type Err = NotAMediaType;

    fn from_str(text: &str) -> Result<Self, NotAMediaType> {
        let (kind, subtype) = text.split_once('/').ok_or(NotAMediaType)?;
        let name = |part: &str| {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".+-_".contains(&b);
            !part.is_empty() && part.bytes().all(fits)
        };
        let fits = text.len() <= Self::MAX && name(kind) && name(subtype);
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAMediaType) }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for MediaType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
