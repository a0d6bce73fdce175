//! Ladders: started with a group or an incident, climbed when due, stopped by an answer.

mod acknowledge;
mod at_sender;
mod climb;
mod start;

pub use acknowledge::Acknowledged;
pub(crate) use at_sender::answer_at_sender;

pub(crate) use climb::climb;
pub use climb::pages_of;
pub(crate) use start::{
    call_about, end_of, running, start_for_exception, start_for_group, start_for_incident,
};
