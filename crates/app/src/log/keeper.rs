//! What this node holds outside the database: its keys, and the newest checkpoint it has seen.
//!
//! | file | what |
//! | --- | --- |
//! | `log.key`, `seal.key` | the keys |
//! | `log.vkeys` | verifier keys of this log that were rotated out, one a line |
//! | `checkpoint` | the newest checkpoint that this node signed or saw |
//! | `rolled-back` | while a restored older log waits for its epoch: up to when its pages are held back |
//!
//! Keys are files of mode 0600 beside the configuration, never in the database or its backups. The
//! checkpoint held outside is what a restored old database is measured against.

use std::{
    fs, io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use base::{Entropy, Timestamp};
use evidence::{Checkpoint, Skey, Vkey};

use super::{checkpoint::Grown, tiles::Roots};
use crate::{page::Links, seal::Seal};

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

/// The files beside the keys.
const CHECKPOINT: &str = "checkpoint";
/// As [`CHECKPOINT`].
const ROLLED_BACK: &str = "rolled-back";
/// The verifier keys that were rotated out.
pub const EARLIER_KEYS: &str = "log.vkeys";

/// The keys and the checkpoint held outside.
pub struct Keeper {
    skey: Skey,
    links: Links,
    values: Seal,
    folder: Option<PathBuf>,
    /// This log's verifier keys, the one in force first.
    known: Vec<Vkey>,
    outside: Mutex<Option<String>>,
    held_back: Mutex<Option<Timestamp>>,
    pub(super) grown: tokio::sync::Mutex<Grown>,
    pub(super) roots: Arc<Roots>,
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
        let earlier = read_if_there(&data.join(EARLIER_KEYS))?.unwrap_or_default();
        let earlier = earlier.lines().filter_map(|line| line.trim().parse().ok()).collect();
        let outside = read_if_there(&data.join(CHECKPOINT))?;
        let held_back = read_if_there(&data.join(ROLLED_BACK))?;
        let mut keeper = Self::new(skey, seal, earlier);
        keeper.folder = Some(data.to_path_buf());
        keeper.outside = Mutex::new(outside);
        keeper.held_back = Mutex::new(held_back.and_then(|text| text.trim().parse().ok()));
        Ok(keeper)
    }

    /// A keeper without files: for the simulator, and for commands that sign nothing.
    pub fn in_memory(skey: Skey, seal: [u8; 32]) -> Self {
        Self::new(skey, seal, Vec::new())
    }

    fn new(skey: Skey, seal: [u8; 32], earlier: Vec<Vkey>) -> Self {
        let mut known = vec![skey.vkey().clone()];
        known.extend(earlier);
        Self {
            skey,
            links: Links::new(seal),
            values: Seal::new(&seal),
            folder: None,
            known,
            outside: Mutex::new(None),
            held_back: Mutex::new(None),
            grown: tokio::sync::Mutex::new(Grown::default()),
            roots: Arc::default(),
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

    /// Seals what must be read back.
    pub(crate) fn values(&self) -> &Seal {
        &self.values
    }

    /// Signs a checkpoint.
    pub(super) fn sign(&self, checkpoint: &Checkpoint) -> String {
        checkpoint.sign(&self.skey).to_string()
    }

    /// The newest checkpoint held outside the database, signed by a key of this log.
    pub(super) fn outside(&self) -> Option<Checkpoint> {
        let held = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_deref().and_then(|note| Checkpoint::open(note, &self.known).ok()).map(|(c, _)| c)
    }

    /// Holds a checkpoint outside the database: written beside and renamed, so that a crash leaves one.
    pub(super) fn hold(&self, note: &str) -> io::Result<()> {
        self.write(CHECKPOINT, note)?;
        *self.outside.lock().unwrap_or_else(PoisonError::into_inner) = Some(note.to_owned());
        Ok(())
    }

    /// Up to when pages are held back: those of a restored older log, until its epoch is declared.
    pub fn held_back(&self) -> Option<Timestamp> {
        *self.held_back.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds back the pages that were queued up to an instant, unless some are held back already.
    pub(super) fn hold_back(&self, up_to: Timestamp) -> io::Result<()> {
        let mut held = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            self.write(ROLLED_BACK, &up_to.to_string())?;
            *held = Some(up_to);
        }
        Ok(())
    }

    /// Lets go of what stood for the log before an epoch: the checkpoint, and the pages held back.
    /// Another process that declared the epoch has left the new one's checkpoint in the file.
    pub(super) fn let_go(&self) -> io::Result<()> {
        let mut outside = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        let left = match &self.folder {
            Some(folder) => fs::read_to_string(folder.join(CHECKPOINT)).ok(),
            None => None,
        };
        let newer = left.filter(|note| outside.as_ref() != Some(note));
        if newer.is_none() {
            self.write(CHECKPOINT, "")?;
        }
        *outside = newer;
        if let Some(folder) = &self.folder {
            match fs::remove_file(folder.join(ROLLED_BACK)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        *self.held_back.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let (file, beside) = (folder.join(name), folder.join(format!("{name}.new")));
        fs::write(&beside, text)?;
        fs::rename(&beside, file)
    }
}

fn read_if_there(path: &Path) -> Result<Option<String>, KeeperError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeeperError::File { path: path.into(), source }),
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
