//! What the tests of this crate share: the folder of public vectors, a small log, packs of it.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{cell::Cell, collections::BTreeMap, io::Write as _, path::PathBuf};

use base::{Code, Digest, Entropy, Id, Timestamp, id};
use evidence::{
    Actor, ActorKind, Attachment, Checkpoint, Draft, Envelope, Mode, Sealed, Skey, Tail,
    merkle::{Nodes, inclusion_proof},
    pack::{self, FieldLine, Files, ListedFile, Manifest, PackKind, StreamTail, Unreadable},
    seal, sha256,
    tile::{self, Builder, bundles_of},
    tlog_proof::TlogProof,
};
use serde_json::{Value, json};

/// The folder of public vectors. `None` where it is absent, after saying which suites do not run; with
/// `CI=true` absence is a failure.
pub fn vectors(suites: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("WATCHKEEPER_SHARED").map(PathBuf::from);
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = shared.unwrap_or_else(|| workspace.join("../shared")).join("evidence/vectors");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "no public vectors for: {suites}");
    // Straight to the stream: the test runner swallows what is printed by a test that passes.
    let line = format!("not run, no folder of public vectors: {suites}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// One of the JSON files of the vectors.
pub fn json_file(folder: &std::path::Path, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

/// Entropy from a counter: different each time, the same each run.
#[derive(Default)]
pub struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            self.0 += 1;
            chunk.copy_from_slice(&sha256(&self.0.to_be_bytes()).0[..chunk.len()]);
        }
    }
}

pub const ORIGIN: &str = "log.example.org/watchkeeper";

pub fn log_key() -> Skey {
    Skey::from_seed(ORIGIN, evidence::note::ED25519, &[7; 32]).unwrap()
}

pub fn envelope() -> Envelope {
    let id: Code = Id::<id::Person>::from_bytes([3; 16]).to_string().parse().unwrap();
    Envelope {
        actor: Actor { id, kind: ActorKind::Person },
        on_behalf_of: None,
        session: None,
        mode: Mode::Live,
        cause: None,
    }
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_764_000_000_000_000 + seconds * 1_000_000)
}

pub fn incident(number: u8) -> Id<id::Incident> {
    Id::from_bytes([number; 16])
}

/// A log in memory: the writer's side of what `pack::verify` reads.
#[derive(Default)]
pub struct Log {
    pub entries: Vec<Sealed>,
    pub attachments: BTreeMap<Digest, Vec<u8>>,
    tails: BTreeMap<Code, Tail>,
    entropy: Counter,
}

impl Log {
    /// Appends a draft and answers its position.
    pub fn append(&mut self, draft: Draft) -> u64 {
        let tail = self.tails.get(&draft.stream).copied().unwrap_or_default();
        let now = at(i64::try_from(self.entries.len()).unwrap());
        let sealed = seal(draft, &envelope(), tail, now, &mut self.entropy).unwrap();
        self.tails.insert(sealed.entry.stream.clone(), sealed.next());
        self.entries.push(sealed);
        self.entries.len() as u64 - 1
    }

    /// A note on an incident: two words, one of them long in every seventh, a file in every fifth.
    pub fn note(&mut self, number: u8, text: &str) -> u64 {
        let place = self.entries.len();
        let mut draft = Draft::new("note_added", incident(number), at(1), &Some(true))
            .word("text", text)
            .words("labels", [json!({"b": 1, "a": [null]})]);
        if place.is_multiple_of(7) {
            draft = draft.word("log", "x".repeat(20_000));
        }
        if place.is_multiple_of(5) {
            let bytes = format!("file of entry {place}").into_bytes();
            let (hash, size) = (sha256(&bytes), i64::try_from(bytes.len()).unwrap());
            let media_type = "text/plain".parse().unwrap();
            self.attachments.insert(hash, bytes);
            draft = draft.attachment(Attachment { hash, size, media_type });
        }
        self.append(draft)
    }

    /// The streams as they are, which an export would log.
    pub fn streams(&self, wanted: impl Fn(&Code) -> bool) -> Vec<StreamTail> {
        let tails = self.tails.iter().filter(|(stream, _)| wanted(stream));
        let tail = |(stream, tail): (&Code, &Tail)| StreamTail {
            stream: stream.clone(),
            length: tail.stream_seq,
            head: tail.prev.unwrap(),
        };
        tails.map(tail).collect()
    }

    /// Logs that these streams are exported.
    pub fn export(&mut self, incident: Option<&Code>, streams: &[StreamTail]) -> u64 {
        let node: Id<id::Node> = Id::from_bytes([0; 16]);
        let mut draft = Draft::new(pack::EXPORT_TAKEN, node, at(9), &Vec::<Code>::new());
        draft.data = json!({"incident": incident, "streams": streams});
        self.append(draft)
    }

    pub fn builder(&self) -> Builder {
        let mut builder = Builder::new();
        self.entries.iter().for_each(|entry| builder.push(entry.leaf, |_, _| ()));
        builder
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(ORIGIN, self.entries.len() as u64, self.builder().root())
    }

