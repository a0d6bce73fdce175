//! The log as anybody may read it: checkpoint, tiles, bundles and proofs, all of them under the newest
//! checkpoint.
//!
//! What no checkpoint covers yet is answered with nothing: it could still be lost, and nobody could
//! prove it. Full tiles come from their rows where the keeper has kept them; all others are computed
//! from leaf hashes. Who may read is for the caller to ask.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use base::Digest;
use db::Conn;
use evidence::{
    merkle::{inclusion_proof, root_of},
    tile::{Bundle, Tile, TileNodes, WIDTH, decode_tile, encode_bundle, encode_tile},
    tlog_proof::TlogProof,
};
use store::{StoreError, log, tree};

use crate::{App, Error};

/// That an entry is in the log, under a signed checkpoint.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// Position of the entry.
    pub seq: i64,
    /// The entry's sibling first.
    pub hashes: Vec<Digest>,
    /// The checkpoint that the hashes lead to.
    pub checkpoint: tree::Checkpoint,
}

impl Inclusion {
    /// As a C2SP tlog-proof.
    pub fn to_text(&self) -> String {
        let (index, hashes) = (self.seq.cast_unsigned(), self.hashes.clone());
        TlogProof { extra: None, index, hashes, checkpoint: self.checkpoint.note.clone() }
            .to_string()
    }
}

/// The most roots that are remembered: what the right edge of a tree of 256^15 leaves needs.
const MAX_ROOTS: usize = 4_096;

/// The roots of full tiles, by level and index: they never change, and each costs 255 hashes. May be
/// lost, and is where the log turns out to be another one.
#[derive(Default)]
pub(crate) struct Roots(Mutex<BTreeMap<(u8, u64), Digest>>);

impl Roots {
    /// Forgets all.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The root of a full tile.
    fn of(&self, conn: &mut Conn, tile: Tile) -> Result<Digest, StoreError> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (tile.level, tile.index);
        if let Some(root) = kept().get(&place) {
            return Ok(*root);
        }
        let root = root_of(&hashes(conn, self, tile)?);
        let mut roots = kept();
        if roots.len() >= MAX_ROOTS {
            roots.clear();
        }
        roots.insert(place, root);
        Ok(root)
    }
}

impl App {
    /// The newest signed checkpoint; `None` before the first.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn checkpoint(&self) -> Result<Option<tree::Checkpoint>, Error> {
        self.look(tree::newest).await
    }

    /// The bytes of a tile; `None` where the newest checkpoint does not cover it.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, Error> {
        let roots = self.keeper().roots.clone();
        self.look(move |conn| {
            let covered = covers(signed_size(conn)?, tile);
            covered.then(|| Ok(encode_tile(&hashes(conn, &roots, tile)?))).transpose()
        })
        .await
    }

    /// The bytes of a bundle of entries; `None` where the newest checkpoint does not cover it.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn entry_bundle(&self, bundle: Bundle) -> Result<Option<Vec<u8>>, Error> {
        self.look(move |conn| {
            let leaves = Tile { level: 0, index: bundle.index, width: bundle.width };
            let covered = covers(signed_size(conn)?, leaves);
            covered.then(|| encoded(bundle, &entries(conn, bundle)?)).transpose()
        })
        .await
    }

    /// The proof of an entry under the newest checkpoint; `None` where that does not cover it.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn inclusion_proof(&self, seq: i64) -> Result<Option<Inclusion>, Error> {
        let roots = self.keeper().roots.clone();
        self.look(move |conn| {
            let Some(checkpoint) = tree::newest(conn)? else { return Ok(None) };
            Ok(prove(conn, &roots, &[seq], &checkpoint)?.pop())
        })
        .await
    }

    /// The same as a C2SP tlog-proof.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn tlog_proof(&self, seq: i64) -> Result<Option<String>, Error> {
        Ok(self.inclusion_proof(seq).await?.map(|inclusion| inclusion.to_text()))
    }
}

