//! The file that proves one entry offline: its position, the hashes, the signed checkpoint.
//!
//! Source: C2SP tlog-proof, `c2sp.org/tlog-proof@v1`. The checkpoint is kept as text; who signed it is
//! for the reader to ask.

use std::{fmt, str::FromStr};

use base::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{checkpoint::parse_size, merkle::proof::MAX_PROOF};

/// Its first line.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that an entry is in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Bytes for the application; none in our packs.
    pub extra: Option<Vec<u8>>,
    /// Position of the entry.
    pub index: u64,
    /// The entry's sibling first.
    pub hashes: Vec<Digest>,
    /// The signed note.
    pub checkpoint: String,
}

/// Why a text is not a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a c2sp.org/tlog-proof@v1")]
pub struct NotAProof;

impl FromStr for TlogProof {
    type Err = NotAProof;

    fn from_str(text: &str) -> Result<Self, NotAProof> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(NotAProof)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(NotAProof);
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => Some(decode(&line["extra ".len()..])?),
            None => None,
        };
        let index = lines.next().and_then(|line| parse_size(line.strip_prefix("index ")?));
        let hashes: Vec<Digest> = lines.map(hash).collect::<Result<_, _>>()?;
        if hashes.len() > MAX_PROOF || checkpoint.is_empty() {
            return Err(NotAProof);
        }
        let checkpoint = checkpoint.to_owned();
        Ok(Self { extra, index: index.ok_or(NotAProof)?, hashes, checkpoint })
    }
}

fn hash(line: &str) -> Result<Digest, NotAProof> {
    Digest::from_slice(&decode(line)?).ok_or(NotAProof)
}

fn decode(text: &str) -> Result<Vec<u8>, NotAProof> {
    BASE64.decode(text).map_err(|_| NotAProof)
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", BASE64.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.hashes {
            writeln!(f, "{}", BASE64.encode(hash.0))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
