//! One incident: its page, and the posts of its forms.

mod act;
mod audit;
mod crew;
mod export;
mod head;
mod measures;
mod phases;
mod show;

pub(crate) use act::{
    accept_command, approve_severity, attach_alerts, awareness, close, fact, link, merge, note,
    offer_command, reopen, role, scope, take_command,
};
pub(crate) use audit::audit;
pub(crate) use export::{export, pack};
pub(crate) use measures::{
    action, end as end_measure, extend as extend_measure, page_also, start, take as take_measure,
};
pub(crate) use show::{flash, show};
