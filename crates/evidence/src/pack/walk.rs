//! What is asked of every entry, in whichever shape it comes, and of the pack at the end.

use std::collections::BTreeMap;

use base::{Code, Digest, Timestamp};
use serde_json::Value;

use super::{
    EXPORT_TAKEN, Files, MANIFEST, Manifest, StreamTail,
    report::{Check, Counts, What, bad},
    streams::Streams,
    words::Words,
};
use crate::entry::Entry;

/// One pass over the entries, in the order of the log.
pub(super) struct Walk<'a> {
    manifest: Option<&'a Manifest>,
    streams: Streams,
    /// None for a log without manifest: a server hands out no words.
    words: Option<Words<'a>>,
    exports: BTreeMap<u64, Export>,
    counts: Counts,
}

/// What an `export_taken` entry says.
struct Export {
    by: Code,
    at: Timestamp,
    incident: Option<Value>,
    streams: Vec<StreamTail>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        files: &'a dyn Files,
        manifest: Option<&'a Manifest>,
        whole: bool,
    ) -> Check<Self> {
        Ok(Self {
            manifest,
            streams: Streams::new(manifest, whole),
            words: manifest.map(|_| Words::open(files)).transpose()?,
            exports: BTreeMap::new(),
            counts: Counts::default(),
        })
    }

    pub(super) fn manifest(&self) -> Option<&'a Manifest> {
        self.manifest
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { streams: self.streams.count(), ..self.counts }
    }

    /// Takes the next entry, whose `leaf` was proven; `path` is where its bytes were.
    pub(super) fn entry(&mut self, seq: u64, bytes: &[u8], leaf: Digest, path: &str) -> Check<()> {
        let entry = Entry::parse(bytes).map_err(|why| bad(seq, path, why))?;
        self.counts.entries += 1;
        self.streams.step(seq, &entry, leaf, path)?;
        if let Some(words) = &mut self.words {
            words.step(seq, &entry, &mut self.counts)?;
        }
        if self.manifest.is_some_and(|manifest| manifest.export_entries.contains(&seq)) {
            let export = export(&entry).ok_or_else(|| bad(seq, path, What::NotTheExport))?;
            self.exports.insert(seq, export);
        }
        Ok(())
    }

    /// When no entry is left.
    pub(super) fn finish(&mut self) -> Check<()> {
        self.streams.finish()?;
        if let Some(words) = &mut self.words {
            words.finish()?;
        }
        match self.manifest {
            Some(manifest) => self.logged(manifest),
            None => Ok(()),
        }
    }

    /// The log itself must say that this export was taken, and of which streams.
    fn logged(&self, manifest: &Manifest) -> Check<()> {
        let contradicts = |what| Err(bad(None, MANIFEST, What::Contradicts(what)));
        let found: Option<Vec<&Export>> =
            manifest.export_entries.iter().map(|seq| self.exports.get(seq)).collect();
        let exports = found.unwrap_or_default();
        let Some(first) = exports.first() else {
            return contradicts("the entry that logged the export is not in the pack");
        };
        if !exports.iter().flat_map(|export| &export.streams).eq(&manifest.streams) {
            return contradicts("other streams than the log says were exported");
        }
        if manifest.exported_by != first.by || manifest.exported_at != first.at {
            return contradicts("another person or time than the log says");
        }
        let incident = manifest.incident.as_ref().map(|code| Value::from(code.as_str()));
        if incident != first.incident {
            return contradicts("another incident than the log says was exported");
        }
        Ok(())
    }
}

fn export(entry: &Entry) -> Option<Export> {
    let data = &entry.data;
    (entry.kind == *EXPORT_TAKEN).then_some(())?;
    Some(Export {
        by: entry.actor.id.clone(),
        at: entry.recorded_at,
        incident: data.get("incident").filter(|incident| !incident.is_null()).cloned(),
        streams: serde_json::from_value(data.get("streams")?.clone()).ok()?,
    })
}
