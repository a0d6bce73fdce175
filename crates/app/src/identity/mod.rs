//! People: set up by a one-time link, signed in by a password, held to their roles.

mod add;
mod choose;
mod erase;
mod erasures;
mod password;
mod revoke;
mod session;
mod sign_in;
mod token;

pub use add::{NewContact, NewPerson};
pub use choose::{Choice, Keys};
pub use session::Session;
pub use sign_in::SignedIn;

use base::{Entropy, Timestamp};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};

/// A secret of 192 bits as text, and the digest under which it is kept.
pub(crate) fn secret(prefix: &str, entropy: &mut dyn Entropy) -> (String, base::Digest) {
    let bytes: [u8; 24] = base::entropy::bytes(entropy);
    let text = format!("{prefix}{}", BASE64.encode(bytes));
    let hash = evidence::sha256(text.as_bytes());
    (text, hash)
}

/// Whether something ends by now.
pub(crate) fn ended(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|end| end <= now)
}
