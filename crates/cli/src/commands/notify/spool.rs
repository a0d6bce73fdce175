//! Alerts that wait on disk, oldest first, one file each.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use base::Timestamp;

use crate::outcome::Cannot;

/// The most alerts that wait; more are refused, loudly.
const MAX_WAITING: usize = 1_000;

/// The spool of one server.
pub struct Spool(PathBuf);

/// What the bodies of a spool are: each kind has a key of its own, so it has a spool of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lists of alerts as Alertmanager's clients send them.
    Alert,
    /// The macros of notifications of Nagios.
    Nagios,
}

impl Spool {
    /// Opens or makes it, for its owner only.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(folder: &Path, server: &str, form: Form) -> Result<Self, Cannot> {
        let server = server.trim_end_matches('/');
        let name = match form {
            Form::Alert => server.to_owned(),
            Form::Nagios => format!("{server}\0nagios"),
        };
        let digest = evidence::sha256(name.as_bytes()).to_string();
        let folder = folder.join(&digest[..16]);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(Cannot::file(&folder))?;
        Ok(Self(folder))
    }

    /// Keeps an alert, on disk before it answers.
    ///
    /// # Errors
    /// No room, or too many wait.
    pub fn keep(&self, at: Timestamp, body: &[u8]) -> Result<(), Cannot> {
        if self.waiting()?.len() >= MAX_WAITING {
            let reason = format!("{MAX_WAITING} alerts wait already; this one is not kept");
            return Err(Cannot::input(self.0.display().to_string(), reason));
        }
        let name = format!("{:020}-{}", at.micros(), std::process::id());
        let beside = self.0.join(format!("{name}.part"));
        let path = self.0.join(format!("{name}.json"));
        let write = || -> io::Result<()> {
            let options = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).clone();
            let mut file = options.open(&beside)?;
            file.write_all(body)?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        };
        write().map_err(Cannot::file(&path))
    }

    /// The files that wait, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn waiting(&self) -> Result<Vec<PathBuf>, Cannot> {
        let mut files: Vec<PathBuf> = fs::read_dir(&self.0)
            .map_err(Cannot::file(&self.0))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        files.sort();
        Ok(files)
    }

    /// An alert's body.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self, alert: &Path) -> Result<Vec<u8>, Cannot> {
        fs::read(alert).map_err(Cannot::file(alert))
    }

    /// Forgets an alert that was taken. Another process may have been first.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget(&self, alert: &Path) -> Result<(), Cannot> {
        match fs::remove_file(alert) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(Cannot::File { path: alert.to_path_buf(), source })
            }
            _ => Ok(()),
        }
    }

    /// Keeps an alert that was refused beside the others, out of their way.
    ///
    /// # Errors
    /// The file cannot be renamed.
    pub fn set_aside(&self, alert: &Path) -> Result<(), Cannot> {
        fs::rename(alert, alert.with_extension("refused")).map_err(Cannot::file(alert))
    }
}
