//! The whole server in one thread: virtual time, scripted connectors, faults, checkers.
//!
//! A [`World`] is a bank around one real `App` over a database in memory. Everything in it follows
//! from one seed: entropy, who answers when, what the senders send, what goes wrong. Time is handed
//! out by the world, so an hour passes in milliseconds and nothing sleeps. After each step the
//! checkers of [`checks`] look at what the log, the rows and the post office say.

pub mod bank;
pub mod channels;
pub mod checks;
pub mod clock;
pub mod commanders;
pub mod faults;
pub mod moves;
pub mod people;
pub mod senders;
mod world;

pub use channels::{PostOffice, Sent, Weather};
pub use clock::SimClock;
pub use faults::Fault;
pub use world::World;
