//! Telling a running process something from outside: messages, signals, errors, and what people choose
//! in an ad-hoc sub-process.

use base::{Code, Duration, Id, id};
use domain::access::{Permission, Scope};
use process::{Command, Event, Variables, engine::WaitsFor};

use super::{
    advance::{advance, step},
    close::goes_on,
    load,
};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// The most incidents that one signal reaches.
const REACHED: usize = 200;

/// What is told to a process.
#[derive(Debug, Clone)]
pub struct Told {
    /// The name of the message or the signal.
    pub name: Code,
    /// The correlation key of a message.
    pub key: Option<Code>,
    /// What it brings.
    pub variables: Variables,
}

impl App {
    /// Gives a message to an incident's process; it is kept for `ttl` when nothing waits for it yet.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `PRO-002`, `PRO-009`, `PRO-018`, `PRO-019`.
    pub async fn correlate(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        told: Told,
        ttl: Duration,
    ) -> Result<(), Error> {
        let Told { name, key, variables } = told;
        self.tell_process(caller, id, Command::Correlate { name, key, variables, ttl }).await
    }

    /// Gives a signal to one incident's process.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `PRO-002`, `PRO-009`, `PRO-018`.
    pub async fn signal(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (name, variables): (Code, Variables),
    ) -> Result<(), Error> {
        self.tell_process(caller, id, Command::Broadcast { name, variables }).await
    }

    /// Broadcasts a signal to every open incident that waits for it; answers how many heard it.
    ///
    /// # Errors
    /// `PER-008`, `PRO-009`.
    pub async fn broadcast(&self, caller: &Caller, told: Told) -> Result<usize, Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| signal(turn, None, &told);
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Raises an error at an activity that waits.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `PRO-015`.
    pub async fn raise_error(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (element, code): (Code, Code),
    ) -> Result<(), Error> {
        self.tell_process(caller, id, Command::ThrowError { element, code }).await
    }

    /// Chooses an activity of an ad-hoc sub-process.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `PRO-020`.
    pub async fn choose_activity(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        element: Code,
    ) -> Result<(), Error> {
        self.tell_process(caller, id, Command::Activate { element }).await
    }

    /// Says that an ad-hoc sub-process is done.
    ///
    /// # Errors
    /// `PER-008`, `INC-001`, `INC-002`, `PRO-015`, `PRO-021`.
    pub async fn finish_activities(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        element: Code,
    ) -> Result<(), Error> {
        self.tell_process(caller, id, Command::FinishAdHoc { element }).await
    }

    async fn tell_process(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        command: Command,
    ) -> Result<(), Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let told = move |turn: &mut Turn<'_>| {
            goes_on(turn, id)?;
            advance(turn, id, &command)
        };
        self.commit(db::Lane::Normal, caller, told).await
    }
}

/// A signal that one incident's process threw is heard in the others, in the same commit.
pub(super) fn signal_others(
    turn: &mut Turn<'_>,
    from: Id<id::Incident>,
    events: &[Event],
) -> Result<(), Stop> {
    for event in events {
        let Event::SignalThrown(thrown) = event else { continue };
        let (name, variables) = (thrown.name.clone(), Variables::new());
        signal(turn, Some(from), &Told { name, key: None, variables })?;
    }
    Ok(())
}

/// Each open incident that waits for the signal hears it once. What a signal makes another incident
/// throw in turn is heard inside that incident only, so that two cannot call each other for ever.
fn signal(turn: &mut Turn<'_>, from: Option<Id<id::Incident>>, told: &Told) -> Result<usize, Stop> {
    let open = store::incident::open(turn.conn)?;
    let mut heard = 0;
    for listed in open.iter().take(REACHED).filter(|listed| Some(listed.id) != from) {
        let Some(state) = store::incident::load(turn.conn, listed.id)? else { continue };
        let waits = state.process.state.subscriptions.values().any(|held| {
            held.waits_for == WaitsFor::Signal && held.name.as_ref() == Some(&told.name)
        });
        if !waits {
            continue;
        }
        let (name, variables) = (told.name.clone(), told.variables.clone());
        load(turn, listed.id)?;
        step(turn, listed.id, &Command::Broadcast { name, variables }, &[])?;
        heard += 1;
    }
    // Entries of this turn carry the mode of the incident that was loaded last.
    if let Some(from) = from {
        load(turn, from)?;
    }
    Ok(heard)
}
