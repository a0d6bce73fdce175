//! The public vectors: published trees, proofs, notes, logs and cosignatures, each as its source has it.
//!
//! A probe that is left out stands in [`EXCLUDED`] with its reason, and the tests fail when a name there
//! no longer exists.

mod common;

use std::{collections::BTreeMap, convert::Infallible, path::Path, str::FromStr};

use base::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use common::{json_file, vectors};
use evidence::{
    Checkpoint, Skey, Vkey, cosignature,
    merkle::{
        self, Frontier, Nodes, consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of,
        verify_consistency, verify_inclusion,
    },
    note::{ED25519, Note, Signature},
    sha256,
    tile::{self, Builder, Bundle, Tile, TileNodes, WIDTH, decode_bundle, decode_tile, tiles_of},
    tlog_proof::TlogProof,
    witness::{self, AddCheckpoint},
};
use serde_json::Value;

/// Published probes that do not run here: file or probe, and why.
const EXCLUDED: &[(&str, &str)] = &[
    (
        "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json",
        "roots of 12 bytes that are to be accepted: our hashes always have 32",
    ),
    (
        "merkle-subtreeinclusion-proofs.json",
        "subtree proofs are not built: no subtree cosignatures",
    ),
    ("merkle-subtreeconsistency-proofs.json", "subtree proofs are not built, as above"),
    ("merkle-accumulated-subtree-vectors.json", "subtree proofs are not built, as above"),
    ("rfc3161", "time stamps of a TSA are not built: checkpoints are cosigned instead"),
];

