//! Leaving an element: its evidence, its results, what it leaves to be undone; then the way on.

use base::Code;

use super::{
    event::{
        CompensationHeld, ElementLeft, EvidenceAwaited, EvidenceCompleted, FlowTaken, ScopeKind,
        VariablesMapped,
    },
    run::Run,
    state::{Place, Token},
};
use crate::{
    model::{Element, Mapping, Trigger, local, marks::is_variable},
    value::{Value, Variables},
};

impl Run<'_> {
    /// The work of an element is done: the token leaves, unless evidence is missing.
    pub(super) fn leave(&mut self, token: u32) {
        let Some(element) = self.element_of(token) else {
            return self.fault(token, Code::fixed("unknown_element"), None);
        };
        let missing = self.missing(token, element);
        if missing.is_empty() {
            return self.pass(token);
        }
        if self.state.held.get(&token) != Some(&missing) {
            self.emit(EvidenceAwaited { token, element: element.id.clone(), missing });
        }
    }

    /// The records that hold this token. Rounds are judged once, with the last of them.
    fn missing(&self, token: u32, element: &Element) -> Vec<Code> {
        let held = self.state.tokens.get(&token);
        let leaving = |held: &Token| matches!(held.place, Place::Leaving | Place::OnFlow { .. });
        let judged = element.kind.is_activity()
            && held.is_some_and(|held| !leaving(held) && !self.is_round(held));
        let awaited = element.marks.evidence.iter().filter(|r| judged && r.holds);
        let names = awaited.map(|required| &required.name);
        let there = |name: &Code| self.brought.contains(name) || self.host.recorded(name);
        names.filter(|name| !there(name)).cloned().collect()
    }

    /// What this command brings as a record of the element: itself, and its answers.
    pub(super) fn bring<'c>(&mut self, element: &Code, names: impl IntoIterator<Item = &'c Code>) {
        let own = local(element).parse().ok();
        self.brought.extend(own.into_iter().chain([element.clone()]));
        self.brought.extend(names.into_iter().cloned());
    }

    /// Lets held tokens go whose evidence is complete now, in the order of their numbers.
    pub(super) fn release(&mut self) {
        let held: Vec<u32> = self.state.held.keys().copied().collect();
        for token in held {
            let Some(missing) = self.state.held.get(&token) else { continue };
            let there = |name: &Code| self.brought.contains(name) || self.host.recorded(name);
            if !missing.iter().all(there) {
                continue;
            }
            let Some(element) = self.element_of(token) else { continue };
            self.emit(EvidenceCompleted { token, element: element.id.clone() });
            self.pass(token);
        }
    }

    /// Leaves without asking for evidence: it is there, or an exception was invoked.
    pub(super) fn pass(&mut self, token: u32) {
        let Some(element) = self.element_of(token) else { return };
        if !element.kind.has_inside() && !self.map_out(token, element) {
            return;
        }
        let round = self.state.tokens.get(&token).is_some_and(|held| self.is_round(held));
        self.depart(token);
        if round {
            return self.round_done(token, element);
        }
        self.hold_compensation(token, element);
        self.go(token);
    }

    /// The element is done: what it still waits for is cancelled, the token is leaving.
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

    /// A completed activity with a compensation handler is remembered.
    fn hold_compensation(&mut self, token: u32, element: &Element) {
        if let Some(handler) = self.compensation_of(element) {
            let (scope, element) = (self.scope_of(token), element.id.clone());
            self.emit(CompensationHeld { scope, element, handler });
        }
    }

    /// The handler of an activity.
    pub(super) fn compensation_of(&self, element: &Element) -> Option<Code> {
        let boundaries = element.boundaries.iter().filter_map(|id| self.model.element(id));
        let mut own = boundaries.filter(|b| b.kind.trigger() == Some(&Trigger::Compensation));
        own.find_map(|boundary| boundary.handler.clone())
    }

    /// Maps into a task; false when that parked the token.
    pub(super) fn map_in(&mut self, token: u32, element: &Element) -> bool {
        let scope = self.scope_of(token);
        self.map(token, (scope, scope), element, (&element.marks.inputs, false))
    }

    fn map_out(&mut self, token: u32, element: &Element) -> bool {
        let scope = self.scope_of(token);
        self.map(token, (scope, scope), element, (&element.marks.outputs, false))
    }

    /// Evaluates mappings in one scope and sets them in another; false when that parked the token.
    pub(super) fn map(
        &mut self,
        token: u32,
        (read, set): (u32, u32),
        element: &Element,
        (mappings, local): (&[Mapping], bool),
    ) -> bool {
        if mappings.is_empty() {
            return true;
        }
        let seen = self.state.variables(read);
        let mut variables = Variables::new();
        for mapping in mappings {
            match self.evaluate(&mapping.source, &seen) {
                // What is unknown stays unknown.
                Ok(Value::None) if is_variable(&mapping.source) => {}
                Ok(value) => {
                    variables.insert(mapping.target.clone(), value);
                }
                Err(code) => {
                    self.fault(token, code, None);
                    return false;
                }
            }
        }
        if !self.may_hold(&variables) {
            self.fault(token, Code::fixed("too_many_variables"), None);
            return false;
        }
        if !variables.is_empty() {
            let element = element.id.clone();
            self.emit(VariablesMapped { scope: set, element, local, variables });
        }
        true
    }

    /// The value of an expression; the name of a variable needs no FEEL.
    pub(super) fn evaluate(&self, text: &str, seen: &Variables) -> Result<Value, Code> {
        if is_variable(text)
            && let Ok(name) = text.parse::<Code>()
        {
            return Ok(seen.get(&name).cloned().unwrap_or(Value::None));
        }
        if let Ok(number) = text.parse::<i64>() {
            return Ok(Value::Integer(number));
        }
        self.host.value(text, seen).map_err(|untold| untold.code)
    }

    /// Whether a token is one round of a repeated activity, on that activity.
    pub(super) fn is_round(&self, held: &Token) -> bool {
        let scope = self.state.scopes.get(&held.scope);
        scope.is_some_and(|s| {
            s.kind == ScopeKind::Round && s.element.as_ref() == Some(&held.element)
        })
    }
}