    /// The manifest of a pack whose export is entry `export`.
    pub fn manifest(&self, kind: PackKind, streams: Vec<StreamTail>, export: u64) -> Manifest {
        let logged = &self.entries[usize::try_from(export).unwrap()].entry;
        let incident = (kind == PackKind::Incident).then(|| streams[0].stream.clone());
        Manifest {
            format: pack::FORMAT,
            kind,
            incident,
            range: None,
            origin: ORIGIN.to_owned(),
            size: self.entries.len() as u64,
            streams,
            export_entries: vec![export],
            versions: [(Code::fixed("watchkeeper"), Code::fixed("0.1.0"))].into(),
            exported_by: logged.actor.id.clone(),
            exported_at: logged.recorded_at,
            files: vec![ListedFile { path: "README.txt".to_owned(), sha256: sha256(README) }],
        }
    }

    /// The pack of these entries, each with its proof.
    pub fn single_pack(&self, manifest: &Manifest, wanted: impl Fn(&Sealed) -> bool) -> Pack {
        let note = self.checkpoint().sign(&log_key()).to_string();
        let mut pack = Pack::new(manifest, &note);
        for (seq, entry) in (0..).zip(&self.entries).filter(|(_, entry)| wanted(entry)) {
            let mut nodes = self;
            let hashes = inclusion_proof(seq, manifest.size, &mut nodes).unwrap().unwrap();
            let proof = TlogProof { extra: None, index: seq, hashes, checkpoint: note.clone() };
            pack.put(&pack::entry_path(seq), &entry.bytes);
            pack.put(&pack::proof_path(seq), proof.to_string().as_bytes());
            self.words(seq, entry, &mut pack);
        }
        pack
    }

    /// The pack of the whole log as tiles.
    pub fn whole_pack(&self, manifest: &Manifest) -> Pack {
        let mut pack = Pack::new(manifest, &self.checkpoint().sign(&log_key()).to_string());
        self.tiles(&mut pack);
        for (seq, entry) in (0..).zip(&self.entries) {
            self.words(seq, entry, &mut pack);
        }
        pack
    }

    /// The files of the log as a server has them.
    pub fn served(&self) -> Pack {
        let mut pack = Pack::default();
        pack.put(pack::CHECKPOINT, self.checkpoint().sign(&log_key()).to_string().as_bytes());
        self.tiles(&mut pack);
        pack
    }

    fn tiles(&self, pack: &mut Pack) {
        let mut builder = Builder::new();
        for entry in &self.entries {
            builder.push(entry.leaf, |tile, bytes| pack.put(&tile.path(), &bytes));
        }
        builder.partials().iter().for_each(|(tile, bytes)| pack.put(&tile.path(), bytes));
        for bundle in bundles_of(self.entries.len() as u64) {
            let first = usize::try_from(bundle.first()).unwrap();
            let entries = &self.entries[first..first + usize::from(bundle.width)];
            let bytes = tile::encode_bundle(entries.iter().map(|entry| &entry.bytes)).unwrap();
            pack.put(&bundle.path(), &bytes);
        }
    }

    fn words(&self, seq: u64, entry: &Sealed, pack: &mut Pack) {
        let mut lines: Vec<_> = entry.words.iter().map(|word| FieldLine::of(seq, word)).collect();
        lines.sort_by(|a, b| a.field.cmp(&b.field));
        let fields = pack.0.entry(pack::FIELDS.to_owned()).or_default();
        lines.iter().for_each(|line| fields.extend_from_slice(&line.to_line()));
        for (hash, bytes) in entry.artifacts() {
            pack.put(&pack::attachment_path(&hash), bytes);
        }
        for attachment in &entry.entry.attachments {
            pack.put(&pack::attachment_path(&attachment.hash), &self.attachments[&attachment.hash]);
        }
    }
}

/// Nodes straight from the leaves.
impl Nodes for &Log {
    type Error = std::convert::Infallible;

    fn node(&mut self, level: u32, index: u64) -> Result<Digest, Self::Error> {
        let first = usize::try_from(index << level).unwrap();
        let leaves = self.entries[first..first + (1 << level)].iter().map(|entry| entry.leaf);
        Ok(evidence::merkle::root_of(&leaves.collect::<Vec<_>>()))
    }
}

const README: &[u8] = b"How to verify this pack.\n";

/// A pack in memory.
#[derive(Default, Clone)]
pub struct Pack(pub BTreeMap<String, Vec<u8>>);

impl Pack {
    fn new(manifest: &Manifest, note: &str) -> Self {
        let mut pack = Self::default();
        pack.put(pack::MANIFEST, &manifest.to_bytes().unwrap());
        pack.put(pack::CHECKPOINT, note.as_bytes());
        pack.put("README.txt", README);
        pack
    }

    pub fn put(&mut self, path: &str, bytes: &[u8]) {
        self.0.insert(path.to_owned(), bytes.to_vec());
    }

    /// Every byte of the pack: its file and offset.
    pub fn places(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().flat_map(|(path, bytes)| (0..bytes.len()).map(move |at| (path.as_str(), at)))
    }

    /// The pack with some bits of one byte turned over.
    #[must_use]
    pub fn flipped(&self, path: &str, at: usize, bits: u8) -> Self {
        let mut pack = self.clone();
        pack.0.get_mut(path).unwrap()[at] ^= bits;
        pack
    }
}

impl Files for Pack {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// A server whose files cannot be listed, and which counts what was asked of it.
pub struct Server {
    pub files: Pack,
    pub asked: Cell<usize>,
}

impl Files for Server {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        self.asked.set(self.asked.get() + 1);
        self.files.read(path)
    }

    fn list(&self) -> Vec<String> {
        Vec::new()
    }
}
