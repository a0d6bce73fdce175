//! `manifest.json`: what a pack claims to be. What matters in it is checked against the log.

use std::collections::BTreeMap;

use base::{Code, Digest, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{canonical, sha256};

/// The version of the pack's layout.
pub const FORMAT: u32 = 1;

/// What a pack claims. Written as canonical JSON with a checksum over the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The layout: [`FORMAT`].
    pub format: u32,
    /// What was asked for.
    pub kind: PackKind,
    /// The incident's stream, where it is an incident's pack; as in the `export_taken` entry.
    pub incident: Option<Code>,
    /// The positions asked for, where it is a range; each of them is in the pack.
    pub range: Option<Span>,
    /// Name of the log.
    pub origin: String,
    /// Size of the tree of the pack's checkpoint.
    pub size: u64,
    /// The streams that are in it whole.
    pub streams: Vec<StreamTail>,
    /// Positions of the `export_taken` entries that logged these streams, in order; at least one.
    pub export_entries: Vec<u64>,
    /// Versions of the software and formats that wrote it.
    pub versions: BTreeMap<Code, Code>,
    /// The actor of the first export entry.
    pub exported_by: Code,
    /// When that entry was recorded.
    pub exported_at: Timestamp,
    /// Files for people, which no proof covers: `README.txt`, `report.pdf`.
    pub files: Vec<ListedFile>,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackKind {
    /// One incident with its streams.
    Incident,
    /// A stretch of the log, for instance a period.
    Range,
    /// The log from its first entry.
    Log,
}

/// A stretch of positions, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first position.
    pub first: u64,
    /// The position after the last.
    pub end: u64,
}

/// How far a stream went when the export was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamTail {
    /// The stream.
    pub stream: Code,
    /// How many entries it had.
    pub length: i64,
    /// Leaf hash of the last of them.
    pub head: Digest,
}

/// A file by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedFile {
    /// Where it is in the pack.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

/// Why bytes are not a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadManifest {
    /// Not canonical JSON.
    #[error(transparent)]
    Form(#[from] canonical::NotCanonical),
    /// The checksum is not that of the rest.
    #[error("the checksum does not fit")]
    Checksum,
    /// Not the members that a manifest has.
    #[error("{0}")]
    Members(String),
    /// Written by a later program.
    #[error("layout {0} is not known here")]
    Format(u32),
}

const CHECKSUM: &str = "checksum";

impl Manifest {
    /// Its bytes, with a checksum. The same manifest has always the same bytes.
    ///
    /// # Errors
    /// When a number in it is beyond 2^53 - 1.
    pub fn to_bytes(&self) -> Result<Vec<u8>, canonical::Unwritable> {
        let mut value = serde_json::to_value(self).expect("invariant: a manifest is JSON");
        let checksum = sha256(&canonical::to_vec(&value)?).to_string();
        if let Value::Object(members) = &mut value {
            members.insert(CHECKSUM.to_owned(), Value::from(checksum));
        }
        canonical::to_vec(&value)
    }

    /// The manifest of these bytes.
    ///
    /// # Errors
    /// When they are not exactly what [`Self::to_bytes`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadManifest> {
        let mut value = canonical::parse(bytes)?;
        let claimed = value.as_object_mut().and_then(|members| members.remove(CHECKSUM));
        let rest = canonical::to_vec(&value).map_err(|_| BadManifest::Checksum)?;
        if claimed != Some(Value::from(sha256(&rest).to_string())) {
            return Err(BadManifest::Checksum);
        }
        let read: Result<Self, _> = serde_json::from_value(value);
        let manifest = read.map_err(|error| BadManifest::Members(error.to_string()))?;
        if manifest.format == FORMAT {
            Ok(manifest)
        } else {
            Err(BadManifest::Format(manifest.format))
        }
    }
}
