//! Packs: what is written verifies, is the same each time, and keeps nothing unseen.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use base::{Code, Digest, Id, id};
use documents::pack::{PackError, Writer};
use evidence::{
    Attachment, Checkpoint, Draft, Sealed, Tail,
    merkle::{Nodes, inclusion_proof, root_of},
    pack::{
        self, Content, FieldLine, Files, Manifest, PackKind, StreamTail, Unreadable, Verdict,
        verify,
    },
    sample, seal, sha256,
    tile::{Builder, bundles_of, encode_bundle},
    tlog_proof::TlogProof,
};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::json;

const FILE: &[u8] = b"a picture of the console";

/// Five notes of one incident, one of them long, one with a file, then the export's own entry.
struct Log {
    kind: PackKind,
    entries: Vec<Sealed>,
}

impl Log {
    fn new(kind: PackKind) -> Self {
        let mut log = Self { kind, entries: Vec::new() };
        let mut entropy = sample::Counter::default();
        let mut tail = Tail::default();
        for number in 0..5usize {
            let mut draft = sample::draft(7, 2, 40 + number);
            if number == 2 {
                draft = draft.word("log", "line\n".repeat(5_000));
            }
            if number == 3 {
                let (hash, size) = (sha256(FILE), i64::try_from(FILE.len()).unwrap());
                let media_type = "image/png".parse().unwrap();
                draft = draft.attachment(Attachment { hash, size, media_type });
            }
            let at = base::Timestamp::from_micros(1_764_000_000_000_000);
            let sealed = seal(draft, &sample::envelope(), tail, at, &mut entropy).unwrap();
            tail = sealed.next();
            log.entries.push(sealed);
        }
        let node: Id<id::Node> = Id::from_bytes([0; 16]);
        let at = base::Timestamp::from_micros(1_764_000_001_000_000);
        let mut draft = Draft::new(pack::EXPORT_TAKEN, node, at, &Vec::<Code>::new());
        draft.data = json!({"incident": log.incident(), "streams": log.streams()});
        let sealed = seal(draft, &sample::envelope(), Tail::default(), at, &mut entropy).unwrap();
        log.entries.push(sealed);
        log
    }

    fn stream(&self) -> Code {
        self.entries[0].entry.stream.clone()
    }

    fn incident(&self) -> Option<Code> {
        (self.kind == PackKind::Incident).then(|| self.stream())
    }

    /// The incident's stream as the export logs it.
    fn streams(&self) -> Vec<StreamTail> {
        let newest = &self.entries[4];
        let (length, head) = (newest.entry.stream_seq + 1, newest.leaf);
        vec![StreamTail { stream: self.stream(), length, head }]
    }

    fn checkpoint(&self) -> Checkpoint {
        let mut builder = Builder::new();
        self.entries.iter().for_each(|entry| builder.push(entry.leaf, |_, _| ()));
        Checkpoint::new(sample::ORIGIN, self.entries.len() as u64, builder.root())
    }

    fn manifest(&self) -> Manifest {
        let export = self.entries.last().unwrap();
        Manifest {
            format: pack::FORMAT,
            kind: self.kind,
            incident: self.incident(),
            range: None,
            origin: sample::ORIGIN.to_owned(),
            size: self.entries.len() as u64,
            streams: self.streams(),
            export_entries: vec![5],
            versions: BTreeMap::new(),
            exported_by: export.entry.actor.id.clone(),
            exported_at: export.entry.recorded_at,
            files: Vec::new(),
        }
    }

