//! Throwing events: messages, signals, links; errors and escalations, which climb to who catches them.

use base::Code;

use super::{
    catch::Owner,
    event::{
        ElementEntered, ElementLeft, ErrorCaught, ErrorThrown, EscalationThrown, LinkFollowed,
        ScopeKind,
    },
    run::Run,
};
use crate::model::{Element, Kind, Throw, Trigger};

/// What climbs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Climbs {
    Error,
    Escalation,
}

impl<'a> Run<'a> {
    pub(super) fn throw(&mut self, token: u32, element: &Element, what: &Throw, end: bool) {
        match what {
            Throw::Nothing => {}
            Throw::Message(_, Some(action)) => {
                return self.create_job(token, element, Some(action));
            }
            Throw::Message(message, None) => {
                if !self.publish(token, element, message) {
                    return;
                }
            }
            Throw::Signal(name) => self.throw_signal(token, element, name),
            Throw::Link(name) => return self.follow(token, element, name),
            Throw::Error(code) => return self.throw_error(token, element, code.as_ref()),
            Throw::Escalation(code) => self.escalate(token, element, code.as_ref()),
            Throw::Compensation(activity) => {
                return self.compensate(token, element, activity.as_ref());
            }
            Throw::Cancel => return self.cancel_transaction(token, element),
        }
        self.thrown(token, element, end);
    }

    /// What an event threw is out: the token ends or goes on, where it still lives.
    pub(super) fn thrown(&mut self, token: u32, element: &Element, end: bool) {
        match (self.state.tokens.contains_key(&token), end) {
            (false, _) => {}
            (true, true) => self.end(token, element),
            (true, false) => self.leave(token),
        }
    }

    fn follow(&mut self, token: u32, element: &Element, name: &Code) {
        let model = self.model;
        let other = |to: &&Element| {
            to.parent == element.parent
                && to.kind == Kind::Catch { on: Trigger::Link(name.clone()) }
        };
        let Some(to) = model.elements().iter().find(other) else {
            return self.fault(token, Code::fixed("link_unmatched"), None);
        };
        let scope = self.scope_of(token);
        let (from, id) = (element.id.clone(), to.id.clone());
        self.emit(ElementLeft { token, element: from.clone() });
        self.emit(LinkFollowed { token, element: from, to: id.clone() });
        self.emit(ElementEntered { token, scope, element: id, flow: None });
        self.go(token);
    }

    /// Raises an error at a token: the nearest that catches it interrupts, else the token is parked.
    pub(super) fn throw_error(&mut self, token: u32, element: &Element, code: Option<&Code>) {
        self.emit(ErrorThrown { token, element: element.id.clone(), code: code.cloned() });
        match self.catcher(token, Climbs::Error, code) {
            Some((catcher, owner)) => {
                let (element, code) = (catcher.id.clone(), code.cloned());
                self.emit(ErrorCaught { element, code });
                self.come_true(catcher, owner);
            }
            None => self.fault(token, Code::fixed("error_uncaught"), None),
        }
    }

    fn escalate(&mut self, token: u32, element: &Element, code: Option<&Code>) {
        let found = self.catcher(token, Climbs::Escalation, code);
        let caught = found.map(|(catcher, _)| catcher.id.clone());
        let (id, code) = (element.id.clone(), code.cloned());
        self.emit(EscalationThrown { token, element: id, code, caught });
        if let Some((catcher, owner)) = found {
            self.come_true(catcher, owner);
        }
    }

    /// Who catches: from the token outwards, first the boundary events of the activity, then the event
    /// sub-processes of the scope. What a handler throws is not caught by itself.
    fn catcher(
        &self,
        token: u32,
        climbs: Climbs,
        code: Option<&Code>,
    ) -> Option<(&'a Element, Owner)> {
        let model = self.model;
        let mut at = token;
        // Each round climbs one scope, so this ends.
        loop {
            let held = self.state.tokens.get(&at)?;
            let element = model.element(&held.element)?;
            let boundaries = if self.is_round(held) { &[][..] } else { &element.boundaries };
            if let Some(found) = self.matching(boundaries, climbs, code) {
                return Some((found, Owner::Token(at)));
            }
            let mut scope = held.scope;
            let host = loop {
                let open = self.state.scopes.get(&scope)?;
                let rounds = matches!(open.kind, ScopeKind::Rounds | ScopeKind::Round);
                let own = |id: &&Code| {
                    let handler = model.element(id).and_then(|start| start.parent.as_ref());
                    handler != Some(&element.id)
                };
                if !rounds {
                    let handlers = &model.beginning(open.element.as_ref()).handlers;
                    let handlers: Vec<Code> = handlers.iter().filter(own).cloned().collect();
                    if let Some(found) = self.matching(&handlers, climbs, code) {
                        return Some((found, Owner::Scope(scope)));
                    }
                }
                match open.token {
                    Some(host) => break host,
                    None => scope = open.parent?,
                }
            };
            at = host;
        }
    }

    /// The event with this very code, else the one that catches any.
    fn matching(&self, ids: &[Code], climbs: Climbs, code: Option<&Code>) -> Option<&'a Element> {
        let model = self.model;
        let wanted = |element: &&Element| match element.kind.trigger() {
            Some(Trigger::Error(wanted)) if climbs == Climbs::Error => {
                wanted.is_none() || wanted.as_ref() == code
            }
            Some(Trigger::Escalation(wanted)) if climbs == Climbs::Escalation => {
                wanted.is_none() || wanted.as_ref() == code
            }
            _ => false,
        };
        let named = |element: &&Element| {
            matches!(
                element.kind.trigger(),
                Some(Trigger::Error(Some(_)) | Trigger::Escalation(Some(_)))
            )
        };
        let all = || ids.iter().filter_map(|id| model.element(id)).filter(wanted);
        all().find(named).or_else(|| all().next())
    }
}
