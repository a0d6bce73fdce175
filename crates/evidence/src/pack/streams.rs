//! Streams without gaps: each entry follows the one before it, up to the end that was logged.

use std::collections::{HashMap, HashSet};

use base::{Code, Digest};

use super::{
    MANIFEST, Manifest, Span,
    report::{Check, What, bad},
};
use crate::{entry::Entry, sha256};

/// The state of every stream seen so far.
#[derive(Debug)]
pub(super) struct Streams {
    /// Whether every stream is here from its first entry.
    whole: bool,
    range: Option<Span>,
    /// Streams that the manifest declares, with the end that was logged.
    declared: HashMap<Code, (i64, Digest)>,
    /// Declared streams whose logged end was seen.
    ended: HashSet<Code>,
    /// Length and head so far, by a short hash of the stream's name: millions fit into memory.
    tails: HashMap<[u8; 16], Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    seq: u64,
    length: i64,
    head: Digest,
}

impl Streams {
    pub(super) fn new(manifest: Option<&Manifest>, whole: bool) -> Self {
        let declared = manifest.map(|manifest| manifest.streams.as_slice()).unwrap_or_default();
        let declared = declared.iter().map(|tail| (tail.stream.clone(), (tail.length, tail.head)));
        Self {
            whole,
            range: manifest.and_then(|manifest| manifest.range),
            declared: declared.collect(),
            ended: HashSet::new(),
            tails: HashMap::new(),
        }
    }

    /// How many streams were seen.
    pub(super) fn count(&self) -> u64 {
        self.tails.len() as u64
    }

    /// Takes the next entry in the order of the log.
    pub(super) fn step(&mut self, seq: u64, entry: &Entry, leaf: Digest, path: &str) -> Check<()> {
        let stream = &entry.stream;
        let seen = self.tails.get(&key(stream)).copied();
        if let Some(expected) = self.expected(seq, stream, entry, seen) {
            let found = entry.stream_seq;
            let what = What::Sequence { stream: stream.clone(), expected, found };
            return Err(bad(seq, path, what));
        }
        let before = match seen {
            Some(seen) if seen.length == entry.stream_seq => Some(Some(seen.head)),
            _ if entry.stream_seq == 0 => Some(None),
            _ => None,
        };
        if before.is_some_and(|before| before != entry.prev_in_stream) {
            return Err(bad(seq, path, What::Link(stream.clone())));
        }
        let length = entry.stream_seq + 1;
        if let Some((end, head)) = self.declared.get(stream)
            && *end == length
        {
            if *head != leaf {
                return Err(bad(seq, path, What::Tail(stream.clone())));
            }
            self.ended.insert(stream.clone());
        }
        self.tails.insert(key(stream), Seen { seq, length, head: leaf });
        Ok(())
    }

    /// The number that should stand here, when another does.
    fn expected(&self, seq: u64, stream: &Code, entry: &Entry, seen: Option<Seen>) -> Option<i64> {
        let next = seen.map_or(0, |seen| seen.length);
        let inside =
            |at: u64| self.range.is_some_and(|range| (range.first..range.end).contains(&at));
        let unbroken = seen.is_some_and(|seen| inside(seen.seq) && inside(seq));
        let exact = self.whole || unbroken || self.declared.contains_key(stream);
        let fits = if exact { entry.stream_seq == next } else { entry.stream_seq >= next };
        (!fits).then_some(next)
    }

    /// Every declared stream must have reached its logged end.
    pub(super) fn finish(&self) -> Check<()> {
        let mut cut: Vec<_> = self.declared.iter().filter(|(_, (length, _))| *length > 0).collect();
        cut.retain(|(stream, _)| !self.ended.contains(*stream));
        match cut.into_iter().map(|(stream, _)| stream).min() {
            Some(stream) => Err(bad(None, MANIFEST, What::Tail(stream.clone()))),
            None => Ok(()),
        }
    }
}

fn key(stream: &Code) -> [u8; 16] {
    let hash = sha256(stream.as_str().as_bytes()).0;
    *hash.first_chunk().expect("invariant: 32 bytes begin with 16")
}
