//! Folding a migration: what stood on elements of the old version stands on those of the new one.

use std::collections::BTreeMap;

use base::Code;

use crate::engine::{
    event::InstanceMigrated,
    migrate,
    state::{Place, State},
};

pub(super) fn renamed(state: &mut State, event: &InstanceMigrated) {
    let new = |id: &Code| migrate::renamed(&event.mapping, id);
    state.process = Some(event.to.clone());
    for token in state.tokens.values_mut() {
        token.element = new(&token.element);
        if let Place::Joining { flow, .. } | Place::OnFlow { flow } = &mut token.place {
            *flow = new(flow);
        }
    }
    for scope in state.scopes.values_mut() {
        scope.element = scope.element.as_ref().map(new);
        for (activity, handler) in &mut scope.done {
            (*activity, *handler) = (new(activity), new(handler));
        }
    }
    state.tasks.values_mut().for_each(|task| task.element = new(&task.element));
    state.jobs.values_mut().for_each(|job| job.element = new(&job.element));
    state.timers.values_mut().for_each(|timer| timer.element = new(&timer.element));
    state.faults.values_mut().for_each(|fault| fault.element = new(&fault.element));
    state.subscriptions.values_mut().for_each(|held| held.element = new(&held.element));
    for undoing in state.undoing.values_mut() {
        undoing.handlers.iter_mut().for_each(|handler| *handler = new(handler));
    }
    state.visits = moved(std::mem::take(&mut state.visits), new);
    state.excepted = moved(std::mem::take(&mut state.excepted), new);
}

fn moved<T>(all: BTreeMap<Code, T>, new: impl Fn(&Code) -> Code) -> BTreeMap<Code, T> {
    all.into_iter().map(|(id, value)| (new(&id), value)).collect()
}
