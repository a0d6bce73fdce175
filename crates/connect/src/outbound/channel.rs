//! The trait of all channels, the message they carry and what they answer.

use std::{pin::Pin, sync::Arc};

use base::{Code, Timestamp};
pub use domain::page::Channel as ChannelKind;

use super::Secret;

/// The longest detail that is kept of a relay's answer, in bytes.
pub(super) const MAX_DETAIL: usize = 300;

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A mail address, with or without a name: `ana@bank.example`, `Ana <ana@bank.example>`.
    Mail(String),
    /// An endpoint that takes Standard Webhooks.
    Webhook {
        /// Its address.
        url: String,
        /// Its signing secret, in the form `whsec_…`.
        secret: Secret,
    },
    /// An endpoint that is told of entries of the log, signed as Standard Webhooks.
    Entries {
        /// Its address.
        url: String,
        /// Its signing secret, in the form `whsec_…`.
        secret: Secret,
        /// Exactly what is posted, as JSON; subject, text and link are not.
        body: Vec<u8>,
    },
}

/// A message on its way to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The same for every attempt of the same message, so that a receiver can drop repeats: a
    /// page's id. Becomes the mail's Message-ID and the header `webhook-id`.
    pub message_id: Code,
    /// What the message is, for the receiver's filters: `page`, `page_withdrawn`.
    pub topic: Code,
    /// The instant of this attempt: the mail's date, the signed time stamp.
    pub at: Timestamp,
    /// The recipient.
    pub to: To,
    /// One line.
    pub subject: String,
    /// The text, lines ended by `\n`.
    pub text: String,
    /// The same as HTML; where absent it is made from the text and the link.
    pub html: Option<String>,
    /// The one link, to a page that asks before it changes anything.
    pub url: Option<String>,
}

/// What became of one attempt. Reasons and receipts are codes of ours; `detail` is the other side's
/// word and belongs into the erasable store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The relay or endpoint took it.
    HandedOver {
        /// What it answered, as a code: `smtp.250`, `http.204`.
        receipt: Code,
        /// What it answered, in its words.
        detail: String,
    },
    /// It may work later.
    Retry {
        /// Why not now: `mail.deferred.451`, `webhook.timeout`.
        reason: Code,
        /// The other side's words, or the fault's.
        detail: String,
    },
    /// It will not work this way.
    Failed {
        /// Why: `mail.refused.550`, `webhook.refused_address`.
        reason: Code,
        /// The other side's words, or the fault's.
        detail: String,
    },
}

impl Delivery {
    pub(super) fn handed_over(receipt: Code, detail: impl Into<String>) -> Self {
        Self::HandedOver { receipt, detail: short(detail.into()) }
    }

    pub(super) fn retry(reason: Code, detail: impl Into<String>) -> Self {
        Self::Retry { reason, detail: short(detail.into()) }
    }

    pub(super) fn failed(reason: Code, detail: impl Into<String>) -> Self {
        Self::Failed { reason, detail: short(detail.into()) }
    }
}

/// A way out of the house.
pub trait Channel: Send + Sync {
    /// Which kind it is.
    fn kind(&self) -> ChannelKind;

    /// Judges a recipient before it is kept, as far as that can be done without asking anybody.
    ///
    /// # Errors
    /// The reason, as a code: `guard.inside`.
    fn accepts(&self, _: &To) -> Result<(), Code> {
        Ok(())
    }

    /// Tries once to hand the message over. Ends within the channel's time limit, never panics, and
    /// answers [`Delivery::Failed`] for a recipient of another kind.
    fn send(&self, message: &Outgoing) -> impl Future<Output = Delivery> + Send;
}

/// [`Channel`] as a trait object; every channel is one.
pub trait DynChannel: Send + Sync {
    /// Which kind it is.
    fn kind(&self) -> ChannelKind;

    /// [`Channel::accepts`].
    ///
    /// # Errors
    /// The reason, as a code.
    fn accepts(&self, to: &To) -> Result<(), Code>;

    /// [`Channel::send`] in a box.
    fn send<'a>(
        &'a self,
        message: &'a Outgoing,
    ) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>>;
}

/// A channel of any kind.
pub type AnyChannel = Arc<dyn DynChannel>;

impl<C: Channel> DynChannel for C {
    fn kind(&self) -> ChannelKind {
        Channel::kind(self)
    }

    fn accepts(&self, to: &To) -> Result<(), Code> {
        Channel::accepts(self, to)
    }

    fn send<'a>(
        &'a self,
        message: &'a Outgoing,
    ) -> Pin<Box<dyn Future<Output = Delivery> + Send + 'a>> {
        Box::pin(Channel::send(self, message))
    }
}

/// The answer for a recipient that another kind of channel serves.
pub(super) fn wrong_recipient() -> Delivery {
    Delivery::failed(Code::fixed("channel.wrong_recipient"), "")
}

fn short(mut detail: String) -> String {
    detail.truncate(detail.floor_char_boundary(MAX_DETAIL));
    detail
}
