//! What arrives: authenticate, keep the bytes, parse, decide, record, answer after the commit.

mod change;
pub(crate) mod explain;
mod heartbeat;
mod incoming;
mod quarantine;
mod receive;
mod replay;
mod subscription;
mod trial;

pub use explain::{Explained, Words, explain, words_of};
pub(crate) use incoming::place;
pub use incoming::{Door, Incoming, Written, written};
pub use quarantine::QUOTA;
pub use receive::{Arrived, Receipt};
pub use trial::Tested;
