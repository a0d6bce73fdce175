//! What a case asks of people beside its tasks, as its page shows it.

use std::collections::BTreeSet;

use app::incident::{PASSED, Seen};
use base::Code;
use domain::{access::Permission, incident::Status};
use process::engine::{self, WaitsFor, offers};

use crate::{
    form::Form,
    page::{rows::name_of, task::exception},
    view::{
        Choice, Input,
        asks::{Asks, Awaited, HeldStep, Offered, StuckStep},
    },
    visit::Visit,
};

/// What was typed, where a form was refused.
#[derive(Default)]
pub(super) struct Typed {
    /// Which form: `exception.{element}`, `retry.{fault}`, `move.{fault}`, `tell`.
    pub(super) form: String,
    pub(super) fields: Form,
    pub(super) why: String,
}

impl Typed {
    /// The field of a form again; with the message where it belongs beside it.
    fn field(&self, form: &str, name: &str, beside: bool) -> Input {
        let input = Input::of(self.fields.get(name));
        match (self.form == form, beside) {
            (true, true) => input.refused(self.why.clone()),
            (true, false) => input,
            (false, _) => Input::default(),
        }
    }
}

/// Whether the case goes on.
fn runs(seen: &Seen) -> bool {
    let process = &seen.state.process.state;
    seen.state.status == Status::Open && process.status == engine::Status::Running
}

/// At how many places it cannot go on without somebody, beside its tasks.
pub(crate) fn asked_places(seen: &Seen) -> usize {
    let process = &seen.state.process.state;
    let open = offers(&seen.model, process).len();
    if runs(seen) { process.held.len() + process.faults.len() + open } else { 0 }
}

/// All that it asks.
pub(super) fn asks(visit: &Visit, seen: &Seen, typed: &Typed) -> Asks {
    if !runs(seen) {
        return Asks::default();
    }
    let awaited = awaited(seen);
    Asks {
        held: held(seen, typed),
        stuck: stuck(seen, typed),
        offered: offered(seen),
        tellable: tellable(&awaited),
        awaited,
        what: typed.field("tell", "what", true),
        key: typed.field("tell", "key", false),
        may: visit.may(Permission::Respond),
        may_move: visit.may(Permission::Command),
    }
}

fn held(seen: &Seen, typed: &Typed) -> Vec<HeldStep> {
    let state = &seen.state.process.state;
    let held = state.held.iter().filter_map(|(token, missing)| {
        let element = &state.tokens.get(token)?.element;
        let form = format!("exception.{element}");
        let marks = seen.model.element(element).map(|element| &element.marks);
        let exceptions = marks.map(|marks| marks.exceptions.as_slice()).unwrap_or_default();
        Some(HeldStep {
            element: element.to_string(),
            name: name_of(&seen.model, element),
            missing: missing.iter().map(ToString::to_string).collect(),
            exceptions: exceptions.iter().map(exception).collect(),
            code: typed.field(&form, "code", false),
            rationale: typed.field(&form, "rationale", true),
        })
    });
    held.collect()
}

fn stuck(seen: &Seen, typed: &Typed) -> Vec<StuckStep> {
    let faults = seen.state.process.state.faults.iter().map(|(fault, held)| {
        let (retry, past) = (format!("retry.{fault}"), format!("move.{fault}"));
        StuckStep {
            fault: *fault,
            name: name_of(&seen.model, &held.element),
            code: held.code.to_string(),
            flows: flows(seen, &held.element),
            variable: typed.field(&retry, "variable", false),
            value: typed.field(&retry, "value", true),
            flow: typed.field(&past, "flow", false),
            reason: typed.field(&past, "reason", true),
        }
    });
    faults.collect()
}

/// The ways that lead away from an element, where there is more than one.
fn flows(seen: &Seen, element: &Code) -> Vec<Choice> {
    let outgoing = seen.model.element(element).map(|element| element.outgoing.as_slice());
    let outgoing = outgoing.filter(|outgoing| outgoing.len() > 1).unwrap_or_default();
    let flows = outgoing.iter().filter_map(|id| seen.model.flow(id)).map(|flow| {
        let to = name_of(&seen.model, &flow.target);
        let label = if flow.name.is_empty() { to } else { format!("{}: {to}", flow.name) };
        Choice::new(flow.id.as_str(), label)
    });
    flows.collect()
}

fn offered(seen: &Seen) -> Vec<Offered> {
    let name = |id: &Code| name_of(&seen.model, id);
    let open = offers(&seen.model, &seen.state.process.state).into_iter().map(|offer| Offered {
        element: offer.element.to_string(),
        name: name(&offer.element),
        activities: offer.activities.iter().map(|id| Choice::new(id.as_str(), name(id))).collect(),
        may_finish: offer.may_finish,
    });
    open.collect()
}

/// What it waits for from outside; what the server tells it by itself is left out.
fn awaited(seen: &Seen) -> Vec<Awaited> {
    let open = seen.state.process.state.subscriptions.values();
    let open = open.filter(|held| held.name.as_ref() != Some(&PASSED)).map(|held| {
        let heard_by = seen.model.element(&held.element);
        // What begins beside the response is named, its start is not.
        let around = held.scope.and(heard_by).and_then(|element| element.parent.as_ref());
        Awaited {
            kind: match held.waits_for {
                WaitsFor::Message => "message",
                WaitsFor::Signal => "signal",
                WaitsFor::Condition => "condition",
            },
            name: held.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            key: held.key.as_ref().map(ToString::to_string),
            heard_by: name_of(&seen.model, around.unwrap_or(&held.element)),
        }
    });
    open.collect()
}

/// Each message and signal once.
fn tellable(awaited: &[Awaited]) -> Vec<Choice> {
    let named = awaited.iter().filter(|held| !held.name.is_empty());
    let each: BTreeSet<(&str, &str)> = named.map(|held| (held.kind, held.name.as_str())).collect();
    let choice =
        |(kind, name): (&str, &str)| Choice::new(format!("{kind}:{name}"), name).noted(kind);
    each.into_iter().map(choice).collect()
}
