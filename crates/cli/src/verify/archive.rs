//! A pack as it was exported: a zip that nobody has unpacked.
//!
//! A zip is what a stranger made. Sizes are counted while reading and never believed; a name that stands
//! in it twice could show each reader another file, so such a zip is not read at all.

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    os::unix::fs::FileExt as _,
    path::Path,
    sync::Arc,
};

use evidence::pack::{FIELDS, Files, Lines, Opening, Openings, Unreadable};
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive, result::ZipError};

use super::{
    ahead::ahead,
    failed,
    folder::{MAX_FILES, lines_of, read_whole},
};

/// How much of the zip is read in one go.
const BUFFER: usize = 64 * 1024;

/// An opened zip. Copies of its reader are cheap, so that lines are read beside other files.
pub(super) struct Archive {
    zip: ZipArchive<Cursor>,
}

impl Archive {
    /// Opens a zip and reads its directory.
    pub(super) fn open(path: &Path) -> Result<Self, Unreadable> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|why| failed(&name, why))?;
        let size = file.metadata().map_err(|why| failed(&name, why))?.len();
        let zip = ZipArchive::new(Cursor { file: Arc::new(file), size, at: 0 })
            .map_err(|why| failed(&name, format!("not a pack: {why}")))?;
        if zip.len() > MAX_FILES {
            return Err(failed(&name, format!("more than {MAX_FILES} files")));
        }
        if zip.has_duplicate_names() {
            return Err(failed(&name, "a file stands in the zip twice under one name"));
        }
        Ok(Self { zip })
    }
}

impl Files for Archive {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        let Some(place) = self.zip.index_for_name_raw(path.as_bytes()) else { return Ok(None) };
        let mut zip = self.zip.clone();
        let file = zip.by_index(place).map_err(|why| damaged(path, &why))?;
        read_whole(path, file).map(Some)
    }

    fn list(&self) -> Vec<String> {
        let names = self.zip.file_names_raw();
        names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    fn lines(&self, path: &str) -> Result<Option<Lines<'_>>, Unreadable> {
        let Some((raw, inflated)) = self.raw(path)? else { return Ok(None) };
        Ok(Some(lines_as(path, raw, inflated)))
    }

    /// One thread inflates, another hashes, and the caller has its core for the entries.
    fn words(&self) -> Result<Option<Openings<'_>>, Unreadable> {
        let Some((raw, inflated)) = self.raw(FIELDS)? else { return Ok(None) };
        let lines = ahead(FIELDS, move || lines_as(FIELDS, raw, inflated));
        let open = |line: Result<Vec<u8>, Unreadable>| line.map(|line| Opening::of(&line));
        Ok(Some(Box::new(ahead(FIELDS, move || lines.map(open)))))
    }
}

/// The bytes of a file as they stand in the zip.
type Raw = io::Take<BufReader<Cursor>>;

impl Archive {
    /// Where the bytes of a file are, and whether they must be inflated.
    fn raw(&self, path: &str) -> Result<Option<(Raw, bool)>, Unreadable> {
        let Some(place) = self.zip.index_for_name_raw(path.as_bytes()) else { return Ok(None) };
        let mut zip = self.zip.clone();
        let file = zip.by_index_raw(place).map_err(|why| damaged(path, &why))?;
        let (start, size, method) = (file.data_start(), file.compressed_size(), file.compression());
        drop(file);
        let start = start.ok_or_else(|| failed(path, "not found in the zip"))?;
        let mut raw = zip.into_inner();
        raw.at = start;
        let raw = BufReader::with_capacity(BUFFER, raw).take(size);
        match method {
            CompressionMethod::Stored => Ok(Some((raw, false))),
            CompressionMethod::Deflated => Ok(Some((raw, true))),
            other => Err(failed(path, format!("compressed as {other}, which packs are not"))),
        }
    }
}

fn lines_as<'a>(path: &str, raw: Raw, inflated: bool) -> Lines<'a> {
    if inflated { lines_of(path, DeflateDecoder::new(raw)) } else { lines_of(path, raw) }
}

fn damaged(path: &str, why: &ZipError) -> Unreadable {
    failed(path, format!("the zip is damaged: {why}"))
}

/// A place in a file, of which there may be many.
#[derive(Clone)]
struct Cursor {
    file: Arc<File>,
    size: u64,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
