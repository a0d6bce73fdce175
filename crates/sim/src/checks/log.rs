//! The log: gapless, chained, in the order of time, without a word of a person, and it verifies.

use std::future::Future;

use app::App;
use base::Code;
use evidence::{
    pack::{self, Files, Unreadable, Verdict},
    tile::{Bundle, Tile},
};
use store::log::{self, Stored};

use crate::World;

/// The log as a server publishes it: checkpoint, tiles and entries by path.
struct Published<'a> {
    world: &'a World,
}

impl Published<'_> {
    fn ask<T, F: Future<Output = Result<T, app::Error>>>(
        &self,
        ask: impl FnOnce(App) -> F,
    ) -> Result<T, Unreadable> {
        Ok(self.world.must("reading what is published", self.world.run(ask)))
    }
}

impl Files for Published<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        if path == pack::CHECKPOINT {
            let newest = self.ask(|app| async move { app.checkpoint().await })?;
            return Ok(newest.map(|newest| newest.note.into_bytes()));
        }
        if let Some(bundle) = Bundle::parse(path) {
            return self.ask(|app| async move { app.entry_bundle(bundle).await });
        }
        match Tile::parse(path) {
            Some(tile) => self.ask(|app| async move { app.tile(tile).await }),
            None => Ok(None),
        }
    }

    fn list(&self) -> Vec<String> {
        Vec::new()
    }
}

impl World {
    /// Looks at the entries that are new since the last check.
    pub(super) fn check_new_entries(&mut self) {
        let from = self.checks.next;
        let new = self.run(|app| async move {
            app.look(move |conn| {
                let size = log::size(conn)?;
                log::range(conn, from, size).map(|entries| (size, entries))
            })
            .await
        });
        let (size, entries) = self.must("reading the log", new);
        if entries.len() as i64 != size - from {
            self.fail(&format!("from {from} on the head says {size}, there are {}", entries.len()));
        }
        for stored in &entries {
            self.check_entry(stored);
        }
    }

    fn check_entry(&mut self, stored: &Stored) {
        let seq = stored.seq;
        if seq != self.checks.next {
            self.fail(&format!("entry {seq} stands at position {}", self.checks.next));
        }
        let Ok(entry) = stored.entry() else { self.fail(&format!("entry {seq} is unreadable")) };
        if evidence::merkle::leaf_hash(&stored.bytes) != stored.leaf {
            self.fail(&format!("entry {seq} has another leaf hash"));
        }
        if entry.recorded_at < self.checks.recorded_at {
            let before = self.checks.recorded_at;
            self.fail(&format!(
                "entry {seq} was recorded at {}, after {before}",
                entry.recorded_at
            ));
        }
        let before = self.checks.streams.get(&entry.stream).copied();
        let (length, head) = before.map_or((0, None), |(length, head)| (length, Some(head)));
        if (entry.stream_seq, entry.prev_in_stream) != (length, head) {
            self.fail(&format!("entry {seq} does not follow the one before it in its stream"));
        }
        let text = String::from_utf8_lossy(&stored.bytes);
        if let Some(word) = self.checks.words.iter().find(|word| text.contains(word.as_str())) {
            self.fail(&format!("entry {seq} says {word:?}: {text}"));
        }
        self.checks.streams.insert(entry.stream.clone(), (length + 1, stored.leaf));
        (self.checks.next, self.checks.recorded_at) = (seq + 1, entry.recorded_at);
        self.note_decision(&entry);
    }

    /// The published log verifies under the key of the house.
    pub fn expect_evidence_verifies(&self) {
        self.root();
        let report = pack::verify(&Published { world: self }, Some(self.app().keeper().vkey()));
        let verified = matches!(report.verdict, Verdict::Verified { .. });
        if !verified || report.counts.entries as i64 != self.checks.next {
            self.fail(&format!("of {} entries: {report:?}", self.checks.next));
        }
    }

    /// Every entry of these types, oldest first.
    pub fn entries_of(&self, kinds: &[&str]) -> Vec<evidence::Entry> {
        let entries = self.run(|app| async move {
            app.look(|conn| {
                let size = log::size(conn)?;
                log::range(conn, 0, size)?.iter().map(Stored::entry).collect::<Result<Vec<_>, _>>()
            })
            .await
        });
        let all = self.must("reading the log", entries);
        let wanted = |kind: &Code| kinds.is_empty() || kinds.contains(&kind.as_str());
        all.into_iter().filter(|entry| wanted(&entry.kind)).collect()
    }
}
