//! Input files of commands: `-` is standard input; sizes are limited.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::outcome::Cannot;

/// The largest input file, in bytes.
pub const MAX_INPUT: u64 = 16 * 1024 * 1024;

/// The whole text of a file.
///
/// # Errors
/// It cannot be read, is too large, or is not UTF-8.
pub fn text(path: &Path) -> Result<String, Cannot> {
    let bytes = if path == Path::new("-") {
        limited(io::stdin().lock(), path)?
    } else {
        limited(File::open(path).map_err(Cannot::file(path))?, path)?
    };
    String::from_utf8(bytes).map_err(|_| Cannot::input(name(path), "is not UTF-8"))
}

/// The name of an input in messages.
pub fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

fn limited(from: impl Read, path: &Path) -> Result<Vec<u8>, Cannot> {
    let mut bytes = Vec::new();
    from.take(MAX_INPUT + 1).read_to_end(&mut bytes).map_err(Cannot::file(path))?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(Cannot::input(name(path), format!("is larger than {MAX_INPUT} bytes")));
    }
    Ok(bytes)
}
