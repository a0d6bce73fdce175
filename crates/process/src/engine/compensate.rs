//! Compensation: what was completed is undone, the newest first; and transactions, which are cancelled
//! as a whole.

use base::Code;

use super::{
    event::{
        CompensationDone, CompensationRequested, CompensationRun, ElementEntered, ScopeKind,
        TransactionCancelled,
    },
    run::Run,
};
use crate::model::{Element, Kind, Throw, Trigger};

impl Run<'_> {
    /// Undoes one activity, or all that the scope remembers; the token waits for it.
    pub(super) fn compensate(&mut self, token: u32, element: &Element, activity: Option<&Code>) {
        let mut scope = self.scope_of(token);
        // A handler's compensation undoes what was done around it.
        while let Some(open) = self.state.scopes.get(&scope)
            && open.kind == ScopeKind::Event
            && let Some(parent) = open.parent
        {
            scope = parent;
        }
        let done = self.state.scopes.get(&scope).map(|open| open.done.clone()).unwrap_or_default();
        let wanted = |(of, _): &(Code, Code)| activity.is_none_or(|a| self.lies_in(of, a));
        let (activities, handlers) = done.into_iter().rev().filter(wanted).unzip();
        let id = element.id.clone();
        self.emit(CompensationRequested { token, element: id, scope, activities, handlers });
        self.undo_next(token);
    }

    fn lies_in(&self, element: &Code, outer: &Code) -> bool {
        let mut at = Some(element);
        while let Some(id) = at {
            if id == outer {
                return true;
            }
            at = self.model.element(id).and_then(|element| element.parent.as_ref());
        }
        false
    }

    /// Runs the next handler; after the last one the token goes on.
    pub(super) fn undo_next(&mut self, token: u32) {
        let Some(undoing) = self.state.undoing.get(&token).cloned() else { return };
        let model = self.model;
        let Some(element) = self.element_of(token) else { return };
        let Some(handler) = undoing.handlers.first().and_then(|id| model.element(id)) else {
            self.emit(CompensationDone { token, element: element.id.clone() });
            return self.undone(token, element);
        };
        let (runner, scope, id) = (self.state.last.token + 1, undoing.scope, handler.id.clone());
        self.emit(CompensationRun { token, runner, element: id.clone() });
        self.emit(ElementEntered { token: runner, scope, element: id, flow: None });
        self.go(runner);
    }

    fn undone(&mut self, token: u32, element: &Element) {
        match element.kind {
            Kind::Throw { what: Throw::Cancel, .. } => self.cancelled(token),
            Kind::Throw { end, .. } => self.thrown(token, element, end),
            _ => self.leave(token),
        }
    }

    /// A cancelling end: what else runs in the transaction ends, what is done is undone.
    pub(super) fn cancel_transaction(&mut self, token: u32, element: &Element) {
        let scope = self.scope_of(token);
        self.interrupt(scope, &element.id, Some(token));
        self.compensate(token, element, None);
    }

    /// All is undone: the transaction leaves by its cancel boundary event.
    fn cancelled(&mut self, token: u32) {
        let (model, scope) = (self.model, self.scope_of(token));
        let Some(open) = self.state.scopes.get(&scope) else { return };
        let (Some(host), Some(id)) = (open.token, open.element.clone()) else {
            return self.fault(token, Code::fixed("cancel_outside_transaction"), None);
        };
        let Some(transaction) = model.element(&id) else { return };
        self.emit(TransactionCancelled { scope, element: id.clone() });
        let boundaries = transaction.boundaries.iter().filter_map(|id| model.element(id));
        let mut cancel = boundaries.filter(|b| b.kind.trigger() == Some(&Trigger::Cancel));
        match cancel.next() {
            Some(boundary) => self.trigger(boundary, &id, host, true),
            None => {
                self.end_scope(scope, Some(&id));
                self.leave(host);
            }
        }
    }
}
