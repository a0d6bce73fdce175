//! Proofs: that a leaf is in a tree, and that a tree grew from an earlier one.
//!
//! Making them needs nodes from somewhere ([`Nodes`]); checking them needs nothing. An earlier tree of
//! size 0 proves nothing and is refused here: a protocol that allows it decides so before it calls.

use base::Digest;

use super::{node_hash, split};

/// Most hashes that a proof may have: a tree of 2^63 leaves needs no more.
pub const MAX_PROOF: usize = 63;

/// Where hashes of full subtrees come from.
pub trait Nodes {
    /// Why a node cannot be had.
    type Error;

    /// Root of the full subtree over leaves `index << level` to `(index + 1) << level`; level 0 is a leaf.
    ///
    /// # Errors
    /// When the source fails or does not have it.
    fn node(&mut self, level: u32, index: u64) -> Result<Digest, Self::Error>;
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refuted {
    /// The leaf's position is not below the size.
    #[error("position beyond the size of the tree")]
    Beyond,
    /// The later tree is smaller than the earlier.
    #[error("the later tree is smaller")]
    Shrunk,
    /// The earlier tree is empty.
    #[error("an empty tree proves nothing")]
    FromEmpty,
    /// Too few or too many hashes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the hashes lead to another root")]
    Root,
}

/// The hashes that prove leaf `index` in the tree of `size` leaves, the leaf's sibling first.
/// `None` when `index` is not below `size`.
///
/// # Errors
/// When the source of nodes fails.
pub fn inclusion_proof<N: Nodes>(
    index: u64,
    size: u64,
    nodes: &mut N,
) -> Result<Option<Vec<Digest>>, N::Error> {
    if index >= size {
        return Ok(None);
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(subtree(middle, end, nodes)?);
            end = middle;
        } else {
            proof.push(subtree(start, middle, nodes)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The hashes that prove the tree of `new` leaves to begin with the tree of `old` leaves.
/// `None` when `old` is 0 or above `new`.
///
/// # Errors
/// When the source of nodes fails.
pub fn consistency_proof<N: Nodes>(
    old: u64,
    new: u64,
    nodes: &mut N,
) -> Result<Option<Vec<Digest>>, N::Error> {
    if old == 0 || old > new {
        return Ok(None);
    }
    let (mut start, mut end) = (0, new);
    let mut proof = Vec::new();
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(subtree(middle, end, nodes)?);
            end = middle;
        } else {
            proof.push(subtree(start, middle, nodes)?);
            start = middle;
        }
    }
    if start > 0 {
        proof.push(subtree(start, end, nodes)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// Root over leaves `start` to `end`, where `start` is a multiple of a power of two not below the length.
fn subtree<N: Nodes>(start: u64, end: u64, nodes: &mut N) -> Result<Digest, N::Error> {
    let mut full = Vec::new();
    let mut at = start;
    while at < end {
        let level = (end - at).ilog2();
        full.push(nodes.node(level, at >> level)?);
        at += 1 << level;
    }
    let joined = full.into_iter().rev().reduce(|right, left| node_hash(&left, &right));
    Ok(joined.expect("invariant: a subtree of a proof is never empty"))
}

/// Checks that `leaf` is at `index` in the tree of `size` leaves with this `root`.
///
/// Source: RFC 9162 section 2.1.3.2.
///
/// # Errors
/// When it is not proven.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Digest,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), Refuted> {
    if index >= size {
        return Err(Refuted::Beyond);
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return Err(Refuted::Length);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(step, &hash);
            (at, last) = up_to_odd(at, last);
        } else {
            hash = node_hash(&hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    settle(last, &[(hash, *root)])
}

/// Checks that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// Source: RFC 9162 section 2.1.4.2.
///
/// # Errors
/// When it is not proven, or `old` is 0.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Digest,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), Refuted> {
    if old == 0 {
        return Err(Refuted::FromEmpty);
    }
    if old > new {
        return Err(Refuted::Shrunk);
    }
    if old == new {
        return settle(proof.len() as u64, &[(*old_root, *new_root)]);
    }
    let (first, steps) = if old.is_power_of_two() {
        (*old_root, proof)
    } else {
        let (first, steps) = proof.split_first().ok_or(Refuted::Length)?;
        (*first, steps)
    };
    let level = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> level, (new - 1) >> level);
    let (mut old_hash, mut new_hash) = (first, first);
    for step in steps {
        if last == 0 {
            return Err(Refuted::Length);
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(step, &old_hash);
            new_hash = node_hash(step, &new_hash);
            (at, last) = up_to_odd(at, last);
        } else {
            new_hash = node_hash(&new_hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    settle(last, &[(old_hash, *old_root), (new_hash, *new_root)])
}

/// Climbs while the path has no sibling: until `at` is odd or 0.
fn up_to_odd(at: u64, last: u64) -> (u64, u64) {
    let level = at.trailing_zeros();
    (at.unbounded_shr(level), last.unbounded_shr(level))
}

/// Nothing may be left over, and each computed root must be the claimed one.
fn settle(left_over: u64, roots: &[(Digest, Digest)]) -> Result<(), Refuted> {
    if left_over != 0 {
        return Err(Refuted::Length);
    }
    if roots.iter().all(|(computed, claimed)| computed == claimed) {
        Ok(())
    } else {
        Err(Refuted::Root)
    }
}
