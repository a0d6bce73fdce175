//! One incident: its page, and the posts of its forms.

mod act;
mod crew;
mod export;
mod head;
mod phases;
mod show;

pub(crate) use act::{
    accept_command, approve_severity, attach_alerts, awareness, close, fact, link, merge, note,
    offer_command, reopen, role, scope, take_command,
};
pub(crate) use export::export;
pub(crate) use show::{flash, show};
