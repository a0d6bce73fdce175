//! Services: who owns them, how critical they are, which functions and legal entities they serve, and
//! what they depend on.

use base::{Code, Id, Timestamp, id, leaf};
use evidence::entry::Draft;

use crate::{
    Meta, Refused,
    entity::{unknown_entity, unknown_service},
    event::events,
    function::unknown_function,
    organisation::{Details, MAX_EDGES, Organisation, Part, Parts, too_many},
    refusal::refusals,
    team::unknown_team,
};

leaf! {
    /// A service; word `name`. Earlier versions wrote it; now `ServiceDescribed` does.
    pub struct ServiceAdded {
        /// The legal entity that answers for it.
        pub entity: Id<id::LegalEntity>,
        /// Whether it supports a critical or important function.
        pub critical: bool,
    }

    /// What a service is from here on; word `name`. The first entry makes it.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "Service")]
    pub struct ServiceDescribed {
        /// What configuration calls it; its id where nobody chose a code.
        pub code: Code,
        /// The team that owns it.
        #[serde(default)]
        pub team: Option<Id<id::Team>>,
        /// How critical it is, on the organisation's own scale.
        #[serde(default)]
        pub criticality: Option<Code>,
        /// Whether it supports a critical or important function.
        #[serde(default)]
        pub critical: bool,
        /// The legal entities it serves; the first one answers for it.
        #[serde(default)]
        pub entities: Vec<Id<id::LegalEntity>>,
        /// The business functions it supports.
        #[serde(default)]
        pub functions: Vec<Id<id::Function>>,
        /// The services it cannot work without.
        #[serde(default)]
        pub depends_on: Vec<Id<id::Service>>,
    }

    /// A service is switched off for good.
    pub struct ServiceRetired {
        /// What configuration called it.
        pub code: Code,
    }
}

events! {
    /// What happened to a service.
    pub enum Event {
        /// A service.
        ServiceAdded = "service_added",
        /// What it is from here on.
        ServiceDescribed = "service_described",
        /// It is switched off for good.
        ServiceRetired = "service_retired",
    }
}

refusals! {
    /// A criticality that the scale does not have.
    off_the_scale: Invalid = "ENT-011",
        "The organisation's scale of criticality does not have this level; set the scale first.";
    /// Nobody answers for it.
    entity_missing: Invalid = "ENT-012", "A service serves at least one legal entity.";
}

impl Details for ServiceDescribed {
    type Kind = id::Service;
    const NOUN: &'static str = "service";

    fn code(&self) -> &Code {
        &self.code
    }

    fn described(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(self).draft(id, now)
    }

    fn retired(self, id: Id<Self::Kind>, now: Timestamp) -> Draft {
        Event::from(ServiceRetired { code: self.code }).draft(id, now)
    }

    fn of(organisation: &Organisation) -> &Parts<Self> {
        &organisation.services
    }

    fn of_mut(organisation: &mut Organisation) -> &mut Parts<Self> {
        &mut organisation.services
    }

    fn unknown() -> Refused {
        unknown_service()
    }

    /// Everything it names is there; the whole graph is checked by [`Organisation::check`].
    fn check(&self, organisation: &Organisation) -> Result<(), Refused> {
        let names = |id: &dyn std::fmt::Display| format!("{} names {id}", self.code);
        let edges = [self.entities.len(), self.functions.len(), self.depends_on.len()];
        if edges.iter().any(|count| *count > MAX_EDGES) {
            return Err(too_many().about(self.code.as_str()));
        }
        if self.entities.is_empty() {
            return Err(entity_missing().about(self.code.as_str()));
        }
        if let Some(id) = self.entities.iter().find(|id| !organisation.has_entity(**id)) {
            return Err(unknown_entity().about(&names(id)));
        }
        if let Some(id) = self.team.filter(|id| !organisation.has_team(*id)) {
            return Err(unknown_team().about(&names(&id)));
        }
        if let Some(id) = self.functions.iter().find(|id| !organisation.has_function(**id)) {
            return Err(unknown_function().about(&names(id)));
        }
        if let Some(id) = self.depends_on.iter().find(|id| !organisation.has_service(**id)) {
            return Err(unknown_service().about(&names(id)));
        }
        match &self.criticality {
            Some(level) if !organisation.scale.has(level) => {
                Err(off_the_scale().about(&names(level)))
            }
            _ => Ok(()),
        }
    }
}

/// Folds one entry of the service's stream.
pub fn apply(
    state: Option<Part<ServiceDescribed>>,
    event: &Event,
    stream: &Code,
    meta: &Meta,
) -> Option<Part<ServiceDescribed>> {
    match event {
        Event::ServiceAdded(e) => {
            let details = ServiceDescribed {
                code: stream.clone(),
                team: None,
                criticality: None,
                critical: e.critical,
                entities: vec![e.entity],
                functions: Vec::new(),
                depends_on: Vec::new(),
            };
            Some(Part::described(state, details, meta))
        }
        Event::ServiceDescribed(e) => Some(Part::described(state, e.clone(), meta)),
        Event::ServiceRetired(_) => state.map(Part::into_retired),
    }
}
