//! The JSON API, version 1: bearer tokens, cursors, RFC 9457 problems. Described by itself under
//! `/api/openapi.json` and `/api/docs`; its rules stand in docs/reference/api.md.

pub(crate) mod act;
pub(crate) mod alerts;
pub(crate) mod asks;
pub(crate) mod configuration;
mod declare;
pub(crate) mod documents;
mod events;
mod evidence;
mod exceptions;
pub(crate) mod files;
mod incident;
mod incidents;
mod integrations;
mod list;
mod log;
mod measures;
pub(crate) mod moves;
mod notifications;
pub(crate) mod organisation;
mod pages;
pub(crate) mod people;
mod quarantine;
mod record;
mod search;
mod severity;
pub(crate) mod spec;
mod tables;
pub(crate) mod take;
mod task;
mod tasks;
pub(crate) mod webhooks;

pub(crate) use declare::{declare, declare_from};
pub(crate) use events::events;
pub(crate) use evidence::{entry, evidence, proof};
pub(crate) use exceptions::exceptions;
pub(crate) use incident::incident;
pub(crate) use incidents::incidents;
pub(crate) use integrations::{
    add_integration, configure_integration, integration, integrations, renew_integration_key,
    sources, test_integration, try_integration,
};
pub(crate) use list::{after, cursor};
pub(crate) use log::entries;
pub(crate) use measures::{
    end_measure, extend_measure, message, page_also, take_measure, tell_action,
};
pub(crate) use notifications::notifications;
pub(crate) use pages::pages;
pub(crate) use quarantine::{changes, dismiss_input, quarantine, replay_input};
pub(crate) use record::{fact, note};
pub(crate) use search::search;
pub(crate) use severity::{questions, severity};
pub(crate) use spec::{docs, openapi};
pub(crate) use tables::{decide_table, table, tables};
pub(crate) use task::{bypass, claim, delegate, release, task};
pub(crate) use tasks::tasks;
