//! Signed notes: a text with signatures under it, and the keys for them.
//!
//! Unknown keys are passed over; a known key with a bad signature spoils the whole note.
//! Source: C2SP signed-note; the text form of the private key is that of Go's `sumdb/note`.

mod key;

use std::{fmt, str::FromStr};

use base64::{
    Engine as _, alphabet,
    engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD as BASE64},
};

pub use key::{NotAKey, Skey, Vkey};

/// Type byte of a plain Ed25519 key.
pub const ED25519: u8 = 0x01;
/// Type byte of an Ed25519 key that makes timestamped cosignatures.
pub const COSIGNATURE: u8 = 0x04;

/// Most signature lines that a note may have.
pub const MAX_SIGNATURES: usize = 100;
/// Most bytes that a note may have.
pub const MAX_NOTE: usize = 1_000_000;

/// Other programs pass over the bits behind the last byte of a signature, and so do we. Whoever wants
/// one spelling only compares with what `Display` writes.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

const DASH: &str = "\u{2014} ";

/// A text and the signatures under it, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with its last line feed.
    pub text: String,
    /// The signatures, in order.
    pub signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key.
    pub name: String,
    /// First four bytes of the key's hash.
    pub id: [u8; 4],
    /// What the key made of the text.
    pub bytes: Vec<u8>,
}

/// Why a note is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Not the form of a signed note.
    #[error("not a signed note")]
    Form,
    /// A known key's signature does not hold.
    #[error("the signature of `{0}` does not hold")]
    Signature(String),
    /// No signature by a known key.
    #[error("no signature by a known key")]
    Unsigned,
}

impl Note {
    /// A note under one signature.
    pub fn signed(text: String, signer: &Skey) -> Self {
        let signatures = vec![signer.sign(&text)];
        Self { text, signatures }
    }

    /// The names and ids of the known keys that signed, in the order of the lines.
    ///
    /// # Errors
    /// When a known key's signature does not hold, or no known key signed.
    pub fn verify<'k>(&self, known: &'k [Vkey]) -> Result<Vec<&'k Vkey>, BadNote> {
        let mut signers: Vec<&Vkey> = Vec::new();
        for signature in &self.signatures {
            let Some(key) = known.iter().find(|key| key.made(signature)) else { continue };
            if !key.verifies(&self.text, &signature.bytes) {
                return Err(BadNote::Signature(key.name().to_owned()));
            }
            if !signers.contains(&key) {
                signers.push(key);
            }
        }
        if signers.is_empty() { Err(BadNote::Unsigned) } else { Ok(signers) }
    }
}

impl FromStr for Note {
    type Err = BadNote;

    fn from_str(note: &str) -> Result<Self, BadNote> {
        let control = |b: u8| b < 0x20 && b != b'\n';
        if note.len() > MAX_NOTE || note.bytes().any(control) {
            return Err(BadNote::Form);
        }
        let (before, lines) = note.rsplit_once("\n\n").ok_or(BadNote::Form)?;
        let lines = lines.strip_suffix('\n').ok_or(BadNote::Form)?;
        let signatures: Option<Vec<_>> =
            lines.split('\n').take(MAX_SIGNATURES + 1).map(signature).collect();
        let signatures = signatures.filter(|all| all.len() <= MAX_SIGNATURES);
        Ok(Self { text: format!("{before}\n"), signatures: signatures.ok_or(BadNote::Form)? })
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, blob) = line.strip_prefix(DASH)?.split_once(' ')?;
    let blob = LENIENT.decode(blob).ok()?;
    let (id, bytes) = blob.split_first_chunk::<4>()?;
    let allowed = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+');
    (allowed && !bytes.is_empty()).then(|| Signature {
        name: name.to_owned(),
        id: *id,
        bytes: bytes.to_vec(),
    })
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = [self.id.as_slice(), &self.bytes].concat();
        writeln!(f, "{DASH}{} {}", self.name, BASE64.encode(blob))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}
