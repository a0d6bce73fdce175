//! The simulator's suite: scenarios that read like stories, faults, invariants, and many seeds.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod doors;
mod faults;
mod invariants;
mod moves;
mod paging;
mod seeds;
