//! The channels of this node, found by the recipient's kind.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base::Code;
use connect::outbound::{
    AnyChannel, ChannelKind, Delivery, Outgoing, To,
    http::{Answer, HttpClient},
};

/// The most things that are remembered of what was fetched.
const FETCHED: usize = 64;

/// The channels that are set up.
#[derive(Clone, Default)]
pub struct Channels {
    all: Vec<AnyChannel>,
    http: Option<HttpClient>,
    /// What was fetched lately, by address: certificates, whose names change with them.
    fetched: Arc<Mutex<HashMap<String, Vec<u8>>>>,
}

impl Channels {
    /// These channels; of two of a kind the first is used.
    pub fn new(all: Vec<AnyChannel>) -> Self {
        Self { all, ..Self::default() }
    }

    /// The same with a way to read what lies elsewhere: certificates, links that confirm.
    #[must_use]
    pub fn with_http(self, http: HttpClient) -> Self {
        Self { http: Some(http), ..self }
    }

    /// What lies at an address; `None` where it could not be read.
    pub async fn get(&self, address: &str) -> Option<Answer> {
        match self.http.as_ref()?.get(address).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                tracing::warn!(%error, "an address of a sender could not be read");
                None
            }
        }
    }

    /// Whether messages of this kind can leave.
    pub fn has(&self, kind: ChannelKind) -> bool {
        self.all.iter().any(|channel| channel.kind() == kind)
    }

    /// What lies at an address that never changes its content; asked for once.
    pub async fn fetch(&self, address: &str) -> Option<Vec<u8>> {
        if let Some(held) = self.fetched().get(address) {
            return Some(held.clone());
        }
        let answer = self.get(address).await.filter(|answer| answer.status == 200)?;
        let mut held = self.fetched();
        if held.len() >= FETCHED {
            held.clear();
        }
        held.insert(address.to_owned(), answer.body.clone());
        Some(answer.body)
    }

    fn fetched(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.fetched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Judges a recipient by its channel.
    ///
    /// # Errors
    /// The reason, as a code; one of a kind that is not set up is not accepted.
    pub fn accepts(&self, kind: ChannelKind, to: &To) -> Result<(), Code> {
        match self.all.iter().find(|channel| channel.kind() == kind) {
            Some(channel) => channel.accepts(to),
            None => Err(Code::fixed("channel_not_set_up")),
        }
    }

    /// Sends by the recipient's kind; a kind that is not set up is a failure that says so.
    pub async fn send(&self, message: &Outgoing) -> Delivery {
        let kind = match message.to {
            To::Mail(_) => ChannelKind::Mail,
            To::Webhook { .. } | To::Entries { .. } => ChannelKind::Webhook,
        };
        match self.all.iter().find(|channel| channel.kind() == kind) {
            Some(channel) => channel.send(message).await,
            None => Delivery::Failed {
                reason: Code::fixed("channel_not_set_up"),
                detail: String::new(),
            },
        }
    }
}
