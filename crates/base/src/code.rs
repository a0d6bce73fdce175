//! Our own codes: short names that may stand in a leaf because no person wrote a word in them.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A code of ours: 1 to 96 characters of `A-Z a-z 0-9 _ . : -`. An element id of a model, a reference
/// such as `INC-2026-0042`, the name of a rule. Never a person's words, a name or an address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(Cow<'static, str>);

/// The most characters a code may have.
pub const MAX_CODE: usize = 96;

/// Why a text is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a code: 1 to 96 characters of A-Z a-z 0-9 _ . : -")]
pub struct NotACode;

impl Code {
    /// A code that is written in our own source.
    ///
    /// # Panics
    /// At compile time or in the first test when the text is not a code.
    pub const fn fixed(text: &'static str) -> Self {
        assert!(is_code(text.as_bytes()), "not a code");
        Self(Cow::Borrowed(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_code(text: &[u8]) -> bool {
    if text.is_empty() || text.len() > MAX_CODE {
        return false;
    }
    let mut at = 0;
    while at < text.len() {
        if !(text[at].is_ascii_alphanumeric() || matches!(text[at], b'_' | b'.' | b':' | b'-')) {
            return false;
        }
        at += 1;
    }
    true
}

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, NotACode> {
        if is_code(text.as_bytes()) { Ok(Self(Cow::Owned(text.to_owned()))) } else { Err(NotACode) }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}
