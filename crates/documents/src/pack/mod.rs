//! Evidence packs as zip files: written as the evidence comes, the same bytes for the same content.
//!
//! Order in the zip: `manifest.json`, `README.txt`, `checkpoint`, then entries with their proofs, or
//! bundles and tiles, with attachments in between as they are first needed, and `fields.jsonl` last.
//! No file has a time, an owner or a mode of its own. Memory holds 32 bytes for each attachment and the
//! zip's directory (about 150 bytes a file), never the evidence; words wait in a spool file.

mod writer;

use evidence::{canonical::Unwritable, pack::ListedFile, sha256};

pub use writer::Writer;

/// Name of the file that tells a reader how to verify the pack.
pub const README: &str = "README.txt";

/// What it says: the same in every pack.
const README_TEXT: &str = include_str!("readme.txt");

/// Why a pack cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The zip cannot be written: the disk is full, or a file stands in it twice.
    #[error("the pack cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// The disk failed.
    #[error("the pack cannot be written: {0}")]
    Disk(#[from] std::io::Error),
    /// The manifest has a number without canonical form.
    #[error("the manifest cannot be written: {0}")]
    Manifest(#[from] Unwritable),
    /// The evidence did not come in the order of the log, so no verifier would take the pack.
    #[error("`{path}` is out of order")]
    Order {
        /// What came too late or twice.
        path: String,
    },
}

/// The files for people that every pack has, by their hashes.
fn files_for_people() -> Vec<ListedFile> {
    vec![ListedFile { path: README.to_owned(), sha256: sha256(README_TEXT.as_bytes()) }]
}
