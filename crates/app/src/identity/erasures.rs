//! Erasures outlive a restore: what was erased is listed outside the database, and erased once more
//! where an older copy brings it back (ground rule G18).
//!
//! The list is the file `erasures` beside the keys, a line a word: the entry's position and leaf, the
//! field, the person's id and the legal basis. It holds no word.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use base::{Code, Digest, Id, id};
use db::Conn;
use domain::server::{ErasureRepeated, Event, STREAM, WordRef};
use evidence::entry::Erasable;
use serde::{Deserialize, Serialize};
use store::{StoreError, log, word};

use super::erase::WORDS;
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// The file's name in the data directory.
const FILE: &str = "erasures";

/// One word that was erased.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Erased {
    seq: i64,
    leaf: Digest,
    field: Code,
    person: Id<id::Person>,
    basis: Code,
}

impl App {
    /// Erases once more what the list names and the database holds again, and lists what the database
    /// erased since; answers how many words were erased.
    ///
    /// # Errors
    /// Faults of the store, and of the file.
    pub async fn keep_erasures(&self) -> Result<usize, Error> {
        let listed = listed(&self.options().data).map_err(|error| unlisted(&error))?;
        let again = if listed.is_empty() {
            0
        } else {
            let listed = listed.clone();
            let command = move |turn: &mut Turn<'_>| repeat(turn, &listed);
            self.commit(db::Lane::Normal, &Caller::host(), command).await?
        };
        let held = self.look(erased).await?;
        let fresh: Vec<&Erased> = held.iter().filter(|word| !listed.contains(word)).collect();
        list(&self.options().data, &fresh).map_err(|error| unlisted(&error))?;
        Ok(again)
    }
}

/// Records one entry a person and basis, in parts that an entry can hold.
fn repeat(turn: &mut Turn<'_>, listed: &BTreeSet<Erased>) -> Result<usize, Stop> {
    let mut back: BTreeMap<(Id<id::Person>, Code), Vec<WordRef>> = BTreeMap::new();
    for word in listed {
        if is_back(turn.conn, word)? {
            let reference = WordRef { seq: word.seq, field: word.field.clone() };
            back.entry((word.person, word.basis.clone())).or_default().push(reference);
        }
    }
    let count = back.values().map(Vec::len).sum();
    let mut drafts = Vec::new();
    for ((person, basis), words) in &back {
        for part in words.chunks(WORDS) {
            let (person, basis, words) = (*person, basis.clone(), part.to_vec());
            let event = Event::from(ErasureRepeated { person, basis, words });
            drafts.push(event.draft(STREAM, turn.now));
        }
    }
    turn.record(drafts)?;
    Ok(count)
}

/// Whether the very entry is there, and its word is readable.
fn is_back(conn: &mut Conn, erased: &Erased) -> Result<bool, StoreError> {
    let same = log::entry(conn, erased.seq)?.is_some_and(|stored| stored.leaf == erased.leaf);
    let value = word::value(conn, erased.seq, erased.field.as_str())?;
    Ok(same && matches!(value, Some(Erasable::Known(_))))
}

/// Every word that the log says was erased.
fn erased(conn: &mut Conn) -> Result<BTreeSet<Erased>, StoreError> {
    let mut found = BTreeSet::new();
    for kind in ["erasure_performed", "erasure_repeated"] {
        let (kind, mut before) = (Code::fixed(kind), i64::MAX);
        loop {
            let stretch = log::of_stream(conn, &STREAM.to_string(), &kind, before)?;
            let Some(last) = stretch.last() else { break };
            before = last.seq;
            for stored in &stretch {
                let entry = stored.entry()?;
                let event = Event::parse(entry.kind.as_str(), &entry.data)?;
                add(conn, &mut found, event)?;
            }
        }
    }
    Ok(found)
}

fn add(conn: &mut Conn, found: &mut BTreeSet<Erased>, event: Event) -> Result<(), StoreError> {
    let (person, basis, words) = match event {
        Event::ErasurePerformed(e) => (e.person, e.basis, e.words),
        Event::ErasureRepeated(e) => (e.person, e.basis, e.words),
        _ => return Ok(()),
    };
    for WordRef { seq, field } in words {
        if let Some(stored) = log::entry(conn, seq)? {
            let (leaf, basis) = (stored.leaf, basis.clone());
            found.insert(Erased { seq, leaf, field, person, basis });
        }
    }
    Ok(())
}

fn listed(data: &Path) -> io::Result<BTreeSet<Erased>> {
    match fs::read_to_string(data.join(FILE)) {
        Ok(text) => text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        Err(error) => Err(error),
    }
}

fn list(data: &Path, fresh: &[&Erased]) -> io::Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    let mut file = File::options().create(true).append(true).open(data.join(FILE))?;
    for word in fresh {
        writeln!(file, "{}", serde_json::to_string(word)?)?;
    }
    file.sync_all()
}

fn unlisted(error: &io::Error) -> Error {
    Error::Fault(format!("the list of erasures cannot be kept: {error}"))
}
