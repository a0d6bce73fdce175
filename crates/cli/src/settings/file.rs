//! `watchkeeper.toml`. An unknown name in it is refused: a misspelt one must not go unnoticed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::Wrong;
use crate::logging::Form;

/// The file in the data directory.
pub(super) const FILE: &str = "watchkeeper.toml";

/// `watchkeeper.toml`: the same names as the options, with underscores.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) data: Option<PathBuf>,
    pub(super) database: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) name: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) smtp: Option<String>,
    pub(super) allow_private: Option<Vec<String>>,
    pub(super) listen: Option<String>,
    pub(super) node: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) host: Option<Vec<String>>,
    pub(super) demo: Option<bool>,
    pub(super) log_file: Option<PathBuf>,
    pub(super) log: Option<Form>,
    pub(super) log_level: Option<String>,
}

/// Reads the file that was named, or the one in the data directory, which need not exist.
///
/// # Errors
/// It cannot be read, or is not what it must be.
pub(super) fn read(near: &Path, config: Option<&Path>) -> Result<Written, Wrong> {
    let path = config.map_or_else(|| near.join(FILE), Path::to_path_buf);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && config.is_none() => {
            return Ok(Written::default());
        }
        Err(source) => return Err(Wrong::Unreadable { path, source }),
    };
    // The whole error would quote the line, and the line may hold a password.
    let wrong = |error: toml::de::Error| {
        let before = error.span().map_or("", |span| &text[..span.start.min(text.len())]);
        let line = before.matches('\n').count() + 1;
        Wrong::File { path: path.clone(), reason: format!("line {line}: {}", error.message()) }
    };
    toml::from_str(&text).map_err(wrong)
}
