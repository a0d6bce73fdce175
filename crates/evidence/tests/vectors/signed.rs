//! Published notes, checkpoints, cosignatures, proof files and a witness's day.

use std::{path::Path, str::FromStr};

use base::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use evidence::{
    Checkpoint, Skey, Vkey, cosignature,
    merkle::{Frontier, leaf_hash, root_of, verify_inclusion},
    note::{ED25519, Note, Signature},
    sha256,
    tile::{self, Bundle, Tile, decode_bundle, decode_tile},
    tlog_proof::TlogProof,
    witness::{self, AddCheckpoint},
};
use serde_json::Value;

use crate::{
    common::{json_file, vectors},
    hash64s, hashes, list, number, parsed, text, vkeys,
};

#[test]
fn signed_notes() {
    let Some(folder) = vectors("signed notes") else { return };
    let file = json_file(&folder, "signed-notes.json");
    let mut verified = 0;
    for case in list(&file["notes"]) {
        let keys = vkeys(case);
        keys.iter().zip(list(&case["vkeys"])).for_each(|(k, t)| assert_eq!(k.to_string(), text(t)));
        if let Some(body) = case["tree_text"].as_str() {
            let checkpoint: Checkpoint = body.parse().unwrap();
            assert_eq!(checkpoint.to_string(), body);
            assert_eq!(checkpoint.root, leaf_hash(b"hello world"));
        }
        let Some(written) = case["note"].as_str() else { continue };
        let note: Note = written.parse().unwrap();
        assert_eq!(note.to_string(), written);
        assert_eq!(note.verify(&keys).unwrap(), keys.iter().collect::<Vec<_>>());
        // One known key among unknown ones is enough; none at all is not.
        assert_eq!(note.verify(&keys[..1]).unwrap().len(), 1);
        assert!(note.verify(&[]).is_err());
        verified += 1;
    }
    assert_eq!(verified, 4);
    list(&file["bad_verifier_keys"]).iter().for_each(|key| {
        assert!(Vkey::from_str(text(&key["vkey"])).is_err(), "{key}");
    });
    list(&file["malformed_notes"]).iter().for_each(malformed_note);
}

fn malformed_note(case: &Value) {
    let bytes = match case["note_b64"].as_str() {
        Some(encoded) => BASE64.decode(encoded).unwrap(),
        None => text(&case["note"]).as_bytes().to_vec(),
    };
    let note = String::from_utf8(bytes).ok().and_then(|text| text.parse::<Note>().ok());
    let keys = vkeys(case);
    let accepted = note.is_some_and(|note| keys.is_empty() || note.verify(&keys).is_ok());
    assert!(!accepted, "{}", case["why"]);
}

#[test]
fn a_published_log() {
    let Some(folder) = vectors("a tlog-tiles log of 15 entries") else { return };
    let folder = folder.join("tlog-tiles-log");
    let key = [parsed(&json_file(&folder, "KEYS.json")["vkey"])];
    let read = |path: &str| std::fs::read(folder.join(path)).unwrap();
    let mut frontier = Frontier::new();
    for size in 0..=15u16 {
        let note = String::from_utf8(read(&format!("checkpoint.{size}"))).unwrap();
        let (checkpoint, signers) = Checkpoint::open(&note, &key).unwrap();
        assert_eq!((checkpoint.size, signers), (u64::from(size), vec![&key[0]]));
        assert_eq!(checkpoint.root, frontier.root());
        if size > 0 {
            let tile = Tile { level: 0, index: 0, width: size };
            let hashes = decode_tile(&read(&tile.path()), size).unwrap();
            let bundle = read(&Bundle { index: 0, width: size }.path());
            let entries = decode_bundle(&bundle, size).unwrap();
            assert_eq!(entries.iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>(), hashes);
            assert_eq!(root_of(&hashes), checkpoint.root);
            assert_eq!(tile::encode_bundle(&entries).unwrap(), bundle);
            assert_eq!(tile::encode_tile(&hashes), read(&tile.path()));
        }
        if size < 15 {
            let next = read(&Bundle { index: 0, width: size + 1 }.path());
            frontier.push(leaf_hash(decode_bundle(&next, size + 1).unwrap()[usize::from(size)]));
        }
    }
}

#[test]
fn cosignatures() {
    let Some(folder) = vectors("cosignature/v1") else { return };
    let file = json_file(&folder, "cosignature-v1.json");
    let derived = &file["derived"];
    let witness: Vkey = parsed(&derived["vkey"]);
    assert_eq!(witness.to_string(), text(&derived["vkey"]));
    let note: Note = parsed(&derived["cosigned_checkpoint"]);
    let line = note.signatures.iter().find(|line| witness.made(line)).unwrap();
    assert_eq!(line.to_string(), text(&derived["signature_line"]));
    let time = Some(number(&derived["timestamp"]));
    assert_eq!(cosignature::time_of(&witness, &note.text, &line.bytes), time);
    assert_eq!(note.verify(std::slice::from_ref(&witness)).unwrap(), [&witness]);
    assert_eq!(cosignature::time_of(&witness, "another text\n", &line.bytes), None);

    let published = list(&file["published"]);
    let blob = BASE64.decode(text(&published[0]["signature_b64"])).unwrap();
    assert_eq!(cosignature::claimed_time(&blob[4..]), Some(number(&published[0]["timestamp"])));
    for case in published.iter().filter_map(|case| case["vkey_type_0x04"].as_str()) {
        assert_eq!(case.parse::<Vkey>().unwrap().to_string(), case);
    }
    let note: Note = parsed(&published[2]["cosigned_checkpoint"]);
    let time = cosignature::claimed_time(&note.signatures[1].bytes);
    assert_eq!(time, Some(number(&published[2]["timestamp"])));
}

