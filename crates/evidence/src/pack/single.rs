//! Single entries, each with a proof of its own.

use super::{
    Files, MANIFEST, PackKind, entry_path, proof_path,
    report::{Check, What, bad},
    walk::Walk,
};
use crate::{
    checkpoint::{Checkpoint, parse_size},
    merkle::{leaf_hash, verify_inclusion},
    tlog_proof::TlogProof,
};

/// Checks every entry of the pack in the order of the log.
pub(super) fn check(
    files: &dyn Files,
    note: &str,
    checkpoint: &Checkpoint,
    walk: &mut Walk<'_>,
) -> Check<()> {
    let positions = positions(&files.list());
    complete(&positions, walk)?;
    for seq in positions {
        let path = entry_path(seq);
        let entry = files.read(&path)?.ok_or_else(|| bad(seq, &path, What::Missing))?;
        let leaf = leaf_hash(&entry);
        let proof = proof(files, seq, note)?;
        verify_inclusion(seq, checkpoint.size, &leaf, &proof.hashes, &checkpoint.root)
            .map_err(|why| bad(seq, &path, why))?;
        walk.entry(seq, &entry, leaf, &path)?;
    }
    Ok(())
}

fn positions(paths: &[String]) -> Vec<u64> {
    let position =
        |path: &String| parse_size(path.strip_prefix("entries/")?.strip_suffix(".json")?);
    let mut positions: Vec<u64> = paths.iter().filter_map(position).collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// A range leaves no position out, and a whole log does not come as single entries.
fn complete(positions: &[u64], walk: &Walk<'_>) -> Check<()> {
    let Some(manifest) = walk.manifest() else { return Ok(()) };
    let contradicts = |what| Err(bad(None, MANIFEST, What::Contradicts(what)));
    match (manifest.kind, manifest.range) {
        (PackKind::Incident, None) => Ok(()),
        (PackKind::Range, Some(range)) => {
            let mut inside = positions.iter().filter(|seq| (range.first..range.end).contains(seq));
            let left_out = (range.first..range.end).find(|seq| inside.next() != Some(seq));
            match left_out {
                Some(seq) => Err(bad(seq, &entry_path(seq), What::LeftOut)),
                None => Ok(()),
            }
        }
        (PackKind::Log, _) => contradicts("a whole log comes as tiles"),
        _ => contradicts("a range goes with the kind `range` and no other"),
    }
}

fn proof(files: &dyn Files, seq: u64, note: &str) -> Check<TlogProof> {
    let path = proof_path(seq);
    let bytes = files.read(&path)?.ok_or_else(|| bad(seq, &path, What::Missing))?;
    let text = std::str::from_utf8(&bytes).ok();
    let proof: Option<TlogProof> = text.and_then(|text| text.parse().ok());
    // One checkpoint for the whole pack, so that all of it is one state of the log.
    let fits =
        |proof: &TlogProof| proof.index == seq && proof.extra.is_none() && proof.checkpoint == note;
    proof.filter(fits).ok_or_else(|| bad(seq, &path, What::Proof))
}
