//! Confirming that a sender may send: its link is opened once, without following anything.

use base::{Id, id};
use connect::inbound::Subscription;
use domain::alert::{Event, SubscriptionConfirmed};

use crate::{App, Caller, Error, turn::Turn};

impl App {
    /// Opens the link that confirms, after the request was committed, and records what it answered.
    pub(super) async fn confirm(
        &self,
        caller: &Caller,
        (integration, intake): (Id<id::Integration>, Id<id::Intake>),
        subscription: Subscription,
    ) -> Result<(), Error> {
        let status = self.channels().get(&subscription.url).await.map(|answer| answer.status);
        let command = move |turn: &mut Turn<'_>| {
            let event = Event::from(SubscriptionConfirmed { integration, status });
            let draft = event.draft(intake, turn.now).word("topic", subscription.topic.as_str());
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
