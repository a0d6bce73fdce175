//! Moving a running instance to another version of its process: first seen, then done.
//!
//! Tokens, tasks, jobs and rounds move by name, or by an explicit mapping. What waits for a message, a
//! signal or a time moves with its remaining time; nothing that has fired is armed again. What only the
//! old version waits for is cancelled, what only the new one waits for begins to wait now. A place that
//! has no counterpart of the same kind in the same scope refuses the whole migration.
//!
//! Regulatory clocks hang on facts and are not here at all.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Timestamp};

use super::{
    Refusal,
    catch::Owner,
    event::{Event, InstanceMigrated, SubscriptionClosed, TimerCancelled},
    run::Run,
    state::{Place, State, Status},
};
use crate::{
    host::Host,
    model::{Element, Kind, Model},
};

/// Elements and flows that are called otherwise in the new version: old id, new id.
pub type Mapping = BTreeMap<Code, Code>;

/// What an element or a flow is called in the new version: by the mapping, or by that of the call that
/// it lies in.
pub fn renamed(mapping: &Mapping, id: &Code) -> Code {
    if let Some(new) = mapping.get(id) {
        return new.clone();
    }
    // Inside a called process an element goes by the call's id, a colon, and its own.
    let mut calls = id.as_str().match_indices(':').rev().filter(|_| !mapping.is_empty());
    let inside = calls.find_map(|(at, _)| {
        let (call, own) = id.as_str().split_at(at);
        format!("{}{own}", mapping.get(&call.parse::<Code>().ok()?)?).parse().ok()
    });
    inside.unwrap_or_else(|| id.clone())
}

/// A place that cannot move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The element or flow of the old version.
    pub element: Code,
    /// Why: `element_missing`, `other_kind`, `other_scope`, `flow_missing`, `handler_missing`.
    pub reason: Code,
}

/// What a migration would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preview {
    /// Tokens that move: where they stand, and where they will.
    pub moves: Vec<(u32, Code, Code)>,
    /// Places that cannot move; with any, the migration is refused.
    pub stuck: Vec<Stuck>,
    /// Events that go on waiting, by their new names, with their remaining time.
    pub kept: BTreeSet<Code>,
    /// Events of the old version that are waited for no longer.
    pub ended: BTreeSet<Code>,
    /// Events of the new version that are waited for from now on.
    pub begun: BTreeSet<Code>,
}

struct Move<'a> {
    from: &'a Model,
    to: &'a Model,
    mapping: &'a Mapping,
}

impl<'a> Move<'a> {
    fn new_id(&self, id: &Code) -> Code {
        renamed(self.mapping, id)
    }

    /// The counterpart of an element, or why there is none.
    fn counterpart(&self, id: &Code) -> Result<&'a Element, &'static str> {
        let old = self.from.element(id).ok_or("element_missing")?;
        let new = self.to.element(&self.new_id(id)).ok_or("element_missing")?;
        self.fits(old, new)
    }

    /// Whether what stands on the old element may stand on the new one.
    fn fits(&self, old: &Element, new: &'a Element) -> Result<&'a Element, &'static str> {
        if std::mem::discriminant(&old.kind) != std::mem::discriminant(&new.kind)
            || old.repeat.is_some() != new.repeat.is_some()
        {
            return Err("other_kind");
        }
        if old.parent.as_ref().map(|parent| self.new_id(parent)) != new.parent {
            return Err("other_scope");
        }
        Ok(new)
    }

    /// The counterpart of an event that is waited for, when it is the same event on the same host.
    fn waited(&self, id: &Code) -> Option<&'a Element> {
        let (old, new) = (self.from.element(id)?, self.counterpart(id).ok()?);
        let same = match (&old.kind, &new.kind) {
            (Kind::Boundary { host: a, .. }, Kind::Boundary { host: b, .. }) => {
                self.new_id(a) == *b
            }
            _ => true,
        };
        let triggers = old.kind.trigger().map(std::mem::discriminant)
            == new.kind.trigger().map(std::mem::discriminant);
        (same && triggers).then_some(new)
    }

    /// Whether the old version knows an event under this new name: then it has been waited for before.
    fn is_known(&self, new: &Code) -> bool {
        self.from.elements().iter().any(|old| self.new_id(&old.id) == *new)
    }
}

/// What a place of the old version may be mapped to: elements of the same kind in the same scope; for a
/// flow, those that lead to where it led.
pub fn counterparts(from: &Model, to: &Model, id: &Code, mapping: &Mapping) -> Vec<Code> {
    let course = Move { from, to, mapping };
    if let Some(old) = from.element(id) {
        let fitting = to.elements().iter().filter(|new| course.fits(old, new).is_ok());
        return fitting.map(|new| new.id.clone()).collect();
    }
    let Some(old) = from.flow(id) else { return Vec::new() };
    let target = course.new_id(&old.target);
    to.flows().iter().filter(|new| new.target == target).map(|new| new.id.clone()).collect()
}

