//! Evidence packs: what is in one, and what a verifier says of it.
//!
//! Two shapes. A whole log as C2SP files: `checkpoint`, `tile/…`, `tile/entries/…`; or single entries,
//! each with its proof: `entries/SEQ.json`, `proofs/SEQ.tlog-proof`, with every entry of the declared
//! streams. Both may have `manifest.json`, `fields.jsonl` (the words) and `attachments/SHA256`. A log
//! that is read from a server has no manifest. Packs are written elsewhere (`documents`).

mod fields;
mod manifest;
mod report;
mod single;
mod streams;
mod verify;
mod walk;
mod whole;
mod words;

pub use fields::{BadLine, Content, FieldLine, Opening};
pub use manifest::{BadManifest, FORMAT, ListedFile, Manifest, PackKind, Span, StreamTail};
pub use report::{Counts, Problem, Report, Unreadable, Verdict, What};
pub use verify::verify;

/// Name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// Name of the signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Name of the file of words.
pub const FIELDS: &str = "fields.jsonl";
/// Type of the entry that logs what an export takes.
pub const EXPORT_TAKEN: &str = "export_taken";

/// The files of a pack: a folder, a zip, or a server.
pub trait Files {
    /// The bytes of one file; `None` when there is none of this path.
    ///
    /// # Errors
    /// When it cannot be known: the disk or the network fails.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable>;

    /// Every path, in any order; nothing where they cannot be listed (a server).
    fn list(&self) -> Vec<String>;

    /// The lines of one file without their line feeds. Large packs override this and read as they go.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn lines(&self, path: &str) -> Result<Option<Lines<'_>>, Unreadable> {
        let Some(bytes) = self.read(path)? else { return Ok(None) };
        let mut at = 0;
        let next = move || {
            let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
            let line = rest.split(|byte| *byte == b'\n').next()?;
            at += line.len() + 1;
            Some(Ok(line.to_vec()))
        };
        Ok(Some(Box::new(std::iter::from_fn(next))))
    }

    /// The words, each line opened; `None` where there is no such file. Large packs override this to
    /// work ahead on other cores.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn words(&self) -> Result<Option<Openings<'_>>, Unreadable> {
        let Some(lines) = self.lines(FIELDS)? else { return Ok(None) };
        Ok(Some(Box::new(lines.map(|line| line.map(|line| Opening::of(&line))))))
    }
}

/// Lines of words, opened as they are asked for, or ahead of that.
pub type Openings<'a> = Box<dyn Iterator<Item = Result<Opening, Unreadable>> + 'a>;

/// Lines of a file, read as they are asked for.
pub type Lines<'a> = Box<dyn Iterator<Item = Result<Vec<u8>, Unreadable>> + 'a>;

/// Path of an entry that is packed singly.
pub fn entry_path(seq: u64) -> String {
    format!("entries/{seq}.json")
}

/// Path of its proof.
pub fn proof_path(seq: u64) -> String {
    format!("proofs/{seq}.tlog-proof")
}

/// Path of an attachment or artifact.
pub fn attachment_path(hash: &base::Digest) -> String {
    format!("attachments/{hash}")
}
