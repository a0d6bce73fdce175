//! What this node holds outside the database: its keys, and the newest checkpoint it has seen.
//!
//! Keys are files of mode 0600 beside the configuration, never in the database or its backups. The
//! checkpoint held outside is what a restored old database is measured against.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use base::Entropy;
use evidence::{Checkpoint, Skey, Vkey};

use super::checkpoint::Grown;
use crate::page::Links;

/// Why the keeper cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// A key file holds no key.
    #[error("{path} holds no readable key: {reason}")]
    Key {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The keys and the checkpoint held outside.
pub struct Keeper {
    skey: Skey,
    links: Links,
    file: Option<PathBuf>,
    outside: Mutex<Option<String>>,
    pub(super) grown: tokio::sync::Mutex<Grown>,
}

impl Keeper {
    /// Opens the keys in `data`, making them at the first start.
    ///
    /// # Errors
    /// Files that cannot be read or written, and key files that hold no key.
    pub fn open(data: &Path, origin: &str, entropy: &mut dyn Entropy) -> Result<Self, KeeperError> {
        let key_path = data.join("log.key");
        let wrong = |path: &Path, reason: String| KeeperError::Key { path: path.into(), reason };
        let fresh = Skey::generate(origin, entropy).map_err(|e| wrong(&key_path, e.to_string()))?;
        let text = read_or_make(&key_path, &fresh.to_secret_text())?;
        let skey: Skey = text.parse().map_err(|e| wrong(&key_path, format!("{e}")))?;
        let seal_path = data.join("seal.key");
        let fresh = hex::encode(base::entropy::bytes::<32>(entropy));
        let text = read_or_make(&seal_path, &fresh)?;
        let mut seal = [0u8; 32];
        hex::decode_to_slice(text.trim(), &mut seal)
            .map_err(|e| wrong(&seal_path, e.to_string()))?;
        let file = data.join("checkpoint");
        let outside = match fs::read_to_string(&file) {
            Ok(note) => Some(note),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(KeeperError::File { path: file, source }),
        };
        Ok(Self::new(skey, seal, Some(file), outside))
    }

    /// A keeper without files: for the simulator, and for commands that sign nothing.
    pub fn in_memory(skey: Skey, seal: [u8; 32]) -> Self {
        Self::new(skey, seal, None, None)
    }

    fn new(skey: Skey, seal: [u8; 32], file: Option<PathBuf>, outside: Option<String>) -> Self {
        Self {
            skey,
            links: Links::new(seal),
            file,
            outside: Mutex::new(outside),
            grown: tokio::sync::Mutex::new(Grown::default()),
        }
    }

    /// The public key of the log.
    pub fn vkey(&self) -> &Vkey {
        self.skey.vkey()
    }

    /// The links of pages.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Signs a checkpoint.
    pub(super) fn sign(&self, checkpoint: &Checkpoint) -> String {
        checkpoint.sign(&self.skey).to_string()
    }

    /// The newest checkpoint held outside the database.
    pub(super) fn outside(&self) -> Option<Checkpoint> {
        let held = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        let known = [self.vkey().clone()];
        held.as_deref().and_then(|note| Checkpoint::open(note, &known).ok()).map(|(c, _)| c)
    }

    /// Holds a checkpoint outside the database: written beside and renamed, so that a crash leaves one.
    pub(super) fn hold(&self, note: &str) -> io::Result<()> {
        if let Some(file) = &self.file {
            let beside = file.with_extension("new");
            fs::write(&beside, note)?;
            fs::rename(&beside, file)?;
        }
        *self.outside.lock().unwrap_or_else(PoisonError::into_inner) = Some(note.to_owned());
        Ok(())
    }
}

fn read_or_make(path: &Path, fresh: &str) -> Result<String, KeeperError> {
    let failed = |source| KeeperError::File { path: path.into(), source };
    let make = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match make {
        Ok(mut file) => {
            io::Write::write_all(&mut file, fresh.as_bytes()).map_err(failed)?;
            file.sync_all().map_err(failed)?;
            Ok(fresh.to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::read_to_string(path).map_err(failed)
        }
        Err(source) => Err(failed(source)),
    }
}
