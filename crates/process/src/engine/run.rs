//! One command's run over the tokens: depth first, each event folded as soon as it is decided.

use base::{Code, Timestamp};

use super::{
    MAX_STEPS, MAX_TOKENS,
    apply::apply,
    event::{ElementEntered, ElementLeft, Event, FaultRaised, FlowTaken, TaskKind, TokenWaiting},
    state::{Place, State, Token},
};
use crate::{
    host::Host,
    model::{Element, Kind, Model},
    value::Variables,
};

/// The working copy of a state, the events so far, and the tokens that still move (last in, first out).
pub(super) struct Run<'a> {
    pub(super) model: &'a Model,
    pub(super) state: State,
    pub(super) now: Timestamp,
    pub(super) host: &'a dyn Host,
    events: Vec<Event>,
    moving: Vec<u32>,
    steps: u32,
}

impl<'a> Run<'a> {
    pub(super) fn new(model: &'a Model, state: &State, now: Timestamp, host: &'a dyn Host) -> Self {
        let (events, moving) = (Vec::new(), Vec::new());
        Self { model, state: state.clone(), now, host, events, moving, steps: 0 }
    }

    pub(super) fn emit(&mut self, event: impl Into<Event>) {
        let event = event.into();
        apply(&mut self.state, &event);
        self.events.push(event);
    }

    /// Moves tokens until each waits, then looks for joins that can no longer happen.
    pub(super) fn finish(mut self) -> Vec<Event> {
        while let Some(token) = self.moving.pop() {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.fault(token, Code::fixed("step_limit"), None);
            } else {
                self.step(token);
            }
        }
        self.fault_stuck_joins();
        self.events
    }

    fn step(&mut self, token: u32) {
        let Some(held) = self.state.tokens.get(&token).cloned() else { return };
        if held.fault.is_some() {
            return;
        }
        match &held.place {
            Place::OnFlow { flow } => self.arrive(token, &held, flow),
            Place::Entered => self.execute(token, &held),
            Place::Leaving => self.route(token),
            Place::Waiting | Place::Joining { .. } => {}
        }
    }

    /// Births a token at a start event.
    pub(super) fn begin(&mut self, start: &Element, scope: u32) {
        let token = self.state.last.token + 1;
        self.emit(ElementEntered { token, scope, element: start.id.clone(), flow: None });
        self.go(token);
    }

    /// The token moves next, before those put here earlier.
    pub(super) fn go(&mut self, token: u32) {
        self.moving.push(token);
    }

    fn arrive(&mut self, token: u32, held: &Token, flow: &Code) {
        let target = self.model.flow(flow).and_then(|flow| self.model.element(&flow.target));
        let Some(target) = target else {
            return self.fault(token, Code::fixed("unknown_element"), None);
        };
        let (element, flow) = (target.id.clone(), flow.clone());
        if target.kind == Kind::Parallel && target.incoming.len() > 1 {
            let scope = held.scope;
            self.emit(ElementEntered { token, scope, element, flow: Some(flow.clone()) });
            self.emit(TokenWaiting { token, element: target.id.clone(), flow });
            return self.join(target, held.scope);
        }
        self.emit(ElementEntered { token, scope: held.scope, element, flow: Some(flow) });
        self.go(token);
    }

    fn execute(&mut self, token: u32, held: &Token) {
        let Some(element) = self.model.element(&held.element) else {
            return self.fault(token, Code::fixed("unknown_element"), None);
        };
        match &element.kind {
            Kind::Start | Kind::Pass | Kind::Boundary { .. } | Kind::Parallel => self.leave(token),
            Kind::End => self.end(token, element),
            Kind::Terminate => self.terminate(token, element),
            Kind::User => self.create_task(token, element, TaskKind::Form),
            Kind::Rule { decision } => self.rule(token, element, decision.as_ref()),
            Kind::Service { action } => self.create_job(token, element, action.as_ref()),
            Kind::Exclusive => self.choose(token, element),
            Kind::Timer { after } => self.arm(token, element, *after),
            Kind::SubProcess => self.open_scope(token, element),
        }
    }

    /// Ends what the element waits for and lets the token look for its way on.
    pub(super) fn leave(&mut self, token: u32) {
        self.depart(token);
        self.go(token);
    }

    /// The element is done: its other timers are cancelled, the token is leaving.
    pub(super) fn depart(&mut self, token: u32) {
        let Some(held) = self.state.tokens.get(&token).cloned() else { return };
        self.cancel_work(token);
        if !matches!(held.place, Place::Leaving | Place::OnFlow { .. }) {
            self.emit(ElementLeft { token, element: held.element });
        }
    }

    /// Moves the token by one flow, chosen by an operator.
    pub(super) fn leave_by(&mut self, token: u32, flow: &Code) {
        self.depart(token);
        self.take(token, flow.clone(), Variables::new());
        self.go(token);
    }

    pub(super) fn take(&mut self, token: u32, flow: Code, inputs: Variables) {
        self.emit(FlowTaken { token, flow, inputs });
    }

    /// Takes up a parked token where it stood.
    pub(super) fn retry(&mut self, token: u32) {
        let Some(held) = self.state.tokens.get(&token).cloned() else { return };
        let Some(element) = self.model.element(&held.element) else { return };
        match (&held.place, &element.kind) {
            (Place::Joining { .. }, _) => self.join(element, held.scope),
            (Place::Waiting, Kind::Service { action: Some(action) }) => {
                self.new_job(token, element, action);
            }
            _ => self.go(token),
        }
    }

    /// Parks a token. It keeps its place, so that the step can be tried again.
    pub(super) fn fault(&mut self, token: u32, code: Code, flow: Option<Code>) {
        let Some(held) = self.state.tokens.get(&token) else { return };
        if held.fault.is_some() {
            return;
        }
        let (element, fault) = (held.element.clone(), self.state.last.fault + 1);
        self.emit(FaultRaised { fault, token, element, code, flow });
    }

    /// A scope whose tokens all wait at joins can never move again: say so. Exact, because tokens reach
    /// a scope only from tokens of that scope.
    fn fault_stuck_joins(&mut self) {
        let scopes: Vec<u32> = self.state.scopes.keys().copied().collect();
        for scope in scopes {
            let inside: Vec<(u32, bool)> = self
                .state
                .tokens
                .iter()
                .filter(|(_, token)| token.scope == scope)
                .map(|(id, token)| (*id, matches!(token.place, Place::Joining { .. })))
                .collect();
            if inside.iter().all(|(_, joining)| *joining) {
                let stuck = Code::fixed("join_stuck");
                inside.iter().for_each(|(token, _)| self.fault(*token, stuck.clone(), None));
            }
        }
    }

    /// Whether so many more tokens may be born.
    pub(super) fn has_room_for(&self, tokens: usize) -> bool {
        self.state.tokens.len() + tokens <= MAX_TOKENS
    }

    pub(super) fn variables(&self, token: u32) -> Variables {
        let scope = self.state.tokens.get(&token).map_or(0, |token| token.scope);
        self.state.variables(scope)
    }
}
