//! What makes a readable model unfit to run or to be audited.
//!
//! `lint` judges the model by itself; `check_bindings` asks the host whether conditions parse and bound
//! decisions exist. Findings that advise and do not refuse are told apart by `Finding::refuses`.

use base::Code;

mod events;
mod paths;

use events::event_findings;
use paths::scope_findings;

use crate::{
    finding::{Finding, Position},
    host::Host,
    model::{Each, Element, Kind, Model, Repeat, Throw, Trigger, marks::is_variable},
};

/// Judges a model by itself. In document order.
pub fn lint(model: &Model) -> Vec<Finding> {
    let mut findings = Vec::new();
    let opens = |e: &&Element| match &e.kind {
        Kind::Call { bound, .. } => bound.is_some(),
        kind => kind.has_inside(),
    };
    let scopes = std::iter::once(None).chain(model.elements().iter().filter(opens).map(Some));
    scopes.for_each(|scope| scope_findings(model, scope, &mut findings));
    for element in model.elements() {
        owner_findings(model, element, &mut findings);
        gateway_findings(model, element, &mut findings);
        event_findings(model, element, &mut findings);
    }
    flow_findings(model, &mut findings);
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// Asks the host about every condition and every bound decision.
pub fn check_bindings(model: &Model, host: &dyn Host) -> Vec<Finding> {
    let mut findings = Vec::new();
    for flow in model.flows() {
        if let Some(Err(reason)) = flow.condition.as_deref().map(|text| host.check(text)) {
            findings.push(at("wrong-condition", &flow.id, flow.position, reason));
        }
    }
    for element in model.elements() {
        for field in &element.marks.form {
            if let Some(Err(reason)) = field.visible.as_deref().map(|text| host.check(text)) {
                let message = format!("the field {} is visible by {reason}", field.key);
                findings.push(about("wrong-condition", element, message));
            }
        }
        for (rule, text) in expressions(element) {
            let checked =
                if rule == "wrong-condition" { host.check(text) } else { plain(text, host) };
            if let Err(reason) = checked {
                findings.push(about(rule, element, reason));
            }
        }
        let Kind::Rule { decision: Some(decision) } = &element.kind else { continue };
        match host.inputs(decision) {
            None => {
                let message = format!("the decision {decision} is not deployed");
                findings.push(about("unbound-decision", element, message));
            }
            Some(inputs) => findings.extend(form_gaps(element, &inputs)),
        }
    }
    findings
}

/// The name of a variable or a whole number is an expression in every host.
fn plain(text: &str, host: &dyn Host) -> Result<(), String> {
    if is_variable(text) || text.parse::<i64>().is_ok() { Ok(()) } else { host.check_value(text) }
}

/// The expressions of an element beside its flows, with the rule they fall under.
fn expressions<'e>(element: &'e Element) -> Vec<(&'static str, &'e str)> {
    let mappings = element.marks.inputs.iter().chain(&element.marks.outputs);
    let mut all: Vec<(&'static str, &'e str)> =
        mappings.map(|mapping| ("wrong-expression", mapping.source.as_str())).collect();
    let mut add = |rule, text: Option<&'e String>| {
        all.extend(text.map(|text| (rule, text.as_str())));
    };
    match &element.kind {
        Kind::Script { text, .. } => add("wrong-expression", Some(text)),
        Kind::Send { message, .. } | Kind::Receive { message } => {
            add("wrong-expression", message.key.as_ref());
        }
        Kind::Throw { what: Throw::Message(message, _), .. } => {
            add("wrong-expression", message.key.as_ref());
        }
        Kind::AdHoc(how) => add("wrong-condition", how.completion.as_ref()),
        _ => {}
    }
    match element.kind.trigger() {
        Some(Trigger::Message(message)) => add("wrong-expression", message.key.as_ref()),
        Some(Trigger::Condition(text)) => add("wrong-condition", Some(text)),
        _ => {}
    }
    match &element.repeat {
        Some(Repeat::Loop { condition, .. }) => add("wrong-condition", condition.as_ref()),
        Some(Repeat::Each(each)) => {
            add("wrong-expression", each.collection.as_ref());
            add("wrong-expression", each.cardinality.as_ref());
            add("wrong-condition", each.completion.as_ref());
        }
        None => {}
    }
    all
}

