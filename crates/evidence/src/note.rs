//! Signed notes: a text with signatures under it, and the keys for them.
//!
//! Unknown keys are passed over; a known key with a bad signature spoils the whole note.
//! Source: C2SP signed-note; the text form of the private key is that of Go's `sumdb/note`.

use std::{fmt, str::FromStr};

use base::{Entropy, entropy};
use base64::{
    Engine as _, alphabet,
    engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD as BASE64},
};
use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::cosignature;

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

/// A public key with its name: `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vkey {
    name: String,
    kind: u8,
    key: [u8; 32],
}

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// Not `name+hash+base64`.
    #[error("not of the form name+hash+key")]
    Form,
    /// The name is empty or has a blank, a plus or a control character.
    #[error("a key's name may not be empty or hold blanks, `+` or control characters")]
    Name,
    /// The type byte is none we know, or the key has another length.
    #[error("a kind of key that is not known here")]
    Kind,
    /// The hash is not that of name and key.
    #[error("the key's hash does not fit its name and bytes")]
    Hash,
}

/// A private key with its name: `PRIVATE+KEY+name+hash+key`. Its text is not shown by `Debug`.
#[derive(Clone)]
pub struct Skey {
    vkey: Vkey,
    key: SigningKey,
}

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

impl Vkey {
    /// From its parts.
    ///
    /// # Errors
    /// When the name is not allowed or the kind is not known.
    pub fn new(name: &str, kind: u8, key: [u8; 32]) -> Result<Self, NotAKey> {
        let refused = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if name.is_empty() || name.contains(refused) {
            return Err(NotAKey::Name);
        }
        if !matches!(kind, ED25519 | COSIGNATURE) {
            return Err(NotAKey::Kind);
        }
        Ok(Self { name: name.to_owned(), kind, key })
    }

    /// Its name: for a log's key the origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its type byte.
    pub fn kind(&self) -> u8 {
        self.kind
    }

    /// The public key.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// First four bytes of SHA-256 over name, line feed, type byte and key.
    pub fn id(&self) -> [u8; 4] {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(&self.name)
            .chain_update(b"\n")
            .chain_update([self.kind])
            .chain_update(self.key)
            .finalize()
            .into();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Whether `signature` names this key.
    pub fn made(&self, signature: &Signature) -> bool {
        signature.name == self.name && signature.id == self.id()
    }

    /// Whether `signature` bytes hold for `text`, by this key's kind.
    pub fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        match self.kind {
            COSIGNATURE => cosignature::time_of(self, text, signature).is_some(),
            _ => self.verifies_plain(text.as_bytes(), signature),
        }
    }

    /// Whether an Ed25519 signature holds for `message`.
    pub(crate) fn verifies_plain(&self, message: &[u8], signature: &[u8]) -> bool {
        let Ok(signature) = Ed25519::from_slice(signature) else { return false };
        VerifyingKey::from_bytes(&self.key)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

impl FromStr for Vkey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let (name, hash, kind, key) = parse_key(text)?;
        let vkey = Self::new(name, kind, key)?;
        if hex::encode(vkey.id()) == hash { Ok(vkey) } else { Err(NotAKey::Hash) }
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), key_text(self.kind, &self.key))
    }
}

fn parse_key(text: &str) -> Result<(&str, &str, u8, [u8; 32]), NotAKey> {
    let (name, rest) = text.split_once('+').ok_or(NotAKey::Form)?;
    let (hash, key) = rest.split_once('+').ok_or(NotAKey::Form)?;
    let bytes = BASE64.decode(key).map_err(|_| NotAKey::Form)?;
    let (kind, key) = bytes.split_first().ok_or(NotAKey::Kind)?;
    Ok((name, hash, *kind, key.try_into().map_err(|_| NotAKey::Kind)?))
}

fn key_text(kind: u8, key: &[u8; 32]) -> String {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(key);
    BASE64.encode(bytes)
}

impl Skey {
    /// A new log key.
    ///
    /// # Errors
    /// When the name is not allowed.
    pub fn generate(name: &str, entropy: &mut dyn Entropy) -> Result<Self, NotAKey> {
        Self::from_seed(name, ED25519, &entropy::bytes(entropy))
    }

    /// The key of 32 secret bytes.
    ///
    /// # Errors
    /// When the name is not allowed or the kind is not known.
    pub fn from_seed(name: &str, kind: u8, seed: &[u8; 32]) -> Result<Self, NotAKey> {
        let key = SigningKey::from_bytes(seed);
        Ok(Self { vkey: Vkey::new(name, kind, key.verifying_key().to_bytes())?, key })
    }

    /// The public key to hand out.
    pub fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// The secret text for the key file.
    pub fn to_secret_text(&self) -> String {
        let (name, id) = (&self.vkey.name, hex::encode(self.vkey.id()));
        format!("PRIVATE+KEY+{name}+{id}+{}", key_text(self.vkey.kind, &self.key.to_bytes()))
    }

    /// The Ed25519 signature of `message`.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// The signature line for `text`, with its line feed. For a plain key; a cosigner's key needs the
    /// time and signs through [`cosignature::sign`].
    pub fn sign(&self, text: &str) -> Signature {
        self.line(self.sign_bytes(text.as_bytes()).to_vec())
    }

    /// A signature line of this key.
    pub(crate) fn line(&self, bytes: Vec<u8>) -> Signature {
        Signature { name: self.vkey.name.clone(), id: self.vkey.id(), bytes }
    }
}

impl FromStr for Skey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let rest = text.trim_end().strip_prefix("PRIVATE+KEY+").ok_or(NotAKey::Form)?;
        let (name, hash, kind, seed) = parse_key(rest)?;
        let skey = Self::from_seed(name, kind, &seed)?;
        if hex::encode(skey.vkey.id()) == hash { Ok(skey) } else { Err(NotAKey::Hash) }
    }
}

impl fmt::Debug for Skey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Skey({})", self.vkey)
    }
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
                return Err(BadNote::Signature(key.name.clone()));
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
