//! Pages: one file per noun, each reading through `app` and filling the structs of `view`.

pub(crate) mod access;
pub(crate) mod ack;
pub(crate) mod alerts;
mod around;
pub(crate) mod changes;
pub(crate) mod codes;
pub(crate) mod declare;
pub(crate) mod draft;
pub(crate) mod exceptions;
pub(crate) mod explain;
pub(crate) mod files;
pub(crate) mod incident;
pub(crate) mod incidents;
pub(crate) mod integration;
pub(crate) mod integrations;
pub(crate) mod log;
pub(crate) mod now;
pub(crate) mod organisation;
pub(crate) mod paging;
mod parts;
pub(crate) mod people;
pub(crate) mod process;
pub(crate) mod quarantine;
mod rows;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod severity;
pub(crate) mod task;
mod tell;
pub(crate) mod tried;
mod trouble;
pub(crate) mod webhooks;
pub(crate) mod work;

pub(crate) use around::shell;
pub(crate) use integrations::url_of;
pub(crate) use trouble::trouble;
