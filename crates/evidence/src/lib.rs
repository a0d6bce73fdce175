//! The evidence log: entry format, canonical bytes, Merkle tree, tiles, checkpoints, proofs, verification.
//!
//! Pure: no I/O, no clock, no randomness. Instants and entropy are arguments, files are a trait.
//! What it leaves out: where rows are kept and when a checkpoint is signed (`store`), who may do what
//! (`app`), how a pack is laid out on disk (`documents`). An auditor's verifier needs nothing but this
//! crate.

pub mod canonical;
pub mod checkpoint;
pub mod cosignature;
pub mod entry;
pub mod merkle;
pub mod note;
pub mod pack;
pub mod sample;
pub mod tile;
pub mod tlog_proof;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use entry::{
    Actor, ActorKind, Attachment, Draft, Entry, Envelope, Erasable, MediaType, Mode, Sealed,
    SealedWord, Tail, Under, Unsealable, seal,
};
pub use note::{Skey, Vkey};

use base::Digest;
use sha2::{Digest as _, Sha256};

/// SHA-256 of some bytes: how attachments and artifacts are named.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