#[test]
fn sigsum_checkpoint_and_proof() {
    let Some(folder) = vectors("sigsum checkpoint and cosigned proof") else { return };
    let file = json_file(&folder, "sigsum-checkpoint.json");
    let vkey: Vkey = parsed(&file["vkey"]);
    let seed = parsed::<Digest>(&file["ed25519_seed_hex"]).0;
    let skey = Skey::from_seed(vkey.name(), ED25519, &seed).unwrap();
    assert_eq!(skey.vkey(), &vkey);
    assert_eq!(skey.to_secret_text().parse::<Skey>().unwrap().vkey(), &vkey);
    let (checkpoint, _) = Checkpoint::open(text(&file["checkpoint"]), &[vkey]).unwrap();
    assert_eq!(checkpoint.sign(&skey).to_string(), text(&file["checkpoint"]));
    cosigned_proof(&folder);
}

fn cosigned_proof(folder: &Path) {
    let file = json_file(folder, "sigsum-cosigned-proof.json");
    let bytes = |field: &str| hex::decode(text(&file[field])).unwrap();
    let key = |field: &str, kind| Vkey::new("k", kind, parsed::<Digest>(&file[field]).0).unwrap();
    let (log, witness) = (key("log_public_key_hex", 1), key("witness_public_key_hex", 4));
    let body = text(&file["checkpoint_body"]);
    assert!(log.verifies(body, &bytes("log_signature_hex")));
    let seen = &file["cosignature"];
    let time = number(&seen["timestamp"]);
    let signature = hex::decode(text(&seen["signature_hex"])).unwrap();
    let line = [time.to_be_bytes().as_slice(), &signature].concat();
    assert_eq!(cosignature::time_of(&witness, body, &line), Some(time));
    // The leaf is the hash of the message's hash, then the submitter's signature and key hash.
    let leaf = [
        sha256(&bytes("message_hex")).0.as_slice(),
        &bytes("leaf_signature_hex"),
        &bytes("leaf_key_hash_hex"),
    ]
    .concat();
    let root: Digest = parsed(&file["root_hex"]);
    let proof = hashes(&file["node_hash_hex"]);
    let (index, size) = (number(&file["leaf_index"]), number(&file["size"]));
    verify_inclusion(index, size, &leaf_hash(&leaf), &proof, &root).unwrap();
    assert_eq!(body.parse::<Checkpoint>().unwrap().root, root);
}

#[test]
fn tlog_proofs() {
    let Some(folder) = vectors("tlog-proof@v1") else { return };
    let file = json_file(&folder, "tlog-proof.json");
    for case in list(&file["marshal"]) {
        let proof: TlogProof = parsed(&case["text"]);
        assert_eq!(proof.to_string(), text(&case["text"]));
        assert_eq!(proof.index, number(&case["index"]));
        assert_eq!(Some(proof.hashes), hash64s(&case["hashes_b64"]));
        assert_eq!(
            proof.extra.map(|extra| BASE64.encode(extra)).as_deref(),
            case["extra_b64"].as_str()
        );
        assert_eq!(proof.checkpoint, text(&case["checkpoint"]));
    }
    for refused in list(&file["reject"]) {
        assert!(text(refused).parse::<TlogProof>().is_err(), "{refused}");
    }
}

#[test]
fn a_witness_asked_to_cosign() {
    let Some(folder) = vectors("witness add-checkpoint") else { return };
    let file = json_file(&folder, "witness-add-checkpoint.json");
    let key = parsed::<Digest>(&file["log_public_key_hex"]).0;
    let mut seen = None;
    let mut origin = None;
    for step in list(&file["steps"]) {
        let request: AddCheckpoint = parsed(&step["request_body"]);
        let known = origin.get_or_insert_with(|| request.checkpoint.origin.clone());
        let log = Vkey::new(known, ED25519, key).unwrap();
        let log = (request.checkpoint.origin == *known).then_some(&log);
        let answer = witness::decide(&request, log, seen);
        // The transcript is older than the rule that an unknown log is answered with 404.
        let status = answer.map_or_else(witness::Refused::status, |()| 200);
        let expected = number(&step["expected_status"]);
        let unknown = text(&step["assert"][0]) == "unknown log";
        assert_eq!(u64::from(status), if unknown { 404 } else { expected }, "{step}");
        if let Err(witness::Refused::OtherSize(size)) = answer {
            assert_eq!(text(&step["assert"][0]), format!("{size}\\n"));
        }
        if answer.is_ok() {
            seen = Some((request.checkpoint.size, request.checkpoint.root));
        }
    }
}

#[test]
fn a_line_of_a_signature_needs_a_name_and_bytes() {
    let key = Skey::from_seed("k", ED25519, &[1; 32]).unwrap();
    let nameless = Signature { name: String::new(), ..key.sign("x\n") };
    let note = Note { text: "x\n".to_owned(), signatures: vec![nameless] };
    assert!(note.to_string().parse::<Note>().is_err());
}
