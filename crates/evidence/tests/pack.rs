//! Packs: an honest one verifies, every change to one is found and the entry named.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod common;

use std::cell::Cell;

use base::Code;
use common::{Log, Pack, Server, incident, log_key};
use evidence::{
    Skey, Vkey,
    note::{ED25519, Note, Signature},
    pack::{self, FieldLine, PackKind, Problem, Span, Verdict, What, verify},
};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// Twelve entries of two incidents, then the export entry; the pack of the first incident.
fn incident_pack() -> Pack {
    let mut log = Log::default();
    for number in 0..12u8 {
        log.note(number % 2, &format!("what number {number} saw"));
    }
    let stream: Code = incident(0).to_string().parse().unwrap();
    let streams = log.streams(|each| *each == stream);
    let export = log.export(Some(&stream), &streams);
    let manifest = log.manifest(PackKind::Incident, streams, export);
    log.single_pack(&manifest, |sealed| {
        sealed.entry.stream == stream || sealed.entry.kind == *pack::EXPORT_TAKEN
    })
}

fn whole_log(entries: u16) -> Log {
    let mut log = Log::default();
    for number in 0..entries {
        log.note((number % 5) as u8, "seen");
    }
    log
}

fn whole_pack(entries: u16) -> Pack {
    let mut log = whole_log(entries);
    let export = log.export(None, &[]);
    let manifest = log.manifest(PackKind::Log, Vec::new(), export);
    log.whole_pack(&manifest)
}

fn key() -> Vkey {
    log_key().vkey().clone()
}

fn problem(pack: &Pack) -> Option<Problem> {
    match verify(pack, Some(&key())).verdict {
        Verdict::Tampered(problem) => Some(problem),
        _ => None,
    }
}

#[track_caller]
fn check(pack: &Pack, expected: &Expect) {
    let report = verify(pack, Some(&key()));
    let text = match &report.verdict {
        Verdict::Tampered(problem) => format!("{:?} {problem}", problem.seq),
        other => format!("{other:?} {:?} {:?}", report.counts, report.unlisted),
    };
    expected.assert_eq(&text);
}

#[test]
fn honest_packs_verify() {
    check(
        &incident_pack(),
        &expect![[
            r#"Verified { signer: "log.example.org/watchkeeper" } Counts { entries: 7, streams: 2, words: 13, erased: 0, attachments: 3 } []"#
        ]],
    );
    check(
        &whole_pack(600),
        &expect![[
            r#"Verified { signer: "log.example.org/watchkeeper" } Counts { entries: 601, streams: 6, words: 1286, erased: 0, attachments: 206 } []"#
        ]],
    );
}

#[test]
fn g10_without_a_key_the_signer_is_unknown() {
    for pack in [incident_pack(), whole_pack(3)] {
        let report = verify(&pack, None);
        assert_eq!(report.verdict, Verdict::ConsistentSignerUnknown);
        assert_eq!(report.verdict.exit_code(), 2);
    }
}

/// A key of the same name that did not sign says nothing against the pack: it may be the one before a
/// rotation. A signature of the given key that does not hold says that it was altered.
#[test]
fn another_key_cannot_decide_and_a_bad_signature_does() {
    let signers = vec![format!("{}+{}", common::ORIGIN, hex::encode(key().id()))];
    for name in [common::ORIGIN, "elsewhere.example/log"] {
        let other = Skey::from_seed(name, ED25519, &[8; 32]).unwrap();
        for pack in [incident_pack(), whole_pack(3)] {
            let report = verify(&pack, Some(other.vkey()));
            assert_eq!(report.verdict, Verdict::SignedByAnother { signers: signers.clone() });
            assert_eq!(report.verdict.exit_code(), 2);
        }
        // What is altered is altered under any key.
        let bent = incident_pack().flipped("entries/4.json", 30, 1);
        assert_eq!(verify(&bent, Some(other.vkey())).verdict.exit_code(), 1);
    }
    let text = String::from_utf8(incident_pack().0["checkpoint"].clone()).unwrap();
    let note: Note = text.parse().unwrap();
    let with = |change: fn(&mut Signature)| {
        let (mut pack, mut note) = (incident_pack(), note.clone());
        note.signatures.iter_mut().for_each(change);
        pack.0.insert("checkpoint".to_owned(), note.to_string().into_bytes());
        problem(&pack).expect("altered").what.to_string()
    };
    expect!["the signature of `log.example.org/watchkeeper` does not hold"]
        .assert_eq(&with(|signature| signature.bytes[7] ^= 1));
    expect!["no signature by a known key"].assert_eq(&with(|signature| signature.id[0] ^= 1));
    expect!["no signature by a known key"].assert_eq(&with(|signature| signature.name.push('x')));
}

