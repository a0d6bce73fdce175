//! A checkpoint: the size and root of a log, to be signed.
//!
//! Source: C2SP tlog-checkpoint. Extension lines are kept and signed over, their meaning is not read.

use std::{fmt, str::FromStr};

use base::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::note::{BadNote, Note, Skey, Vkey};

/// What a log states of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: a URL without its scheme.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// Further lines.
    pub extensions: Vec<String>,
}

/// Why a text is not a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    /// Not origin, size, root, each on its line.
    #[error("not the form of a checkpoint")]
    Form,
    /// The note around it is not accepted.
    #[error(transparent)]
    Note(#[from] BadNote),
}

impl Checkpoint {
    /// Without extension lines.
    pub fn new(origin: &str, size: u64, root: Digest) -> Self {
        Self { origin: origin.to_owned(), size, root, extensions: Vec::new() }
    }

    /// Signed by the log's key.
    pub fn sign(&self, signer: &Skey) -> Note {
        Note::signed(self.to_string(), signer)
    }

    /// The checkpoint in a signed note, with the known keys that signed it.
    ///
    /// # Errors
    /// When the note is malformed, a known key's signature does not hold, or no known key signed.
    pub fn open<'k>(note: &str, known: &'k [Vkey]) -> Result<(Self, Vec<&'k Vkey>), BadCheckpoint> {
        let note: Note = note.parse()?;
        let signers = note.verify(known)?;
        Ok((note.text.parse()?, signers))
    }
}

impl FromStr for Checkpoint {
    type Err = BadCheckpoint;

    fn from_str(text: &str) -> Result<Self, BadCheckpoint> {
        let body = text.strip_suffix('\n').ok_or(BadCheckpoint::Form)?;
        let mut lines = body.split('\n');
        let mut next = || lines.next().filter(|line| !line.is_empty()).ok_or(BadCheckpoint::Form);
        let (origin, size, root) = (next()?.to_owned(), next()?, next()?);
        let root = BASE64.decode(root).ok().and_then(|bytes| Digest::from_slice(&bytes));
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(BadCheckpoint::Form);
        }
        let size = parse_size(size).ok_or(BadCheckpoint::Form)?;
        Ok(Self { origin, size, root: root.ok_or(BadCheckpoint::Form)?, extensions })
    }
}

/// A size in decimal without leading zeros, signs or blanks.
pub(crate) fn parse_size(text: &str) -> Option<u64> {
    let size: u64 = text.parse().ok()?;
    (size.to_string() == text).then_some(size)
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, BASE64.encode(self.root.0))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
