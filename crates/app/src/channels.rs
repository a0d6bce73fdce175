//! The channels of this node, found by the recipient's kind.

use base::Code;
use connect::outbound::{AnyChannel, ChannelKind, Delivery, Outgoing, To};

/// The channels that are set up.
#[derive(Clone, Default)]
pub struct Channels(Vec<AnyChannel>);

impl Channels {
    /// These channels; of two of a kind the first is used.
    pub fn new(all: Vec<AnyChannel>) -> Self {
        Self(all)
    }

    /// Whether messages of this kind can leave.
    pub fn has(&self, kind: ChannelKind) -> bool {
        self.0.iter().any(|channel| channel.kind() == kind)
    }

    /// Sends by the recipient's kind; a kind that is not set up is a failure that says so.
    pub async fn send(&self, message: &Outgoing) -> Delivery {
        let kind = match message.to {
            To::Mail(_) => ChannelKind::Mail,
            To::Webhook { .. } => ChannelKind::Webhook,
        };
        match self.0.iter().find(|channel| channel.kind() == kind) {
            Some(channel) => channel.send(message).await,
            None => Delivery::Failed {
                reason: Code::fixed("channel_not_set_up"),
                detail: String::new(),
            },
        }
    }
}