#[test]
fn g10_the_tail_of_a_stream_cannot_be_left_out() {
    let mut pack = incident_pack();
    pack.0.remove("entries/10.json");
    pack.0.remove("proofs/10.tlog-proof");
    let fields = String::from_utf8(pack.0[pack::FIELDS].clone()).unwrap();
    let kept: Vec<_> = fields.lines().filter(|line| !line.contains(r#""seq":10"#)).collect();
    pack.put(pack::FIELDS, (kept.join("\n") + "\n").as_bytes());
    check(
        &pack,
        &expect![
            "None manifest.json: stream inc_00000000000000000000000000000000: does not end as the export's own entry says"
        ],
    );

    let mut manifest = pack::Manifest::parse(&pack.0[pack::MANIFEST]).unwrap();
    manifest.streams[0].length -= 1;
    pack.put(pack::MANIFEST, &manifest.to_bytes().unwrap());
    check(
        &pack,
        &expect![
            "Some(8) entries/8.json: stream inc_00000000000000000000000000000000: does not end as the export's own entry says"
        ],
    );

    pack.0.remove(pack::MANIFEST);
    check(&pack, &expect!["None manifest.json: missing"]);
}

#[test]
fn a_range_leaves_no_position_out() {
    let mut log = whole_log(12);
    let export = log.export(None, &[]);
    let mut manifest = log.manifest(PackKind::Range, Vec::new(), export);
    manifest.range = Some(Span { first: 4, end: 13 });
    let full = log.single_pack(&manifest, |sealed| sealed.entry.recorded_at >= common::at(4));
    check(
        &full,
        &expect![[
            r#"Verified { signer: "log.example.org/watchkeeper" } Counts { entries: 9, streams: 6, words: 17, erased: 0, attachments: 3 } []"#
        ]],
    );
    let gap = log.single_pack(&manifest, |sealed| {
        sealed.entry.recorded_at >= common::at(4) && sealed.entry.recorded_at != common::at(7)
    });
    check(&gap, &expect!["Some(7) entries/7.json: left out of the range"]);
}

#[test]
fn other_ways_to_bend_a_pack() {
    let pack = incident_pack();
    let mut swapped = pack.clone();
    swapped.put("entries/2.json", &pack.0["entries/4.json"]);
    check(
        &swapped,
        &expect!["Some(2) entries/2.json: entry or proof altered: the hashes lead to another root"],
    );
    let mut bare = pack.clone();
    bare.0.remove("proofs/4.tlog-proof");
    check(&bare, &expect!["Some(4) proofs/4.tlog-proof: missing"]);
    let mut speechless = pack.clone();
    speechless.0.remove(pack::FIELDS);
    check(&speechless, &expect!["Some(0) fields.jsonl: the word `labels.0` is missing"]);
    let mut extra = pack.clone();
    extra.put("note.txt", b"trust me");
    check(
        &extra,
        &expect![[
            r#"Verified { signer: "log.example.org/watchkeeper" } Counts { entries: 7, streams: 2, words: 13, erased: 0, attachments: 3 } ["note.txt"]"#
        ]],
    );
    let mut empty = pack;
    empty.0.clear();
    check(
        &empty,
        &expect![[
            r#"Unreadable(Unreadable { path: "checkpoint", reason: "there is no checkpoint, so this is not a log" }) Counts { entries: 0, streams: 0, words: 0, erased: 0, attachments: 0 } []"#
        ]],
    );
}

#[test]
fn erased_words_and_files_leave_the_pack_valid() {
    let mut pack = incident_pack();
    let fields = String::from_utf8(pack.0[pack::FIELDS].clone()).unwrap();
    let mut lines: Vec<_> =
        fields.lines().map(|line| FieldLine::parse(line.as_bytes()).unwrap()).collect();
    for line in &mut lines {
        line.content = pack::Content::Erased;
    }
    let field = "attachments.0".parse().unwrap();
    lines.insert(0, FieldLine { seq: 0, field, content: pack::Content::Erased });
    let bytes: Vec<u8> = lines.iter().flat_map(FieldLine::to_line).collect();
    pack.put(pack::FIELDS, &bytes);
    let erased = lines.len() as u64;
    assert_eq!(verify(&pack, Some(&key())).counts.erased, erased);
    check(
        &pack,
        &expect![[
            r#"Verified { signer: "log.example.org/watchkeeper" } Counts { entries: 7, streams: 2, words: 0, erased: 14, attachments: 1 } ["attachments/03e8b3e51ff957a7527dc158d475118a979724f9847e172cf23e46c774462e3e", "attachments/e03d9e85eec7bdc57d99d7347dc8df60e467ba0bcf8d242db601ce4c6c01798a"]"#
        ]],
    );
}

#[test]
fn a_server_that_grew_or_fails_is_no_forgery() {
    let log = whole_log(300);
    let mut files = log.served();
    // What was partial then and is full now may be gone; the checkpoint is the old one.
    files.0.remove("tile/0/001.p/44").unwrap();
    files.0.remove("tile/entries/001.p/44").unwrap();
    for (path, bytes) in whole_log(700).served().0 {
        files.0.entry(path).or_insert(bytes);
    }
    let server = Server { files, asked: Cell::new(0) };
    let report = verify(&server, Some(&key()));
    assert_eq!(report.verdict.exit_code(), 0, "{report:?}");
    assert_eq!((report.size, report.counts.entries), (300, 300));
    assert!(server.asked.get() < 20);

    let nothing = verify(&Pack::default(), Some(&key())).verdict;
    assert!(matches!(nothing, Verdict::Unreadable(_)), "{nothing:?}");
}

/// The entry that a byte of an evidence file belongs to.
fn expected_seq(pack: &Pack, path: &str, at: usize) -> Option<u64> {
    if let Some(tile) = evidence::tile::Tile::parse(path) {
        return Some(tile.first_leaf(at / 32));
    }
    if let Some(bundle) = evidence::tile::Bundle::parse(path) {
        let bytes = pack.0[path].as_slice();
        let mut rest = bytes;
        let ends = (0..).map_while(|_| {
            evidence::tile::next_entry(&mut rest)?;
            Some(bytes.len() - rest.len())
        });
        return Some(bundle.first() + ends.take_while(|end| *end <= at).count() as u64);
    }
    let name = path.strip_prefix("entries/").or(path.strip_prefix("proofs/"))?;
    name.split('.').next()?.parse().ok()
}

/// Whether a change of the checkpoint made another signature of another key of it: nothing can be said.
fn is_anothers(pack: &Pack, path: &str) -> bool {
    let verdict = verify(pack, Some(&key())).verdict;
    path == "checkpoint" && matches!(verdict, Verdict::SignedByAnother { .. })
}

fn every_flip_is_found(pack: &Pack, step: usize, bits: u8) {
    for (path, at) in pack.places().step_by(step) {
        let flipped = pack.flipped(path, at, bits);
        let Some(problem) = problem(&flipped) else {
            assert!(is_anothers(&flipped, path), "byte {at} of {path} can be changed unseen");
            continue;
        };
        let expected = expected_seq(pack, path, at);
        if expected.is_some() {
            assert_eq!(problem.seq, expected, "byte {at} of {path}: {problem}");
        }
    }
}

#[test]
fn a_flipped_byte_in_an_incident_pack_is_found_and_its_entry_named() {
    every_flip_is_found(&incident_pack(), 3, 0x01);
}

#[test]
fn a_flipped_byte_in_a_whole_log_is_found_and_its_entry_named() {
    every_flip_is_found(&whole_pack(20), 5, 0x20);
    every_flip_is_found(&whole_pack(300), 911, 0x80);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_flipped_byte_is_found(place: prop::sample::Index, bits in 1..=255u8, whole: bool) {
        let pack = if whole { whole_pack(9) } else { incident_pack() };
        let places: Vec<_> = pack.places().collect();
        let (path, at) = places[place.index(places.len())];
        let flipped = pack.flipped(path, at, bits);
        prop_assert!(problem(&flipped).is_some() || is_anothers(&flipped, path), "{} {}", path, at);
    }
}

#[test]
fn the_report_is_json() {
    let report = verify(&incident_pack().flipped("entries/4.json", 30, 1), Some(&key()));
    assert!(matches!(&report.verdict, Verdict::Tampered(p) if matches!(p.what, What::Unproven(_))));
    expect![[r#"
        {
          "verdict": "tampered",
          "seq": 4,
          "path": "entries/4.json",
          "what": "entry or proof altered: the hashes lead to another root",
          "origin": "log.example.org/watchkeeper",
          "size": 13,
          "entries": 2,
          "streams": 1,
          "words": 5,
          "erased": 0,
          "attachments": 2,
          "unlisted": []
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&report).unwrap());
}
