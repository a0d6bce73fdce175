//! The evidence log: entry format, canonical bytes, Merkle tree, tiles, checkpoints, proofs, verification
