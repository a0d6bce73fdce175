//! Waiting for events: arming timers, opening subscriptions, and what happens when one comes true.

use base::{Code, Duration, Timestamp};

use super::{
    event::{
        BoundaryTriggered, ElementEntered, ElementLeft, GatewayDecided, HandlerTriggered,
        ScopeKind, ScopeOpened, SubscriptionOpened, TimerArmed, WaitsFor,
    },
    run::Run,
};
use crate::{
    model::{Element, Kind, Trigger, When},
    value::{Value, Variables},
};

/// The rounds of a timer: the time between, how many come after, how many an outage swallowed.
#[derive(Default)]
struct Cycle {
    every: Option<Duration>,
    left: Option<u32>,
    skipped: u32,
}

/// To whom a timer or a subscription belongs: a token, or the scope of an event sub-process.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    Token(u32),
    Scope(u32),
}

impl Owner {
    fn token(self) -> u32 {
        if let Self::Token(token) = self { token } else { 0 }
    }

    fn scope(self) -> Option<u32> {
        if let Self::Scope(scope) = self { Some(scope) } else { None }
    }
}

impl Run<'_> {
    /// A token waits for the event of its element.
    pub(super) fn catch(&mut self, token: u32, element: &Element) {
        if let Kind::Catch { on: Trigger::Link(_) } = &element.kind {
            return self.leave(token);
        }
        // The gateway before has waited already.
        if let Err(code) = self.await_event(Owner::Token(token), element) {
            return self.fault(token, code, None);
        }
        if self.waits_at(token, element) {
            self.arm_boundaries(token, element);
        }
    }

    fn waits_at(&self, token: u32, element: &Element) -> bool {
        let waits =
            |held: &super::Token| held.element == element.id && held.place == super::Place::Waiting;
        self.state.tokens.get(&token).is_some_and(waits)
    }

    /// An event-based gateway: waits for each event behind it, and takes the first.
    pub(super) fn await_first(&mut self, token: u32, element: &Element) {
        let model = self.model;
        let targets: Vec<&Element> = element
            .outgoing
            .iter()
            .filter_map(|flow| model.element(&model.flow(flow)?.target))
            .collect();
        for target in targets {
            let still = self.element_of(token).is_some_and(|at| at.id == element.id);
            if !still
                || self.state.tokens.get(&token).is_some_and(|t| t.place == super::Place::Leaving)
            {
                return;
            }
            if let Err(code) = self.await_event(Owner::Token(token), target) {
                self.close_waits(|of, _| of == token);
                return self.fault(token, code, None);
            }
        }
    }

    /// Arms the host's boundary events, after the host began to wait and never before. Rounds share
    /// those of their activity.
    pub(super) fn arm_boundaries(&mut self, token: u32, host: &Element) {
        let model = self.model;
        if self.state.tokens.get(&token).is_some_and(|held| self.is_round(held)) {
            return;
        }
        for boundary in host.boundaries.iter().filter_map(|id| model.element(id)) {
            if !self.waits_at(token, host) {
                return;
            }
            if let Err(code) = self.await_event(Owner::Token(token), boundary) {
                return self.fault(token, code, None);
            }
        }
    }

    /// Opens what begins the event sub-processes of a scope.
    pub(super) fn arm_handlers(&mut self, scope: u32) {
        let model = self.model;
        let inside = self.state.scopes.get(&scope).and_then(|scope| scope.element.clone());
        let handlers = &model.beginning(inside.as_ref()).handlers;
        for start in handlers.iter().filter_map(|id| model.element(id)) {
            if !self.state.scopes.contains_key(&scope) {
                return;
            }
            let wrong = self.await_event(Owner::Scope(scope), start).err();
            let first = self.state.tokens.iter().find(|(_, t)| t.scope == scope).map(|(id, _)| *id);
            let host = self.state.scopes.get(&scope).and_then(|scope| scope.token).or(first);
            if let (Some(code), Some(host)) = (wrong, host) {
                self.fault(host, code, None);
            }
        }
    }

    /// Waits for what the element catches; errors, escalations and the like are looked up when thrown.
    pub(super) fn await_event(&mut self, owner: Owner, element: &Element) -> Result<(), Code> {
        let trigger = match &element.kind {
            Kind::Receive { message } => return self.await_message(owner, element, message),
            kind => kind.trigger(),
        };
        match trigger {
            Some(Trigger::Message(message)) => self.await_message(owner, element, message),
            Some(Trigger::Timer(when)) => self.arm(owner, element, when),
            Some(Trigger::Signal(name)) => {
                self.subscribe(owner, element, (WaitsFor::Signal, Some(name.clone()), None));
                Ok(())
            }
            Some(Trigger::Condition(_)) => {
                self.subscribe(owner, element, (WaitsFor::Condition, None, None));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn subscribe(
        &mut self,
        owner: Owner,
        element: &Element,
        (waits_for, name, key): (WaitsFor, Option<Code>, Option<Code>),
    ) -> u32 {
        let subscription = self.state.last.subscription + 1;
        let (token, scope, element) = (owner.token(), owner.scope(), element.id.clone());
        let opened =
            SubscriptionOpened { subscription, token, scope, element, waits_for, name, key };
        self.emit(opened);
        subscription
    }

    /// The variables that an owner sees.
    pub(super) fn seen_by(&self, owner: Owner) -> Variables {
        match owner {
            Owner::Token(token) => self.variables(token),
            Owner::Scope(scope) => self.state.variables(scope),
        }
    }

    fn arm(&mut self, owner: Owner, element: &Element, when: &When) -> Result<(), Code> {
        let mut cycle = Cycle::default();
        let due_at = match when {
            When::After(length) => self.now + *length,
            When::At(at) => *at,
            When::Variable(name, plus) => match self.seen_by(owner).remove(name) {
                Some(Value::Instant(at)) => at + *plus,
                Some(Value::Duration(length)) => self.now + length + *plus,
                _ => return Err(Code::fixed("timer_unknown")),
            },
            When::Every { every, times, from } => {
                let once = *times == Some(1);
                if !once {
                    let left = times.map(|times| times - 1);
                    cycle = Cycle { every: Some(*every), left, skipped: 0 };
                }
                from.unwrap_or(self.now + *every)
            }
        };
        self.arm_at(owner, &element.id, due_at, cycle);
        Ok(())
    }

    fn arm_at(
        &mut self,
        owner: Owner,
        element: &Code,
        due_at: Timestamp,
        Cycle { every, left, skipped }: Cycle,
    ) {
        let timer = self.state.last.timer + 1;
        let (token, scope, element) = (owner.token(), owner.scope(), element.clone());
        self.emit(TimerArmed { timer, token, element, due_at, scope, every, left, skipped });
    }

    /// The next round of a cycle. Rounds that an outage swallowed are told, not played in a burst.
    pub(super) fn arm_again(&mut self, fired: &super::Timer) {
        let Some(every) = fired.every.filter(|every| *every > Duration::ZERO) else { return };
        let behind = (self.now - fired.due_at).as_micros().max(0) / every.as_micros();
        let skipped = u32::try_from(behind).unwrap_or(u32::MAX);
        let left = match fired.left {
            Some(left) if left <= skipped => return,
            left => left.map(|left| left - skipped - 1),
        };
        let length = every.as_micros().saturating_mul(behind.saturating_add(1));
        let due_at = fired.due_at + Duration::micros(length);
        let last = left == Some(0);
        let cycle =
            Cycle { every: Some(every).filter(|_| !last), left: left.filter(|_| !last), skipped };
        let owner = fired.scope.map_or(Owner::Token(fired.token), Owner::Scope);
        self.arm_at(owner, &fired.element, due_at, cycle);
    }

    /// What waited has come: the boundary's, the handler's or the element's own path goes on.
    pub(super) fn come_true(&mut self, element: &Element, owner: Owner) {
        match (&element.kind, owner) {
            (Kind::Boundary { host, interrupting, .. }, Owner::Token(token)) => {
                self.trigger(element, host, token, *interrupting);
            }
            (Kind::StartOn { .. }, Owner::Scope(scope)) => self.trigger_handler(element, scope),
            (_, Owner::Token(token)) => {
                let here = self.element_of(token).is_some_and(|at| at.id == element.id);
                if here { self.leave(token) } else { self.first_came(token, element) }
            }
            (_, Owner::Scope(_)) => {}
        }
    }

    /// One of the events behind an event-based gateway came first.
    fn first_came(&mut self, token: u32, element: &Element) {
        let model = self.model;
        let Some(gateway) = self.element_of(token) else { return };
        let leads = |flow: &&Code| model.flow(flow).is_some_and(|f| f.target == element.id);
        let Some(flow) = gateway.outgoing.iter().find(leads).cloned() else { return };
        let (scope, id) = (self.scope_of(token), gateway.id.clone());
        let (inputs, by_default) = (Variables::new(), false);
        self.emit(GatewayDecided {
            token,
            element: id.clone(),
            flow: flow.clone(),
            inputs: inputs.clone(),
            by_default,
        });
        self.cancel_work(token);
        self.emit(ElementLeft { token, element: id });
        self.take(token, flow.clone(), inputs);
        let entered =
            ElementEntered { token, scope, element: element.id.clone(), flow: Some(flow) };
        self.emit(entered);
        self.leave(token);
    }

    /// A boundary event's path begins; an interrupted host ends with all that it waits for.
    pub(super) fn trigger(
        &mut self,
        boundary: &Element,
        host: &Code,
        host_token: u32,
        interrupting: bool,
    ) {
        let Some(scope) = self.state.tokens.get(&host_token).map(|token| token.scope) else {
            return;
        };
        if interrupting {
            self.cancel_work(host_token);
        } else if !self.has_room_for(1) {
            return self.fault(host_token, Code::fixed("too_many_tokens"), None);
        }
        let (element, host) = (boundary.id.clone(), host.clone());
        self.emit(BoundaryTriggered { element, host, host_token, interrupting });
        self.begin(boundary, scope);
    }

    /// An event sub-process begins; an interrupting one first ends what runs beside it.
    pub(super) fn trigger_handler(&mut self, start: &Element, scope: u32) {
        let model = self.model;
        let Kind::StartOn { interrupting, .. } = start.kind else { return };
        let Some(handler) = start.parent.as_ref().and_then(|id| model.element(id)) else { return };
        if interrupting {
            self.interrupt(scope, &handler.id, None);
        } else if !self.has_room_for(2) {
            let first = self.state.tokens.iter().find(|(_, t)| t.scope == scope);
            if let Some(token) = first.map(|(id, _)| *id) {
                self.fault(token, Code::fixed("too_many_tokens"), None);
            }
            return;
        }
        let (element, id) = (start.id.clone(), handler.id.clone());
        self.emit(HandlerTriggered { element, handler: id.clone(), scope, interrupting });
        let token = self.state.last.token + 1;
        self.emit(ElementEntered { token, scope, element: id.clone(), flow: None });
        let (inner, kind) = (self.state.last.scope + 1, ScopeKind::Event);
        self.emit(ScopeOpened {
            scope: inner,
            parent: scope,
            element: id,
            token,
            kind,
            bound: None,
        });
        self.arm_handlers(inner);
        self.begin(start, inner);
    }
}
