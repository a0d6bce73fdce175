//! Whom to tell when the database cannot be read: a file of mode 0600 beside the keys (ground rule G2).

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use domain::page::Channel;

/// The file's name in the data directory.
const FILE: &str = "call-tree.json";

/// Keeps the call tree: written beside and renamed, so that a crash leaves a whole one.
///
/// # Errors
/// The file system's.
pub(crate) fn keep(data: &Path, tree: &[(Channel, String)]) -> io::Result<()> {
    let beside = data.join(format!("{FILE}.new"));
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(&serde_json::to_vec(tree)?)?;
    file.sync_all()?;
    fs::rename(beside, data.join(FILE))
}

/// The call tree that was kept last; empty where none was.
pub(crate) fn kept(data: &Path) -> Vec<(Channel, String)> {
    let bytes = fs::read(data.join(FILE)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}
