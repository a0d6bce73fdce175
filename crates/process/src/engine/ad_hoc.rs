//! Ad-hoc sub-processes: activities begin by choice, in any order, as often as wanted.

use base::Code;

use super::{
    Refusal,
    event::{ElementActivated, ScopeKind},
    run::Run,
};
use crate::model::{AdHoc, Element, Kind};

impl Run<'_> {
    /// Opened: all activities begin with it, or people choose.
    pub(super) fn open_ad_hoc(&mut self, scope: u32, element: &Element) {
        let Kind::AdHoc(AdHoc { all: true, sequential, .. }) = &element.kind else { return };
        let free = &self.model.beginning(Some(&element.id)).free;
        let first = if *sequential { free.len().min(1) } else { free.len() };
        let room = self.has_room_for(first);
        let host = self.state.scopes.get(&scope).and_then(|scope| scope.token);
        if let (false, Some(host)) = (room, host) {
            return self.fault(host, Code::fixed("too_many_tokens"), None);
        }
        let model = self.model;
        for id in free[..first].iter().rev() {
            if let Some(activity) = model.element(id) {
                self.begin(activity, scope);
            }
        }
        if free.is_empty() {
            self.judge_ad_hoc(scope);
        }
    }

    /// A person chooses an activity.
    pub(super) fn activate(&mut self, element: &Code) -> Result<(), Refusal> {
        let model = self.model;
        let wrong = || Refusal::NotOffered { element: element.clone() };
        let activity = model.element(element).ok_or_else(wrong)?;
        let around = activity.parent.as_ref().and_then(|id| model.element(id)).ok_or_else(wrong)?;
        let Kind::AdHoc(how) = &around.kind else { return Err(wrong()) };
        let open =
            self.state.scopes.iter().find(|(_, s)| {
                s.kind == ScopeKind::AdHoc && s.element.as_ref() == Some(&around.id)
            });
        let scope = open.map(|(id, _)| *id).ok_or_else(wrong)?;
        let busy = how.sequential && self.state.tokens.values().any(|t| t.scope == scope);
        let free = &model.beginning(Some(&around.id)).free;
        if busy || !free.contains(element) || !self.has_room_for(1) {
            return Err(wrong());
        }
        self.emit(ElementActivated { scope, element: element.clone() });
        self.begin(activity, scope);
        Ok(())
    }

    /// A person says that nothing more is to be done in it.
    pub(super) fn finish_ad_hoc(&mut self, element: &Code) -> Result<(), Refusal> {
        let wrong = || Refusal::NothingWaits { element: element.clone() };
        let open = self
            .state
            .scopes
            .iter()
            .find(|(_, s)| s.kind == ScopeKind::AdHoc && s.element.as_ref() == Some(element));
        let scope = open.map(|(id, _)| *id).ok_or_else(wrong)?;
        let cancels = |e: &Element| matches!(&e.kind, Kind::AdHoc(how) if how.cancels);
        let rest = self.state.tokens.values().any(|token| token.scope == scope);
        let node = self.model.element(element).ok_or_else(wrong)?;
        if rest && !cancels(node) {
            return Err(Refusal::StillRuns { element: element.clone() });
        }
        self.close_ad_hoc(scope, node);
        Ok(())
    }

    /// After each activity: its condition, or the end of all, completes it.
    pub(super) fn judge_ad_hoc(&mut self, scope: u32) {
        let model = self.model;
        let Some(open) = self.state.scopes.get(&scope) else { return };
        let Some(element) = open.element.as_ref().and_then(|id| model.element(id)) else { return };
        let Kind::AdHoc(how) = &element.kind else { return };
        let (host, empty) = (open.token, self.state.tokens.values().all(|t| t.scope != scope));
        if let Some(condition) = &how.completion {
            match self.host.test(condition, &self.state.variables(scope)) {
                Ok(tested) if tested.holds && (empty || how.cancels) => {
                    return self.close_ad_hoc(scope, element);
                }
                Ok(_) => {}
                Err(untold) => {
                    if let Some(host) = host {
                        self.fault(host, untold.code, None);
                    }
                    return;
                }
            }
        }
        if !(how.all && empty) {
            return;
        }
        let visits = &self.state.visits;
        let next = model.beginning(Some(&element.id)).free.iter();
        let mut next = next.filter(|id| how.sequential && !visits.contains_key(*id));
        match next.next().and_then(|id| model.element(id)) {
            Some(activity) => {
                self.begin(activity, scope);
            }
            None if how.completion.is_none() => self.close_ad_hoc(scope, element),
            None => {}
        }
    }

    fn close_ad_hoc(&mut self, scope: u32, element: &Element) {
        let rest = self.state.tokens.iter().filter(|(_, token)| token.scope == scope);
        if rest.count() > 0 {
            self.interrupt(scope, &element.id, None);
        }
        self.complete(scope, element);
    }
}
