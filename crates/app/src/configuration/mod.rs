//! Configuration as code: files in, a plan, and changes that take effect together; the running
//! configuration out again.
//!
//! A kind of thing that the files speak of is theirs as a whole: what they do not hold is retired. A
//! kind that no file speaks of is left alone, and so are documents and integrations that no file names.

mod changes;
mod csv;
mod documents;
mod execute;
mod export;
mod plan;
mod propose;
mod read;
mod running;
mod text;

pub use changes::{ChangeSeen, Outcome};
pub use plan::{Line, Plan, Verb};
pub use propose::Planned;
pub use read::{ConfigFile, FileFault};
