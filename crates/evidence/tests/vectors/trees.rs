//! Published trees, tiles, logs and proofs.

use std::{collections::BTreeMap, convert::Infallible};

use base::Digest;
use evidence::{
    merkle::{
        self, Frontier, Nodes, consistency_proof, inclusion_proof, leaf_hash, node_hash, root_of,
        verify_consistency, verify_inclusion,
    },
    sha256,
    tile::{Builder, Bundle, Tile, TileNodes, WIDTH, decode_tile, tiles_of},
};
use serde_json::Value;

use crate::{
    common::{json_file, vectors},
    excluded, hash64, hash64s, hashes, list, number, parsed, text,
};

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
fn left_and_right_are_not_the_same() {
    let (a, b) = (sha256(b"a"), sha256(b"b"));
    assert_ne!(node_hash(&a, &b), node_hash(&b, &a));
}
