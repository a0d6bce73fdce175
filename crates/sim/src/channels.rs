//! The post office: channels out that follow a script, and remember every message they were given.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::Dice;
use base::{Code, Entropy as _, Timestamp};
use connect::outbound::{AnyChannel, Channel, ChannelKind, Delivery, Outgoing, To};

/// How the relays behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Every message is taken and arrives.
    Fair,
    /// Some are deferred, refused, lost, or taken without an answer.
    Rough,
    /// No relay can be reached.
    Dead,
}

/// One attempt to send, as the post office saw it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// When, by the server's clock.
    pub at: Timestamp,
    /// The message's own id.
    pub message_id: Code,
    /// What it is.
    pub topic: Code,
    /// The address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The link in it.
    pub url: Option<String>,
    /// Whether it reached the person's device.
    pub arrived: bool,
    /// Whether the server was told that it was handed over.
    pub confirmed: bool,
}

/// All channels of the house, and what went over them.
pub struct PostOffice(Mutex<Office>);

struct Office {
    weather: Weather,
    dice: Dice,
    sent: Vec<Sent>,
}

/// What becomes of one message.
enum Fate {
    Delivered,
    Deferred,
    Refused,
    Lost,
    Unanswered,
}

impl PostOffice {
    /// An office in fair weather.
    pub fn new(dice: Dice) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Office { weather: Weather::Fair, dice, sent: Vec::new() })))
    }

    /// The channels that a server is set up with.
    pub fn channels(self: &Arc<Self>) -> app::Channels {
        let counter = |kind| -> AnyChannel { Arc::new(Counter { office: Arc::clone(self), kind }) };
        app::Channels::new(vec![counter(ChannelKind::Mail), counter(ChannelKind::Webhook)])
    }

    /// From now on the relays behave like this.
    pub fn set_weather(&self, weather: Weather) {
        self.office().weather = weather;
    }

    /// Everything that was sent from number `from` on.
    pub fn sent_since(&self, from: usize) -> Vec<Sent> {
        self.office().sent[from..].to_vec()
    }

    fn office(&self) -> MutexGuard<'_, Office> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, message: &Outgoing) -> Delivery {
        let mut office = self.office();
        let fate = office.fate();
        let to = match &message.to {
            To::Mail(address) => address.clone(),
            To::Webhook { url, .. } | To::Entries { url, .. } => url.clone(),
        };
        office.sent.push(Sent {
            at: message.at,
            message_id: message.message_id.clone(),
            topic: message.topic.clone(),
            to,
            subject: message.subject.clone(),
            url: message.url.clone(),
            arrived: matches!(fate, Fate::Delivered | Fate::Unanswered),
            confirmed: matches!(fate, Fate::Delivered | Fate::Lost),
        });
        let detail = String::new();
        match fate {
            Fate::Delivered | Fate::Lost => {
                Delivery::HandedOver { receipt: Code::fixed("smtp.250"), detail }
            }
            Fate::Deferred => Delivery::Retry { reason: Code::fixed("mail.deferred.451"), detail },
            Fate::Unanswered => Delivery::Retry { reason: Code::fixed("mail.timeout"), detail },
            Fate::Refused => Delivery::Failed { reason: Code::fixed("mail.refused.550"), detail },
        }
    }
}

impl Office {
    fn fate(&mut self) -> Fate {
        let [roll] = base::entropy::bytes(&mut self.dice);
        match (self.weather, roll) {
            (Weather::Dead, _) | (Weather::Rough, 0..30) => Fate::Deferred,
            (Weather::Rough, 30..45) => Fate::Refused,
            (Weather::Rough, 45..60) => Fate::Lost,
            (Weather::Rough, 60..75) => Fate::Unanswered,
            _ => Fate::Delivered,
        }
    }
}

/// One kind of channel.
struct Counter {
    office: Arc<PostOffice>,
    kind: ChannelKind,
}

impl Channel for Counter {
    fn kind(&self) -> ChannelKind {
        self.kind
    }

    async fn send(&self, message: &Outgoing) -> Delivery {
        self.office.take(message)
    }
}

/// A number below `below`, which must not be 0, from a seed's stream.
pub(crate) fn roll(dice: &mut Dice, below: u32) -> u32 {
    let mut bytes = [0u8; 4];
    dice.fill(&mut bytes);
    u32::from_be_bytes(bytes) % below
}
