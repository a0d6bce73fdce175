//! What arrives: authenticate, keep the bytes, parse, decide, record, answer after the commit.

pub(crate) mod explain;
mod quarantine;
mod receive;

pub use explain::{Explained, Words, explain, words_of};
pub use receive::{Arrived, Door, Receipt};
