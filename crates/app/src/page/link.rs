//! The link in a page: it names the page and proves that this server wrote it.
//!
//! Nothing is stored: the proof is an HMAC-SHA256 over the page's id under the node's seal key, so a
//! retried message carries the same link and a lost database row cannot break it.

use base::{Id, id};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Writes and reads the links of pages.
pub struct Links {
    key: [u8; 32],
}

impl Links {
    /// With the node's seal key.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// What stands after `/ack/`.
    pub fn token(&self, page: Id<id::Page>) -> String {
        let proof = self.mac(page).finalize().into_bytes();
        format!("{page}.{}", BASE64.encode(&proof[..18]))
    }

    /// The page of a token; `None` for one that this server did not write.
    pub fn page(&self, token: &str) -> Option<Id<id::Page>> {
        let (page, proof) = token.split_once('.')?;
        let page = page.parse().ok()?;
        let proof = BASE64.decode(proof).ok().filter(|proof| proof.len() == 18)?;
        self.mac(page).verify_truncated_left(&proof).ok()?;
        Some(page)
    }

    /// The secret that signs for an endpoint: derived, so that it is stored nowhere.
    pub fn endpoint_secret(&self, id: Id<id::Endpoint>, generation: i64) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .expect("invariant: HMAC takes keys of any length");
        for part in [b"webhook\0".as_slice(), id.bytes(), &generation.to_be_bytes()] {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn mac(&self, page: Id<id::Page>) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .expect("invariant: HMAC takes keys of any length");
        mac.update(b"page\0");
        mac.update(page.bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_its_own_page_and_no_other() {
        let links = Links::new([7; 32]);
        let page: Id<id::Page> = Id::from_bytes([1; 16]);
        let token = links.token(page);
        assert_eq!(links.page(&token), Some(page));
        assert_eq!(Links::new([8; 32]).page(&token), None);
        let other = token.replacen("01", "02", 1);
        assert_eq!(links.page(&other), None);
    }
}
