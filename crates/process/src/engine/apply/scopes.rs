//! Folding what happens to scopes: opening, completing, ending; rounds; compensation.

use super::{Place, State, drop_token, place, set_from};
use crate::engine::{
    event::{CompensationRequested, Event, RoundCompleted, RoundStarted, ScopeKind, ScopeOpened},
    state::{Rounds, Scope, Undoing},
};

/// Folds an event of this family; false when it is of another.
pub(super) fn apply(state: &mut State, event: &Event) -> bool {
    match event {
        Event::ScopeOpened(e) => opened(state, e),
        Event::ScopeCompleted(e) => {
            let done = state.scopes.remove(&e.scope).filter(|_| e.compensable);
            if let Some(Scope { parent: Some(parent), done, .. }) = done {
                remember(state, parent, done);
            }
        }
        Event::ScopeTerminated(e) => terminated(state, e.scope, None),
        Event::ScopeInterrupted(e) => terminated(state, e.scope, Some(e.keep)),
        Event::VariablesMapped(e) if e.local => {
            if let Some(scope) = state.scopes.get_mut(&e.scope) {
                scope.variables.extend(e.variables.clone());
            }
        }
        Event::VariablesMapped(e) => set_from(state, e.scope, &e.variables),
        Event::RoundsPlanned(e) => {
            if let Some(scope) = state.scopes.get_mut(&e.scope) {
                let (total, items) = (e.total, e.items.clone());
                scope.rounds = Some(Rounds { total, items, ..Rounds::default() });
            }
        }
        Event::RoundStarted(e) => round_started(state, e),
        Event::RoundCompleted(e) => round_completed(state, e),
        Event::CompensationHeld(e) => {
            remember(state, e.scope, vec![(e.element.clone(), e.handler.clone())]);
        }
        Event::CompensationRequested(e) => requested(state, e),
        Event::CompensationRun(e) => {
            state.last.token = state.last.token.max(e.runner);
            if let Some(undoing) = state.undoing.get_mut(&e.token) {
                undoing.runner = Some(e.runner);
                undoing.handlers.retain({
                    let mut first = true;
                    move |handler| !(*handler == e.element && std::mem::take(&mut first))
                });
            }
        }
        Event::CompensationDone(e) => {
            state.undoing.remove(&e.token);
        }
        _ => return false,
    }
    true
}

fn opened(state: &mut State, event: &ScopeOpened) {
    state.last.scope = state.last.scope.max(event.scope);
    let scope = Scope {
        parent: Some(event.parent),
        element: Some(event.element.clone()),
        token: Some(event.token),
        kind: event.kind,
        bound: event.bound.clone(),
        ..Scope::default()
    };
    state.scopes.insert(event.scope, scope);
    place(state, event.token, Place::Waiting);
}

/// Ends the tokens of a scope and all scopes in it; with `keep`, the scope itself and one token stay.
fn terminated(state: &mut State, scope: u32, keep: Option<Option<u32>>) {
    let inner: Vec<u32> = state
        .scopes
        .iter()
        .filter(|(_, inner)| inner.parent == Some(scope))
        .map(|(id, _)| *id)
        .collect();
    // Numbers grow inwards, so this recursion is as deep as sub-processes are nested.
    let kept = keep.flatten();
    let ends = |id: &u32| {
        *id > scope && (kept.is_none() || state.scopes.get(id).and_then(|s| s.token) != kept)
    };
    let inner: Vec<u32> = inner.into_iter().filter(ends).collect();
    inner.into_iter().for_each(|id| terminated(state, id, None));
    let all: Vec<u32> =
        state.tokens.iter().filter(|(_, t)| t.scope == scope).map(|(id, _)| *id).collect();
    all.into_iter().filter(|token| Some(*token) != kept).for_each(|t| drop_token(state, t));
    if scope != 0 && keep.is_none() {
        state.scopes.remove(&scope);
    }
}

fn round_started(state: &mut State, event: &RoundStarted) {
    state.last.scope = state.last.scope.max(event.scope);
    let scope = Scope {
        parent: Some(event.rounds),
        element: Some(event.element.clone()),
        kind: ScopeKind::Round,
        index: Some(event.index),
        variables: event.variables.clone(),
        ..Scope::default()
    };
    state.scopes.insert(event.scope, scope);
    if let Some(rounds) = rounds(state, event.rounds) {
        rounds.started += 1;
    }
}

fn round_completed(state: &mut State, event: &RoundCompleted) {
    let tokens: Vec<u32> =
        state.tokens.iter().filter(|(_, t)| t.scope == event.scope).map(|(id, _)| *id).collect();
    tokens.into_iter().for_each(|token| drop_token(state, token));
    let done = state.scopes.remove(&event.scope).map(|scope| scope.done);
    remember(state, event.rounds, done.unwrap_or_default());
    if let Some(rounds) = rounds(state, event.rounds) {
        rounds.completed += 1;
        if let Some(output) = &event.output {
            rounds.outputs.insert(event.index, output.clone());
        }
    }
}

fn rounds(state: &mut State, scope: u32) -> Option<&mut Rounds> {
    state.scopes.get_mut(&scope)?.rounds.as_mut()
}

/// The most completed activities that a scope remembers for compensation: a loop must not fill memory.
const MAX_DONE: usize = 500;

fn remember(state: &mut State, scope: u32, done: Vec<(base::Code, base::Code)>) {
    if let Some(scope) = state.scopes.get_mut(&scope) {
        scope.done.extend(done);
        let over = scope.done.len().saturating_sub(MAX_DONE);
        scope.done.drain(..over);
    }
}

fn requested(state: &mut State, event: &CompensationRequested) {
    if let Some(scope) = state.scopes.get_mut(&event.scope) {
        for pair in event.activities.iter().zip(&event.handlers) {
            let at = scope.done.iter().rposition(|(a, h)| (a, h) == pair);
            at.map(|at| scope.done.remove(at));
        }
    }
    let handlers = event.handlers.clone();
    let undoing = Undoing { scope: event.scope, handlers, runner: None };
    state.undoing.insert(event.token, undoing);
    place(state, event.token, Place::Waiting);
}
