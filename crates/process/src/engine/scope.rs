//! Scopes: opening and completing them, ending what runs in them.

use base::Code;

use super::{
    event::{
        Event, FaultEnd, FaultResolved, InstanceCancelled, InstanceCompleted, JobCancelled,
        ScopeCompleted, ScopeInterrupted, ScopeKind, ScopeOpened, ScopeTerminated,
        SubscriptionClosed, TaskCancelled, TimerCancelled, TokenEnded,
    },
    run::Run,
    state::Status,
};
use crate::model::{Element, Kind};

impl Run<'_> {
    /// Opens what lies inside a sub-process or a called process.
    pub(super) fn open_scope(&mut self, token: u32, element: &Element) {
        let kind = kind_of(element);
        let bound = match &element.kind {
            Kind::Call { bound: None, .. } => {
                return self.fault(token, Code::fixed("process_not_bound"), None);
            }
            Kind::Call { bound, .. } => bound.clone(),
            _ => None,
        };
        let model = self.model;
        let beginning = model.beginning(Some(&element.id));
        if kind != ScopeKind::AdHoc && beginning.starts.is_empty() {
            return self.fault(token, Code::fixed("no_start"), None);
        }
        if !self.has_room_for(beginning.starts.len().max(1)) {
            return self.fault(token, Code::fixed("too_many_tokens"), None);
        }
        let (scope, parent) = (self.state.last.scope + 1, self.scope_of(token));
        let opened = ScopeOpened { scope, parent, element: element.id.clone(), token, kind, bound };
        self.emit(opened);
        if !self.map(token, (parent, scope), element, (&element.marks.inputs, true)) {
            return;
        }
        self.arm_boundaries(token, element);
        self.arm_handlers(scope);
        // What was waited for may have come already and ended the scope again.
        if !self.state.scopes.contains_key(&scope) {
            return;
        }
        if kind == ScopeKind::AdHoc {
            return self.open_ad_hoc(scope, element);
        }
        for start in beginning.starts.iter().rev().filter_map(|id| model.element(id)) {
            self.begin(start, scope);
        }
    }

    /// An end event consumes the token.
    pub(super) fn end(&mut self, token: u32, element: &Element) {
        self.depart(token);
        self.end_here(token, element);
    }

    /// Consumes a token that has left its element; the last one completes its scope.
    pub(super) fn end_here(&mut self, token: u32, element: &Element) {
        let Some(scope) = self.state.tokens.get(&token).map(|token| token.scope) else { return };
        let undone = self.state.undoing.iter().find(|(_, u)| u.runner == Some(token));
        let undone = undone.map(|(thrower, _)| *thrower);
        self.emit(TokenEnded { token, element: element.id.clone() });
        if let Some(thrower) = undone {
            return self.undo_next(thrower);
        }
        let empty = self.state.tokens.values().all(|token| token.scope != scope);
        let ad_hoc = self.state.scopes.get(&scope).is_some_and(|s| s.kind == ScopeKind::AdHoc);
        if ad_hoc {
            self.judge_ad_hoc(scope);
        } else if empty {
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

    /// A scope without tokens is complete: its results go out, its host leaves.
    pub(super) fn complete(&mut self, scope: u32, element: &Element) {
        let Some(held) = self.state.scopes.get(&scope) else { return };
        let (Some(host), Some(id)) = (held.token, held.element.clone()) else {
            self.close_waits(|_, of| of == Some(scope));
            return self.emit(InstanceCompleted { element: element.id.clone() });
        };
        let Some(parent) = held.parent else { return };
        let model = self.model;
        let Some(sub) = model.element(&id) else { return };
        if !self.map(host, (scope, parent), sub, (&sub.marks.outputs, false)) {
            return;
        }
        self.close_waits(|_, of| of == Some(scope));
        let compensable = self.compensation_of(sub).is_none();
        self.emit(ScopeCompleted { scope, element: id, compensable });
        self.leave(host);
    }

    /// Ends all tokens of a scope with what they wait for, inner scopes first.
    pub(super) fn end_scope(&mut self, scope: u32, by: Option<&Code>) {
        self.cancel_inside(scope, None);
        self.emit(ScopeTerminated { scope, element: by.cloned() });
    }

    /// Ends all tokens of a scope but one; the scope lives on, without what began its handlers.
    pub(super) fn interrupt(&mut self, scope: u32, by: &Code, keep: Option<u32>) {
        self.cancel_inside(scope, keep);
        self.emit(ScopeInterrupted { scope, element: by.clone(), keep });
    }

    fn cancel_inside(&mut self, scope: u32, keep: Option<u32>) {
        self.close_waits(|_, of| of == Some(scope));
        let inside =
            self.state.tokens.iter().filter(|(id, t)| t.scope == scope && Some(**id) != keep);
        let tokens: Vec<u32> = inside.map(|(id, _)| *id).collect();
        tokens.into_iter().for_each(|token| self.cancel_work(token));
        let rounds = self.state.scopes.iter();
        let rounds = rounds.filter(|(_, s)| s.parent == Some(scope) && s.kind == ScopeKind::Round);
        let rounds: Vec<u32> = rounds.map(|(id, _)| *id).collect();
        rounds.into_iter().for_each(|round| self.cancel_inside(round, None));
    }

    /// Cancels what a token waits for: task, job, timers, events, sub-process, fault; in the order of
    /// numbers.
    pub(super) fn cancel_work(&mut self, token: u32) {
        let state = &self.state;
        let mut all: Vec<Event> = Vec::new();
        for (task, held) in state.tasks.iter().filter(|(_, held)| held.token == token) {
            all.push(TaskCancelled { task: *task, element: held.element.clone() }.into());
        }
        for (job, held) in state.jobs.iter().filter(|(_, held)| held.token == token) {
            all.push(JobCancelled { job: *job, element: held.element.clone() }.into());
        }
        all.into_iter().for_each(|event| self.emit(event));
        self.close_waits(|of, _| of == token);
        let mut faults: Vec<Event> = Vec::new();
        for (fault, held) in self.state.faults.iter().filter(|(_, held)| held.token == token) {
            let (end, variables) = (FaultEnd::Overtaken, crate::Variables::new());
            let (fault, element) = (*fault, held.element.clone());
            faults.push(FaultResolved { fault, element, end, variables }.into());
        }
        let scopes = self.state.scopes.iter();
        let hosted = scopes.filter(|(_, held)| held.token == Some(token));
        let scopes: Vec<_> = hosted.map(|(id, held)| (*id, held.element.clone())).collect();
        faults.into_iter().for_each(|event| self.emit(event));
        for (scope, element) in scopes {
            self.end_scope(scope, element.as_ref());
        }
    }

    /// Cancels the timers and subscriptions that `belongs` says of: by token, and by scope.
    pub(super) fn close_waits(&mut self, belongs: impl Fn(u32, Option<u32>) -> bool) {
        if self.state.timers.is_empty() && self.state.subscriptions.is_empty() {
            return;
        }
        let timers = self.state.timers.iter().filter(|(_, t)| belongs(t.token, t.scope));
        let timers =
            timers.map(|(id, t)| TimerCancelled { timer: *id, element: t.element.clone() });
        let timers: Vec<_> = timers.collect();
        let open = self.state.subscriptions.iter().filter(|(_, s)| belongs(s.token, s.scope));
        let open = open.map(|(id, held)| SubscriptionClosed {
            subscription: *id,
            element: held.element.clone(),
        });
        let open: Vec<_> = open.collect();
        timers.into_iter().for_each(|event| self.emit(event));
        open.into_iter().for_each(|event| self.emit(event));
    }

    /// Ends the whole instance.
    pub(super) fn cancel_instance(&mut self, code: &Code) {
        if self.state.status == Status::Running {
            self.end_scope(0, None);
            self.emit(InstanceCancelled { code: code.clone() });
        }
    }
}

fn kind_of(element: &Element) -> ScopeKind {
    match element.kind {
        Kind::Transaction => ScopeKind::Transaction,
        Kind::AdHoc(_) => ScopeKind::AdHoc,
        Kind::Call { .. } => ScopeKind::Call,
        Kind::EventSubProcess => ScopeKind::Event,
        _ => ScopeKind::SubProcess,
    }
}
