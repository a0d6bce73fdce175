//! cosignature/v1: a witness says that it saw a checkpoint, and when.
//!
//! The signature's bytes are the time, eight bytes of whole seconds, and the Ed25519 signature over
//! `cosignature/v1`, `time N` and the checkpoint's text. Source: C2SP tlog-cosignature.

use crate::note::{Signature, Skey, Vkey};

/// The signature line of a witness over `text` at `seconds` since 1970.
pub fn sign(witness: &Skey, text: &str, seconds: u64) -> Signature {
    let mut bytes = seconds.to_be_bytes().to_vec();
    bytes.extend_from_slice(&witness.sign_bytes(message(text, seconds).as_bytes()));
    witness.line(bytes)
}

/// When the witness saw `text`; `None` unless the signature holds.
pub fn time_of(witness: &Vkey, text: &str, signature: &[u8]) -> Option<u64> {
    let seconds = claimed_time(signature)?;
    let message = message(text, seconds);
    witness.verifies_plain(message.as_bytes(), &signature[8..]).then_some(seconds)
}

/// The time that a signature claims, not verified; `None` when it is too short to hold one.
pub fn claimed_time(signature: &[u8]) -> Option<u64> {
    let (seconds, _) = signature.split_first_chunk::<8>()?;
    Some(u64::from_be_bytes(*seconds))
}

fn message(text: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}
