//! Scopes: opening and completing them, ending what runs in them.

use base::Code;

use super::{
    event::{
        Event, FaultEnd, FaultResolved, InstanceCancelled, InstanceCompleted, JobCancelled,
        ScopeCompleted, ScopeOpened, ScopeTerminated, TaskCancelled, TimerCancelled, TokenEnded,
    },
    run::Run,
    state::Status,
};
use crate::model::Element;

impl Run<'_> {
    pub(super) fn open_scope(&mut self, token: u32, element: &Element) {
        let Some(parent) = self.state.tokens.get(&token).map(|token| token.scope) else { return };
        let Some(start) = self.model.start(Some(&element.id)) else {
            return self.fault(token, Code::fixed("no_start"), None);
        };
        if !self.has_room_for(1) {
            return self.fault(token, Code::fixed("too_many_tokens"), None);
        }
        let scope = self.state.last.scope + 1;
        self.emit(ScopeOpened { scope, parent, element: element.id.clone(), token });
        self.arm_boundaries(token, element);
        self.begin(start, scope);
    }

    /// An end event consumes the token.
    pub(super) fn end(&mut self, token: u32, element: &Element) {
        self.depart(token);
        self.end_here(token, element);
    }

    /// Consumes a token that has left its element; the last one completes its scope.
    pub(super) fn end_here(&mut self, token: u32, element: &Element) {
        let Some(scope) = self.state.tokens.get(&token).map(|token| token.scope) else { return };
        self.emit(TokenEnded { token, element: element.id.clone() });
        if self.state.tokens.values().all(|token| token.scope != scope) {
            self.complete(scope, element);
        }
    }

    /// A terminating end event: everything in its scope ends.
    pub(super) fn terminate(&mut self, token: u32, element: &Element) {
        let Some(scope) = self.state.tokens.get(&token).map(|token| token.scope) else { return };
        self.depart(token);
        self.emit(TokenEnded { token, element: element.id.clone() });
        let host = self.state.scopes.get(&scope).and_then(|scope| scope.token);
        self.end_scope(scope, Some(&element.id));
        match host {
            Some(host) => self.leave(host),
            None => self.emit(InstanceCompleted { element: element.id.clone() }),
        }
    }

    fn complete(&mut self, scope: u32, element: &Element) {
        let Some(held) = self.state.scopes.get(&scope).cloned() else { return };
        match (held.token, held.element) {
            (Some(host), Some(element)) => {
                self.emit(ScopeCompleted { scope, element });
                self.leave(host);
            }
            _ => self.emit(InstanceCompleted { element: element.id.clone() }),
        }
    }

    /// Ends all tokens of a scope with what they wait for, inner scopes first.
    fn end_scope(&mut self, scope: u32, by: Option<&Code>) {
        let tokens: Vec<u32> =
            self.state.tokens.iter().filter(|(_, t)| t.scope == scope).map(|(id, _)| *id).collect();
        tokens.into_iter().for_each(|token| self.cancel_work(token));
        self.emit(ScopeTerminated { scope, element: by.cloned() });
    }

    /// Cancels what a token waits for: task, job, timers, sub-process, fault; in the order of numbers.
    pub(super) fn cancel_work(&mut self, token: u32) {
        let state = &self.state;
        let mut all: Vec<Event> = Vec::new();
        for (task, held) in state.tasks.iter().filter(|(_, held)| held.token == token) {
            all.push(TaskCancelled { task: *task, element: held.element.clone() }.into());
        }
        for (job, held) in state.jobs.iter().filter(|(_, held)| held.token == token) {
            all.push(JobCancelled { job: *job, element: held.element.clone() }.into());
        }
        for (timer, held) in state.timers.iter().filter(|(_, held)| held.token == token) {
            all.push(TimerCancelled { timer: *timer, element: held.element.clone() }.into());
        }
        for (fault, held) in state.faults.iter().filter(|(_, held)| held.token == token) {
            let (end, variables) = (FaultEnd::Overtaken, crate::Variables::new());
            let (fault, element) = (*fault, held.element.clone());
            all.push(FaultResolved { fault, element, end, variables }.into());
        }
        let hosted = |(_, held): &(&u32, &super::Scope)| held.token == Some(token);
        let scope = state.scopes.iter().find(hosted).map(|(id, held)| (*id, held.element.clone()));
        all.into_iter().for_each(|event| self.emit(event));
        if let Some((scope, element)) = scope {
            self.end_scope(scope, element.as_ref());
        }
    }

    /// Ends the whole instance.
    pub(super) fn cancel_instance(&mut self, code: &Code) {
        if self.state.status == Status::Running {
            self.end_scope(0, None);
            self.emit(InstanceCancelled { code: code.clone() });
        }
    }
}
