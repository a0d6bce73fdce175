//! Every parser takes any bytes without harm, and what it accepts it writes back the same.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod common;

use common::{Log, log_key};
use evidence::{
    Checkpoint, Skey, Vkey,
    note::Note,
    pack::{self, FieldLine, Files, Manifest, PackKind},
    tile::{Bundle, Tile, decode_bundle, decode_tile, encode_bundle, encode_tile},
    tlog_proof::TlogProof,
    witness::AddCheckpoint,
};
use proptest::prelude::*;

fn pack() -> common::Pack {
    let mut log = Log::default();
    for number in 0..9 {
        log.note(number % 2, "seen");
    }
    let stream = common::incident(0).to_string().parse().unwrap();
    let streams = log.streams(|each| *each == stream);
    let export = log.export(Some(&stream), &streams);
    let manifest = log.manifest(PackKind::Incident, streams, export);
    log.single_pack(&manifest, |_| true)
}

/// Some texts of each format, to bend.
fn texts() -> Vec<String> {
    let pack = pack();
    let text = |path: &str| String::from_utf8(pack.read(path).unwrap().unwrap()).unwrap();
    let short_line = |line: &&str| line.len() < 500;
    let checkpoint = text(pack::CHECKPOINT);
    let mut texts: Vec<_> =
        text(pack::FIELDS).lines().filter(short_line).map(str::to_owned).collect();
    texts.push(checkpoint.split_inclusive('\n').take(3).collect());
    texts.push(format!("old 4\n\n{checkpoint}"));
    texts.push(checkpoint);
    texts.push(text(pack::MANIFEST));
    texts.push(text(&pack::proof_path(3)));
    texts.push(log_key().vkey().to_string());
    texts.push(log_key().to_secret_text());
    texts.extend(["tile/0/x001/234.p/5", "tile/entries/x001/234.p/5"].map(str::to_owned));
    texts
}

fn accepted_is_written_the_same(text: &str) {
    let same = |written: Option<String>| assert!(written.is_none_or(|w| w == text), "{text:?}");
    same(text.parse::<Checkpoint>().ok().map(|it| it.to_string()));
    same(text.parse::<TlogProof>().ok().map(|it| it.to_string()));
    same(text.parse::<Vkey>().ok().map(|it| it.to_string()));
    same(Tile::parse(text).map(|it| it.path()));
    same(Bundle::parse(text).map(|it| it.path()));
    same(Manifest::parse(text.as_bytes()).ok().map(|it| utf8(it.to_bytes().unwrap())));
    let line = FieldLine::parse(text.as_bytes()).ok().map(|it| utf8(it.to_line()));
    same(line.map(|line| line.trim_end_matches('\n').to_owned()));
    // These accept more than one spelling; written, they are read as the same.
    let note = text.parse::<Note>().ok();
    assert!(note.is_none_or(|note| note.to_string().parse() == Ok(note)));
    drop(text.parse::<AddCheckpoint>());
    drop(text.parse::<Skey>());
}

fn utf8(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn honest_texts_are_accepted() {
    let texts = texts();
    let count = |accepts: fn(&str) -> bool| texts.iter().filter(|text| accepts(text)).count();
    assert_eq!(count(|text| text.parse::<Checkpoint>().is_ok()), 1);
    assert_eq!(count(|text| text.parse::<Note>().is_ok()), 3);
    assert_eq!(count(|text| text.parse::<TlogProof>().is_ok()), 1);
    assert_eq!(count(|text| text.parse::<AddCheckpoint>().is_ok()), 1);
    assert_eq!(count(|text| text.parse::<Vkey>().is_ok()), 1);
    assert_eq!(count(|text| text.parse::<Skey>().is_ok()), 1);
    assert_eq!(count(|text| Manifest::parse(text.as_bytes()).is_ok()), 1);
    assert!(count(|text| FieldLine::parse(text.as_bytes()).is_ok()) > 10);
}

proptest! {
    #[test]
    fn bent_texts(
        which: prop::sample::Index,
        place: prop::sample::Index,
        put in prop_oneof![any::<char>(), prop::sample::select("\n +=/\"0:,}".chars().collect::<Vec<_>>())],
        keep: bool,
    ) {
        let texts = texts();
        let mut chars: Vec<char> = texts[which.index(texts.len())].chars().collect();
        let at = place.index(chars.len());
        if keep { chars.insert(at, put) } else { chars[at] = put }
        accepted_is_written_the_same(&chars.iter().collect::<String>());
        accepted_is_written_the_same(&chars[..at].iter().collect::<String>());
    }

    #[test]
    fn any_text(text: String) {
        accepted_is_written_the_same(&text);
    }

    #[test]
    fn any_bytes_as_tile_and_bundle(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
        width in 0..300u16,
    ) {
        if let Some(hashes) = decode_tile(&bytes, width) {
            prop_assert_eq!(encode_tile(&hashes), bytes.clone());
        }
        if let Some(entries) = decode_bundle(&bytes, width) {
            prop_assert_eq!(encode_bundle(entries).unwrap(), bytes);
        }
    }

    #[test]
    fn bundles_round_trip(
        entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..100), 1..256),
    ) {
        let bytes = encode_bundle(&entries).unwrap();
        let width = u16::try_from(entries.len()).unwrap();
        prop_assert_eq!(decode_bundle(&bytes, width).unwrap(), entries);
        prop_assert!(decode_bundle(&bytes, width + 1).is_none());
        prop_assert!(decode_bundle(&bytes[1..], width).is_none());
    }
}
