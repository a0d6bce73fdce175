//! One command's run over the tokens: depth first, each event folded as soon as it is decided.

use base::{Code, Timestamp};

use super::{
    MAX_STEPS, MAX_TOKENS,
    apply::apply,
    event::{ElementEntered, Event, FaultRaised, ScopeKind, TaskKind, TokenWaiting},
    state::{Place, State, Token},
};
use crate::{
    host::Host,
    model::{Element, Kind, Model},
    value::{MAX_VARIABLES, Value, Variables},
};

/// The state that is worked on, the events so far, and the tokens that still move (last in, first out).
pub(super) struct Run<'a> {
    pub(super) model: &'a Model,
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) host: &'a dyn Host,
    /// Records that this command brings itself.
    pub(super) brought: Vec<Code>,
    events: Vec<Event>,
    moving: Vec<u32>,
    steps: u32,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        model: &'a Model,
        state: &'a mut State,
        now: Timestamp,
        host: &'a dyn Host,
    ) -> Self {
        let (events, moving, brought) = (Vec::new(), Vec::new(), Vec::new());
        Self { model, state, now, host, brought, events, moving, steps: 0 }
    }

    pub(super) fn emit(&mut self, event: impl Into<Event>) {
        let event = event.into();
        apply(self.state, &event);
        self.events.push(event);
    }

    /// Moves tokens until each waits, then looks for conditions that became true, for joins that can
    /// happen now, and for joins that no longer can.
    pub(super) fn finish(mut self) -> Vec<Event> {
        loop {
            self.move_tokens();
            // Each round of this loop spends steps, so it ends.
            self.steps += 1;
            let more = self.judge_conditions() || self.join_inclusive();
            if !more || self.steps > MAX_STEPS {
                break;
            }
        }
        self.move_tokens();
        self.fault_stuck_joins();
        self.events
    }

    fn move_tokens(&mut self) {
        while let Some(token) = self.moving.pop() {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                self.fault(token, Code::fixed("step_limit"), None);
            } else {
                self.step(token);
            }
        }
    }

    fn step(&mut self, token: u32) {
        let Some(held) = self.state.tokens.get(&token) else { return };
        if held.fault.is_some() {
            return;
        }
        match &held.place {
            Place::OnFlow { flow } => {
                let (flow, scope) = (flow.clone(), held.scope);
                self.arrive(token, scope, flow);
            }
            Place::Entered => {
                let held = held.clone();
                self.execute(token, &held);
            }
            Place::Leaving => self.route(token),
            Place::Waiting | Place::Joining { .. } => {}
        }
    }

    /// Births a token on an element.
    pub(super) fn begin(&mut self, element: &Element, scope: u32) -> u32 {
        let token = self.state.last.token + 1;
        self.emit(ElementEntered { token, scope, element: element.id.clone(), flow: None });
        self.go(token);
        token
    }

    /// The token moves next, before those put here earlier.
    pub(super) fn go(&mut self, token: u32) {
        self.moving.push(token);
    }

    fn arrive(&mut self, token: u32, scope: u32, flow: Code) {
        let model = self.model;
        let target = model.flow(&flow).and_then(|flow| model.element(&flow.target));
        let Some(target) = target else {
            return self.fault(token, Code::fixed("unknown_element"), None);
        };
        let element = target.id.clone();
        self.emit(ElementEntered { token, scope, element, flow: Some(flow.clone()) });
        if !target.kind.joins() || target.incoming.len() < 2 {
            return self.go(token);
        }
        self.emit(TokenWaiting { token, element: target.id.clone(), flow });
        if target.kind == Kind::Parallel {
            self.join(target, scope);
        }
    }

    fn execute(&mut self, token: u32, held: &Token) {
        let model = self.model;
        let Some(element) = model.element(&held.element) else {
            return self.fault(token, Code::fixed("unknown_element"), None);
        };
        if element.repeat.is_some() && !self.is_round(held) {
            return self.open_rounds(token, element);
        }
        if !element.kind.has_inside() && !self.map_in(token, element) {
            return;
        }
        match &element.kind {
            Kind::Start
            | Kind::StartOn { .. }
            | Kind::Pass
            | Kind::Boundary { .. }
            | Kind::Parallel => self.leave(token),
            Kind::End => self.end(token, element),
            Kind::Terminate => self.terminate(token, element),
            Kind::User => self.create_task(token, element, TaskKind::Form),
            Kind::Rule { decision } => self.rule(token, element, decision.as_ref()),
            Kind::Service { action } => self.create_job(token, element, action.as_ref()),
            Kind::Send { action: Some(action), .. } => {
                self.create_job(token, element, Some(action));
            }
            Kind::Send { action: None, message } => {
                if self.publish(token, element, message) {
                    self.leave(token);
                }
            }
            Kind::Script { text, result } => self.script(token, element, text, result.as_ref()),
            Kind::Exclusive => self.choose(token, element),
            Kind::Inclusive => self.leave(token),
            Kind::EventBased => self.await_first(token, element),
            Kind::Catch { .. } | Kind::Receive { .. } => self.catch(token, element),
            Kind::Throw { what, end } => self.throw(token, element, what, *end),
            Kind::SubProcess
            | Kind::EventSubProcess
            | Kind::Transaction
            | Kind::AdHoc(_)
            | Kind::Call { .. } => self.open_scope(token, element),
        }
    }

    /// Takes up a parked token where it stood.
    pub(super) fn retry(&mut self, token: u32) {
        let Some(held) = self.state.tokens.get(&token).cloned() else { return };
        let model = self.model;
        let Some(element) = model.element(&held.element) else { return };
        match (&held.place, &element.kind) {
            (Place::Joining { .. }, Kind::Parallel) => self.join(element, held.scope),
            (Place::Joining { .. }, _) => {}
            (
                Place::Waiting,
                Kind::Service { action: Some(action) }
                | Kind::Send { action: Some(action), .. }
                | Kind::Throw { what: crate::model::Throw::Message(_, Some(action)), .. },
            ) => self.new_job(token, element, action),
            (Place::Waiting, _) => self.retry_waiting(token),
            _ => self.go(token),
        }
    }

    /// A token that was parked while it waited: for its rounds, its activities, or while it left.
    fn retry_waiting(&mut self, token: u32) {
        let hosted = self.state.scopes.iter().find(|(_, scope)| scope.token == Some(token));
        if let Some((scope, kind)) = hosted.map(|(id, scope)| (*id, scope.kind)) {
            return match kind {
                ScopeKind::Rounds => self.retry_rounds(scope),
                ScopeKind::AdHoc => self.judge_ad_hoc(scope),
                _ => self.retry_scope(scope),
            };
        }
        let works = self.state.tasks.values().any(|task| task.token == token)
            || self.state.timers.values().any(|timer| timer.token == token)
            || self.state.subscriptions.values().any(|held| held.token == token);
        if !works {
            self.leave(token);
        }
    }

    /// A scope whose last token has ended, but whose results could not go out.
    fn retry_scope(&mut self, scope: u32) {
        let empty = self.state.tokens.values().all(|token| token.scope != scope);
        let model = self.model;
        let element = self.state.scopes.get(&scope).and_then(|held| held.element.as_ref());
        if let (true, Some(element)) = (empty, element.and_then(|id| model.element(id))) {
            self.complete(scope, element);
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

    /// Whether so many more tokens may be born.
    pub(super) fn has_room_for(&self, tokens: usize) -> bool {
        self.state.tokens.len() + tokens <= MAX_TOKENS
    }

    /// Whether so many more variables may be held, each within its limits.
    pub(super) fn may_hold(&self, variables: &Variables) -> bool {
        let held: usize = self.state.scopes.values().map(|scope| scope.variables.len()).sum();
        held + variables.len() <= MAX_VARIABLES && variables.values().all(Value::is_within_limits)
    }

    pub(super) fn variables(&self, token: u32) -> Variables {
        self.state.variables(self.scope_of(token))
    }

    pub(super) fn scope_of(&self, token: u32) -> u32 {
        self.state.tokens.get(&token).map_or(0, |token| token.scope)
    }

    /// The element a token stands on.
    pub(super) fn element_of(&self, token: u32) -> Option<&'a Element> {
        let model = self.model;
        self.state.tokens.get(&token).and_then(|token| model.element(&token.element))
    }
}
