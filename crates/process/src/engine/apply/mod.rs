//! Folding events into the state. Total: an event about something unknown changes nothing.

mod migrated;
mod scopes;
mod waits;

use super::{
    event::{
        ElementEntered, Event, FaultRaised, FaultResolved, InstanceStarted, JobCancelled,
        JobCreated, JobFailed, ScopeKind, SubscriptionClosed, TaskCreated, TimerCancelled,
        TimerFired, TokenForked, TokenWaiting,
    },
    state::{Fault, Job, Place, Scope, State, Status, Task, Token, Visit},
};
use crate::value::Variables;

/// Folds one event.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::InstanceStarted(e) => started(state, e),
        Event::ElementEntered(e) => entered(state, e),
        Event::ElementLeft(e) => {
            visit(state, &e.element).left += 1;
            state.held.remove(&e.token);
            place(state, e.token, Place::Leaving);
        }
        Event::FlowTaken(e) => place(state, e.token, Place::OnFlow { flow: e.flow.clone() }),
        Event::TokenForked(e) => forked(state, e),
        Event::TokenWaiting(e) => waiting(state, e),
        Event::TokensJoined(e) => {
            e.tokens.iter().filter(|token| **token != e.token).for_each(|t| drop_token(state, *t));
            place(state, e.token, Place::Entered);
        }
        Event::TokenEnded(e) => drop_token(state, e.token),
        Event::TaskCreated(e) => task_created(state, e),
        Event::TaskCompleted(e) => {
            state.tasks.remove(&e.task);
            set(state, e.token, &e.outputs);
        }
        Event::TaskCancelled(e) => {
            state.tasks.remove(&e.task);
        }
        Event::JobCreated(e) => job_created(state, e),
        Event::JobCompleted(e) => {
            state.jobs.remove(&e.job);
            set(state, e.token, &e.outputs);
        }
        Event::JobFailed(JobFailed { job, .. }) | Event::JobCancelled(JobCancelled { job, .. }) => {
            state.jobs.remove(job);
        }
        Event::DecisionEvaluated(e) => set(state, e.token, &e.outputs),
        Event::ScriptEvaluated(e) => set(state, e.token, &e.outputs),
        Event::TimerArmed(e) => waits::timer_armed(state, e),
        Event::TimerFired(TimerFired { timer, .. })
        | Event::TimerCancelled(TimerCancelled { timer, .. }) => {
            state.timers.remove(timer);
        }
        Event::SubscriptionOpened(e) => waits::opened(state, e),
        Event::SubscriptionClosed(SubscriptionClosed { subscription, .. }) => {
            state.subscriptions.remove(subscription);
        }
        Event::BoundaryTriggered(e) => {
            if e.interrupting {
                visit(state, &e.host).left += 1;
                drop_token(state, e.host_token);
            }
        }
        Event::FaultRaised(e) => fault_raised(state, e),
        Event::FaultResolved(e) => fault_resolved(state, e),
        Event::ExceptionInvoked(e) => {
            state.excepted.insert(e.element.clone(), e.code.clone());
            set(state, e.token, &e.outputs);
        }
        Event::EvidenceAwaited(e) => {
            place(state, e.token, Place::Waiting);
            state.held.insert(e.token, e.missing.clone());
        }
        Event::EvidenceCompleted(e) => {
            state.held.remove(&e.token);
        }
        Event::InstanceCompleted(_) => over(state, Status::Completed),
        Event::InstanceCancelled(_) => over(state, Status::Cancelled),
        Event::InstanceMigrated(e) => migrated::renamed(state, e),
        event => {
            if !scopes::apply(state, event) {
                waits::apply(state, event);
            }
        }
    }
}

fn started(state: &mut State, event: &InstanceStarted) {
    state.status = Status::Running;
    state.process = Some(event.process.clone());
    let scope = Scope { variables: event.variables.clone(), ..Scope::default() };
    state.scopes.insert(0, scope);
}

