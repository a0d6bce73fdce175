//! Tiles as they grow, and nodes for proofs out of tiles.

use std::collections::{BTreeMap, btree_map};

use base::Digest;

use super::{MAX_LEVEL, TILE_LEAVES, Tile, WIDTH, encode_tile, width_at};
use crate::merkle::{self, Nodes, root_of};

/// Grows tiles leaf by leaf: holds the tile in progress of each level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Builder {
    size: u64,
    /// Hashes of the newest tile of each level; never full.
    levels: Vec<Vec<Digest>>,
}

impl Builder {
    /// Of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues from `size`: `partials` are the tiles in progress, from level 0 up, empty where the
    /// level has none. `None` when their widths do not fit the size.
    pub fn resume(size: u64, mut partials: Vec<Vec<Digest>>) -> Option<Self> {
        while partials.last().is_some_and(Vec::is_empty) {
            partials.pop();
        }
        let fits = (0..8).all(|level| {
            let width = partials.get(level).map_or(0, Vec::len) as u64;
            width == (size >> (8 * level)) % TILE_LEAVES
        });
        (fits && partials.len() <= 8).then_some(Self { size, levels: partials })
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its hash; `full` gets each tile that this completes.
    pub fn push(&mut self, leaf: Digest, mut full: impl FnMut(Tile, Vec<u8>)) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0..=MAX_LEVEL {
            if self.levels.len() == usize::from(level) {
                self.levels.push(Vec::new());
            }
            let hashes = &mut self.levels[usize::from(level)];
            hashes.push(hash);
            if hashes.len() < usize::from(WIDTH) {
                return;
            }
            let index = full_tiles(self.size, level) - 1;
            full(Tile { level, index, width: WIDTH }, encode_tile(hashes));
            hash = root_of(hashes);
            hashes.clear();
        }
    }

    /// The tiles in progress with their bytes, lowest level first.
    pub fn partials(&self) -> Vec<(Tile, Vec<u8>)> {
        let levels = (0u8..).zip(&self.levels).filter(|(_, hashes)| !hashes.is_empty());
        let tile = |(level, hashes): (u8, &Vec<Digest>)| {
            let width = u16::try_from(hashes.len()).unwrap_or(WIDTH);
            (Tile { level, index: full_tiles(self.size, level), width }, encode_tile(hashes))
        };
        levels.map(tile).collect()
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        let peaks = self.levels.iter().flat_map(|hashes| peaks(hashes).into_iter().rev());
        let joined = peaks.reduce(|right, left| merkle::node_hash(&left, &right));
        joined.unwrap_or_else(merkle::empty_root)
    }
}

/// How many tiles of a level are full.
fn full_tiles(size: u64, level: u8) -> u64 {
    size.unbounded_shr(8 * (u32::from(level) + 1))
}

/// Roots of the full subtrees among the hashes of one tile, left to right.
fn peaks(mut hashes: &[Digest]) -> Vec<Digest> {
    let mut roots = Vec::new();
    while let Some(log) = hashes.len().checked_ilog2() {
        let (full, rest) = hashes.split_at(1 << log);
        roots.push(root_of(full));
        hashes = rest;
    }
    roots
}

/// Nodes for proofs, computed from tiles. Each tile is asked for once.
#[derive(Debug)]
pub struct TileNodes<F> {
    size: u64,
    source: F,
    seen: BTreeMap<(u8, u64), Vec<Digest>>,
}

impl<F> TileNodes<F> {
    /// Over the tree of `size` leaves; `source` gives the hashes of a tile (see [`super::decode_tile`]).
    pub fn new(size: u64, source: F) -> Self {
        Self { size, source, seen: BTreeMap::new() }
    }
}

impl<E, F: FnMut(Tile) -> Result<Vec<Digest>, E>> Nodes for TileNodes<F> {
    type Error = E;

    fn node(&mut self, level: u32, index: u64) -> Result<Digest, E> {
        let (tile_level, within) = (u8::try_from(level / 8).unwrap_or(MAX_LEVEL), level % 8);
        let first = index << within;
        let (tile_index, offset) = (first / TILE_LEAVES, first.to_le_bytes()[0]);
        let hashes = match self.seen.entry((tile_level, tile_index)) {
            btree_map::Entry::Occupied(seen) => seen.into_mut(),
            btree_map::Entry::Vacant(place) => {
                let width = width_at(self.size >> (8 * u32::from(tile_level)), tile_index);
                let tile = Tile { level: tile_level, index: tile_index, width };
                place.insert((self.source)(tile)?)
            }
        };
        // A source that gives fewer hashes than asked for makes a wrong proof, never a panic.
        let run = hashes.iter().skip(usize::from(offset)).take(1 << within);
        Ok(root_of(&run.copied().collect::<Vec<_>>()))
    }
}
