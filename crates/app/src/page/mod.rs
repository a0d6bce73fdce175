//! Sending pages: claimed in a commit, sent after it, the outcome recorded in another.

mod link;
mod message;
mod send;

pub use link::Links;
pub use message::AckSeen;
