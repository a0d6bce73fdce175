//! Whether events can happen and can be caught: names, codes, links, transactions, what follows an
//! event-based gateway.

use super::{about, paths::linked};
use crate::{
    finding::Finding,
    model::{Element, Kind, Message, Model, Throw, Trigger},
};

pub(super) fn event_findings(model: &Model, element: &Element, findings: &mut Vec<Finding>) {
    let mut find = |rule, message: &str| findings.push(about(rule, element, message.to_owned()));
    if let Some(message) = message(element).filter(|message| !message.named) {
        let text = format!("without a message of its own it goes by the name {}", message.name);
        find("unnamed-message", &text);
    }
    match (&element.kind, element.kind.trigger()) {
        (Kind::Throw { what: Throw::Error(None) | Throw::Escalation(None), .. }, _) => {
            find("missing-code", "without a code any that catch would catch it");
        }
        (Kind::Throw { what: Throw::Link(_), .. }, _)
            if linked(model, element, false).len() != 1 =>
        {
            find("unmatched-link", "exactly one catching link of this name is wanted");
        }
        (_, Some(Trigger::Link(_))) if linked(model, element, true).is_empty() => {
            find("unmatched-link", "no throwing link has this name");
        }
        (_, Some(Trigger::Escalation(None))) if several_escalations(model, element) => {
            find("missing-code", "with another escalation beside it, it wants a code");
        }
        (_, Some(Trigger::Compensation)) if element.handler.is_none() => {
            find("unmatched-compensation", "an association to a handler is wanted");
        }
        (_, Some(Trigger::Compensation)) if !element.outgoing.is_empty() => {
            find("unmatched-compensation", "an association leads to the handler, not a flow");
        }
        (_, Some(Trigger::Error(Some(code)))) if !thrown(model, code) => {
            let text = format!("nothing in the model throws the error {code}; a worker may");
            find("unmatched-error", &text);
        }
        _ => {}
    }
    let transaction =
        |id: &base::Code| model.element(id).is_some_and(|around| around.kind == Kind::Transaction);
    let cancels = match &element.kind {
        Kind::Throw { what: Throw::Cancel, .. } => element.parent.as_ref().is_some_and(transaction),
        Kind::Boundary { host, on: Trigger::Cancel, .. } => transaction(host),
        _ => true,
    };
    if !cancels {
        find("cancel-outside-transaction", "only a transaction can be cancelled");
    }
    if element.kind == Kind::EventBased && !leads_to_events(model, element) {
        let text =
            "behind an event-based gateway stand two or more catching events or receive tasks";
        find("wrong-event-gateway", text);
    }
}

fn message(element: &Element) -> Option<&Message> {
    match (&element.kind, element.kind.trigger()) {
        (Kind::Receive { message }, _)
        | (Kind::Throw { what: Throw::Message(message, None), .. }, _)
        | (_, Some(Trigger::Message(message))) => Some(message),
        _ => None,
    }
}

/// Several escalations on one host of which this one has no code: both would be meant.
fn several_escalations(model: &Model, element: &Element) -> bool {
    let Kind::Boundary { host, .. } = &element.kind else { return false };
    let others = model.element(host).into_iter().flat_map(|host| &host.boundaries);
    let mut others = others.filter(|id| **id != element.id).filter_map(|id| model.element(id));
    others.any(|other| matches!(other.kind.trigger(), Some(Trigger::Escalation(_))))
}

fn thrown(model: &Model, code: &base::Code) -> bool {
    model.elements().iter().any(|element| {
        matches!(&element.kind, Kind::Throw { what: Throw::Error(Some(c)), .. } if c == code)
    })
}

fn leads_to_events(model: &Model, element: &Element) -> bool {
    let targets = element.outgoing.iter().filter_map(|flow| model.flow(flow));
    let targets = targets.filter_map(|flow| model.element(&flow.target));
    let waits = |target: &Element| {
        let link = matches!(target.kind.trigger(), Some(Trigger::Link(_)));
        let event = matches!(target.kind, Kind::Catch { .. } | Kind::Receive { .. });
        event && !link && target.incoming.len() == 1
    };
    element.outgoing.len() > 1 && targets.into_iter().all(waits)
}
