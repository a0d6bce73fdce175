//! The JSON API, version 1: bearer tokens, cursors, RFC 9457 problems. Described in
//! docs/reference/api.md.

mod alerts;
mod body;
mod declare;
mod evidence;
mod incident;
mod incidents;
pub(crate) mod organisation;
mod record;
mod severity;
mod task;
mod tasks;

pub(crate) use alerts::alerts;
pub(crate) use declare::declare;
pub(crate) use evidence::evidence;
pub(crate) use incident::incident;
pub(crate) use incidents::incidents;
pub(crate) use record::{fact, note};
pub(crate) use severity::severity;
pub(crate) use task::{claim, delegate, release, task};
pub(crate) use tasks::tasks;
