//! The organisation: legal entities, business functions, teams, services and how critical they are.
//!
//! One set of verbs for every kind: the kinds differ in what they are made of, which `domain` knows.

mod add;
mod describe;
mod read;
mod retire;
mod scale;
mod scope;

pub use describe::Described;
pub(crate) use describe::put;
pub use read::Named;
pub(crate) use read::named;
pub(crate) use retire::end;
pub use scale::NewScale;
pub(crate) use scale::{scale_in_force, set_scale};
pub use scope::Reached;
