//! Filling a pack from the rows: entries with proofs, or bundles and tiles; words; attachments.
//!
//! Rows are read in batches, each in a snapshot of its own, and written off the server's threads. An
//! erasure that is recorded meanwhile shows from the next batch on; an entry and its words are always
//! of one snapshot.

use std::fs::File;

use base::Digest;
use db::Conn;
use documents::pack::Writer;
use evidence::{
    pack::{Content, FieldLine},
    tile::{Bundle, Tile, bundles_of, encode_tile, tiles_of},
};
use store::{
    StoreError, log, tree,
    word::{self, StoredWord},
};

use crate::{
    App, Error,
    log::tiles::{self, Roots},
};

/// A pack on its way to the disk.
pub(super) type Pack = Writer<File, File>;

/// Entries read at once.
const BATCH: usize = 256;
/// Bytes after which a batch ends early.
const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Tiles read at once, of up to 8 KiB each.
const TILES: usize = 64;

/// Entries with what belongs to them, as of one snapshot.
struct Batch {
    entries: Vec<log::Stored>,
    /// One each, or none in a pack of the whole log.
    proofs: Vec<tiles::Inclusion>,
    /// In the order of position, then field.
    words: Vec<StoredWord>,
}

impl App {
    /// Packs single entries, each with its proof under `checkpoint`.
    pub(super) async fn pack_entries(
        &self,
        mut pack: Pack,
        positions: Vec<i64>,
        checkpoint: tree::Checkpoint,
    ) -> Result<Pack, Error> {
        let mut rest = positions.as_slice();
        while !rest.is_empty() {
            let some = rest[..rest.len().min(BATCH)].to_vec();
            let under = checkpoint.clone();
            let batch = self.look(move |conn| read_batch(conn, &some, &under)).await?;
            rest = &rest[batch.entries.len()..];
            let attachments = attachments(&batch.entries)?;
            pack = off_thread(move || write_singly(pack, &batch)).await?;
            pack = self.pack_attachments(pack, attachments).await?;
        }
        Ok(pack)
    }

    /// Packs the whole log of `size` entries as bundles and tiles.
    pub(super) async fn pack_log(&self, mut pack: Pack, size: u64) -> Result<Pack, Error> {
        for bundle in bundles_of(size) {
            let batch = self.look(move |conn| read_bundle(conn, bundle)).await?;
            let attachments = attachments(&batch.entries)?;
            pack = off_thread(move || write_bundle(pack, bundle, &batch)).await?;
            pack = self.pack_attachments(pack, attachments).await?;
        }
        let tiles: Vec<Tile> = tiles_of(size).collect();
        for some in tiles.chunks(TILES) {
            let some = some.to_vec();
            let read = self.look(move |conn| read_tiles(conn, &some)).await?;
            pack = off_thread(move || write_tiles(pack, &read)).await?;
        }
        Ok(pack)
    }

    /// Packs files that entries name, one after the other: each may be large.
    async fn pack_attachments(
        &self,
        mut pack: Pack,
        attachments: Vec<(i64, Digest)>,
    ) -> Result<Pack, Error> {
        for (seq, hash) in attachments {
            if pack.has(&hash) {
                continue;
            }
            let found = self.look(move |conn| word::artifact(conn, hash)).await?;
            let lost = || Error::Fault(format!("entry {seq}: the attachment {hash} is lost"));
            let (bytes, _) = found.ok_or_else(lost)?;
            pack = off_thread(move || {
                pack.attachment(&bytes)?;
                Ok(pack)
            })
            .await?;
        }
        Ok(pack)
    }
}

/// Compresses and writes where nobody waits for the thread.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::Fault(format!("the pack cannot be written: {error}")))?
}

