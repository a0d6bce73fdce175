//! The public vectors: published trees, proofs, notes, logs and cosignatures, each as its source has it.
//!
//! A probe that is left out stands in [`EXCLUDED`] with its reason, and the tests fail when a name there
//! no longer exists.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "../common/mod.rs"]
mod common;
mod signed;
mod trees;

use std::str::FromStr;

use base::Digest;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use common::{json_file, vectors};
use evidence::Vkey;
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

#[test]
fn what_is_excluded_exists_and_all_files_are_known() {
    let Some(folder) = vectors("the list of excluded probes") else { return };
    let probes = json_file(&folder, "merkle-consistency-proofs.json");
    for (name, reason) in EXCLUDED {
        let probe = list(&probes).iter().any(|probe| text(&probe["file"]) == *name);
        assert!(probe || folder.join(name).exists(), "{name}: {reason}");
        println!("excluded: {name}: {reason}");
    }
    let known =
        [include_str!("main.rs"), include_str!("trees.rs"), include_str!("signed.rs")].concat();
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name == "INDEX.md" || known.contains(&name), "no test reads {name}");
    }
}