    /// The pack of the incident; `erase` takes the words of one entry away.
    fn incident_pack(&self, erase: Option<u64>) -> Vec<u8> {
        let note = self.checkpoint().sign(&sample::key()).to_string();
        let manifest = self.manifest();
        let mut pack =
            Writer::begin(Cursor::new(Vec::new()), Cursor::new(Vec::new()), manifest, &note)
                .unwrap();
        for (seq, sealed) in (0..).zip(&self.entries) {
            let hashes = inclusion_proof(seq, self.entries.len() as u64, &mut &*self).unwrap();
            let (hashes, checkpoint) = (hashes.unwrap(), note.clone());
            let proof = TlogProof { extra: None, index: seq, hashes, checkpoint };
            pack.entry(seq, &sealed.bytes, &proof.to_string()).unwrap();
            self.beside(seq, sealed, erase == Some(seq), &mut pack);
        }
        pack.finish().unwrap().into_inner()
    }

    fn beside(
        &self,
        seq: u64,
        sealed: &Sealed,
        erased: bool,
        pack: &mut Writer<Cursor<Vec<u8>>, Cursor<Vec<u8>>>,
    ) {
        let mut lines: Vec<_> = sealed.words.iter().map(|word| FieldLine::of(seq, word)).collect();
        lines.sort_by(|a, b| a.field.cmp(&b.field));
        for line in &mut lines {
            if erased {
                line.content = Content::Erased;
            }
            pack.word(line).unwrap();
        }
        if !erased {
            sealed.artifacts().for_each(|(_, bytes)| pack.attachment(bytes).unwrap());
        }
        for attachment in &sealed.entry.attachments {
            assert_eq!(attachment.hash, sha256(FILE));
            pack.attachment(FILE).unwrap();
            assert!(pack.has(&attachment.hash));
        }
    }

    fn whole_pack(&self) -> Vec<u8> {
        let note = self.checkpoint().sign(&sample::key()).to_string();
        let manifest = self.manifest();
        let out = Cursor::new(Vec::new());
        let mut pack = Writer::begin(out, Cursor::new(Vec::new()), manifest, &note).unwrap();
        let size = self.entries.len() as u64;
        for bundle in bundles_of(size) {
            let entries = self.entries.iter().map(|sealed| &sealed.bytes);
            pack.bundle(bundle, &encode_bundle(entries).unwrap()).unwrap();
        }
        for (seq, sealed) in (0..).zip(&self.entries) {
            self.beside(seq, sealed, false, &mut pack);
        }
        let mut builder = Builder::new();
        self.entries.iter().for_each(|entry| builder.push(entry.leaf, |_, _| ()));
        builder.partials().iter().for_each(|(tile, bytes)| pack.tile(*tile, bytes).unwrap());
        pack.finish().unwrap().into_inner()
    }
}

fn incident_log() -> Log {
    Log::new(PackKind::Incident)
}

impl Nodes for &Log {
    type Error = std::convert::Infallible;

    fn node(&mut self, level: u32, index: u64) -> Result<Digest, Self::Error> {
        let first = usize::try_from(index << level).unwrap();
        let leaves: Vec<_> =
            self.entries[first..first + (1 << level)].iter().map(|entry| entry.leaf).collect();
        Ok(root_of(&leaves))
    }
}

/// The unpacked folder.
#[derive(Clone)]
struct Folder(BTreeMap<String, Vec<u8>>);

impl Folder {
    fn unpack(zip: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut files = BTreeMap::new();
        for place in 0..archive.len() {
            let mut file = archive.by_index(place).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            files.insert(file.name().unwrap().into_owned(), bytes);
        }
        Self(files)
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(self.0.get(path).cloned())
    }

