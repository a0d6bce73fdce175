//! Proof of paging: the log of messages, one message, and the ladder of an incident with the answer
//! to "why was I paged, or not?".

mod ladder;
mod list;
mod message;

pub(crate) use ladder::show as ladder;
pub(crate) use list::{csv, list};
pub(crate) use message::show;
