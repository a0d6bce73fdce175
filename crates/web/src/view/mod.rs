//! What the pages show: plain data, one struct per page, each with its askama template.
//!
//! A handler reads at one log position, fills the struct, and answers `page.render()`. Texts stand
//! in the templates; what stands here is values: names, numbers, instants, states. Leaves out
//! reading, permissions and HTTP.
//!
//! Every page has `sample()`: the night of one incident, used by the tests and the browser checks.

pub mod access;
pub mod ack;
pub mod acting;
pub mod alerts;
pub mod asks;
pub mod audit;
pub mod changes;
pub mod configuration;
pub mod declare;
pub mod diagram;
pub mod docs;
pub mod exceptions;
pub mod filters;
pub mod form;
pub mod incident;
pub mod integration;
pub mod integrations;
pub mod lists;
pub mod log;
pub mod moving;
pub mod notice;
pub mod now;
pub mod organisation;
pub mod paging;
pub mod part;
pub mod people;
pub mod process;
pub mod settings;
pub mod severity;
pub mod shell;
pub mod steps;
pub mod tables;
pub mod task;
pub mod time;
pub mod webhooks;
pub mod work;

pub mod samples;

pub use form::{Choice, Input};
pub use part::{
    AlertLevel, Chip, Clock, ClockState, Count, Evidence, EvidenceState, Level, Line, Person,
    Reach, Row, Sev, Tone, Words,
};
pub use shell::{Flash, FlashKind, Mode, Place, Shell, Theme};
pub use time::{Relative, Time};
