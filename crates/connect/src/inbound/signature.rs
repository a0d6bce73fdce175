//! Signatures over the exact bytes of a body: HMAC-SHA256 in lower-case hexadecimal.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::malformed::{BAD_SIGNATURE, Malformed};
use crate::outbound::Secret;

/// Checks that one of the given signatures is that of the body. Without a secret nothing is checked: the
/// key in the address alone proves the sender.
///
/// # Errors
/// `ING-012` (401).
pub(super) fn check<'a>(
    secret: Option<&Secret>,
    mut given: impl Iterator<Item = &'a str>,
    body: &[u8],
) -> Result<(), Malformed> {
    let Some(secret) = secret else { return Ok(()) };
    if given.any(|signature| is_signature(secret, signature, body)) {
        return Ok(());
    }
    let what =
        "the signature is missing, or is not that of this body under the integration's secret";
    Err(Malformed::new(401, BAD_SIGNATURE, what))
}

/// Compared in the time of the whole signature, whatever is wrong with it.
fn is_signature(secret: &Secret, signature: &str, body: &[u8]) -> bool {
    let Ok(signature) = hex::decode(signature.trim()) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
}
