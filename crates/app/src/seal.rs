//! Sealing what must be read back: AES-256-GCM under the node's seal key, bound to its place.
//!
//! The place (table, column, id) is authenticated with the text, so that a sealed value that was copied to
//! another row opens nothing.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base::Entropy;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Seals and opens.
pub struct Seal(LessSafeKey);

impl Seal {
    /// Under a key of its own, derived from the node's seal key.
    pub(crate) fn new(seal: &[u8; 32]) -> Self {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(seal).expect("invariant: HMAC takes keys of any length");
        mac.update(b"sealed values, version 1");
        let key = mac.finalize().into_bytes();
        let key = UnboundKey::new(&AES_256_GCM, &key)
            .expect("invariant: SHA-256 is as long as a key of AES-256");
        Self(LessSafeKey::new(key))
    }

    /// The sealed form of a text: nonce, ciphertext, tag.
    pub(crate) fn close(&self, place: &str, text: &str, entropy: &mut dyn Entropy) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = base::entropy::bytes(entropy);
        let mut sealed = text.as_bytes().to_vec();
        let aad = Aad::from(place.as_bytes());
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .expect("invariant: a text of a few kilobytes can be sealed");
        [nonce.as_slice(), &sealed].concat()
    }

    /// The text of a sealed value of this place; `None` for any other.
    pub(crate) fn open(&self, place: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let text = self.0.open_in_place(nonce, Aad::from(place.as_bytes()), &mut sealed).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dice;

    #[test]
    fn a_sealed_value_opens_in_its_own_place_only() {
        let seal = Seal::new(&[7; 32]);
        let sealed = seal.close("a", "hush", &mut Dice::from_seed([1; 32]));
        assert_eq!(seal.open("a", &sealed).as_deref(), Some("hush"));
        assert_eq!(seal.open("b", &sealed), None);
        assert_eq!(Seal::new(&[8; 32]).open("a", &sealed), None);
        let mut changed = sealed.clone();
        changed[NONCE_LEN] ^= 1;
        assert_eq!(seal.open("a", &changed), None);
        assert_eq!(seal.open("a", &sealed[..4]), None);
    }
}
