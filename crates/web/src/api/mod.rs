//! The JSON API, version 1: bearer tokens, cursors, RFC 9457 problems. Described by itself under
//! `/api/openapi.json` and `/api/docs`; its rules stand in docs/reference/api.md.

mod alerts;
mod declare;
mod evidence;
mod incident;
mod incidents;
mod integrations;
mod list;
pub(crate) mod organisation;
mod quarantine;
mod record;
mod severity;
pub(crate) mod spec;
pub(crate) mod take;
mod task;
mod tasks;

pub(crate) use alerts::alerts;
pub(crate) use declare::declare;
pub(crate) use evidence::{entry, evidence, proof};
pub(crate) use incident::incident;
pub(crate) use incidents::incidents;
pub(crate) use integrations::{
    add_integration, configure_integration, integration, integrations, renew_integration_key,
    sources, test_integration, try_integration,
};
pub(crate) use quarantine::{changes, dismiss_input, quarantine, replay_input};
pub(crate) use record::{fact, note};
pub(crate) use severity::severity;
pub(crate) use spec::{docs, openapi};
pub(crate) use task::{claim, delegate, release, task};
pub(crate) use tasks::tasks;
