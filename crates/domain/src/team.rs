//! Teams: who belongs together and owns services.

use base::{Code, Id, Timestamp, id, leaf};
use evidence::entry::Draft;

use crate::{
    Meta, Refused,
    event::events,
    organisation::{Details, MAX_EDGES, Organisation, Part, Parts, too_many},
    person::unknown_person,
    refusal::refusals,
};

leaf! {
    /// What a team is from here on; word `name`. The first entry makes it.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "Team")]
    pub struct TeamDescribed {
        /// What configuration calls it.
        pub code: Code,
        /// Its people.
        #[serde(default)]
        pub members: Vec<Id<id::Person>>,
        /// The escalation policy that pages it.
        #[serde(default)]
        pub policy: Option<Code>,
    }

    /// A team is dissolved.
    pub struct TeamRetired {
        /// What configuration called it.
        pub code: Code,
    }
}

events! {
    /// What happened to a team.
    pub enum Event {
        /// What it is from here on.
        TeamDescribed = "team_described",
        /// It is dissolved.
        TeamRetired = "team_retired",
    }
}

refusals! {
    /// No such team.
    unknown_team: Missing = "ENT-013", "There is no such team.";
}

impl Details for TeamDescribed {
    type Kind = id::Team;
    const NOUN: &'static str = "team";

    fn code(&self) -> &Code {
        &self.code
    }

    fn described(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(self).draft(id, now)
    }

    fn retired(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(TeamRetired { code: self.code }).draft(id, now)
    }

    fn of(organisation: &Organisation) -> &Parts<Self> {
        &organisation.teams
    }

    fn of_mut(organisation: &mut Organisation) -> &mut Parts<Self> {
        &mut organisation.teams
    }

    fn unknown() -> Refused {
        unknown_team()
    }

    fn check(&self, organisation: &Organisation) -> Result<(), Refused> {
        if self.members.len() > MAX_EDGES {
            return Err(too_many().about(self.code.as_str()));
        }
        match self.members.iter().find(|id| !organisation.people.contains(id)) {
            Some(id) => Err(unknown_person().about(&format!("{} names {id}", self.code))),
            None => Ok(()),
        }
    }
}

/// Folds one entry of the team's stream.
pub fn apply(
    state: Option<Part<TeamDescribed>>,
    event: &Event,
    meta: &Meta,
) -> Option<Part<TeamDescribed>> {
    match event {
        Event::TeamDescribed(e) => Some(Part::described(state, e.clone(), meta)),
        Event::TeamRetired(_) => state.map(Part::into_retired),
    }
}
