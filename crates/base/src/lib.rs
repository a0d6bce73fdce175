//! Typed ids, instants, codes and digests: what every other crate names things with.
//!
//! Depends on no other crate of this house. Holds no I/O, reads no clock and no entropy: both are
//! arguments (`Timestamp`, `Entropy`).

pub mod code;
pub mod digest;
pub mod entropy;
pub mod id;
pub mod leaf;
mod schema;
pub mod time;

pub use code::Code;
pub use digest::Digest;
pub use entropy::Entropy;
pub use id::{Id, Kind};
pub use leaf::LeafSafe;
pub use time::{Duration, Timestamp};
