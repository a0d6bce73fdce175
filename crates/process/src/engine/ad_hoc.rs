//! Ad-hoc sub-processes: activities begin by choice, in any order, as often as wanted.

use base::Code;

use super::{
    MAX_TOKENS, Refusal,
    event::{ElementActivated, ScopeKind},
    run::Run,
    state::State,
};
use crate::model::{AdHoc, Element, Kind, Model};

/// An open ad-hoc sub-process, and what a person may do in it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its scope.
    pub scope: u32,
    /// The sub-process.
    pub element: Code,
    /// The activities that may be begun, in the order of the model.
    pub activities: Vec<Code>,
    /// Whether it may be said to be done.
    pub may_finish: bool,
}

/// The open ad-hoc sub-processes, in the order in which they were opened.
pub fn offers(model: &Model, state: &State) -> Vec<Offer> {
    let open = state.scopes.iter().filter(|(_, scope)| scope.kind == ScopeKind::AdHoc);
    let open = open.filter_map(|(scope, held)| {
        let element = held.element.as_ref().and_then(|id| model.element(id))?;
        let Kind::AdHoc(how) = &element.kind else { return None };
        let runs = state.tokens.values().any(|token| token.scope == *scope);
        let full = state.tokens.len() >= MAX_TOKENS;
        let free = &model.beginning(Some(&element.id)).free;
        let activities = if full || (how.sequential && runs) { &[][..] } else { free.as_slice() };
        Some(Offer {
            scope: *scope,
            element: element.id.clone(),
            activities: activities.to_vec(),
            may_finish: !runs || how.cancels,
        })
    });
    open.collect()
}

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
        let wrong = || Refusal::NotOffered { element: element.clone() };
        let open = offers(self.model, self.state);
        let offer = open.iter().find(|offer| offer.activities.contains(element));
        let scope = offer.ok_or_else(wrong)?.scope;
        let activity = self.model.element(element).ok_or_else(wrong)?;
        self.emit(ElementActivated { scope, element: element.clone() });
        self.begin(activity, scope);
        Ok(())
    }

    /// A person says that nothing more is to be done in it.
    pub(super) fn finish_ad_hoc(&mut self, element: &Code) -> Result<(), Refusal> {
        let wrong = || Refusal::NothingWaits { element: element.clone() };
        let open = offers(self.model, self.state);
        let offer = open.iter().find(|offer| offer.element == *element).ok_or_else(wrong)?;
        let node = self.model.element(element).ok_or_else(wrong)?;
        if !offer.may_finish {
            return Err(Refusal::StillRuns { element: element.clone() });
        }
        self.close_ad_hoc(offer.scope, node);
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
