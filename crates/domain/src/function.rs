//! Business functions: what services support, and for which legal entities (ground rule G20).

use base::{Code, Id, Timestamp, id, leaf};
use evidence::entry::Draft;

use crate::{
    Meta, Refused,
    entity::unknown_entity,
    event::events,
    organisation::{Details, MAX_EDGES, Organisation, Part, Parts, too_many},
    refusal::refusals,
};

leaf! {
    /// What a business function is from here on; word `name`. The first entry makes it.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "BusinessFunction")]
    pub struct FunctionDescribed {
        /// What configuration calls it.
        pub code: Code,
        /// Whether it is critical or important (Regulation (EU) 2022/2554 Art. 3(22)).
        #[serde(default)]
        pub critical: bool,
        /// The legal entities that perform it.
        #[serde(default)]
        pub entities: Vec<Id<id::LegalEntity>>,
    }

    /// A business function is no longer performed.
    pub struct FunctionRetired {
        /// What configuration called it.
        pub code: Code,
    }
}

events! {
    /// What happened to a business function.
    pub enum Event {
        /// What it is from here on.
        FunctionDescribed = "function_described",
        /// It is no longer performed.
        FunctionRetired = "function_retired",
    }
}

refusals! {
    /// No such function.
    unknown_function: Missing = "ENT-014", "There is no such business function.";
}

impl Details for FunctionDescribed {
    type Kind = id::Function;
    const NOUN: &'static str = "function";

    fn code(&self) -> &Code {
        &self.code
    }

    fn described(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(self).draft(id, now)
    }

    fn retired(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(FunctionRetired { code: self.code }).draft(id, now)
    }

    fn of(organisation: &Organisation) -> &Parts<Self> {
        &organisation.functions
    }

    fn of_mut(organisation: &mut Organisation) -> &mut Parts<Self> {
        &mut organisation.functions
    }

    fn unknown() -> Refused {
        unknown_function()
    }

    fn check(&self, organisation: &Organisation) -> Result<(), Refused> {
        if self.entities.len() > MAX_EDGES {
            return Err(too_many().about(self.code.as_str()));
        }
        let alive = |id: &&Id<id::LegalEntity>| !organisation.has_entity(**id);
        match self.entities.iter().find(alive) {
            Some(id) => Err(unknown_entity().about(&format!("{} names {id}", self.code))),
            None => Ok(()),
        }
    }
}

/// Folds one entry of the function's stream.
pub fn apply(
    state: Option<Part<FunctionDescribed>>,
    event: &Event,
    meta: &Meta,
) -> Option<Part<FunctionDescribed>> {
    match event {
        Event::FunctionDescribed(e) => Some(Part::described(state, e.clone(), meta)),
        Event::FunctionRetired(_) => state.map(Part::into_retired),
    }
}
