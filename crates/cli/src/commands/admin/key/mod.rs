//! The log's key: shown to auditors, rotated with a reason.

pub mod rotate;
pub mod show;
