//! Trying a door: its sender's sample through the same code as every request, ended at once.

use base::{Id, id};
use connect::inbound::{self, Action, Malformed, Parsed, Settings};
use domain::{
    access::{Permission, Scope},
    integration::unknown_integration,
};
use evidence::Mode;

use super::{
    Arrived, Incoming,
    incoming::source_of,
    receive::{Origin, Request, arrive},
    replay::rejected,
};
use crate::{App, Caller, Error, turn::Turn};

/// What a trial became.
#[derive(Debug, Clone)]
pub struct Tested {
    /// The receipts: the sample's, then those of its end.
    pub arrived: Arrived,
    /// What the sample was read as.
    pub parsed: Parsed,
}

impl App {
    /// Sends the source's sample through the door as an exercise, and its end with it: alert, group and
    /// incident rule act as for a real request, and nobody is woken, because all is over within the same
    /// commit.
    ///
    /// # Errors
    /// `PER-008`, `ITG-005`. A sample that cannot be read is answered with its reason.
    pub async fn test_integration(
        &self,
        caller: &Caller,
        id: Id<id::Integration>,
    ) -> Result<Result<Tested, Malformed>, Error> {
        caller.needs(Permission::Administer, Scope::House)?;
        let app = self.clone();
        let door = self.look(move |conn| app.door(conn, id)).await?;
        let mut door = door.ok_or_else(unknown_integration)?;
        let source = source_of(&door.integration)?;
        let sample = source.sample();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let incoming = Incoming {
            content_type: Some(sample.content_type.to_owned()),
            headers: sample.headers.iter().map(owned).collect(),
            query: String::new(),
            body: sample.body.as_bytes().to_vec(),
        };
        // The sample is ours, and nobody signed it.
        let settings = Settings::clone(&door.settings);
        let settings = Settings { secret: None, topics: Vec::new(), ..settings };
        door.settings = settings.into();
        let now = self.now();
        let parsed = match source.parse(&incoming.arrival(now, &door.settings, None)) {
            Ok(parsed) => parsed,
            Err(malformed) => return Ok(Err(malformed)),
        };
        if let Some(rejected) = rejected(&parsed) {
            return Ok(Err(rejected));
        }
        let mut both = parsed.clone();
        both.signals.extend(ended(&parsed));
        let intake = Id::mint(now, &mut crate::Dice::from_seed(self.seed()));
        let inbound = incoming.kept(source, id, now);
        let origin = Origin::Trial;
        let request = Request { intake, door, inbound, parsed: both, ready: Vec::new(), origin };
        let command = move |turn: &mut Turn<'_>| {
            turn.set_mode(Mode::Exercise);
            arrive(turn, &request)
        };
        let arrived = self.commit(db::Lane::Normal, caller, command).await?;
        Ok(Ok(Tested { arrived, parsed }))
    }
}

/// The end of each alert that a sample opens.
fn ended(parsed: &Parsed) -> Vec<Result<inbound::Signal, inbound::Rejected>> {
    let signals = parsed.signals.iter().flatten().filter(|s| s.action == Action::Trigger);
    signals.map(|s| Ok(inbound::Signal { action: Action::Resolve, ..s.clone() })).collect()
}