fn read_batch(
    conn: &mut Conn,
    positions: &[i64],
    checkpoint: &tree::Checkpoint,
) -> Result<Batch, StoreError> {
    let (mut entries, mut words, mut bytes) = (Vec::new(), Vec::new(), 0);
    for seq in positions {
        let stored = log::entry(conn, *seq)?.ok_or_else(|| lost(*seq, "the entry is lost"))?;
        let of_entry = in_order(word::of_entry(conn, *seq)?);
        let long = |word: &StoredWord| word.value.as_ref().map_or(0, Vec::len);
        bytes += stored.bytes.len() + of_entry.iter().map(long).sum::<usize>();
        entries.push(stored);
        words.extend(of_entry);
        if bytes > BATCH_BYTES {
            break;
        }
    }
    let proofs = tiles::prove(conn, &Roots::default(), &positions[..entries.len()], checkpoint)?;
    if proofs.len() == entries.len() {
        Ok(Batch { entries, proofs, words })
    } else {
        Err(lost(checkpoint.size, "the checkpoint does not cover the entries"))
    }
}

fn read_bundle(conn: &mut Conn, bundle: Bundle) -> Result<Batch, StoreError> {
    let entries = tiles::entries(conn, bundle)?;
    let first = bundle.first().cast_signed();
    let words = in_order(word::range(conn, first, first + i64::from(bundle.width))?);
    Ok(Batch { entries, proofs: Vec::new(), words })
}

fn read_tiles(conn: &mut Conn, tiles: &[Tile]) -> Result<Vec<(Tile, Vec<u8>)>, StoreError> {
    let roots = Roots::default();
    let read = |tile: &Tile| Ok((*tile, encode_tile(&tiles::hashes(conn, &roots, *tile)?)));
    tiles.iter().map(read).collect()
}

/// Databases sort texts in their own ways.
fn in_order(mut words: Vec<StoredWord>) -> Vec<StoredWord> {
    words.sort_by(|a, b| (a.seq, &a.field).cmp(&(b.seq, &b.field)));
    words
}

/// The files that entries name, with the position of one that does.
fn attachments(entries: &[log::Stored]) -> Result<Vec<(i64, Digest)>, StoreError> {
    let mut named = Vec::new();
    for stored in entries {
        let files = stored.entry()?.attachments;
        named.extend(files.into_iter().map(|file| (stored.seq, file.hash)));
    }
    Ok(named)
}

fn write_singly(mut pack: Pack, batch: &Batch) -> Result<Pack, Error> {
    for (stored, proof) in batch.entries.iter().zip(&batch.proofs) {
        pack.entry(stored.seq.cast_unsigned(), &stored.bytes, &proof.to_text())?;
    }
    write_words(pack, &batch.words)
}

fn write_bundle(mut pack: Pack, bundle: Bundle, batch: &Batch) -> Result<Pack, Error> {
    pack.bundle(bundle, &tiles::encoded(bundle, &batch.entries)?)?;
    write_words(pack, &batch.words)
}

fn write_tiles(mut pack: Pack, tiles: &[(Tile, Vec<u8>)]) -> Result<Pack, Error> {
    for (tile, bytes) in tiles {
        pack.tile(*tile, bytes)?;
    }
    Ok(pack)
}

fn write_words(mut pack: Pack, words: &[StoredWord]) -> Result<Pack, Error> {
    for stored in words {
        let content = content(stored)?;
        if let (Content::Artifact { .. }, Some(value)) = (&content, &stored.value) {
            pack.attachment(value)?;
        }
        let (seq, field) = (stored.seq.cast_unsigned(), stored.field.clone());
        pack.word(&FieldLine { seq, field, content })?;
    }
    Ok(pack)
}

/// The word as a pack has it. A word that is gone without an erasure is lost, and said to be.
fn content(word: &StoredWord) -> Result<Content, StoreError> {
    if word.erased_by.is_some() {
        return Ok(Content::Erased);
    }
    let salt = word.salt.as_deref().and_then(|salt| salt.try_into().ok());
    match (salt, &word.value, word.artifact) {
        (Some(salt), Some(_), Some(sha256)) => Ok(Content::Artifact { salt, sha256 }),
        (Some(salt), Some(value), None) => Ok(Content::Known { salt, value: value.clone() }),
        _ => Err(lost(word.seq, &format!("the word `{}` is lost", word.field))),
    }
}

fn lost(seq: i64, reason: &str) -> StoreError {
    StoreError::Entry { seq, reason: reason.to_owned() }
}
