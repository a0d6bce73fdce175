//! Made-up entries and logs of any size, for measuring. Nothing here is recorded anywhere.

use std::collections::BTreeMap;

use base::{Code, Entropy, Id, Timestamp, id};

use crate::{
    Actor, ActorKind, Checkpoint, Draft, Envelope, Mode, Skey, Tail, Unsealable, note, pack,
    pack::{Files, Unreadable},
    seal, sha256,
    tile::{Builder, Bundle, WIDTH, encode_bundle},
};

/// The name of the made-up log.
pub const ORIGIN: &str = "log.example.org/sample";

/// Streams over which the entries of a made-up log are spread.
const STREAMS: u64 = 1000;

/// Bytes from a counter: no secret, the same in every run.
#[derive(Debug, Clone, Default)]
pub struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 29)).to_be_bytes();
            chunk.copy_from_slice(&mixed[..chunk.len()]);
        }
    }
}

/// A draft with `words` words of `bytes` characters each.
pub fn draft(stream: u64, words: usize, bytes: usize) -> Draft {
    let mut id = [0u8; 16];
    id[8..].copy_from_slice(&stream.to_be_bytes());
    let stream: Id<id::Incident> = Id::from_bytes(id);
    let text = "word ".repeat(bytes.div_ceil(5));
    let texts = std::iter::repeat_n(&text[..bytes], words);
    Draft::new("note_added", stream, instant(0), &Some(Code::fixed("S2"))).words("labels", texts)
}

/// Who brings made-up drafts.
pub fn envelope() -> Envelope {
    let actor = Actor { id: Code::fixed("svc_sample"), kind: ActorKind::Service };
    Envelope { actor, on_behalf_of: None, session: None, mode: Mode::Exercise, cause: None }
}

/// The key that signs made-up logs. It is public.
pub fn key() -> Skey {
    Skey::from_seed(ORIGIN, note::ED25519, &sha256(ORIGIN.as_bytes()).0)
        .expect("invariant: the sample's origin is a key name")
}

/// A log of `entries` entries as a server hands it out, all in memory: about 700 bytes an entry.
///
/// # Errors
/// None in practice: the made-up drafts can be sealed.
pub fn served_log(entries: u64) -> Result<Memory, Unsealable> {
    let (mut entropy, envelope) = (Counter::default(), envelope());
    let (mut builder, mut files) = (Builder::new(), Memory::default());
    let mut tails: BTreeMap<u64, Tail> = BTreeMap::new();
    let mut bundle: Vec<Vec<u8>> = Vec::new();
    for seq in 0..entries {
        let tail = tails.entry(seq % STREAMS).or_default();
        let sealed =
            seal(draft(seq % STREAMS, 1, 80), &envelope, *tail, instant(seq), &mut entropy)?;
        *tail = sealed.next();
        builder.push(sealed.leaf, |tile, bytes| files.put(tile.path(), bytes));
        bundle.push(sealed.bytes);
        if bundle.len() == usize::from(WIDTH) || seq + 1 == entries {
            files.bundle(seq / u64::from(WIDTH), &std::mem::take(&mut bundle));
        }
    }
    builder.partials().into_iter().for_each(|(tile, bytes)| files.put(tile.path(), bytes));
    let checkpoint = Checkpoint::new(ORIGIN, entries, builder.root()).sign(&key());
    files.put(pack::CHECKPOINT.to_owned(), checkpoint.to_string().into_bytes());
    Ok(files)
}

fn instant(second: u64) -> Timestamp {
    let second = i64::try_from(second).unwrap_or(0);
    Timestamp::from_micros(1_764_000_000_000_000 + second * 1_000_000)
}

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    /// Puts a file there, in place of another of the same path.
    pub fn put(&mut self, path: String, bytes: Vec<u8>) {
        self.0.insert(path, bytes);
    }

    fn bundle(&mut self, index: u64, entries: &[Vec<u8>]) {
        let width = u16::try_from(entries.len()).unwrap_or(WIDTH);
        let bytes = encode_bundle(entries).expect("invariant: a sealed entry fits a bundle");
        self.put(Bundle { index, width }.path(), bytes);
    }
}

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_log_verifies() {
        let report = pack::verify(&served_log(1300).unwrap(), Some(key().vkey()));
        assert_eq!(report.verdict.exit_code(), 0, "{report:?}");
        assert_eq!((report.counts.entries, report.counts.streams), (1300, 1000));
    }
}
