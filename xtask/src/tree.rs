//! The files of the repository, read once. Leaves out what tools make: `target`, `node_modules`
//! and everything else that `.gitignore` names at the top.

use std::{fs, io, path::Path, path::PathBuf};

/// Folders that hold nothing of ours, by name, wherever they stand.
const NOT_OURS: &[&str] = &[".git", "target", "node_modules", "data", ".test-data"];

/// The largest file that is read as text: 4 MiB. A larger one is a finding of its own.
pub const MAX_TEXT_BYTES: u64 = 4 * 1024 * 1024;

/// One file: its path from the repository's root with `/`, and its text.
pub struct File {
    /// `crates/base/src/id.rs`.
    pub path: String,
    /// The text; empty for a file that is not UTF-8 or larger than [`MAX_TEXT_BYTES`].
    pub text: String,
}

impl File {
    /// The file's ending without the dot, or nothing.
    pub fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// The file's name without its folders.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(self.path.as_str(), |(_, name)| name)
    }
}

/// The repository's root: the folder above this crate.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("invariant: xtask lies in the repository").to_owned()
}

/// Every file of the repository, sorted by path.
///
/// # Errors
/// When a folder or a file cannot be read.
pub fn read(root: &Path) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    walk(root, root, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        // In a second work tree `.git` is a file.
        if NOT_OURS.contains(&&*entry.file_name().to_string_lossy()) {
            continue;
        }
        if kind.is_dir() {
            walk(root, &entry.path(), files)?;
        } else if kind.is_file() && !is_ignored(&entry.path()) {
            files.push(File { path: relative(root, &entry.path()), text: text(&entry.path())? });
        }
    }
    Ok(())
}

/// Logs, caches, and the file that a linked worktree has in place of the folder `.git`.
fn is_ignored(path: &Path) -> bool {
    path.ends_with(".git")
        || path.extension().is_some_and(|ending| ending == "log" || ending == "pyc")
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    inner.to_string_lossy().replace('\\', "/")
}

fn text(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > MAX_TEXT_BYTES {
        return Ok(String::new());
    }
    Ok(String::from_utf8(fs::read(path)?).unwrap_or_default())
}
