//! Keys that senders give: as they are, or their SHA-256 where they are too long for an index.

use sha2::{Digest, Sha256};

use super::limits::MAX_KEY;

/// The key to store for a sender's key; `None` for an empty one.
pub(super) fn of(text: &str) -> Option<String> {
    match text.len() {
        0 => None,
        1..=MAX_KEY => Some(text.to_owned()),
        _ => Some(format!("sha256-{}", hex::encode(Sha256::digest(text)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_stay_apart_and_short() {
        let long = "x".repeat(MAX_KEY + 1);
        assert_eq!(of(""), None);
        assert_eq!(of(&long[1..]).as_deref(), Some(&long[1..]));
        let (one, other) = (of(&long).unwrap(), of(&format!("{long}y")).unwrap());
        assert!(one != other && one.len() == 71 && one.starts_with("sha256-"));
    }
}
