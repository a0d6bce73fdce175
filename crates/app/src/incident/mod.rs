//! Incidents: one file per verb. Every verb loads the incident, lets `domain` decide, records, and lets
//! the process catch up.

mod advance;
mod close;
mod command;
mod complete_task;
mod declare;
mod exception;
mod hold;
mod measure;
mod migrate;
mod operate;
mod outlook;
mod questions;
mod record;
mod severity;
mod tell;
mod view;

use base::{Id, id};
use domain::incident::{self, Incident};
use evidence::Draft;
use store::incident as incidents;

pub use complete_task::Answers;
pub use declare::{Declared, NewIncident, POLICY};
pub use hold::Delegation;
pub use outlook::Outlook;
pub use questions::{Question, Ruled, SeverityTable};
pub use severity::{Answered, preview};
pub use tell::Told;
pub use view::{Seen, TaskSeen};

pub use advance::ACTIONS_KNOWN;
pub use exception::{PASSED, RATIFIERS, WaitsAt, asks_for, listens};

pub(crate) use advance::{fire_timer, overdue};
pub(crate) use declare::declare_in;
pub(crate) use exception::unratified;
pub(crate) use measure::measure_over;
pub(crate) use migrate::migrate_in;

use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// Loads an incident inside a turn; entries from here on carry its mode.
fn load(turn: &mut Turn<'_>, id: Id<id::Incident>) -> Result<Incident, Stop> {
    let state = turn.incident(id)?.ok_or_else(incident::unknown_incident)?;
    turn.set_mode_of(state.declared)?;
    Ok(state)
}

impl App {
    /// The incident of a reference.
    ///
    /// # Errors
    /// `INC-004` where there is none.
    pub async fn incident_by_reference(&self, reference: &str) -> Result<Id<id::Incident>, Error> {
        let reference = reference.to_owned();
        let found = self.look(move |conn| incidents::by_reference(conn, &reference)).await?;
        Ok(found.ok_or_else(incident::unknown_incident)?)
    }

    /// Runs one decision on an incident: load, decide, record.
    async fn decide<F>(&self, caller: &Caller, id: Id<id::Incident>, decide: F) -> Result<(), Error>
    where
        F: Fn(&mut Turn<'_>, &Incident) -> Result<Vec<Draft>, Stop> + Send + 'static,
    {
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            let drafts = decide(turn, &state)?;
            turn.record(drafts)?;
            // Evidence may have come that a step waits for (ground rule G6).
            advance::actions(turn, id)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}