/// Proofs of entries under one checkpoint; those that it does not cover are passed over.
pub(super) fn prove(
    conn: &mut Conn,
    roots: &Roots,
    seqs: &[i64],
    checkpoint: &tree::Checkpoint,
) -> Result<Vec<Inclusion>, StoreError> {
    let size = checkpoint.size.cast_unsigned();
    let mut nodes = TileNodes::new(size, |tile| hashes(conn, roots, tile));
    let mut proofs = Vec::with_capacity(seqs.len());
    for seq in seqs {
        let Ok(index) = u64::try_from(*seq) else { continue };
        if let Some(hashes) = inclusion_proof(index, size, &mut nodes)? {
            proofs.push(Inclusion { seq: *seq, hashes, checkpoint: checkpoint.clone() });
        }
    }
    Ok(proofs)
}

/// The hashes of a tile that the log has grown to.
///
/// # Errors
/// Faults of the store; a tile that is not there as it should be.
pub(super) fn hashes(
    conn: &mut Conn,
    roots: &Roots,
    tile: Tile,
) -> Result<Vec<Digest>, StoreError> {
    let index = tile.index.cast_signed();
    if tile.width == WIDTH
        && let Some(kept) = tree::tile(conn, i64::from(tile.level), index)?
    {
        return decode_tile(&kept, WIDTH).ok_or_else(|| damaged(tile.path()));
    }
    let first = tile.index * u64::from(WIDTH);
    let children = first..first + u64::from(tile.width);
    if tile.level > 0 {
        let below = |index| Tile { level: tile.level - 1, index, width: WIDTH };
        return children.map(|index| roots.of(conn, below(index))).collect();
    }
    let leaves = tree::leaves(conn, children.start.cast_signed(), children.end.cast_signed())?;
    if leaves.len() == usize::from(tile.width) { Ok(leaves) } else { Err(damaged(tile.path())) }
}

/// The entries of a bundle that the log has grown to.
///
/// # Errors
/// Faults of the store; entries that are not there as they should be.
pub(super) fn entries(conn: &mut Conn, bundle: Bundle) -> Result<Vec<log::Stored>, StoreError> {
    let first = bundle.first().cast_signed();
    let entries = log::range(conn, first, first + i64::from(bundle.width))?;
    let fits = entries.len() == usize::from(bundle.width);
    if fits { Ok(entries) } else { Err(damaged(bundle.path())) }
}

/// The bytes of a bundle of these entries.
///
/// # Errors
/// An entry that is too long for one, which is refused when it is recorded.
pub(super) fn encoded(bundle: Bundle, entries: &[log::Stored]) -> Result<Vec<u8>, StoreError> {
    let bytes = entries.iter().map(|entry| &entry.bytes);
    encode_bundle(bytes)
        .map_err(|why| StoreError::State { stream: bundle.path(), reason: why.to_string() })
}

fn signed_size(conn: &mut Conn) -> Result<u64, StoreError> {
    Ok(tree::newest(conn)?.map_or(0, |newest| newest.size.cast_unsigned()))
}

/// Whether a tree of `size` leaves fills this much of the tile.
fn covers(size: u64, tile: Tile) -> bool {
    let first = tile.index.checked_mul(u64::from(WIDTH));
    let end = first.and_then(|first| first.checked_add(u64::from(tile.width)));
    let grown = size.unbounded_shr(8 * u32::from(tile.level));
    (1..=WIDTH).contains(&tile.width) && end.is_some_and(|end| end <= grown)
}

fn damaged(path: String) -> StoreError {
    let reason = "the rows do not hold what the log has grown to".to_owned();
    StoreError::State { stream: path, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_is_covered() {
        let tile = |level, index, width| Tile { level, index, width };
        for (size, tile, covered) in [
            (300, tile(0, 0, 256), true),
            (300, tile(0, 1, 44), true),
            (300, tile(0, 1, 45), false),
            (300, tile(1, 0, 1), true),
            (300, tile(1, 0, 2), false),
            (0, tile(0, 0, 1), false),
            (300, tile(0, u64::MAX, 1), false),
            (300, tile(9, 0, 1), false),
            (300, tile(0, 0, 0), false),
        ] {
            assert_eq!(covers(size, tile), covered, "{size} {tile:?}");
        }
    }
}
