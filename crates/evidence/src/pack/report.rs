//! What a verifier says: the verdict, and what it looked at.

use base::Code;
use serde::{Serialize, Serializer};

use crate::{
    entry::NotAnEntry, merkle::Refuted, note::BadNote, pack::fields::BadLine,
    pack::manifest::BadManifest,
};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The answer.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Name of the log, as the checkpoint has it.
    pub origin: Option<String>,
    /// Size of the tree of the checkpoint.
    pub size: u64,
    /// What was looked at before the answer was clear.
    #[serde(flatten)]
    pub counts: Counts,
    /// Files that nothing vouches for: neither evidence nor in the manifest.
    pub unlisted: Vec<String>,
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Entries, each under the checkpoint.
    pub entries: u64,
    /// Streams they belong to.
    pub streams: u64,
    /// Words that open their commitments.
    pub words: u64,
    /// Words and attachments marked as erased: their commitments stand, their content is gone.
    pub erased: u64,
    /// Attachments and artifacts whose bytes fit their hash.
    pub attachments: u64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Everything holds, under a checkpoint signed by the key that was given.
    Verified {
        /// Name of that key.
        signer: String,
    },
    /// Everything fits together, but no key was given to say whose log it is.
    ConsistentSignerUnknown,
    /// Everything fits together, but the key that was given made none of the signatures: a key from
    /// before or after a rotation, or that of another log.
    SignedByAnother {
        /// Who signed, each as `name+id`.
        signers: Vec<String>,
    },
    /// Something does not hold.
    Tampered(Problem),
    /// Nothing can be said: a file could not be read, or there is no log here.
    Unreadable(Unreadable),
}

impl Verdict {
    /// The exit code of `verify`: 0 verified, 1 tampered, 2 cannot be decided.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Verified { .. } => 0,
            Self::Tampered(_) => 1,
            Self::ConsistentSignerUnknown | Self::SignedByAnother { .. } | Self::Unreadable(_) => 2,
        }
    }
}

/// The first thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{path}: {what}")]
pub struct Problem {
    /// Position of the entry concerned; none when it concerns the pack as a whole.
    pub seq: Option<u64>,
    /// The file concerned.
    pub path: String,
    /// What is wrong.
    #[serde(serialize_with = "as_text")]
    pub what: What,
}

fn as_text<S: Serializer>(what: &What, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(what)
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// A file that must be there is not.
    #[error("missing")]
    Missing,
    /// A file of people's is not the one that was listed.
    #[error("the bytes do not fit the hash they are listed under")]
    Hash,
    /// Not a manifest.
    #[error("not a manifest: {0}")]
    Manifest(#[from] BadManifest),
    /// The manifest contradicts what it describes.
    #[error("the manifest says otherwise: {0}")]
    Contradicts(&'static str),
    /// The checkpoint is not one.
    #[error("not a checkpoint")]
    NotACheckpoint,
    /// The checkpoint is not signed by the key that was given.
    #[error("{0}")]
    Signature(#[from] BadNote),
    /// The bytes are not an entry.
    #[error("not an entry: {0}")]
    Entry(#[from] NotAnEntry),
    /// The file is not a proof of this entry under this checkpoint.
    #[error("not a proof of this entry under the pack's checkpoint")]
    Proof,
    /// The proof does not lead to the root.
    #[error("entry or proof altered: {0}")]
    Unproven(#[from] Refuted),
    /// The entry does not hash to what its tile says.
    #[error("entry or tile altered: the entry's hash is not the one in the tile")]
    Leaf,
    /// A tile or bundle is too short, too long, or broken inside.
    #[error("not the number of hashes or entries it must have")]
    Width,
    /// A hash of a higher tile is not that of the tile below.
    #[error("the hash of the tile below is another")]
    Tile,
    /// The tiles lead to another root.
    #[error("the entries lead to another root than the checkpoint's")]
    Root,
    /// An entry is missing from its stream, or is out of order.
    #[error("stream {stream}: entry {expected} was expected, this is {found}")]
    Sequence {
        /// The stream.
        stream: Code,
        /// The number that comes next.
        expected: i64,
        /// The number found.
        found: i64,
    },
    /// The link to the entry before it in its stream is wrong.
    #[error("stream {0}: does not follow the entry before it")]
    Link(Code),
    /// The stream does not end as was logged.
    #[error("stream {0}: does not end as the export's own entry says")]
    Tail(Code),
    /// A position of the range is left out.
    #[error("left out of the range")]
    LeftOut,
    /// The export entry is not one, or logged other streams.
    #[error("not the entry that logged this export")]
    NotTheExport,
    /// Not a line of words.
    #[error("{0}")]
    Line(#[from] BadLine),
    /// A committed word has no line.
    #[error("the word `{0}` is missing")]
    WordMissing(Code),
    /// A line that belongs to no word, or is out of order.
    #[error("a line for `{0}` that belongs to no word, or is out of order")]
    WordStray(Code),
    /// The word does not open its commitment.
    #[error("the word `{0}` is not the one that was committed to")]
    Word(Code),
    /// The attachment is not the one the entry names.
    #[error("not the bytes that the entry names")]
    Attachment,
}

/// A file that could not be read, for a reason that says nothing of its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Unreadable {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Why a check stops.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something does not hold.
    Tampered(Problem),
    /// Nothing can be said.
    Unreadable(Unreadable),
}

impl From<Unreadable> for Stop {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(unreadable)
    }
}

/// What a check gives.
pub(super) type Check<T> = Result<T, Stop>;

/// A problem with entry `seq`, seen in `path`.
pub(super) fn bad(seq: impl Into<Option<u64>>, path: &str, what: impl Into<What>) -> Stop {
    Stop::Tampered(Problem { seq: seq.into(), path: path.to_owned(), what: what.into() })
}
