//! Being on a task: claiming it, giving it back, delegating it for a time.

use base::{Id, Timestamp, id};
use domain::{
    access::{Permission, Scope, allowed},
    incident::{Incident, OnTask, claim_task, delegate_may_not, delegate_task, release_task},
    person::unknown_person,
};
use evidence::Draft;
use process::Element;

use super::{complete_task, load};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// To whom a task goes, until when, and why in one line; the line may be empty.
#[derive(Debug, Clone)]
pub struct Delegation {
    /// The person.
    pub to: Id<id::Person>,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
}

impl App {
    /// Takes a task on, so that others see that somebody is.
    ///
    /// # Errors
    /// `PER-008`, `PRC-003`, `TSK-001`.
    pub async fn claim_task(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        task: u32,
    ) -> Result<(), Error> {
        let claim = |at: At, state: &Incident, on, by| claim_task(at.0, state, on, by, at.1);
        self.hold(caller, (id, task), claim).await
    }

    /// Gives a task back.
    ///
    /// # Errors
    /// `PER-008`, `TSK-002`.
    pub async fn release_task(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        task: u32,
    ) -> Result<(), Error> {
        let release = |at: At, state: &Incident, on, by| release_task(at.0, state, on, by, at.1);
        self.hold(caller, (id, task), release).await
    }

    /// Delegates a task to somebody who could do it, for a time (ground rule G4).
    ///
    /// # Errors
    /// `PER-008`, `PER-012`, `PRC-003`, `TSK-001`, `TSK-003`, `TSK-004`.
    pub async fn delegate_task(
        &self,
        caller: &Caller,
        id: Id<id::Incident>,
        (task, delegation): (u32, Delegation),
    ) -> Result<(), Error> {
        works(caller)?;
        let (who, from) = (caller.clone(), caller.someone()?);
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            let element = element(turn, &state, task)?;
            complete_task::may(&who, &state, (task, &element), turn.now)?;
            could(turn, &state, &element, delegation.to)?;
            let on = OnTask { task, element: element.id.clone() };
            let to = (from, delegation.to, delegation.until);
            let mut draft = delegate_task(id, &state, on, to, turn.now)?;
            let reason = delegation.reason.trim();
            if !reason.is_empty() {
                draft = draft.word("reason", reason);
            }
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    async fn hold<F>(
        &self,
        caller: &Caller,
        (id, task): (Id<id::Incident>, u32),
        decide: F,
    ) -> Result<(), Error>
    where
        F: Fn(At, &Incident, OnTask, Id<id::Person>) -> Result<Draft, domain::Refused>
            + Send
            + 'static,
    {
        works(caller)?;
        let (who, by) = (caller.clone(), caller.someone()?);
        let command = move |turn: &mut Turn<'_>| {
            let state = load(turn, id)?;
            let element = element(turn, &state, task)?;
            complete_task::may(&who, &state, (task, &element), turn.now)?;
            let on = OnTask { task, element: element.id };
            let draft = decide((id, turn.now), &state, on, by)?;
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// The incident, and now.
type At = (Id<id::Incident>, Timestamp);

/// Whoever responds or approves works on tasks.
fn works(caller: &Caller) -> Result<(), domain::Refused> {
    let responds = caller.needs(Permission::Respond, Scope::House);
    responds.or_else(|_| caller.needs(Permission::Approve, Scope::House))
}

fn element(turn: &mut Turn<'_>, state: &Incident, task: u32) -> Result<Element, Stop> {
    let open = state.process.state.tasks.get(&task);
    let open = open.ok_or(process::Refusal::NoTask { task }).map_err(domain::Refused::from)?;
    let model = turn.app.documents().running(turn.conn, &state.process)?;
    let element = model.element(&open.element).ok_or(process::Refusal::OtherModel);
    Ok(element.map_err(domain::Refused::from)?.clone())
}

/// Whether the other person could complete it: by responding, or by approving where that is asked.
fn could(
    turn: &mut Turn<'_>,
    state: &Incident,
    element: &Element,
    to: Id<id::Person>,
) -> Result<(), Stop> {
    let person = store::person::load(turn.conn, to)?.ok_or_else(unknown_person)?;
    let approves = complete_task::wants_approvers(element);
    let wanted = if approves { Permission::Approve } else { Permission::Respond };
    if allowed(&person.grants, wanted, Scope::Entity(state.entity)) {
        Ok(())
    } else {
        Err(delegate_may_not().into())
    }
}
