//! A small SMTP server on the loopback address that keeps what it receives.
//!
//! For tests, and for the sample organisation, whose messages must not leave the machine. It relays
//! nothing, offers neither TLS nor sign-in, and can be told to refuse or to hang up. Source of the
//! dialogue: RFC 5321.

mod received;
mod session;

use std::{
    collections::VecDeque,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};

pub use received::Received;

/// The largest message, in bytes.
pub const MAX_MESSAGE: usize = 1024 * 1024;

/// The longest line of the dialogue, in bytes.
pub const MAX_LINE: usize = 2_048;

/// The most recipients of one message.
pub const MAX_RECIPIENTS: usize = 100;

/// How many messages are kept; the oldest gives way.
pub const MAX_KEPT: usize = 1_000;

/// How many connections are served at once; more wait.
pub const MAX_CONNECTIONS: usize = 32;

/// A step of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The connection is made.
    Greeting,
    /// `EHLO` or `HELO`.
    Hello,
    /// `MAIL FROM`.
    Mail,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, before the message is sent.
    Data,
    /// The end of the message.
    Message,
}

/// What the listener does with the exchanges that begin from now on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Takes every message.
    #[default]
    Accept,
    /// Answers this step so.
    Answer {
        /// Which step.
        at: Step,
        /// The reply code: 4yz passing, 5yz lasting.
        code: u16,
        /// The words after the code.
        words: String,
    },
    /// Hangs up at this step without a word. At [`Step::Message`] the message is kept: the sender
    /// cannot know that it arrived.
    HangUp(Step),
}

/// A listener; it ends when it is dropped.
pub struct SmtpListener {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    held: Mutex<Held>,
    arrived: Notify,
}

#[derive(Default)]
struct Held {
    behaviour: Behaviour,
    messages: VecDeque<Received>,
    /// How many messages ever came, those that gave way included.
    count: usize,
}

impl SmtpListener {
    /// Listens on 127.0.0.1 and this port; 0 lets the system choose.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let serving = tokio::spawn(session::serve(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The configuration of a channel through it, with this sender.
    pub fn url(&self, from: &str) -> String {
        format!("smtp://{}?tls=none&from={from}", self.address)
    }

    /// What it does from the next exchange on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.shared.held().behaviour = behaviour;
    }

    /// What it holds, oldest first.
    pub fn messages(&self) -> Vec<Received> {
        self.shared.held().messages.iter().cloned().collect()
    }

    /// Waits until `count` messages ever came, then answers what it holds.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        loop {
            let arrived = self.shared.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable(); // before looking, so that nothing arrives unseen in between
            if self.shared.held().count >= count {
                return self.messages();
            }
            arrived.await;
        }
    }
}

impl Drop for SmtpListener {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, message: Received) {
        let mut held = self.held();
        if held.messages.len() == MAX_KEPT {
            held.messages.pop_front();
        }
        held.messages.push_back(message);
        held.count += 1;
        drop(held);
        self.arrived.notify_waiters();
    }
}
