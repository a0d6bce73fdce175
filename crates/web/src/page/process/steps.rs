//! A model as an ordered list of steps: the twin in words of its picture.

use std::collections::{BTreeMap, BTreeSet};

use base::Code;
use domain::access::Role;
use process::{
    Element, Model,
    described::{Described, describe},
};

use crate::{
    page::parts::label,
    view::{
        process::{Phase, Step},
        time::length,
    },
};

/// What is known beside the model.
pub(super) struct Words {
    described: BTreeMap<String, Described>,
}

impl Words {
    /// Out of the text of the model.
    pub(super) fn of(xml: &str) -> Self {
        Self { described: describe(xml).unwrap_or_default() }
    }

    /// What the process itself says.
    pub(super) fn of_process(&self, model: &Model) -> String {
        self.described.get(model.id.as_str()).map(|d| d.documentation.clone()).unwrap_or_default()
    }

    /// `userTask` as people read it: `user task`.
    pub(super) fn kind(&self, id: &Code) -> String {
        let tag = self.described.get(id.as_str()).map(|d| d.tag.as_str()).unwrap_or_default();
        let mut words = String::new();
        for letter in tag.chars() {
            if letter.is_ascii_uppercase() {
                words.push(' ');
            }
            words.push(letter.to_ascii_lowercase());
        }
        words
    }
}

/// What an element is called: its name, or its kind where it has none.
pub(super) fn called(element: &Element, words: &Words) -> String {
    if element.name.is_empty() { words.kind(&element.id) } else { element.name.clone() }
}

/// The steps, phase by phase, in the order in which a token may meet them.
pub(super) fn phases(model: &Model, words: &Words, tokens: &BTreeMap<Code, u32>) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for (element, phase) in ordered(model) {
        let tells =
            !element.name.is_empty() && (told(words, element) || element.outgoing.len() > 1);
        if !tells {
            continue;
        }
        let code = phase.map(process::Phase::as_str).unwrap_or_default();
        let step = step(model, words, element, tokens.get(&element.id).copied().unwrap_or(0));
        match phases.iter_mut().find(|phase| phase.code == code) {
            Some(phase) => phase.steps.push(step),
            None => phases.push(Phase { code: code.to_owned(), steps: vec![step] }),
        }
    }
    phases
}

/// Starts and forks say nothing by themselves.
fn told(words: &Words, element: &Element) -> bool {
    !words.kind(&element.id).ends_with("gateway")
}

/// Elements from the start on, each with its phase or that of the one before it.
fn ordered(model: &Model) -> Vec<(&Element, Option<process::Phase>)> {
    let mut met: BTreeSet<&Code> = BTreeSet::new();
    let mut order = Vec::new();
    // Each element is opened once, so this ends.
    let mut open: Vec<(&Element, Option<process::Phase>)> =
        model.elements().iter().rev().map(|element| (element, None)).collect();
    open.extend(model.start(None).map(|start| (start, None)));
    while let Some((element, before)) = open.pop() {
        if !met.insert(&element.id) {
            continue;
        }
        let phase = element.marks.phase.or(before);
        order.push((element, phase));
        let targets = element.outgoing.iter().filter_map(|flow| model.flow(flow));
        let next: Vec<&Code> = targets.map(|flow| &flow.target).collect();
        let inside = model.start(Some(&element.id)).map(|start| &start.id);
        let all = next.into_iter().rev().chain(element.boundaries.iter().rev()).chain(inside);
        open.extend(all.filter_map(|id| model.element(id)).map(|element| (element, phase)));
    }
    order
}

fn step(model: &Model, words: &Words, element: &Element, tokens: u32) -> Step {
    let marks = &element.marks;
    let described = words.described.get(element.id.as_str());
    let roles = marks.roles.iter().map(|role| {
        let known = Role::from_code(role.as_str());
        known.map_or_else(|| label(role.as_str()), |role| role.name().to_owned())
    });
    let (decision, action) = bound(element);
    Step {
        id: element.id.to_string(),
        name: called(element, words),
        kind: words.kind(&element.id),
        text: described.map(|d| d.documentation.clone()).unwrap_or_default(),
        roles: roles.collect(),
        evidence: marks.evidence.iter().map(|wanted| label(wanted.name.as_str())).collect(),
        due: marks.due.map(|due| length(due.as_micros())),
        approvals: marks.approvals,
        exceptions: marks.exceptions.iter().map(|code| label(code.as_str())).collect(),
        decision,
        action,
        fields: marks.form.iter().map(|field| label(field.key.as_str())).collect(),
        next: next(model, words, element),
        decides: marks.decision_point,
        tokens,
    }
}

fn bound(element: &Element) -> (Option<String>, Option<String>) {
    match &element.kind {
        process::Kind::Rule { decision } => (decision.as_ref().map(ToString::to_string), None),
        process::Kind::Service { action } => (None, action.as_ref().map(ToString::to_string)),
        _ => (None, None),
    }
}

fn next(model: &Model, words: &Words, element: &Element) -> Vec<(String, String)> {
    let flows = element.outgoing.iter().filter_map(|flow| model.flow(flow));
    let to = |target: &Code| model.element(target).map(|element| called(element, words));
    let flows = flows.filter_map(|flow| Some((flow.name.clone(), to(&flow.target)?)));
    let boundaries = element.boundaries.iter().filter_map(|id| model.element(id));
    let boundaries = boundaries.filter_map(|boundary| {
        let flow = boundary.outgoing.first().and_then(|flow| model.flow(flow))?;
        Some((called(boundary, words), to(&flow.target)?))
    });
    flows.chain(boundaries).collect()
}
