//! The library of documents as people read it: processes with their versions, drafts and cases, what
//! differs between two texts, and how the cases of a process went.

mod compare;
mod insight;
mod list;
mod see;

pub use compare::{Compared, Text};
pub use insight::{CASES, ElementStory, Story};
pub use list::Listed;
pub use see::{DraftSeen, Judgement, ProcessSeen};
