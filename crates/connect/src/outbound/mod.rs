//! Channels: ways for a message to leave the house, behind one trait.
//!
//! A channel says what became of an attempt; whether to try again, and what comes next, is decided
//! by the domain. Handing over proves nothing about a person: only their own act does (ground rule
//! G1).

mod channel;
pub mod guard;
pub mod http;
pub mod mail;
mod secret;
pub mod webhook;

pub use channel::{AnyChannel, Channel, ChannelKind, Delivery, DynChannel, Outgoing, To};
pub use secret::Secret;
