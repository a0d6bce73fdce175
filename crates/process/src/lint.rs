//! What makes a readable model unfit to run or to be audited.
//!
//! `lint` judges the model by itself; `check_bindings` asks the host whether conditions parse and bound
//! decisions exist. Findings that advise and do not refuse are told apart by `Finding::refuses`.

use std::collections::BTreeSet;

use base::Code;

use crate::{
    finding::{Finding, Position},
    host::Host,
    model::{Element, Kind, Model},
};

/// Judges a model by itself. In document order.
pub fn lint(model: &Model) -> Vec<Finding> {
    let mut findings = Vec::new();
    let scopes = std::iter::once(None)
        .chain(model.elements().iter().filter(|e| e.kind == Kind::SubProcess).map(|e| Some(&e.id)));
    scopes.for_each(|scope| scope_findings(model, scope, &mut findings));
    for element in model.elements() {
        owner_findings(element, &mut findings);
        gateway_findings(model, element, &mut findings);
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

/// One start; everything reachable from it; an end reachable from everything.
fn scope_findings(model: &Model, scope: Option<&Code>, findings: &mut Vec<Finding>) {
    let inside: Vec<&Element> = model.inside(scope).collect();
    let Some(start) = model.start(scope) else {
        let place = scope.and_then(|id| model.element(id)).or(inside.first().copied());
        let (id, position) =
            place.map_or((&model.id, Position { line: 1, column: 1 }), |e| (&e.id, e.position));
        findings.push(at("no-start", id, position, "exactly one start event is wanted"));
        return;
    };
    let reached = spread([&start.id], |id| next(model, id));
    let ends = inside.iter().filter(|e| e.kind.is_end()).map(|e| &e.id);
    let ending = spread(ends, |id| previous(model, id));
    for element in inside {
        if !reached.contains(&element.id) {
            findings.push(about("unreachable", element, "no path leads here from the start"));
        } else if element.outgoing.is_empty() && !element.kind.is_end() {
            findings.push(about("dead-end", element, "the path stops before an end event"));
        } else if !ending.contains(&element.id) {
            findings.push(about("endless", element, "no path leads from here to an end event"));
        }
    }
}

fn spread<'m>(
    from: impl IntoIterator<Item = &'m Code>,
    next: impl Fn(&'m Code) -> Vec<&'m Code>,
) -> BTreeSet<&'m Code> {
    let mut reached: BTreeSet<&Code> = from.into_iter().collect();
    let mut open: Vec<&Code> = reached.iter().copied().collect();
    // Each element is opened once, so this ends.
    while let Some(id) = open.pop() {
        open.extend(next(id).into_iter().filter(|id| reached.insert(id)));
    }
    reached
}

fn next<'m>(model: &'m Model, id: &Code) -> Vec<&'m Code> {
    let Some(element) = model.element(id) else { return Vec::new() };
    let targets = element.outgoing.iter().filter_map(|f| model.flow(f)).map(|flow| &flow.target);
    targets.chain(&element.boundaries).collect()
}

fn previous<'m>(model: &'m Model, id: &Code) -> Vec<&'m Code> {
    let Some(element) = model.element(id) else { return Vec::new() };
    let host = match &element.kind {
        Kind::Boundary { host, interrupting: true, .. } => Some(host),
        _ => None,
    };
    let sources = element.incoming.iter().filter_map(|f| model.flow(f)).map(|flow| &flow.source);
    sources.chain(host).collect()
}

/// Who owns it, until when, and what proves it.
fn owner_findings(element: &Element, findings: &mut Vec<Finding>) {
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
        Kind::Pass if !element.boundaries.is_empty() => {
            find("useless-boundary", "a task that does not wait has no use for a boundary event");
        }
        _ => {}
    }
}

fn gateway_findings(model: &Model, element: &Element, findings: &mut Vec<Finding>) {
    if element.kind != Kind::Exclusive || element.outgoing.len() < 2 {
        return;
    }
    if element.default.is_none() {
        let message = "without a default flow the token is parked when no condition is true";
        findings.push(about("gateway-without-default", element, message));
    }
    for id in element.outgoing.iter().filter(|id| element.default.as_ref() != Some(id)) {
        if let Some(flow) = model.flow(id).filter(|flow| flow.condition.is_none()) {
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
        } else if source.kind != Kind::Exclusive && !source.kind.is_activity() {
            let message = "only exclusive gateways and activities judge conditions";
            findings.push(at("useless-condition", &flow.id, flow.position, message));
        }
    }
}
