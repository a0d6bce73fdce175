//! A whole log as tiles and bundles, read once from left to right.

use base::Digest;

use super::{
    CHECKPOINT, Files,
    report::{Check, What, bad},
    walk::Walk,
};
use crate::{
    checkpoint::Checkpoint,
    merkle::{Frontier, leaf_hash, root_of},
    tile::{Bundle, MAX_LEVEL, Tile, WIDTH, bundles_of, decode_tile, next_entry},
};

/// Checks every bundle against its tile, every tile against the one above, the top against the root.
pub(super) fn check(files: &dyn Files, checkpoint: &Checkpoint, walk: &mut Walk<'_>) -> Check<()> {
    let mut frontier = Frontier::new();
    let mut above = Above { files, pending: Vec::new(), walk_is_pack: walk.manifest().is_some() };
    for bundle in bundles_of(checkpoint.size) {
        let tile = Tile { level: 0, index: bundle.index, width: bundle.width };
        let hashes = above.read(tile)?;
        entries(files, bundle, &hashes, walk)?;
        hashes.iter().for_each(|leaf| frontier.push(*leaf));
        if bundle.width == WIDTH {
            above.push(1, bundle.index, root_of(&hashes))?;
        }
    }
    above.finish()?;
    if frontier.root() == checkpoint.root { Ok(()) } else { Err(bad(None, CHECKPOINT, What::Root)) }
}

/// Every entry of a bundle against its hash in the tile.
fn entries(files: &dyn Files, bundle: Bundle, hashes: &[Digest], walk: &mut Walk<'_>) -> Check<()> {
    let path = bundle.path();
    let bytes = read_or_full(files, &path, &bundle.full().path(), walk.manifest().is_some())?;
    let bytes = bytes.ok_or_else(|| bad(bundle.first(), &path, What::Missing))?;
    let mut rest = bytes.as_slice();
    let mut seq = bundle.first();
    for hash in hashes {
        let entry = next_entry(&mut rest).ok_or_else(|| bad(seq, &path, What::Width))?;
        let leaf = leaf_hash(entry);
        if leaf != *hash {
            return Err(bad(seq, &path, What::Leaf));
        }
        walk.entry(seq, entry, leaf, &path)?;
        seq += 1;
    }
    // A server may already have the full bundle in place of the partial one.
    if rest.is_empty() || walk.manifest().is_none() {
        Ok(())
    } else {
        Err(bad(seq - 1, &path, What::Width))
    }
}

/// Tiles above level 0, computed from below and compared as they fill.
struct Above<'a> {
    files: &'a dyn Files,
    /// Hashes of the tile in progress of each level, from level 1, with the tile's number.
    pending: Vec<(u64, Vec<Digest>)>,
    walk_is_pack: bool,
}

impl Above<'_> {
    fn push(&mut self, level: u8, index: u64, hash: Digest) -> Check<()> {
        let place = usize::from(level) - 1;
        if self.pending.len() == place {
            self.pending.push((0, Vec::new()));
        }
        let tile_index = index / u64::from(WIDTH);
        let (number, hashes) = &mut self.pending[place];
        *number = tile_index;
        hashes.push(hash);
        if hashes.len() < usize::from(WIDTH) {
            return Ok(());
        }
        let full = std::mem::take(hashes);
        self.compare(Tile { level, index: tile_index, width: WIDTH }, &full)?;
        if level < MAX_LEVEL { self.push(level + 1, tile_index, root_of(&full)) } else { Ok(()) }
    }

    fn finish(&mut self) -> Check<()> {
        let pending = std::mem::take(&mut self.pending);
        for (level, (index, hashes)) in (1..=MAX_LEVEL).zip(&pending) {
            if let Some(width) = u16::try_from(hashes.len()).ok().filter(|width| *width > 0) {
                self.compare(Tile { level, index: *index, width }, hashes)?;
            }
        }
        Ok(())
    }

    fn compare(&self, tile: Tile, computed: &[Digest]) -> Check<()> {
        let stored = self.read(tile)?;
        match computed.iter().zip(&stored).position(|(ours, theirs)| ours != theirs) {
            Some(at) => Err(bad(tile.first_leaf(at), &tile.path(), What::Tile)),
            None => Ok(()),
        }
    }

    /// The hashes of a tile: exactly as many as its width says.
    fn read(&self, tile: Tile) -> Check<Vec<Digest>> {
        let path = tile.path();
        let wrong = |what| bad(tile.first_leaf(0), &path, what);
        let bytes = read_or_full(self.files, &path, &tile.full().path(), self.walk_is_pack)?;
        let mut bytes = bytes.ok_or_else(|| wrong(What::Missing))?;
        if !self.walk_is_pack {
            bytes.truncate(32 * usize::from(tile.width));
        }
        decode_tile(&bytes, tile.width).ok_or_else(|| wrong(What::Width))
    }
}

/// A partial file; a server that grew since may have only the full one. A pack has what it says.
fn read_or_full(
    files: &dyn Files,
    path: &str,
    full: &str,
    in_pack: bool,
) -> Check<Option<Vec<u8>>> {
    let found = files.read(path)?;
    if found.is_some() || in_pack || full == path {
        return Ok(found);
    }
    Ok(files.read(full)?)
}
