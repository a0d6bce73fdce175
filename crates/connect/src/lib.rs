//! Sources in and channels out: the house's doors.
//!
//! `inbound` turns a sender's bytes into canonical signals; `outbound` carries messages to people and
//! systems. Free of the database and of use cases: nothing here knows what a signal will open or
//! why a message is sent. No clock is read: the instant is an argument or part of the message.

pub mod inbound;
pub mod outbound;
pub mod smtp_listener;
