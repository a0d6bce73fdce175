//! Inclusive gateways that join: when all has arrived that still can.
//!
//! The rule of BPMN 2.0.2 (13.4.3), for any shape of flow: the gateway fires when a token waits on an
//! incoming flow, and no other token can still reach an incoming flow that is empty on a path that does
//! not pass the gateway, unless it could also reach one that is not empty.

use std::collections::BTreeSet;

use base::Code;

use super::{event::TokensJoined, run::Run, state::Place};
use crate::model::{Element, Kind, Throw, Trigger};

impl Run<'_> {
    /// Joins at every inclusive gateway whose time has come; answers whether one was.
    pub(super) fn join_inclusive(&mut self) -> bool {
        let model = self.model;
        let waiting = |place: &Place| matches!(place, Place::Joining { .. });
        let here = self.state.tokens.values().filter(|token| waiting(&token.place));
        let places: BTreeSet<(u32, Code)> =
            here.map(|token| (token.scope, token.element.clone())).collect();
        let mut joined = false;
        for (scope, id) in places {
            let Some(gateway) = model.element(&id).filter(|e| e.kind == Kind::Inclusive) else {
                continue;
            };
            if let Some(tokens) = self.arrived(gateway, scope) {
                let token = tokens[0];
                tokens.iter().for_each(|token| self.cancel_work(*token));
                self.emit(TokensJoined { element: id, tokens, token });
                self.go(token);
                joined = true;
            }
        }
        joined
    }

    /// The tokens that join now, one of each flow that has one; `None` while more can come.
    fn arrived(&self, gateway: &Element, scope: u32) -> Option<Vec<u32>> {
        let first =
            gateway.incoming.iter().map(|flow| (flow, self.first_joining(gateway, scope, flow)));
        let (full, empty): (Vec<_>, Vec<_>) = first.partition(|(_, token)| token.is_some());
        let full_flows: BTreeSet<&Code> = full.iter().map(|(flow, _)| *flow).collect();
        let empty_flows: BTreeSet<&Code> = empty.iter().map(|(flow, _)| *flow).collect();
        let full_reach = self.behind(gateway, &full_flows);
        let empty_reach = self.behind(gateway, &empty_flows);
        let others =
            self.state.tokens.values().filter(|t| t.scope == scope && t.element != gateway.id);
        for token in others {
            let at = &token.element;
            if empty_reach.contains(at) && !full_reach.contains(at) {
                return None;
            }
        }
        let tokens: Vec<u32> = full.into_iter().filter_map(|(_, token)| token).collect();
        (!tokens.is_empty()).then_some(tokens)
    }

    /// The elements from which one of these flows can be reached without passing the gateway.
    fn behind(&self, gateway: &Element, flows: &BTreeSet<&Code>) -> BTreeSet<Code> {
        let model = self.model;
        let sources = flows.iter().filter_map(|flow| model.flow(flow)).map(|flow| &flow.source);
        let mut open: Vec<&Code> = sources.collect();
        let mut seen: BTreeSet<Code> = BTreeSet::new();
        // Each element is looked at once.
        while let Some(id) = open.pop() {
            if *id == gateway.id || !seen.insert(id.clone()) {
                continue;
            }
            let Some(element) = model.element(id) else { continue };
            let flows = element.incoming.iter().filter_map(|flow| model.flow(flow));
            open.extend(flows.map(|flow| &flow.source));
            match &element.kind {
                Kind::Boundary { host, .. } => open.push(host),
                Kind::Catch { on: Trigger::Link(name) } => {
                    let throws = |e: &&Element| {
                        e.parent == element.parent
                            && matches!(&e.kind, Kind::Throw { what: Throw::Link(n), .. } if n == name)
                    };
                    open.extend(model.elements().iter().filter(throws).map(|e| &e.id));
                }
                _ => {}
            }
        }
        seen
    }

    /// A scope whose tokens all wait at joins can never move again: say so. Exact, because tokens reach
    /// a scope only from tokens of that scope, and what is chosen by people waits for nothing.
    pub(super) fn fault_stuck_joins(&mut self) {
        let joining = |place: &Place| matches!(place, Place::Joining { .. });
        if !self.state.tokens.values().any(|token| joining(&token.place)) {
            return;
        }
        let scopes: Vec<u32> = self.state.scopes.keys().copied().collect();
        for scope in scopes {
            let inside = self.state.tokens.iter().filter(|(_, token)| token.scope == scope);
            let inside: Vec<(u32, bool)> =
                inside.map(|(id, token)| (*id, joining(&token.place))).collect();
            if inside.iter().all(|(_, joining)| *joining) {
                let stuck = Code::fixed("join_stuck");
                inside.iter().for_each(|(token, _)| self.fault(*token, stuck.clone(), None));
            }
        }
    }
}
