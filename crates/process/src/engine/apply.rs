//! Folding events into the state. Total: an event about something unknown changes nothing.

use super::{
    event::{
        ElementEntered, Event, FaultRaised, FaultResolved, InstanceStarted, JobCancelled,
        JobCreated, JobFailed, ScopeOpened, TaskCreated, TimerArmed, TimerCancelled, TimerFired,
        TokenForked, TokenWaiting,
    },
    state::{Fault, Job, Place, Scope, State, Status, Task, Timer, Token, Visit},
};
use crate::value::Variables;

/// Folds one event.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::InstanceStarted(e) => started(state, e),
        Event::ElementEntered(e) => entered(state, e),
        Event::ElementLeft(e) => {
            visit(state, &e.element).left += 1;
            place(state, e.token, Place::Leaving);
        }
        Event::FlowTaken(e) => place(state, e.token, Place::OnFlow { flow: e.flow.clone() }),
        Event::GatewayDecided(_) => {}
        Event::TokenForked(e) => forked(state, e),
        Event::TokenWaiting(e) => waiting(state, e),
        Event::TokensJoined(e) => {
            e.tokens.iter().filter(|token| **token != e.token).for_each(|t| drop_token(state, *t));
            place(state, e.token, Place::Entered);
        }
        Event::TokenEnded(e) => drop_token(state, e.token),
        Event::ScopeOpened(e) => scope_opened(state, e),
        Event::ScopeCompleted(e) => {
            state.scopes.remove(&e.scope);
        }
        Event::ScopeTerminated(e) => terminated(state, e.scope),
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
        Event::TimerArmed(e) => timer_armed(state, e),
        Event::TimerFired(TimerFired { timer, .. })
        | Event::TimerCancelled(TimerCancelled { timer, .. }) => {
            state.timers.remove(timer);
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
        Event::InstanceCompleted(_) => over(state, Status::Completed),
        Event::InstanceCancelled(_) => over(state, Status::Cancelled),
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

fn scope_opened(state: &mut State, event: &ScopeOpened) {
    state.last.scope = state.last.scope.max(event.scope);
    let scope = Scope {
        parent: Some(event.parent),
        element: Some(event.element.clone()),
        token: Some(event.token),
        variables: Variables::new(),
    };
    state.scopes.insert(event.scope, scope);
    place(state, event.token, Place::Waiting);
}

fn terminated(state: &mut State, scope: u32) {
    let inner: Vec<u32> = state
        .scopes
        .iter()
        .filter(|(_, inner)| inner.parent == Some(scope))
        .map(|(id, _)| *id)
        .collect();
    // Numbers grow inwards, so this recursion is as deep as sub-processes are nested.
    inner.into_iter().filter(|id| *id > scope).for_each(|id| terminated(state, id));
    let all: Vec<u32> =
        state.tokens.iter().filter(|(_, t)| t.scope == scope).map(|(id, _)| *id).collect();
    all.into_iter().for_each(|token| drop_token(state, token));
    if scope != 0 {
        state.scopes.remove(&scope);
    }
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

fn timer_armed(state: &mut State, event: &TimerArmed) {
    state.last.timer = state.last.timer.max(event.timer);
    let TimerArmed { timer, token, element, due_at } = event.clone();
    if state.tokens.get(&token).is_some_and(|held| held.element == element) {
        place(state, token, Place::Waiting);
    }
    state.timers.insert(timer, Timer { token, element, due_at });
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

fn drop_token(state: &mut State, token: u32) {
    state.tokens.remove(&token);
    state.faults.retain(|_, fault| fault.token != token);
}

/// Sets variables where they are declared, nearest first; new ones belong to the instance.
fn set(state: &mut State, token: u32, values: &Variables) {
    let Some(scope) = state.tokens.get(&token).map(|token| token.scope) else { return };
    for (name, value) in values {
        let mut at = scope;
        while let Some(Scope { parent: Some(parent), variables, .. }) = state.scopes.get(&at) {
            if variables.contains_key(name) {
                break;
            }
            at = *parent;
        }
        if let Some(scope) = state.scopes.get_mut(&at) {
            scope.variables.insert(name.clone(), value.clone());
        }
    }
}
