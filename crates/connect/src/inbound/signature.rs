//! Signatures over the exact bytes of a body: HMAC-SHA256 in lower-case hexadecimal.

use base::{Duration, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{
    instant::{self, Claim},
    malformed::{BAD_SIGNATURE, Malformed},
};
use crate::outbound::Secret;

/// How far a signed instant may lie from the arrival, either way: a message that somebody recorded must
/// not end an alert later on, and clocks differ.
const MAX_AGE: Duration = Duration::minutes(15);

/// Checks that one of the given signatures is that of the parts, joined. Without a secret nothing is checked: the
/// key in the address alone proves the sender.
///
/// # Errors
/// `ING-012` (401).
pub(super) fn check<'a>(
    secret: Option<&Secret>,
    mut given: impl Iterator<Item = &'a str>,
    parts: &[&[u8]],
) -> Result<(), Malformed> {
    let Some(secret) = secret else { return Ok(()) };
    if given.any(|signature| is_signature(secret, signature, parts)) {
        return Ok(());
    }
    let what =
        "the signature is missing, or is not that of this body under the integration's secret";
    Err(Malformed::new(401, BAD_SIGNATURE, what))
}

/// Checks that a signed instant is near the arrival. Without a secret nothing is checked.
///
/// # Errors
/// `ING-012` (401).
pub(super) fn check_age(
    secret: Option<&Secret>,
    signed: &str,
    received_at: Timestamp,
) -> Result<(), Malformed> {
    let near = match instant::read(signed) {
        Claim::At(at) => at - received_at <= MAX_AGE && received_at - at <= MAX_AGE,
        Claim::None | Claim::Unreadable => false,
    };
    if secret.is_none() || near {
        return Ok(());
    }
    let what = "the signed instant is more than 15 minutes from the arrival";
    Err(Malformed::new(401, BAD_SIGNATURE, what))
}

/// Compared in the time of the whole signature, whatever is wrong with it.
fn is_signature(secret: &Secret, signature: &str, parts: &[&[u8]]) -> bool {
    let Ok(signature) = hex::decode(signature.trim()) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes()) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(&signature).is_ok()
}