    fn list(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

#[track_caller]
fn check(zip: &[u8], expected: &Expect) {
    let report = verify(&Folder::unpack(zip), Some(sample::key().vkey()));
    expected.assert_eq(&format!("{:?} {:?} {:?}", report.verdict, report.counts, report.unlisted));
}

#[test]
fn what_is_written_verifies() {
    let log = incident_log();
    check(
        &log.incident_pack(None),
        &expect![[
            r#"Verified { signer: "log.example.org/sample" } Counts { entries: 6, streams: 2, words: 11, erased: 0, attachments: 2 } []"#
        ]],
    );
    check(
        &log.whole_pack(),
        &expect![[
            r#"Verified { signer: "log.example.org/sample" } Counts { entries: 6, streams: 2, words: 11, erased: 0, attachments: 2 } []"#
        ]],
    );
}

#[test]
fn erased_words_are_marked_and_every_proof_stays_valid() {
    check(
        &incident_log().incident_pack(Some(2)),
        &expect![[
            r#"Verified { signer: "log.example.org/sample" } Counts { entries: 6, streams: 2, words: 8, erased: 3, attachments: 1 } []"#
        ]],
    );
}

#[test]
fn the_same_content_makes_the_same_bytes() {
    assert_eq!(incident_log().incident_pack(None), incident_log().incident_pack(None));
    let whole = || Log::new(PackKind::Log).whole_pack();
    assert_eq!(whole(), whole());
}

#[test]
fn files_stand_in_one_order_and_without_times() {
    let bytes = incident_log().incident_pack(None);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut names = Vec::new();
    for place in 0..archive.len() {
        let file = archive.by_index(place).unwrap();
        assert_eq!(file.last_modified(), Some(zip::DateTime::DEFAULT));
        names.push(file.name().unwrap().into_owned());
    }
    expect![[r#"
        manifest.json
        README.txt
        checkpoint
        entries/0.json
        proofs/0.tlog-proof
        entries/1.json
        proofs/1.tlog-proof
        entries/2.json
        proofs/2.tlog-proof
        attachments/9912ccdddeccda4d9a7de2d41a7fedc62f149fd9c452d86903ace8e0c30faa48
        entries/3.json
        proofs/3.tlog-proof
        attachments/105caee2cf69e8839f0a2769525336a39ae63ddf505ae1cd70d1131ca7d06cca
        entries/4.json
        proofs/4.tlog-proof
        entries/5.json
        proofs/5.tlog-proof
        fields.jsonl"#]]
    .assert_eq(&names.join("\n"));
}

#[test]
fn evidence_out_of_order_is_not_packed() {
    let log = incident_log();
    let begin = || {
        let (out, spool) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        Writer::begin(out, spool, log.manifest(), "note").unwrap()
    };
    let mut pack = begin();
    pack.entry(4, b"{}", "").unwrap();
    assert!(matches!(pack.entry(3, b"{}", ""), Err(PackError::Order { .. })));
    let line = |seq, field| FieldLine { seq, field: Code::fixed(field), content: Content::Erased };
    let mut pack = begin();
    pack.word(&line(1, "b")).unwrap();
    pack.word(&line(2, "a")).unwrap();
    assert!(matches!(pack.word(&line(2, "a")), Err(PackError::Order { .. })));
}

/// The entry that a file belongs to.
fn entry_of(path: &str) -> Option<u64> {
    let name = path.strip_prefix("entries/").or(path.strip_prefix("proofs/"))?;
    name.split('.').next()?.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_flipped_byte_in_the_unpacked_folder_is_found_and_its_entry_named(
        place: prop::sample::Index,
        bits in 1..=255u8,
        whole: bool,
    ) {
        let mut folder = Folder::unpack(&if whole {
            Log::new(PackKind::Log).whole_pack()
        } else {
            incident_log().incident_pack(None)
        });
        let places: Vec<(String, usize)> = folder.0.iter()
            .flat_map(|(path, bytes)| (0..bytes.len()).map(move |at| (path.clone(), at)))
            .collect();
        let (path, at) = places[place.index(places.len())].clone();
        folder.0.get_mut(&path).unwrap()[at] ^= bits;
        let report = verify(&folder, Some(sample::key().vkey()));
        let Verdict::Tampered(problem) = report.verdict else {
            return Err(TestCaseError::fail(format!("byte {at} of {path} changed unseen")));
        };
        if let Some(seq) = entry_of(&path) {
            prop_assert_eq!(problem.seq, Some(seq), "byte {} of {}: {}", at, path, problem);
        }
    }
}
