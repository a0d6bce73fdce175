//! The commands, one file or folder each: arguments, and a `run` that answers how it ended.

pub mod admin;
pub mod apply;
pub mod backup;
pub mod config;
pub mod decide;
pub mod doctor;
pub mod export;
mod input;
pub mod notify;
pub mod process;
pub mod rebuild;
pub mod restore;
pub mod serve;
