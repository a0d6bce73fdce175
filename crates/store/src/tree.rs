//! Operational rows of the tree: full tiles, checkpoints, the registered key.

use base::{Digest, Timestamp};
use db::{Conn, Rows, Stmt};

use crate::{StoreError, log::one};

stmt!(TILE, Rows::AtMost(1), "SELECT hashes FROM log_tile WHERE level = $1 AND idx = $2");
stmt!(
    KEEP_TILE,
    Rows::AtMost(1),
    "INSERT INTO log_tile (level, idx, hashes) VALUES ($1, $2, $3)
     ON CONFLICT (level, idx) DO NOTHING"
);
stmt!(LEAVES, Rows::Any, "SELECT leaf FROM log_entry WHERE seq >= $1 AND seq < $2 ORDER BY seq");
stmt!(
    FULL_TILES,
    Rows::Exactly(1),
    "SELECT COALESCE(MAX(idx) + 1, 0) FROM log_tile WHERE level = 0"
);
stmt!(
    NEWEST,
    Rows::AtMost(1),
    "SELECT size, root, note, signed_at FROM log_checkpoint ORDER BY size DESC LIMIT 1"
);
stmt!(
    AT,
    Rows::AtMost(1),
    "SELECT size, root, note, signed_at FROM log_checkpoint WHERE size = $1"
);
stmt!(
    SIGN,
    Rows::AtMost(1),
    "INSERT INTO log_checkpoint (size, root, note, signed_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (size) DO NOTHING"
);
stmt!(UNSIGNED, Rows::AtMost(1), "SELECT recorded_at FROM log_entry WHERE seq = $1");
stmt!(
    ORIGIN,
    Rows::AtMost(1),
    "SELECT epoch, origin, vkey FROM log_origin ORDER BY epoch DESC LIMIT 1"
);
stmt!(
    REGISTER,
    Rows::Exactly(1),
    "INSERT INTO log_origin (epoch, origin, vkey) VALUES ($1, $2, $3)"
);

pub(crate) static ALL: &[&Stmt] =
    &[&TILE, &KEEP_TILE, &LEAVES, &FULL_TILES, &NEWEST, &AT, &SIGN, &UNSIGNED, &ORIGIN, &REGISTER];

/// A signed checkpoint.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// How many entries it covers.
    pub size: i64,
    /// The root over them.
    pub root: Digest,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The key that signs this database's log.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The epoch, from 1.
    pub epoch: i64,
    /// The log's origin.
    pub origin: String,
    /// The verifier key.
    pub vkey: String,
}

/// The 8,192 bytes of a full tile.
pub fn tile(conn: &mut Conn, level: i64, index: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let rows = conn.query(&TILE, args![level, index])?;
    Ok(rows.first().map(|row| row.blob(0).map(<[u8]>::to_vec)).transpose()?)
}

/// Keeps a full tile; keeping it twice is the same as once.
pub fn keep_tile(conn: &mut Conn, level: i64, index: i64, hashes: &[u8]) -> Result<(), StoreError> {
    conn.execute(&KEEP_TILE, args![level, index, hashes])?;
    Ok(())
}

/// Leaf hashes from `from` up to `to`, exclusive. The caller bounds the range.
pub fn leaves(conn: &mut Conn, from: i64, to: i64) -> Result<Vec<Digest>, StoreError> {
    conn.query(&LEAVES, args![from, to])?.iter().map(|row| Ok(row.digest(0)?)).collect()
}

/// How many full tiles of level 0 are kept.
pub fn full_tiles(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&FULL_TILES, args![])?, &FULL_TILES)?.int(0)?)
}

/// The newest checkpoint.
pub fn newest(conn: &mut Conn) -> Result<Option<Checkpoint>, StoreError> {
    conn.query(&NEWEST, args![])?.first().map(checkpoint).transpose()
}

/// The checkpoint over exactly `size` entries.
pub fn at(conn: &mut Conn, size: i64) -> Result<Option<Checkpoint>, StoreError> {
    conn.query(&AT, args![size])?.first().map(checkpoint).transpose()
}

/// Publishes a checkpoint unless there is one of this size; never two roots for one size.
pub fn publish(conn: &mut Conn, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
    let Checkpoint { size, root, note, signed_at } = checkpoint;
    Ok(conn.execute(&SIGN, args![*size, *root, note.as_str(), *signed_at])? == 1)
}

/// When the first entry at or after `size` was recorded: since when it waits for a signature.
pub fn unsigned_since(conn: &mut Conn, size: i64) -> Result<Option<Timestamp>, StoreError> {
    let rows = conn.query(&UNSIGNED, args![size])?;
    Ok(rows.first().map(|row| row.instant(0)).transpose()?)
}

/// The registered key of the current epoch.
pub fn origin(conn: &mut Conn) -> Result<Option<Origin>, StoreError> {
    let rows = conn.query(&ORIGIN, args![])?;
    let read = |row: &db::Row| {
        let (origin, vkey) = (row.text(1)?.to_owned(), row.text(2)?.to_owned());
        Ok(Origin { epoch: row.int(0)?, origin, vkey })
    };
    rows.first().map(read).transpose()
}

/// Registers the key of an epoch.
pub fn register(conn: &mut Conn, origin: &Origin) -> Result<(), StoreError> {
    conn.execute(&REGISTER, args![origin.epoch, origin.origin.as_str(), origin.vkey.as_str()])?;
    Ok(())
}

fn checkpoint(row: &db::Row) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        size: row.int(0)?,
        root: row.digest(1)?,
        note: row.text(2)?.to_owned(),
        signed_at: row.instant(3)?,
    })
}
