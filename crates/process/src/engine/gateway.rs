//! Choosing the way on: exclusive and parallel gateways, and the flows that lead away from activities.
//!
//! A condition that is neither true nor false parks the token; it is never read as "no".

use base::Code;

use super::{
    event::{GatewayDecided, TokenForked, TokensJoined},
    run::Run,
    state::Place,
};
use crate::{
    model::{Element, Kind},
    value::Variables,
};

/// What was chosen for a leaving token: flows with what their conditions read.
type Way = Vec<(Code, Variables)>;

impl Run<'_> {
    /// An exclusive gateway: the first true flow in document order, else the default, else a fault.
    pub(super) fn choose(&mut self, token: u32, element: &Element) {
        if element.outgoing.len() < 2 && element.outgoing.iter().all(|f| self.is_plain(f)) {
            return self.leave(token);
        }
        match self.first_true(token, element) {
            Ok((flow, inputs, by_default)) => {
                let (element, chosen) = (element.id.clone(), flow.clone());
                self.emit(GatewayDecided { token, element, flow: chosen, inputs, by_default });
                self.leave_by(token, &flow);
            }
            Err((code, flow)) => self.fault(token, code, flow),
        }
    }

    fn is_plain(&self, flow: &Code) -> bool {
        self.model.flow(flow).is_some_and(|flow| flow.condition.is_none())
    }

    fn first_true(
        &self,
        token: u32,
        element: &Element,
    ) -> Result<(Code, Variables, bool), (Code, Option<Code>)> {
        let variables = self.variables(token);
        let mut inputs = Variables::new();
        for id in element.outgoing.iter().filter(|id| element.default.as_ref() != Some(id)) {
            let condition = self.model.flow(id).and_then(|flow| flow.condition.as_deref());
            let Some(condition) = condition else { return Ok((id.clone(), inputs, false)) };
            let tested = self.host.test(condition, &variables);
            let tested = tested.map_err(|untold| (untold.code, Some(id.clone())))?;
            inputs.extend(tested.inputs);
            if tested.holds {
                return Ok((id.clone(), inputs, false));
            }
        }
        let default = element.default.clone().ok_or((Code::fixed("no_flow_true"), None))?;
        Ok((default, inputs, true))
    }

    /// Sends a leaving token on its way.
    pub(super) fn route(&mut self, token: u32) {
        let Some(element) = self.element_of(token) else { return };
        let way = match element.kind {
            Kind::Inclusive if element.outgoing.len() > 1 => self.chosen(token, element),
            Kind::Parallel => {
                Ok(element.outgoing.iter().map(|flow| (flow.clone(), Variables::new())).collect())
            }
            Kind::Exclusive => {
                self.first_true(token, element).map(|(flow, inputs, _)| vec![(flow, inputs)])
            }
            _ => self.true_flows(token, element),
        };
        match way {
            Ok(way) => self.send(token, element, &way),
            Err((code, flow)) => self.fault(token, code, flow),
        }
    }

    /// What an inclusive gateway chose, each flow told.
    fn chosen(&mut self, token: u32, element: &Element) -> Result<Way, (Code, Option<Code>)> {
        let way = self.true_flows(token, element)?;
        for (flow, inputs) in &way {
            let by_default = element.default.as_ref() == Some(flow);
            let (id, flow, inputs) = (element.id.clone(), flow.clone(), inputs.clone());
            self.emit(GatewayDecided { token, element: id, flow, inputs, by_default });
        }
        Ok(way)
    }

    /// Flows without condition and those whose condition is true; the default when no condition is.
    fn true_flows(&self, token: u32, element: &Element) -> Result<Way, (Code, Option<Code>)> {
        let variables = self.variables(token);
        let mut way = Way::new();
        let mut some_condition = false;
        for id in element.outgoing.iter().filter(|id| element.default.as_ref() != Some(id)) {
            let condition = self.model.flow(id).and_then(|flow| flow.condition.as_deref());
            let Some(condition) = condition else {
                way.push((id.clone(), Variables::new()));
                continue;
            };
            let tested = self.host.test(condition, &variables);
            let tested = tested.map_err(|untold| (untold.code, Some(id.clone())))?;
            if tested.holds {
                some_condition = true;
                way.push((id.clone(), tested.inputs));
            }
        }
        match &element.default {
            Some(default) if !some_condition => way.push((default.clone(), Variables::new())),
            None if way.is_empty() && !element.outgoing.is_empty() => {
                return Err((Code::fixed("no_flow_true"), None));
            }
            _ => {}
        }
        Ok(way)
    }

    /// No flow consumes the token, one moves it, several fork it.
    fn send(&mut self, token: u32, element: &Element, way: &Way) {
        match way.as_slice() {
            [] => self.end_here(token, element),
            [(flow, inputs)] => {
                self.take(token, flow.clone(), inputs.clone());
                self.go(token);
            }
            several if !self.has_room_for(several.len()) => {
                self.fault(token, Code::fixed("too_many_tokens"), None);
            }
            several => self.fork(token, element, several),
        }
    }

    fn fork(&mut self, token: u32, element: &Element, way: &[(Code, Variables)]) {
        let next = self.state.last.token + 1;
        let tokens: Vec<u32> = std::iter::once(token).chain(next..).take(way.len()).collect();
        let flows = way.iter().map(|(flow, _)| flow.clone()).collect();
        let element = element.id.clone();
        self.emit(TokenForked { token, element, tokens: tokens.clone(), flows });
        for (token, (flow, inputs)) in tokens.iter().zip(way) {
            self.take(*token, flow.clone(), inputs.clone());
        }
        tokens.iter().rev().for_each(|token| self.go(*token));
    }

    /// Joins one token of each incoming flow, the earliest of each; others wait for the next round.
    pub(super) fn join(&mut self, element: &Element, scope: u32) {
        let mut tokens = Vec::new();
        for flow in &element.incoming {
            let first = self.first_joining(element, scope, flow);
            let Some(first) = first else { return };
            tokens.push(first);
        }
        let Some(&token) = tokens.first() else { return };
        // A join that was thought stuck and now happens is no fault any more.
        tokens.iter().for_each(|token| self.cancel_work(*token));
        self.emit(TokensJoined { element: element.id.clone(), tokens, token });
        self.go(token);
    }

    pub(super) fn first_joining(&self, element: &Element, scope: u32, flow: &Code) -> Option<u32> {
        let here = self
            .state
            .tokens
            .iter()
            .filter(|(_, token)| token.element == element.id && token.scope == scope);
        let waiting = here.filter_map(|(id, token)| match &token.place {
            Place::Joining { flow: by, arrived } if by == flow => Some((*arrived, *id)),
            _ => None,
        });
        waiting.min().map(|(_, id)| id)
    }
}