/// What would move, what cannot, and what is waited for afterwards.
pub fn preview(from: &Model, to: &Model, state: &State, mapping: &Mapping) -> Preview {
    let course = Move { from, to, mapping };
    let mut seen = Preview::default();
    let mut stuck = BTreeMap::new();
    for (number, token) in &state.tokens {
        match course.counterpart(&token.element) {
            Ok(new) => seen.moves.push((*number, token.element.clone(), new.id.clone())),
            Err(reason) => drop(stuck.insert(&token.element, reason)),
        }
        if let Place::Joining { flow, .. } | Place::OnFlow { flow } = &token.place {
            let leads = to.flow(&course.new_id(flow)).map(|flow| &flow.target);
            if leads != Some(&course.new_id(&token.element)) {
                stuck.insert(flow, "flow_missing");
            }
        }
    }
    for element in state.scopes.values().filter_map(|scope| scope.element.as_ref()) {
        if let Err(reason) = course.counterpart(element) {
            stuck.insert(element, reason);
        }
    }
    let handlers = state.scopes.values().flat_map(|scope| scope.done.iter().map(|(_, h)| h));
    let undoing = state.undoing.values().flat_map(|undoing| &undoing.handlers);
    for handler in handlers.chain(undoing).filter(|id| course.counterpart(id).is_err()) {
        stuck.insert(handler, "handler_missing");
    }
    seen.stuck = stuck
        .into_iter()
        .map(|(id, why)| Stuck { element: id.clone(), reason: Code::fixed(why) })
        .collect();
    waits(&course, state, &mut seen);
    seen
}

fn waits(course: &Move<'_>, state: &State, seen: &mut Preview) {
    let timers = state.timers.values().map(|timer| &timer.element);
    let open = state.subscriptions.values().map(|held| &held.element);
    for element in timers.chain(open) {
        match course.waited(element) {
            Some(new) => seen.kept.insert(new.id.clone()),
            None => seen.ended.insert(element.clone()),
        };
    }
    for (_, event) in begun(course, state) {
        seen.begun.insert(event.id.clone());
    }
}

/// Events of the new version on hosts and scopes that wait, which the old version does not know.
fn begun<'a>(course: &Move<'a>, state: &State) -> Vec<(Owner, &'a Element)> {
    let mut all = Vec::new();
    for (number, token) in state.tokens.iter().filter(|(_, t)| t.place == Place::Waiting) {
        let Ok(host) = course.counterpart(&token.element) else { continue };
        let scope = state.scopes.get(&token.scope);
        let round =
            scope.is_some_and(|s| s.index.is_some() && s.element.as_ref() == Some(&token.element));
        let boundaries = host.boundaries.iter().filter_map(|id| course.to.element(id));
        all.extend(boundaries.filter(|_| !round).map(|event| (Owner::Token(*number), event)));
    }
    for (number, scope) in &state.scopes {
        let inside = scope.element.as_ref().map(|element| course.new_id(element));
        let rounds = scope.rounds.is_some() || scope.index.is_some();
        let handlers = course.to.beginning(inside.as_ref()).handlers.iter().filter(|_| !rounds);
        let starts = handlers.filter_map(|id| course.to.element(id));
        all.extend(starts.map(|event| (Owner::Scope(*number), event)));
    }
    all.retain(|(_, event)| !course.is_known(&event.id));
    all
}

/// Moves an instance: the events that do it, in order.
///
/// # Errors
/// [`Refusal::CannotMigrate`] with every place that cannot move, [`Refusal::NotRunning`],
/// [`Refusal::OtherModel`] where `from` is not what the instance runs on.
pub fn migrate(
    (from, to): (&Model, &Model),
    state: &State,
    mapping: &Mapping,
    now: Timestamp,
    host: &dyn Host,
) -> Result<Vec<Event>, Refusal> {
    if state.status != Status::Running {
        return Err(Refusal::NotRunning);
    }
    if state.process.as_ref() != Some(&from.id) {
        return Err(Refusal::OtherModel);
    }
    let seen = preview(from, to, state, mapping);
    if !seen.stuck.is_empty() {
        return Err(Refusal::CannotMigrate { stuck: seen.stuck });
    }
    let course = Move { from, to, mapping };
    let mut scratch = state.clone();
    let mut run = Run::new(to, &mut scratch, now, host);
    let ended = |element: &Code| course.waited(element).is_none();
    for (timer, held) in state.timers.iter().filter(|(_, timer)| ended(&timer.element)) {
        run.emit(TimerCancelled { timer: *timer, element: held.element.clone() });
    }
    for (open, held) in state.subscriptions.iter().filter(|(_, held)| ended(&held.element)) {
        run.emit(SubscriptionClosed { subscription: *open, element: held.element.clone() });
    }
    let (old, new) = (from.id.clone(), to.id.clone());
    run.emit(InstanceMigrated { from: old, to: new, mapping: mapping.clone() });
    for (owner, event) in begun(&course, state) {
        run.begin_waiting(owner, event);
    }
    Ok(run.finish())
}

impl Run<'_> {
    /// Arms what the new version waits for; what cannot be armed parks its host and is told.
    fn begin_waiting(&mut self, owner: Owner, event: &Element) {
        let (token, alive) = match owner {
            Owner::Token(token) => (Some(token), self.state.tokens.contains_key(&token)),
            Owner::Scope(scope) => {
                let inside = self.state.tokens.iter().find(|(_, token)| token.scope == scope);
                (inside.map(|(id, _)| *id), self.state.scopes.contains_key(&scope))
            }
        };
        if let (true, Some(token)) = (alive, token)
            && let Err(code) = self.await_event(owner, event)
        {
            self.fault(token, code, None);
        }
    }
}
