//! Writing a pack file by file.

use std::{
    collections::HashSet,
    io::{self, Read, Seek, Write},
};

use base::{Code, Digest};
use evidence::{
    pack::{self, FieldLine, Manifest},
    sha256,
    tile::{Bundle, Tile},
};
use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

use super::{PackError, README, README_TEXT, files_for_people};

/// How hard files are compressed. Part of the format: another level makes other bytes.
const LEVEL: i64 = 6;

/// From this size on, a file is written with 64-bit lengths, which older tools cannot read.
const LARGE: u64 = 0xf000_0000;

/// A pack in progress: `out` takes the zip, `spool` holds the words until the end.
pub struct Writer<W: Write + Seek, S> {
    zip: ZipWriter<W>,
    spool: S,
    attached: HashSet<Digest>,
    /// The position after the newest entry.
    next: u64,
    /// The newest word.
    word: Option<(u64, Code)>,
}

impl<W: Write + Seek, S: Read + Write + Seek> Writer<W, S> {
    /// Begins a pack with its manifest, the text for people and the signed checkpoint.
    ///
    /// The manifest's list of files for people is filled in here. `spool` is empty.
    ///
    /// # Errors
    /// When `out` cannot be written, or the manifest has no canonical form.
    pub fn begin(
        out: W,
        spool: S,
        manifest: Manifest,
        checkpoint: &str,
    ) -> Result<Self, PackError> {
        let manifest = Manifest { files: files_for_people(), ..manifest };
        let zip = ZipWriter::new(out);
        let mut pack = Self { zip, spool, attached: HashSet::new(), next: 0, word: None };
        pack.file(pack::MANIFEST, &manifest.to_bytes()?)?;
        pack.file(README, README_TEXT.as_bytes())?;
        pack.file(pack::CHECKPOINT, checkpoint.as_bytes())?;
        Ok(pack)
    }

    /// An entry on its own, with its C2SP tlog-proof under the pack's checkpoint.
    ///
    /// # Errors
    /// When it comes after a later one, or `out` cannot be written.
    pub fn entry(&mut self, seq: u64, bytes: &[u8], proof: &str) -> Result<(), PackError> {
        let path = pack::entry_path(seq);
        if seq < self.next {
            return Err(PackError::Order { path });
        }
        self.next = seq + 1;
        self.file(&path, bytes)?;
        self.file(&pack::proof_path(seq), proof.as_bytes())
    }

    /// A bundle of entries of a whole log.
    ///
    /// # Errors
    /// When it does not follow the one before it, or `out` cannot be written.
    pub fn bundle(&mut self, bundle: Bundle, bytes: &[u8]) -> Result<(), PackError> {
        let path = bundle.path();
        if bundle.first() != self.next {
            return Err(PackError::Order { path });
        }
        self.next += u64::from(bundle.width);
        self.file(&path, bytes)
    }

    /// A tile of a whole log.
    ///
    /// # Errors
    /// When it is there already, or `out` cannot be written.
    pub fn tile(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), PackError> {
        self.file(&tile.path(), bytes)
    }

    /// A word of an entry: in the order of position, then field.
    ///
    /// # Errors
    /// When it comes after a later one, or the spool cannot be written.
    pub fn word(&mut self, line: &FieldLine) -> Result<(), PackError> {
        let place = (line.seq, line.field.clone());
        if self.word.as_ref().is_some_and(|newest| *newest >= place) {
            return Err(PackError::Order { path: format!("{} of entry {}", place.1, place.0) });
        }
        self.word = Some(place);
        Ok(self.spool.write_all(&line.to_line())?)
    }

    /// Whether an attachment of this hash is in the pack.
    pub fn has(&self, hash: &Digest) -> bool {
        self.attached.contains(hash)
    }

    /// An attachment, or a word too long for a line; once is enough.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn attachment(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        let hash = sha256(bytes);
        if self.attached.insert(hash) {
            self.file(&pack::attachment_path(&hash), bytes)?;
        }
        Ok(())
    }

    /// Ends the pack with its words and answers `out`.
    ///
    /// # Errors
    /// When `out` cannot be written or the spool not be read.
    pub fn finish(mut self) -> Result<W, PackError> {
        let size = self.spool.stream_position()?;
        self.spool.rewind()?;
        self.zip.start_file(pack::FIELDS, options(size))?;
        io::copy(&mut self.spool, &mut self.zip)?;
        Ok(self.zip.finish()?)
    }

    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), PackError> {
        self.zip.start_file(path, options(bytes.len() as u64))?;
        Ok(self.zip.write_all(bytes)?)
    }
}

/// The same for every file and machine, so that the same content makes the same bytes.
fn options(size: u64) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::DEFAULT)
        .system(System::Unix)
        .unix_permissions(0o644)
        .large_file(size >= LARGE)
}
