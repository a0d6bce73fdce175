//! What an incident may reach, suggested from the service graph (ground rule G20).

use base::{Id, id};
use domain::organisation::{Suggestion, suggest};
use store::{incident, organisation};

use crate::{App, Error};

/// A suggestion, and the services it begins with.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The services that the incident names.
    pub named: Vec<Id<id::Service>>,
    /// What may be affected.
    pub suggestion: Suggestion,
}

impl App {
    /// What may be affected by an incident: from the service it began with and those in its scope.
    /// Nothing is decided by it.
    ///
    /// # Errors
    /// `INC-004`; faults of the store.
    pub async fn suggest_scope(&self, id: Id<id::Incident>) -> Result<Reached, Error> {
        let found = self.look(move |conn| {
            let Some(state) = incident::load(conn, id)? else { return Ok(None) };
            let organisation = organisation::load(conn)?;
            let named = state.services;
            Ok(Some(Reached { suggestion: suggest(&organisation, &named), named }))
        });
        Ok(found.await?.ok_or_else(domain::incident::unknown_incident)?)
    }
}
