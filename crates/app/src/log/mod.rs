//! The log's keeper: the key that signs, checkpoints, the guard against rollback, what leaves the house.

mod checkpoint;
mod export;
mod keeper;
mod tiles;

pub use checkpoint::Signing;
pub use export::Exported;
pub use keeper::{EARLIER_KEYS, Keeper, KeeperError};
pub use tiles::Inclusion;
