//! Whether every path of a scope begins, leads on and ends.

use std::collections::BTreeSet;

use base::Code;

use super::{about, at};
use crate::{
    finding::{Finding, Position},
    model::{Element, Kind, Model, Throw, Trigger},
};

/// One start; everything reachable from it; an end reachable from everything.
pub(super) fn scope_findings(model: &Model, scope: Option<&Element>, findings: &mut Vec<Finding>) {
    let id = scope.map(|element| &element.id);
    let inside: Vec<&Element> = model.inside(id).collect();
    let free = matches!(scope.map(|s| &s.kind), Some(Kind::AdHoc(_)));
    let starts = starts(&inside, scope);
    if starts.is_empty() && !free {
        let place = scope.or(inside.first().copied());
        let (id, position) =
            place.map_or((&model.id, Position { line: 1, column: 1 }), |e| (&e.id, e.position));
        findings.push(at("no-start", id, position, "exactly one start event is wanted"));
        return;
    }
    let own = inside.iter().filter(|e| {
        let begun = e.compensates || e.kind == Kind::EventSubProcess;
        begun || (free && e.incoming.is_empty() && e.kind.is_activity())
    });
    let begins: Vec<&Code> = starts.into_iter().chain(own.clone().map(|e| &e.id)).collect();
    let reached = spread(begins, |id| next(model, id));
    let last = inside.iter().filter(|e| e.kind.is_end() || stops(e, free)).map(|e| &e.id);
    let ending = spread(last, |id| previous(model, id));
    for element in inside {
        if !reached.contains(&element.id) {
            findings.push(about("unreachable", element, "no path leads here from the start"));
        } else if element.outgoing.is_empty() && !element.kind.is_end() && !stops(element, free) {
            findings.push(about("dead-end", element, "the path stops before an end event"));
        } else if !ending.contains(&element.id) {
            findings.push(about("endless", element, "no path leads from here to an end event"));
        }
    }
}

/// Where a scope begins: at its one none start event, at any number of events, or at one event where it
/// is an event sub-process.
fn starts<'m>(inside: &[&'m Element], scope: Option<&Element>) -> Vec<&'m Code> {
    let none = inside.iter().filter(|e| e.kind == Kind::Start);
    let none: Vec<&Code> = none.map(|e| &e.id).collect();
    let events = inside.iter().filter(|e| matches!(e.kind, Kind::StartOn { .. }));
    let events: Vec<&Code> = events.map(|e| &e.id).collect();
    match scope.map(|scope| &scope.kind) {
        Some(Kind::EventSubProcess) if none.is_empty() && events.len() == 1 => events,
        Some(Kind::EventSubProcess) => Vec::new(),
        Some(_) if none.len() == 1 => none,
        Some(_) => Vec::new(),
        None if none.len() > 1 => Vec::new(),
        None => none.into_iter().chain(events).collect(),
    }
}

/// Elements after which nothing has to come.
fn stops(element: &Element, free: bool) -> bool {
    element.compensates
        || free
        || element.kind == Kind::EventSubProcess
        || matches!(&element.kind, Kind::Throw { what: Throw::Link(_), .. })
        || element.kind.trigger() == Some(&Trigger::Compensation)
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
    let links = linked(model, element, false);
    targets.chain(&element.boundaries).chain(&element.handler).chain(links).collect()
}

fn previous<'m>(model: &'m Model, id: &Code) -> Vec<&'m Code> {
    let Some(element) = model.element(id) else { return Vec::new() };
    let host = match &element.kind {
        Kind::Boundary { host, interrupting: true, .. } => Some(host),
        _ => None,
    };
    let sources = element.incoming.iter().filter_map(|f| model.flow(f)).map(|flow| &flow.source);
    sources.chain(host).chain(linked(model, element, true)).collect()
}

/// The other sides of a link, in the direction asked for.
pub(super) fn linked<'m>(model: &'m Model, element: &'m Element, back: bool) -> Vec<&'m Code> {
    let name = |element: &'m Element| match &element.kind {
        Kind::Throw { what: Throw::Link(name), .. } => Some((name, false)),
        Kind::Catch { on: Trigger::Link(name) } => Some((name, true)),
        _ => None,
    };
    let Some((own, catches)) = name(element).filter(|(_, catches)| *catches == back) else {
        return Vec::new();
    };
    let inside = model.inside(element.parent.as_ref());
    inside.filter(|e| name(e) == Some((own, !catches))).map(|e| &e.id).collect()
}
