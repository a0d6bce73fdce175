//! Decision models and FEEL behind one trait; decision tables with their trace.
//!
//! The one crate that names dsntk, which parses and evaluates FEEL; the table layer is ours, because an
//! auditor asks which rules matched and why. Deterministic: no clock, no zone, no network. What could
//! reach them is refused at deployment.

pub mod conditions;
mod deployed;
mod feel;
pub mod table;

pub use deployed::Deployed;
pub use table::{Cell, Fault, HitPolicy, Outcome, Table};
