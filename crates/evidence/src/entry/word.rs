//! Words: what people and senders wrote. The leaf holds a commitment, the words can be erased.

use base::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A word that may have been erased since.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasable<T> {
    /// It is still there.
    Known(T),
    /// It was erased, redacted, or is not the reader's to see.
    Erased,
}

impl<T> Erasable<T> {
    /// The word, when it is still there.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(word) => Some(word),
            Self::Erased => None,
        }
    }

    /// The word by value, when it is still there.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(word) => Some(word),
            Self::Erased => None,
        }
    }

    /// The same word in another form; erased stays erased.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Erasable<U> {
        match self {
            Self::Known(word) => Erasable::Known(change(word)),
            Self::Erased => Erasable::Erased,
        }
    }
}

impl<T> From<Option<T>> for Erasable<T> {
    fn from(word: Option<T>) -> Self {
        word.map_or(Self::Erased, Self::Known)
    }
}

/// The commitment to a word: SHA-256 of 0x02, the salt, the field's name, a zero byte and the word's
/// canonical bytes. Without the salt even a guessable word stays hidden.
pub fn commitment(salt: &[u8; 32], field: &str, canonical: &[u8]) -> Digest {
    let hash = Sha256::new()
        .chain_update([0x02])
        .chain_update(salt)
        .chain_update(field)
        .chain_update([0x00])
        .chain_update(canonical);
    Digest(hash.finalize().into())
}
