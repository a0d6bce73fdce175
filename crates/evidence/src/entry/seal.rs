//! From draft to entry: nonce, salts, commitments, the link to the stream's entry before it.

use std::collections::{BTreeMap, btree_map};

use base::{Code, Digest, Entropy, Timestamp, entropy};

use super::{Draft, Entry, Envelope, MAX_ENTRY, MAX_WORD, commitment};
use crate::{
    canonical::{self, Unwritable, Written},
    merkle, sha256,
};

/// Where the next entry of a stream goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tail {
    /// Its number in the stream: how many entries the stream has.
    pub stream_seq: i64,
    /// Leaf hash of the stream's last entry; none in an empty stream.
    pub prev: Option<Digest>,
}

/// An entry ready to be stored, with its words beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The entry.
    pub entry: Entry,
    /// Its canonical bytes, to be stored exactly.
    pub bytes: Vec<u8>,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its words, in the order of the draft; those that were written before come last.
    pub words: Vec<SealedWord>,
}

/// A word with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedWord {
    /// Its field.
    pub field: Code,
    /// Fresh randomness; destroyed with the word.
    pub salt: [u8; 32],
    /// The canonical JSON bytes of the word.
    pub value: Vec<u8>,
    /// What the entry holds in its place.
    pub commitment: Digest,
    /// Whether `value` is too long for a row and is to be kept as an artifact, by its SHA-256.
    pub large: bool,
}

/// Why a draft cannot become an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsealable {
    /// The entry would be longer than a bundle can carry. Split its list into parts.
    #[error("the entry would have {bytes} bytes, {MAX_ENTRY} are the most")]
    TooLarge {
        /// How long it would be.
        bytes: usize,
    },
    /// A value has no canonical form.
    #[error("`{field}`: {source}")]
    Value {
        /// The word it is in, or `data`.
        field: Code,
        /// What is wrong with it.
        source: Unwritable,
    },
    /// Two words of one name: one of them would have no commitment.
    #[error("the word `{0}` is there twice")]
    Twice(Code),
}

impl Sealed {
    /// Where the stream's next entry goes.
    pub fn next(&self) -> Tail {
        Tail { stream_seq: self.entry.stream_seq + 1, prev: Some(self.leaf) }
    }

    /// The words to be kept as artifacts: their SHA-256 and bytes.
    pub fn artifacts(&self) -> impl Iterator<Item = (Digest, &[u8])> {
        let large = self.words.iter().filter(|word| word.large);
        large.map(|word| (sha256(&word.value), word.value.as_slice()))
    }
}

/// Makes an entry of `draft` at the end of its stream.
///
/// Takes 16 bytes of entropy for the nonce, then 32 for each word, in one draught.
///
/// # Errors
/// When it would be too long, repeats a word, or holds a number without canonical form.
pub fn seal(
    draft: Draft,
    envelope: &Envelope,
    tail: Tail,
    recorded_at: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Sealed, Unsealable> {
    let nonce = entropy::bytes(entropy);
    let (words, committed) = seal_words(draft.words, draft.written, entropy)?;
    let entry = Entry {
        kind: draft.kind,
        stream: draft.stream,
        stream_seq: tail.stream_seq,
        prev_in_stream: tail.prev,
        nonce,
        occurred_at: draft.occurred_at,
        recorded_at,
        actor: envelope.actor.clone(),
        on_behalf_of: envelope.on_behalf_of.clone(),
        session: envelope.session.clone(),
        mode: envelope.mode,
        cause: envelope.cause,
        under: draft.under,
        data: draft.data,
        committed,
        attachments: draft.attachments,
    };
    let in_data = |source| Unsealable::Value { field: Code::fixed("data"), source };
    let bytes = entry.to_bytes().map_err(in_data)?;
    if bytes.len() > MAX_ENTRY {
        return Err(Unsealable::TooLarge { bytes: bytes.len() });
    }
    let leaf = merkle::leaf_hash(&bytes);
    Ok(Sealed { entry, bytes, leaf, words })
}

type Words = (Vec<SealedWord>, BTreeMap<Code, Digest>);

fn seal_words(
    words: Vec<(Code, serde_json::Value)>,
    written: Vec<(Code, Written)>,
    entropy: &mut dyn Entropy,
) -> Result<Words, Unsealable> {
    let mut salts = vec![[0u8; 32]; words.len() + written.len()];
    entropy.fill(salts.as_flattened_mut());
    let made = words.into_iter().map(|(field, value)| match canonical::to_vec(&value) {
        Ok(value) => Ok((field, value)),
        Err(source) => Err(Unsealable::Value { field, source }),
    });
    let written = written.into_iter().map(|(field, value)| Ok((field, value.into_bytes())));
    let mut committed = BTreeMap::new();
    let mut sealed = Vec::with_capacity(salts.len());
    for (word, salt) in made.chain(written).zip(salts) {
        let (field, value) = word?;
        let commitment = commitment(&salt, field.as_str(), &value);
        match committed.entry(field.clone()) {
            btree_map::Entry::Vacant(place) => place.insert(commitment),
            btree_map::Entry::Occupied(_) => return Err(Unsealable::Twice(field)),
        };
        let large = value.len() > MAX_WORD;
        sealed.push(SealedWord { field, salt, value, commitment, large });
    }
    Ok((sealed, committed))
}