fn entered(state: &mut State, event: &ElementEntered) {
    visit(state, &event.element).entered += 1;
    state.last.token = state.last.token.max(event.token);
    let element = event.element.clone();
    let token = Token { element, scope: event.scope, place: Place::Entered, fault: None };
    state.tokens.insert(event.token, token);
}

fn forked(state: &mut State, event: &TokenForked) {
    let Some(old) = state.tokens.get(&event.token).cloned() else { return };
    for (token, flow) in event.tokens.iter().zip(&event.flows) {
        state.last.token = state.last.token.max(*token);
        let place = Place::OnFlow { flow: flow.clone() };
        state.tokens.insert(*token, Token { place, ..old.clone() });
    }
}

fn waiting(state: &mut State, event: &TokenWaiting) {
    state.last.arrival += 1;
    let arrived = state.last.arrival;
    place(state, event.token, Place::Joining { flow: event.flow.clone(), arrived });
}

fn task_created(state: &mut State, event: &TaskCreated) {
    state.last.task = state.last.task.max(event.task);
    let TaskCreated { task, token, element, kind, due_at, .. } = event.clone();
    state.tasks.insert(task, Task { token, element, kind, due_at });
    place(state, token, Place::Waiting);
}

fn job_created(state: &mut State, event: &JobCreated) {
    state.last.job = state.last.job.max(event.job);
    let JobCreated { job, token, element, action } = event.clone();
    state.jobs.insert(job, Job { token, element, action });
    place(state, token, Place::Waiting);
}

fn fault_raised(state: &mut State, event: &FaultRaised) {
    state.last.fault = state.last.fault.max(event.fault);
    let FaultRaised { fault, token, element, code, .. } = event.clone();
    if let Some(held) = state.tokens.get_mut(&token) {
        held.fault = Some(fault);
        state.faults.insert(fault, Fault { token, element, code });
    }
}

fn fault_resolved(state: &mut State, event: &FaultResolved) {
    let Some(fault) = state.faults.remove(&event.fault) else { return };
    set(state, fault.token, &event.variables);
    if let Some(token) = state.tokens.get_mut(&fault.token) {
        token.fault = None;
    }
}

fn over(state: &mut State, status: Status) {
    state.status = status;
    state.tokens.clear();
    state.tasks.clear();
    state.timers.clear();
    state.jobs.clear();
    state.faults.clear();
    state.subscriptions.clear();
    state.messages.clear();
    state.held.clear();
    state.undoing.clear();
    state.scopes.retain(|scope, _| *scope == 0);
}

fn visit<'a>(state: &'a mut State, element: &base::Code) -> &'a mut Visit {
    state.visits.entry(element.clone()).or_default()
}

fn place(state: &mut State, token: u32, place: Place) {
    if let Some(token) = state.tokens.get_mut(&token) {
        token.place = place;
    }
}

/// A token that has just entered begins to wait.
fn rest(state: &mut State, token: u32) {
    if let Some(token) = state.tokens.get_mut(&token)
        && token.place == Place::Entered
        && token.fault.is_none()
    {
        token.place = Place::Waiting;
    }
}

fn drop_token(state: &mut State, token: u32) {
    state.tokens.remove(&token);
    state.held.remove(&token);
    state.undoing.remove(&token);
    state.faults.retain(|_, fault| fault.token != token);
}

/// Sets variables as the token's scope sees them.
fn set(state: &mut State, token: u32, values: &Variables) {
    if let Some(scope) = state.tokens.get(&token).map(|token| token.scope) {
        set_from(state, scope, values);
    }
}

/// Sets variables where they are declared, nearest first; new ones belong to the instance, or to the
/// called process around.
fn set_from(state: &mut State, scope: u32, values: &Variables) {
    for (name, value) in values {
        let mut at = scope;
        while let Some(Scope { parent: Some(parent), variables, kind, .. }) = state.scopes.get(&at)
        {
            if variables.contains_key(name) || *kind == ScopeKind::Call {
                break;
            }
            at = *parent;
        }
        if let Some(scope) = state.scopes.get_mut(&at) {
            scope.variables.insert(name.clone(), value.clone());
        }
    }
}
