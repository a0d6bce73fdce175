//! C2SP tlog-tiles: the tree and the entries as files that never change once full.
//!
//! Tile `i` of level `L` holds up to 256 hashes, each the root over `256^L` leaves; a tile that is not
//! full yet has its width in its path. Bundles carry entries with a 16-bit length before each.
//! Source: C2SP tlog-tiles.

mod build;

use base::Digest;

pub use build::{Builder, TileNodes};

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u16 = 256;

/// Highest level of a tile: 256^7 leaves under each hash fill 64 bits.
pub const MAX_LEVEL: u8 = 7;

const TILE_LEAVES: u64 = WIDTH as u64;

/// A tile by place: its path says everything but its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// 0 for leaf hashes.
    pub level: u8,
    /// Its number within the level.
    pub index: u64,
    /// Hashes in it: 1 to 256.
    pub width: u16,
}

/// A bundle of entries by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bundle {
    /// Its number: it starts with entry `256 * index`.
    pub index: u64,
    /// Entries in it: 1 to 256.
    pub width: u16,
}

impl Tile {
    /// `tile/0/x001/234`, with `.p/112` behind it when not full.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, place(self.index, self.width))
    }

    /// The tile of this path; `None` when it is not exactly as [`Self::path`] writes it.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = level.parse().ok().filter(|level| *level <= MAX_LEVEL)?;
        let (index, width) = parse_place(rest)?;
        let tile = Self { level, index, width };
        (tile.path() == path).then_some(tile)
    }

    /// The same place, full.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: WIDTH, ..self }
    }

    /// First leaf under the `offset`-th hash of this tile.
    pub fn first_leaf(&self, offset: usize) -> u64 {
        let hash = self.index.saturating_mul(TILE_LEAVES).saturating_add(offset as u64);
        hash.checked_shl(8 * u32::from(self.level)).unwrap_or(u64::MAX)
    }
}

impl Bundle {
    /// `tile/entries/x001/234`, with `.p/112` behind it when not full.
    pub fn path(&self) -> String {
        format!("tile/entries/{}", place(self.index, self.width))
    }

    /// The bundle of this path; `None` when it is not exactly as [`Self::path`] writes it.
    pub fn parse(path: &str) -> Option<Self> {
        let (index, width) = parse_place(path.strip_prefix("tile/entries/")?)?;
        let bundle = Self { index, width };
        (bundle.path() == path).then_some(bundle)
    }

    /// The same place, full.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: WIDTH, ..self }
    }

    /// Position of its first entry.
    pub fn first(&self) -> u64 {
        self.index * TILE_LEAVES
    }
}

fn place(index: u64, width: u16) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < WIDTH {
        path.push_str(&format!(".p/{width}"));
    }
    path
}

fn parse_place(text: &str) -> Option<(u64, u16)> {
    let (number, width) = match text.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok()?),
        None => (text, WIDTH),
    };
    let mut index = 0u64;
    for group in number.split('/') {
        let group = group.strip_prefix('x').unwrap_or(group);
        index = index.checked_mul(1000)?.checked_add(group.parse().ok()?)?;
    }
    (1..=WIDTH).contains(&width).then_some((index, width))
}

/// Every tile of a tree of `size` leaves, level by level, left to right.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    (0..=MAX_LEVEL).flat_map(move |level| {
        widths(size >> (8 * u32::from(level))).map(move |(index, width)| Tile {
            level,
            index,
            width,
        })
    })
}

/// Every bundle of a log of `size` entries, left to right.
pub fn bundles_of(size: u64) -> impl Iterator<Item = Bundle> {
    widths(size).map(|(index, width)| Bundle { index, width })
}

fn widths(count: u64) -> impl Iterator<Item = (u64, u16)> {
    (0..count.div_ceil(TILE_LEAVES)).map(move |index| (index, width_at(count, index)))
}

/// How many of `count` hashes fall into tile `index`: at most 256.
fn width_at(count: u64, index: u64) -> u16 {
    let left = count.saturating_sub(index.saturating_mul(TILE_LEAVES));
    u16::try_from(left.min(TILE_LEAVES)).unwrap_or(WIDTH)
}

/// The hashes of a tile's bytes; `None` unless there are exactly `width`.
pub fn decode_tile(bytes: &[u8], width: u16) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    let fits = rest.is_empty() && hashes.len() == usize::from(width);
    fits.then(|| hashes.iter().copied().map(Digest).collect())
}

/// A tile's bytes.
pub fn encode_tile(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// An entry too long for a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry of {0} bytes does not fit a bundle")]
pub struct TooLong(pub usize);

/// A bundle's bytes.
///
/// # Errors
/// When an entry has more than 65,535 bytes.
pub fn encode_bundle<B: AsRef<[u8]>>(
    entries: impl IntoIterator<Item = B>,
) -> Result<Vec<u8>, TooLong> {
    let mut out = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| TooLong(entry.len()))?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    Ok(out)
}

/// Takes the next entry off the front of a bundle's bytes; `None` when they end before it does.
pub fn next_entry<'a>(bundle: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bundle.split_first_chunk::<2>()?;
    let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    *bundle = rest;
    Some(entry)
}

/// The entries of a whole bundle; `None` unless it holds exactly `width`.
pub fn decode_bundle(mut bytes: &[u8], width: u16) -> Option<Vec<&[u8]>> {
    let entries: Vec<_> = (0..width).map_while(|_| next_entry(&mut bytes)).collect();
    (bytes.is_empty() && entries.len() == usize::from(width)).then_some(entries)
}
