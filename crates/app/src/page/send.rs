//! One round of sending: claim what is due, send it, record how each attempt ended.

use base::{Code, Duration, Id, id};
use connect::outbound::{Delivery, Outgoing, Secret, To};
use domain::page::{Attempt, Channel, attempted};
use futures_util::{StreamExt as _, stream};
use store::{page as pages, person, word};

use super::message::{AckSeen, seen, subject, text};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// How long a claim holds: longer than any channel may take.
const CLAIM_SECONDS: i64 = 60;
/// How many messages are under way at once.
const AT_ONCE: usize = 16;

/// A page that this node has claimed.
struct Claimed {
    seen: AckSeen,
    contact: Option<(Channel, String)>,
}

impl App {
    /// Sends the pages that are due; answers how many attempts were made.
    ///
    /// # Errors
    /// Faults of the store; a channel's failure is recorded, not returned.
    pub async fn send_pages(&self) -> Result<usize, Error> {
        let (now, held) = (self.now(), self.keeper().held_back());
        let due = self.look(move |conn| pages::due(conn, now, held)).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let node = self.options().node.clone();
        let command = move |turn: &mut Turn<'_>| claim(turn, &node, &due);
        let claimed = self.commit(db::Lane::Urgent, &Caller::timer(), command).await?;
        let count = claimed.len();
        let mut sending = stream::iter(claimed).map(|claimed| self.send(claimed)).buffered(AT_ONCE);
        let mut failed = None;
        while let Some(outcome) = sending.next().await {
            // One that cannot be recorded does not hold back the others.
            failed = failed.or(outcome.err());
        }
        failed.map_or(Ok(count), Err)
    }

    async fn send(&self, claimed: Claimed) -> Result<(), Error> {
        let id = claimed.seen.id;
        let (attempt, detail) = match &claimed.contact {
            None => (Attempt::Lasting(None, Code::fixed("no_channel")), String::new()),
            Some((channel, address)) => {
                let delivery = match to(*channel, address) {
                    Some(to) => self.channels().send(&self.outgoing(&claimed.seen, to)).await,
                    None => Delivery::Failed {
                        reason: Code::fixed("address_unreadable"),
                        detail: String::new(),
                    },
                };
                attempt(*channel, delivery)
            }
        };
        let command = move |turn: &mut Turn<'_>| {
            let Some(page) = pages::load(turn.conn, id)? else { return Ok(()) };
            pages::release(turn.conn, id)?;
            if page.due_at.is_none() {
                // Answered or withdrawn while the message was under way: nothing to record of it.
                return Ok(());
            }
            let [low, high] = base::entropy::bytes(turn.entropy());
            let jitter = u32::from(u16::from_le_bytes([low, high])) % 1000;
            let mut draft = attempted(id, &page, attempt.clone(), jitter, turn.now);
            if !detail.is_empty() {
                draft = draft.word("detail", detail.as_str());
            }
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Urgent, &Caller::timer(), command).await
    }

    fn outgoing(&self, seen: &AckSeen, to: To) -> Outgoing {
        let base = &self.options().base_url;
        let url = format!("{base}/ack/{}", self.keeper().links().token(seen.id));
        Outgoing {
            message_id: seen.id.to_string().parse().expect("invariant: an id is a code"),
            topic: Code::fixed("page"),
            at: self.now(),
            to,
            subject: subject(&seen.about),
            text: text(seen, &url, base),
            html: None,
            url: Some(url),
        }
    }
}

fn claim(turn: &mut Turn<'_>, node: &str, due: &[Id<id::Page>]) -> Result<Vec<Claimed>, Stop> {
    let until = turn.now + Duration::seconds(CLAIM_SECONDS);
    let mut claimed = Vec::new();
    for id in due {
        if !pages::claim(turn.conn, *id, node, (until, turn.now))? {
            continue;
        }
        let Some(seen) = seen(turn.conn, *id)? else { continue };
        // Another node may have sent it between the reading and the claim.
        if seen.page.due_at.is_none_or(|due| due > turn.now) {
            pages::release(turn.conn, *id)?;
            continue;
        }
        let contact = contact(turn, &seen)?;
        claimed.push(Claimed { seen, contact });
    }
    Ok(claimed)
}

/// The address this attempt goes to.
fn contact(turn: &mut Turn<'_>, seen: &AckSeen) -> Result<Option<(Channel, String)>, Stop> {
    let Some(person) = person::load(turn.conn, seen.page.person)? else { return Ok(None) };
    let Some(contact) = person.contacts.get(seen.page.position as usize) else { return Ok(None) };
    let address = word::text(turn.conn, contact.word, "address")?;
    let known = !address.is_empty() && address != word::ERASED;
    Ok(known.then_some((contact.channel, address)))
}

/// Where a contact's address leads; an endpoint's address is its URL, a blank, and its secret.
fn to(channel: Channel, address: &str) -> Option<To> {
    match channel {
        Channel::Mail => Some(To::Mail(address.to_owned())),
        Channel::Webhook => {
            let (url, secret) = address.split_once(' ')?;
            Some(To::Webhook { url: url.to_owned(), secret: Secret::new(secret.trim()) })
        }
    }
}

fn attempt(channel: Channel, delivery: Delivery) -> (Attempt, String) {
    match delivery {
        Delivery::HandedOver { detail, .. } => (Attempt::HandedOver(channel), detail),
        Delivery::Retry { reason, detail } => (Attempt::Passing(channel, reason), detail),
        Delivery::Failed { reason, detail } => (Attempt::Lasting(Some(channel), reason), detail),
    }
}
