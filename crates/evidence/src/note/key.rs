//! Keys with names, public and private, and what they do to bytes.

use std::{fmt, str::FromStr};

use base::{Entropy, entropy};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ed25519_dalek::{Signature as Ed25519, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::{COSIGNATURE, ED25519, Signature};
use crate::cosignature;

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
