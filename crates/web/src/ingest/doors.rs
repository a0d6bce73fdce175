//! Doors that were opened lately, so that a busy sender costs no reading of the database.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use app::{App, Error, intake::Door};
use base::{Digest, Duration, Timestamp};

/// The most doors that are remembered.
const HELD: usize = 1024;
/// How long a door is remembered: another node may have changed it meanwhile.
const HELD_FOR: Duration = Duration::seconds(30);

/// Doors by the digest of source and key; keys themselves are not kept.
#[derive(Default)]
pub(crate) struct Doors(RwLock<HashMap<Digest, (Door, Timestamp)>>);

impl Doors {
    /// The door of a key; looked up where it was not opened lately. Wrong keys are not remembered.
    pub(crate) async fn open(&self, app: &App, key: &str, source: &str) -> Result<Door, Error> {
        let name = evidence::sha256(format!("{source}\0{key}").as_bytes());
        let now = app.now();
        if let Some((door, since)) =
            self.0.read().unwrap_or_else(PoisonError::into_inner).get(&name)
            && now - *since < HELD_FOR
        {
            return Ok(door.clone());
        }
        let door = app.open_door(key, source).await?;
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(name, (door.clone(), now));
        Ok(door)
    }

    /// Forgets all of them: an integration was changed.
    pub(crate) fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