fn excluded(name: &str) -> bool {
    EXCLUDED.iter().any(|(excluded, _)| *excluded == name)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

fn parsed<T: FromStr>(value: &Value) -> T {
    text(value).parse().unwrap_or_else(|_| panic!("{value}"))
}

fn vkeys(note: &Value) -> Vec<Vkey> {
    list(&note["vkeys"]).iter().map(parsed).collect()
}

/// A hash in base64; `None` when it has not 32 bytes.
fn hash64(value: &Value) -> Option<Digest> {
    Digest::from_slice(&BASE64.decode(value.as_str()?).unwrap())
}

fn hash64s(values: &Value) -> Option<Vec<Digest>> {
    list(values).iter().map(hash64).collect()
}

fn hashes(values: &Value) -> Vec<Digest> {
    list(values).iter().map(parsed).collect()
}

/// Nodes of a tree whose leaf hashes are all in memory.
struct Leaves(Vec<Digest>);

impl Nodes for Leaves {
    type Error = Infallible;

    fn node(&mut self, level: u32, index: u64) -> Result<Digest, Infallible> {
        let first = usize::try_from(index << level).unwrap();
        Ok(root_of(&self.0[first..first + (1 << level)]))
    }
}

#[test]
fn reference_tree() {
    let Some(folder) = vectors("RFC 6962 reference tree") else { return };
    let tree = json_file(&folder, "rfc6962-reference-tree.json");
    let inputs = list(&tree["leaf_inputs_hex"]).iter().map(|hex| hex::decode(text(hex)).unwrap());
    let leaves: Vec<_> = inputs.map(|input| leaf_hash(&input)).collect();
    for (level, expected) in list(&tree["node_hashes_hex"]).iter().enumerate() {
        let nodes: Vec<_> = leaves.chunks(1 << level).map(root_of).collect();
        assert_eq!(nodes, hashes(expected));
    }
    let mut frontier = Frontier::new();
    for (size, root) in hashes(&tree["root_hash_hex_by_size"]).into_iter().enumerate() {
        assert_eq!(root_of(&leaves[..size]), root);
        assert_eq!(frontier.root(), root);
        leaves.get(size).into_iter().for_each(|leaf| frontier.push(*leaf));
    }
    let single = &tree["single_hashes"];
    assert_eq!(merkle::empty_root(), parsed(&single[0]["hex"]));
    assert_eq!(leaf_hash(b""), parsed(&single[1]["hex"]));
    assert_eq!(leaf_hash(b"L123456"), parsed(&single[2]["hex"]));
    // The published node has children of four bytes, which `node_hash` cannot take.
    assert_eq!(sha256(b"\x01N123N456"), parsed(&single[3]["hex"]));
}

#[test]
fn published_inclusion_probes() {
    let Some(folder) = vectors("RFC 9162 inclusion proofs") else { return };
    let mut run = 0;
    for probe in list(&json_file(&folder, "merkle-inclusion-proofs.json")) {
        if excluded(text(&probe["file"])) {
            continue;
        }
        let accepted = || {
            let (leaf, root) = (hash64(&probe["leafHash"])?, hash64(&probe["root"])?);
            let proof = hash64s(&probe["proof"])?;
            let (index, size) = (number(&probe["leafIdx"]), number(&probe["treeSize"]));
            verify_inclusion(index, size, &leaf, &proof, &root).ok()
        };
        assert_eq!(accepted().is_none(), probe["wantErr"].as_bool().unwrap(), "{}", probe["file"]);
        run += 1;
    }
    assert_eq!(run, 98);
}

#[test]
fn published_consistency_probes() {
    let Some(folder) = vectors("RFC 9162 consistency proofs") else { return };
    let mut run = 0;
    for probe in list(&json_file(&folder, "merkle-consistency-proofs.json")) {
        if excluded(text(&probe["file"])) {
            continue;
        }
        let accepted = || {
            let (old_root, new_root) = (hash64(&probe["root1"])?, hash64(&probe["root2"])?);
            let proof = hash64s(&probe["proof"])?;
            let (old, new) = (number(&probe["size1"]), number(&probe["size2"]));
            verify_consistency(old, new, &old_root, &new_root, &proof).ok()
        };
        assert_eq!(accepted().is_none(), probe["wantErr"].as_bool().unwrap(), "{}", probe["file"]);
        run += 1;
    }
    assert_eq!(run, 97);
}

#[test]
fn derived_tree_of_70000() {
    let Some(folder) = vectors("tree of 70,000 leaves") else { return };
    let tree = json_file(&folder, "derived-tree-70000.json");
    let leaves: Vec<_> = (0..70_000u64).map(|leaf| leaf_hash(&leaf.to_be_bytes())).collect();
    let mut roots = tree["root_hex_by_size"].as_object().unwrap().clone();
    let (mut frontier, mut builder) = (Frontier::new(), Builder::new());
    let mut tiles = BTreeMap::new();
    for size in 0..=leaves.len() {
        if let Some(root) = roots.remove(&size.to_string()) {
            assert_eq!(frontier.root(), parsed(&root));
            assert_eq!(builder.root(), parsed(&root));
        }
        let Some(leaf) = leaves.get(size) else { continue };
        frontier.push(*leaf);
        builder.push(*leaf, |tile, bytes| assert!(tiles.insert(tile, bytes).is_none()));
    }
    assert!(roots.is_empty());
    tiles.extend(builder.partials());
    assert_eq!(tiles.keys().copied().collect::<Vec<_>>(), tiles_of(70_000).collect::<Vec<_>>());
    tile_files(&tree, &tiles);
    proofs_of_70000(&tree, leaves, &tiles);
}

fn tile_files(tree: &Value, tiles: &BTreeMap<Tile, Vec<u8>>) {
    for layout in list(&tree["tile_layout_at_70000"]) {
        let of_level =
            tiles.keys().filter(|tile| u64::from(tile.level) == number(&layout["level"]));
        let (full, partial): (Vec<Tile>, Vec<Tile>) =
            of_level.copied().partition(|tile| tile.width == WIDTH);
        assert_eq!(full.len() as u64, number(&layout["full_tiles"]));
        assert_eq!(u64::from(partial[0].width), number(&layout["partial_width"]));
    }
    for (path, expected) in tree["tile_sha256_hex"].as_object().unwrap() {
        let tile = Tile::parse(path).unwrap();
        assert_eq!(sha256(&tiles[&tile]), parsed(expected), "{path}");
    }
    for (index, path) in tree["tile_index_paths"].as_object().unwrap() {
        let tile = Tile { level: 1, index: index.parse().unwrap(), width: WIDTH };
        assert_eq!(tile.path(), format!("tile/1/{}", text(path)));
        assert_eq!(Tile::parse(&tile.path()), Some(tile));
        let bundle = Bundle { index: tile.index, width: 9 };
        assert_eq!(bundle.path(), format!("tile/entries/{}.p/9", text(path)));
        assert_eq!(Bundle::parse(&bundle.path()), Some(bundle));
    }
}

fn proofs_of_70000(tree: &Value, leaves: Vec<Digest>, tiles: &BTreeMap<Tile, Vec<u8>>) {
    let mut leaves = Leaves(leaves);
    let tile = |tile: Tile| Ok::<_, Infallible>(decode_tile(&tiles[&tile], tile.width).unwrap());
    for probe in list(&tree["inclusion"]) {
        let (index, size) = (number(&probe["index"]), number(&probe["size"]));
        let expected = Some(hashes(&probe["proof_hex"]));
        assert_eq!(inclusion_proof(index, size, &mut leaves).unwrap(), expected);
        if size == 70_000 {
            let mut nodes = TileNodes::new(size, tile);
            assert_eq!(inclusion_proof(index, size, &mut nodes).unwrap(), expected);
        }
    }
    for probe in list(&tree["consistency"]) {
        let (old, new) = (number(&probe["size1"]), number(&probe["size2"]));
        let expected = Some(hashes(&probe["proof_hex"]));
        assert_eq!(consistency_proof(old, new, &mut leaves).unwrap(), expected);
        if new == 70_000 {
            let mut nodes = TileNodes::new(new, tile);
            assert_eq!(consistency_proof(old, new, &mut nodes).unwrap(), expected);
        }
    }
}

#[test]
fn every_proof_of_small_trees() {
    let Some(folder) = vectors("accumulated RFC 6962 proofs") else { return };
    let expected = &json_file(&folder, "derived-tree-70000.json")["accumulated_rfc6962"];
    let mut leaves = Leaves((0..130u8).map(|leaf| leaf_hash(&[leaf])).collect());
    let (mut inclusion, mut consistency) = (String::new(), String::new());
    let line = |out: &mut String, a: u64, b: u64, proof: &[Digest]| {
        let hashes: String = proof.iter().map(|hash| format!(" {hash}")).collect();
        out.push_str(&format!("{a} {b}{hashes}\n"));
    };
    let roots: Vec<_> = (0..=130).map(|size| root_of(&leaves.0[..size])).collect();
    let root = |size: u64| &roots[usize::try_from(size).unwrap()];
    for size in 0..=130 {
        for index in 0..size {
            let proof = inclusion_proof(index, size, &mut leaves).unwrap().unwrap();
            let leaf = leaves.node(0, index).unwrap();
            verify_inclusion(index, size, &leaf, &proof, root(size)).unwrap();
            line(&mut inclusion, index, size, &proof);
        }
        for old in 1..=size {
            let proof = consistency_proof(old, size, &mut leaves).unwrap().unwrap();
            verify_consistency(old, size, root(old), root(size), &proof).unwrap();
            line(&mut consistency, old, size, &proof);
        }
    }
    assert_eq!(sha256(inclusion.as_bytes()), parsed(&expected["inclusion_sha256"]));
    assert_eq!(sha256(consistency.as_bytes()), parsed(&expected["consistency_sha256"]));
}

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
        let status = answer.map_or_else(|refused| refused.status(), |()| 200);
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
fn what_is_excluded_exists_and_all_files_are_known() {
    let Some(folder) = vectors("the list of excluded probes") else { return };
    let probes = json_file(&folder, "merkle-consistency-proofs.json");
    for (name, reason) in EXCLUDED {
        let probe = list(&probes).iter().any(|probe| text(&probe["file"]) == *name);
        assert!(probe || folder.join(name).exists(), "{name}: {reason}");
        println!("excluded: {name}: {reason}");
    }
    let known = include_str!("vectors.rs");
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name == "INDEX.md" || known.contains(&name), "no test reads {name}");
    }
}

#[test]
fn a_line_of_a_signature_needs_a_name_and_bytes() {
    let key = Skey::from_seed("k", ED25519, &[1; 32]).unwrap();
    let nameless = Signature { name: String::new(), ..key.sign("x\n") };
    let note = Note { text: "x\n".to_owned(), signatures: vec![nameless] };
    assert!(note.to_string().parse::<Note>().is_err());
    assert_ne!(node_hash(&sha256(b"a"), &sha256(b"b")), node_hash(&sha256(b"b"), &sha256(b"a")));
}
