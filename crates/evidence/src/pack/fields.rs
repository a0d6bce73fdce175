//! `fields.jsonl`: the words behind the commitments, one canonical JSON object a line.
//!
//! Lines stand in the order of position, then field. An attachment that was erased has a line too,
//! under the field `attachments.N`, N being its place in the entry.

use base::{Code, Digest};

use crate::{
    canonical::{NotCanonical, Reader, Why},
    entry::{SealedWord, commitment},
};

/// One line: a word of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLine {
    /// Position of the entry.
    pub seq: u64,
    /// The word's field.
    pub field: Code,
    /// The word, or what is left of it.
    pub content: Content,
}

/// What a line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The word itself.
    Known {
        /// Its salt.
        salt: [u8; 32],
        /// Its canonical JSON bytes.
        value: Vec<u8>,
    },
    /// A long word: its canonical JSON bytes are the file `attachments/SHA256`.
    Artifact {
        /// Its salt.
        salt: [u8; 32],
        /// SHA-256 of its bytes.
        sha256: Digest,
    },
    /// It was erased, or redacted for this export.
    Erased,
}

/// Why bytes are not a line of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a line of words: {0}")]
pub struct BadLine(#[from] pub NotCanonical);

impl FieldLine {
    /// The line of a sealed word of entry `seq`.
    pub fn of(seq: u64, word: &SealedWord) -> Self {
        let (salt, value) = (word.salt, word.value.clone());
        let content = if word.large {
            Content::Artifact { salt, sha256: crate::sha256(&value) }
        } else {
            Content::Known { salt, value }
        };
        Self { seq, field: word.field.clone(), content }
    }

    /// The line's bytes with its line feed.
    pub fn to_line(&self) -> Vec<u8> {
        let (field, seq) = (&self.field, self.seq);
        let mut line = match &self.content {
            Content::Erased => format!(r#"{{"erased":true,"field":"{field}","seq":{seq}"#),
            Content::Artifact { salt, sha256 } => {
                let salt = hex::encode(salt);
                format!(r#"{{"artifact":"{sha256}","field":"{field}","salt":"{salt}","seq":{seq}"#)
            }
            Content::Known { salt, .. } => {
                let salt = hex::encode(salt);
                format!(r#"{{"field":"{field}","salt":"{salt}","seq":{seq},"value":"#)
            }
        }
        .into_bytes();
        if let Content::Known { value, .. } = &self.content {
            line.extend_from_slice(value);
        }
        line.extend_from_slice(b"}\n");
        line
    }

    /// The line of these bytes, without line feed.
    ///
    /// # Errors
    /// When they are not exactly what [`Self::to_line`] writes.
    pub fn parse(line: &[u8]) -> Result<Self, BadLine> {
        let mut r = Reader::new(line)?;
        let parsed = read(&mut r)?;
        r.literal("}")?;
        r.finish()?;
        Ok(parsed)
    }
}

/// A line of words as a verifier takes it: read, and hashed to what its entry must hold. Needs nothing
/// but the line, so it can be worked out ahead and beside the entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The line, or why it is none.
    pub line: Result<FieldLine, BadLine>,
    /// The commitment that a word in the line itself opens.
    pub commitment: Option<Digest>,
}

impl Opening {
    /// Of a line without its line feed.
    pub fn of(line: &[u8]) -> Self {
        let line = FieldLine::parse(line);
        let commitment = match &line {
            Ok(FieldLine { field, content: Content::Known { salt, value }, .. }) => {
                Some(commitment(salt, field.as_str(), value))
            }
            _ => None,
        };
        Self { line, commitment }
    }
}

fn read(r: &mut Reader<'_>) -> Result<FieldLine, NotCanonical> {
    if r.took(r#"{"erased":true"#) {
        let field = field(r, r#","field":"#)?;
        return Ok(FieldLine { seq: seq(r)?, field, content: Content::Erased });
    }
    if r.took(r#"{"artifact":"#) {
        let sha256: Digest = r.string()?.parse().map_err(|_| r.refuse(Why::Form))?;
        let (field, salt) = (field(r, r#","field":"#)?, salt(r)?);
        return Ok(FieldLine { seq: seq(r)?, field, content: Content::Artifact { salt, sha256 } });
    }
    let (field, salt, seq) = (field(r, r#"{"field":"#)?, salt(r)?, seq(r)?);
    r.literal(r#","value":"#)?;
    let value = r.raw_value()?.to_vec();
    Ok(FieldLine { seq, field, content: Content::Known { salt, value } })
}

fn field(r: &mut Reader<'_>, before: &str) -> Result<Code, NotCanonical> {
    r.literal(before)?;
    let refused = r.refuse(Why::Form);
    r.string()?.parse().map_err(|_| refused)
}

fn salt(r: &mut Reader<'_>) -> Result<[u8; 32], NotCanonical> {
    r.literal(r#","salt":"#)?;
    let refused = r.refuse(Why::Form);
    r.string()?.parse().map(|salt: Digest| salt.0).map_err(|_| refused)
}

fn seq(r: &mut Reader<'_>) -> Result<u64, NotCanonical> {
    r.literal(r#","seq":"#)?;
    r.count().map(i64::unsigned_abs)
}
