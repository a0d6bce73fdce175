//! The key in an X.509 certificate, and what it signed.
//!
//! The certificate is trusted because of where it was fetched from, over TLS, as Amazon documents; of the
//! certificate itself only the public key is read.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const VERSION: u8 = 0xa0;

/// Whether `signature` is that of `text` by the certificate's RSA key. Version 1 signs with SHA-1, which
/// Amazon still sends by default, version 2 with SHA-256.
pub(super) fn is_signed(pem: &[u8], version: &str, text: &[u8], signature: &[u8]) -> bool {
    let Some(der) = der_of(pem) else { return false };
    let Some(key) = public_key(&der) else { return false };
    let verified = match version {
        "1" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, key)
            .verify(text, signature),
        "2" => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(text, signature),
        _ => return false,
    };
    verified.is_ok()
}

/// The first certificate of a PEM text.
fn der_of(pem: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(pem).ok()?;
    let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    BASE64.decode(body.split_ascii_whitespace().collect::<String>()).ok()
}

/// The RSA key: in the to-be-signed part, the sixth field after the version (RFC 5280 section 4.1).
fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = element(fields)?;
    }
    // Serial number, algorithm, issuer, validity, subject.
    for _ in 0..5 {
        (_, _, fields) = element(fields)?;
    }
    let (kind, info, _) = element(fields)?;
    if kind != SEQUENCE {
        return None;
    }
    let (_, _, after_algorithm) = element(info)?;
    let (kind, key, _) = element(after_algorithm)?;
    // The first byte of a bit string counts its unused bits: none.
    (kind == BIT_STRING).then_some(key)?.strip_prefix(&[0])
}

/// The first DER element: its tag, its content, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}
