//! What a witness answers when a log asks it to cosign a checkpoint.
//!
//! Decides; leaves out where the last seen size is kept: the caller must store the new one, atomically
//! with this decision, before it hands out the cosignature. Source: C2SP tlog-witness.

use std::str::FromStr;

use base::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{
    checkpoint::{Checkpoint, parse_size},
    merkle::{empty_root, proof::MAX_PROOF, verify_consistency},
    note::{Note, Vkey},
};

/// A request to cosign: what the log believes that we saw, the proof, the new checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that we saw last, as the log believes.
    pub old: u64,
    /// Proof that the log grew from there.
    pub proof: Vec<Digest>,
    /// The signed checkpoint.
    pub note: Note,
    /// What it states.
    pub checkpoint: Checkpoint,
}

/// Why a request is refused, with its HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// 400: not of the form, or the old size above the new.
    #[error("malformed request")]
    Malformed,
    /// 404: a log we do not know.
    #[error("unknown log")]
    UnknownLog,
    /// 403: not signed by the log's key.
    #[error("invalid signature")]
    Signature,
    /// 409: we saw another size; the body is that size.
    #[error("the last size seen is {0}")]
    OtherSize(u64),
    /// 422: the proof does not hold, or another root of the same size.
    #[error("the consistency proof does not hold")]
    Proof,
}

impl Refused {
    /// The HTTP status to answer with.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Signature => 403,
            Self::UnknownLog => 404,
            Self::OtherSize(_) => 409,
            Self::Proof => 422,
        }
    }
}

impl FromStr for AddCheckpoint {
    type Err = Refused;

    fn from_str(body: &str) -> Result<Self, Refused> {
        let (head, note) = body.split_once("\n\n").ok_or(Refused::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| parse_size(line.strip_prefix("old ")?));
        let hash = |line| BASE64.decode(line).ok().and_then(|bytes| Digest::from_slice(&bytes));
        let proof: Option<Vec<Digest>> = lines.map(hash).collect();
        let proof = proof.filter(|proof| proof.len() <= MAX_PROOF).ok_or(Refused::Malformed)?;
        let note: Note = note.parse().map_err(|_| Refused::Malformed)?;
        let checkpoint: Checkpoint = note.text.parse().map_err(|_| Refused::Malformed)?;
        Ok(Self { old: old.ok_or(Refused::Malformed)?, proof, note, checkpoint })
    }
}

/// Whether to cosign. `log` is the key known for the checkpoint's origin, `seen` the size and root that
/// were cosigned last.
///
/// # Errors
/// When the request is refused.
pub fn decide(
    request: &AddCheckpoint,
    log: Option<&Vkey>,
    seen: Option<(u64, Digest)>,
) -> Result<(), Refused> {
    let log = log.ok_or(Refused::UnknownLog)?;
    request.note.verify(std::slice::from_ref(log)).map_err(|_| Refused::Signature)?;
    let (size, root) = (request.checkpoint.size, request.checkpoint.root);
    if request.old > size {
        return Err(Refused::Malformed);
    }
    let (seen_size, seen_root) = seen.unwrap_or_else(|| (0, empty_root()));
    if request.old != seen_size {
        return Err(Refused::OtherSize(seen_size));
    }
    let holds = if seen_size == 0 {
        request.proof.is_empty() && (size > 0 || root == empty_root())
    } else {
        verify_consistency(seen_size, size, &seen_root, &root, &request.proof).is_ok()
    };
    if holds { Ok(()) } else { Err(Refused::Proof) }
}