/// A person can only give the inputs that the form asks for.
fn form_gaps(element: &Element, inputs: &[Code]) -> Vec<Finding> {
    if element.marks.form.is_empty() {
        return Vec::new();
    }
    let missing = inputs.iter().filter(|input| element.marks.field(input).is_none());
    let message = |input| format!("the decision reads {input}, the form does not ask for it");
    missing.map(|input| about("form-lacks-input", element, message(input))).collect()
}

fn about(rule: &'static str, element: &Element, message: impl Into<String>) -> Finding {
    at(rule, &element.id, element.position, message)
}

fn at(rule: &'static str, id: &Code, at: Position, message: impl Into<String>) -> Finding {
    Finding::new(rule, id.as_str(), at, message)
}

/// Who owns it, until when, and what proves it.
fn owner_findings(model: &Model, element: &Element, findings: &mut Vec<Finding>) {
    let mut find = |rule, message: &str| findings.push(about(rule, element, message.to_owned()));
    let marks = &element.marks;
    if marks.decision_point && marks.evidence.is_empty() {
        find("decision-without-evidence", "a decision point wants wk:evidence");
    }
    if marks.decision_point && marks.phase.is_none() {
        find("decision-without-phase", "a decision point wants wk:phase");
    }
    if matches!(element.kind, Kind::User | Kind::Rule { .. }) {
        if marks.roles.is_empty() {
            find("task-without-role", "a task for people wants wk:role");
        }
        if marks.due.is_none() {
            find("task-without-due", "a task for people wants wk:due");
        }
    }
    if marks.approvals.is_none() && !marks.approvers.is_empty() {
        find("approvers-without-approvals", "wk:approvers says nothing without wk:approvals");
    }
    match &element.kind {
        Kind::Rule { decision: None } => {
            find("unbound-decision", "a business rule task wants wk:decision");
        }
        Kind::Service { action: None } => {
            find("unbound-action", "a service task wants wk:action");
        }
        Kind::Send { action: None, message } if !message.named => {
            find("unbound-action", "a send task wants wk:action or a message");
        }
        Kind::Script { result: None, .. } => {
            find("script-without-result", "a script task wants wk:result");
        }
        Kind::Call { process: None, .. } => {
            find("unbound-call", "a call activity wants the process it calls");
        }
        Kind::Pass if element.repeat.is_none() && waited_for(model, element) => {
            find("useless-boundary", "a task that does not wait has no use for a boundary event");
        }
        _ => {}
    }
    if let Some(Repeat::Each(Each { collection: None, cardinality: None, .. })) = &element.repeat {
        find("rounds-unknown", "a repeated activity wants wk:collection or a loopCardinality");
    }
    if let (Some(Repeat::Loop { condition: None, .. }), true) =
        (&element.repeat, element.kind.is_activity())
    {
        find("endless-loop", "a loop without a condition goes on to its maximum");
    }
}

/// Whether a boundary event is to come while the element waits; compensation comes afterwards.
fn waited_for(model: &Model, element: &Element) -> bool {
    let boundaries = element.boundaries.iter().filter_map(|id| model.element(id));
    boundaries.into_iter().any(|boundary| boundary.kind.trigger() != Some(&Trigger::Compensation))
}

fn gateway_findings(model: &Model, element: &Element, findings: &mut Vec<Finding>) {
    let forks = matches!(element.kind, Kind::Exclusive | Kind::Inclusive);
    if !forks || element.outgoing.len() < 2 {
        return;
    }
    if element.default.is_none() {
        let message = "without a default flow the token is parked when no condition is true";
        findings.push(about("gateway-without-default", element, message));
    }
    for id in element.outgoing.iter().filter(|id| element.default.as_ref() != Some(id)) {
        if let Some(flow) = model.flow(id).filter(|flow| flow.condition.is_none()) {
            if element.kind == Kind::Inclusive {
                continue;
            }
            let message = "a flow from an exclusive gateway wants a condition or to be the default";
            findings.push(at("flow-without-condition", id, flow.position, message));
        }
    }
}

fn flow_findings(model: &Model, findings: &mut Vec<Finding>) {
    for flow in model.flows().iter().filter(|flow| flow.condition.is_some()) {
        let Some(source) = model.element(&flow.source) else { continue };
        if source.default.as_ref() == Some(&flow.id) {
            let message = "the condition of a default flow is never read";
            findings.push(at("condition-on-default", &flow.id, flow.position, message));
        } else if !source.kind.judges() {
            let message = "only exclusive and inclusive gateways and activities judge conditions";
            findings.push(at("useless-condition", &flow.id, flow.position, message));
        }
    }
}
