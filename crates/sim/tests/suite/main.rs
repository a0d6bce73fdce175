//! The simulator's suite: scenarios that read like stories, faults, invariants, and many seeds.

mod faults;
mod invariants;
mod paging;
mod seeds;
