//! One thing of the organisation, folded from its stream.

use serde::{Deserialize, Serialize};

use crate::Meta;

/// A thing of the organisation: what it is, where its words are, whether it still is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part<D> {
    /// What it is.
    pub details: D,
    /// The log position of the entry with its words.
    pub word: i64,
    /// Whether it is no longer.
    pub retired: bool,
    /// How many entries its stream has.
    pub version: i64,
}

impl<D> Part<D> {
    /// One that is not in the log yet.
    pub(super) fn new(details: D) -> Self {
        Self { details, word: -1, retired: false, version: 0 }
    }

    /// As an entry says it is from here on.
    pub(crate) fn described(before: Option<Self>, details: D, meta: &Meta) -> Self {
        let version = before.map_or(0, |before| before.version) + 1;
        Self { details, word: meta.seq, retired: false, version }
    }

    /// As it is once it is no longer.
    pub(crate) fn into_retired(self) -> Self {
        Self { retired: true, version: self.version + 1, ..self }
    }
}
