//! Repeated activities: once for each item, together or one after the other, or as long as a condition
//! holds. All rounds share one scope, each has one of its own.

use base::Code;

use super::{
    event::{
        RoundCompleted, RoundStarted, RoundsPlanned, ScopeCompleted, ScopeKind, ScopeOpened,
        VariablesMapped,
    },
    run::Run,
    state::Rounds,
};
use crate::{
    model::{Each, Element, Repeat},
    value::{MAX_LIST, Value, Variables},
};

/// The most rounds of an activity.
const MAX_ROUNDS: u32 = 100;

impl Run<'_> {
    pub(super) fn open_rounds(&mut self, token: u32, element: &Element) {
        let Some(repeat) = &element.repeat else { return };
        let planned = match repeat {
            Repeat::Loop { .. } => Ok((None, Vec::new())),
            Repeat::Each(each) => self.plan(token, each),
        };
        let (total, items) = match planned {
            Ok(planned) => planned,
            Err(code) => return self.fault(token, code, None),
        };
        let begins = match repeat {
            Repeat::Loop { before: true, condition, .. } => {
                match self.goes_on(self.scope_of(token), condition.as_deref()) {
                    Ok(goes_on) => goes_on,
                    Err(code) => return self.fault(token, code, None),
                }
            }
            _ => total != Some(0),
        };
        let at_once = match repeat {
            Repeat::Each(each) if !each.sequential => total.unwrap_or(0),
            _ => 1,
        };
        if !self.has_room_for(at_once as usize) {
            return self.fault(token, Code::fixed("too_many_tokens"), None);
        }
        let (scope, parent) = (self.state.last.scope + 1, self.scope_of(token));
        let (id, kind) = (element.id.clone(), ScopeKind::Rounds);
        self.emit(ScopeOpened { scope, parent, element: id.clone(), token, kind, bound: None });
        self.emit(RoundsPlanned { scope, element: id, total, items });
        self.arm_boundaries(token, element);
        if !begins {
            return self.rounds_over(scope, element);
        }
        // Begun in reverse, so that the first moves first.
        let begun: Vec<u32> =
            (0..at_once).map_while(|_| self.begin_round(scope, element)).collect();
        begun.iter().rev().for_each(|token| self.go(*token));
    }

    /// How many rounds, over which items.
    fn plan(&self, token: u32, each: &Each) -> Result<(Option<u32>, Vec<Value>), Code> {
        let seen = self.variables(token);
        if let Some(text) = &each.collection {
            return match self.evaluate(text, &seen)? {
                Value::List(items) if items.len() <= MAX_LIST => {
                    let total = u32::try_from(items.len()).unwrap_or(MAX_ROUNDS);
                    Ok((Some(total), items))
                }
                Value::None => Err(Code::fixed("collection_unknown")),
                _ => Err(Code::fixed("collection_is_no_list")),
            };
        }
        let text = each.cardinality.as_deref().ok_or(Code::fixed("rounds_unknown"))?;
        match self.evaluate(text, &seen)? {
            Value::Integer(number) => match u32::try_from(number) {
                Ok(total) if total <= MAX_ROUNDS => Ok((Some(total), Vec::new())),
                _ => Err(Code::fixed("too_many_rounds")),
            },
            _ => Err(Code::fixed("rounds_unknown")),
        }
    }

    /// Begins the next round and answers its token.
    fn begin_round(&mut self, rounds: u32, element: &Element) -> Option<u32> {
        let held = self.state.scopes.get(&rounds)?.rounds.clone()?;
        let (scope, index) = (self.state.last.scope + 1, held.started);
        let variables = own_variables(element, &held, index);
        let id = element.id.clone();
        self.emit(RoundStarted { scope, rounds, element: id.clone(), index, variables });
        let token = self.state.last.token + 1;
        self.emit(super::event::ElementEntered { token, scope, element: id, flow: None });
        Some(token)
    }

    /// A round's token has left its activity.
    pub(super) fn round_done(&mut self, token: u32, element: &Element) {
        let scope = self.scope_of(token);
        let Some(held) = self.state.scopes.get(&scope) else { return };
        let (Some(rounds), Some(index)) = (held.parent, held.index) else { return };
        let output = match &element.repeat {
            Some(Repeat::Each(Each { take: Some(name), result: Some(_), .. })) => {
                self.state.seen(scope, name).cloned()
            }
            _ => None,
        };
        let id = element.id.clone();
        self.emit(RoundCompleted { scope, rounds, element: id, index, output });
        self.next_round(rounds, element);
    }

    /// The condition that parked the activity is judged again.
    pub(super) fn retry_rounds(&mut self, scope: u32) {
        let model = self.model;
        let element = self.state.scopes.get(&scope).and_then(|held| held.element.as_ref());
        if let Some(element) = element.and_then(|id| model.element(id)) {
            self.next_round(scope, element);
        }
    }

    fn next_round(&mut self, scope: u32, element: &Element) {
        let Some(held) = self.state.scopes.get(&scope) else { return };
        let (Some(host), Some(rounds)) = (held.token, held.rounds.clone()) else { return };
        let over = match &element.repeat {
            Some(Repeat::Loop { condition, maximum, .. }) => {
                let enough = rounds.completed >= *maximum;
                if enough {
                    Ok(true)
                } else {
                    self.goes_on(scope, condition.as_deref()).map(|on| !on)
                }
            }
            Some(Repeat::Each(each)) => self.is_over(scope, each, &rounds),
            None => Ok(true),
        };
        match over {
            Err(code) => self.fault(host, code, None),
            Ok(true) => self.rounds_over(scope, element),
            Ok(false) => {
                let parallel = matches!(&element.repeat, Some(Repeat::Each(e)) if !e.sequential);
                if !parallel && let Some(token) = self.begin_round(scope, element) {
                    self.go(token);
                }
            }
        }
    }

    fn goes_on(&self, scope: u32, condition: Option<&str>) -> Result<bool, Code> {
        let Some(condition) = condition else { return Ok(true) };
        let mut seen = self.state.variables(scope);
        if let Some(rounds) = self.state.scopes.get(&scope).and_then(|s| s.rounds.as_ref()) {
            seen.insert(Code::fixed("completed_rounds"), i64::from(rounds.completed).into());
        }
        self.host.test(condition, &seen).map(|t| t.holds).map_err(|untold| untold.code)
    }

    fn is_over(&self, scope: u32, each: &Each, rounds: &Rounds) -> Result<bool, Code> {
        let total = rounds.total.unwrap_or(0);
        if rounds.completed >= total {
            return Ok(true);
        }
        let Some(condition) = &each.completion else { return Ok(false) };
        let mut seen = self.state.variables(scope);
        let active = rounds.started.saturating_sub(rounds.completed);
        for (name, number) in [
            (Code::fixed("rounds"), total),
            (Code::fixed("completed_rounds"), rounds.completed),
            (Code::fixed("active_rounds"), active),
        ] {
            seen.insert(name, i64::from(number).into());
        }
        if let Some(result) = &each.result {
            let given = rounds.outputs.values().cloned().collect();
            seen.insert(result.clone(), Value::List(given));
        }
        self.host.test(condition, &seen).map(|t| t.holds).map_err(|untold| untold.code)
    }

    /// No more rounds: those that still run are cancelled, what they gave becomes the result.
    fn rounds_over(&mut self, scope: u32, element: &Element) {
        let Some(held) = self.state.scopes.get(&scope) else { return };
        let (Some(host), Some(rounds)) = (held.token, held.rounds.clone()) else { return };
        let inner: Vec<u32> = self
            .state
            .scopes
            .iter()
            .filter(|(_, s)| s.parent == Some(scope))
            .map(|(id, _)| *id)
            .collect();
        inner.into_iter().for_each(|round| self.end_scope(round, Some(&element.id)));
        let compensable = self.compensation_of(element).is_none();
        self.emit(ScopeCompleted { scope, element: element.id.clone(), compensable });
        if let Some(Repeat::Each(Each { result: Some(result), .. })) = &element.repeat {
            let list = Value::List(rounds.outputs.into_values().take(MAX_LIST).collect());
            let variables = Variables::from([(result.clone(), list)]);
            let (scope, element) = (self.scope_of(host), element.id.clone());
            self.emit(VariablesMapped { scope, element, local: false, variables });
        }
        self.leave(host);
    }
}

/// A round knows its number, its item, and the name of what it has to give.
fn own_variables(element: &Element, rounds: &Rounds, index: u32) -> Variables {
    let mut own = Variables::from([(Code::fixed("round"), i64::from(index).into())]);
    if let Some(Repeat::Each(each)) = &element.repeat {
        let item = rounds.items.get(index as usize).cloned();
        if let (Some(name), Some(item)) = (&each.item, item) {
            own.insert(name.clone(), item);
        }
        if let Some(take) = each.take.as_ref().filter(|take| each.item.as_ref() != Some(take)) {
            own.insert(take.clone(), Value::None);
        }
    }
    own
}
