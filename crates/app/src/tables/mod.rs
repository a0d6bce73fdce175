//! Decision tables as people read, try and change them. Publishing them goes through drafts.

mod differ;
mod grid;
mod see;
mod try_out;

pub use differ::differences;
pub use dmn::{Edited, EditedCase, EditedRule, HitPolicy, MAX_CASES, table::MAX_RULES};
pub use grid::{CaseSeen, Column, Grid, Row};
pub use see::{Examined, Shown, TableSeen, examine, rewrite};
pub use try_out::{Decided, TriedCell, TriedOut};
