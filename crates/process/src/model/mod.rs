//! The model: what the interpreter executes of one BPMN process, with its place in the text.
//!
//! Scopes are elements too: a sub-process is an element, and what lies inside names it as `parent`.

mod compose;
mod connect;
pub mod duration;
mod events;
pub mod form;
mod kind;
mod lanes;
pub mod marks;
mod names;
mod read;
mod repeat;
mod tasks;

use std::collections::BTreeMap;

use base::Code;

pub use compose::{Called, Calls, MAX_CALLS, Uncallable, local};
pub use form::{Field, FieldType, Rules};
pub use kind::{AdHoc, Binding, Bound, Each, Kind, Message, Repeat, Throw, Trigger, When};
pub use marks::{Mapping, Marks, Phase, Required};

use crate::finding::{Finding, Position};

/// The namespace of BPMN 2.0 models.
pub const BPMN: &str = "http://www.omg.org/spec/BPMN/20100524/MODEL";
/// The namespace of our extension, prefix `wk`.
pub const WK: &str = "https://watchkeeper.example/bpmn";
/// The most elements and flows of a process.
pub const MAX_ELEMENTS: usize = 5_000;

/// One executable process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The process's id.
    pub id: Code,
    /// Its name as drawn; may be empty.
    pub name: String,
    elements: Vec<Element>,
    flows: Vec<Flow>,
    element_index: BTreeMap<Code, usize>,
    flow_index: BTreeMap<Code, usize>,
    inside: BTreeMap<Code, Inside>,
    top: Inside,
}

/// What a scope begins with, in document order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inside {
    /// Its none start events.
    pub starts: Vec<Code>,
    /// Its event sub-processes, by their start event.
    pub handlers: Vec<Code>,
    /// Activities that no flow leads to: what an ad-hoc sub-process offers.
    pub free: Vec<Code>,
}

/// An element that a token can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The id in the XML; inside a called process behind the call activity's id and a colon.
    pub id: Code,
    /// The name as drawn; may be empty.
    pub name: String,
    /// Where it starts in the XML.
    pub position: Position,
    /// The sub-process it lies in; `None` on the top level.
    pub parent: Option<Code>,
    /// What it does.
    pub kind: Kind,
    /// What the extension says of it.
    pub marks: Marks,
    /// Whether it is done more than once, and how.
    pub repeat: Option<Repeat>,
    /// Whether it is a compensation handler: nothing but compensation leads here.
    pub compensates: bool,
    /// Flows that lead here, in document order.
    pub incoming: Vec<Code>,
    /// Flows that lead away, in document order.
    pub outgoing: Vec<Code>,
    /// The flow that is taken when no condition is true.
    pub default: Option<Code>,
    /// Boundary events attached to it, in document order.
    pub boundaries: Vec<Code>,
    /// The handler that a compensation boundary event names.
    pub handler: Option<Code>,
}

/// A sequence flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// The id in the XML.
    pub id: Code,
    /// The name as drawn; may be empty.
    pub name: String,
    /// Where it starts in the XML.
    pub position: Position,
    /// Where it comes from.
    pub source: Code,
    /// Where it leads.
    pub target: Code,
    /// Its condition in FEEL.
    pub condition: Option<String>,
}

impl Model {
    /// Reads the executable process of a BPMN 2.0 file: the only one, or the only one so marked.
    ///
    /// # Errors
    /// All findings, at most [`crate::finding::MAX_FINDINGS`]: limits, broken XML, elements that this
    /// version does not execute, broken references, unreadable extensions.
    pub fn read(xml: &str) -> Result<Self, Vec<Finding>> {
        read::read(xml, None)
    }

    /// Reads the process of this id, whether it is marked executable or not.
    ///
    /// # Errors
    /// As [`Model::read`]; `no-process` where there is none of this id.
    pub fn read_process(xml: &str, id: &str) -> Result<Self, Vec<Finding>> {
        read::read(xml, Some(id))
    }

    fn new(id: Code, name: String, elements: Vec<Element>, flows: Vec<Flow>) -> Self {
        let element_index = elements.iter().enumerate().map(|(at, e)| (e.id.clone(), at)).collect();
        let flow_index = flows.iter().enumerate().map(|(at, f)| (f.id.clone(), at)).collect();
        let (inside, top) = (BTreeMap::new(), Inside::default());
        let mut model = Self { id, name, elements, flows, element_index, flow_index, inside, top };
        for at in 0..model.elements.len() {
            model.note_beginning(at);
        }
        model
    }

    fn note_beginning(&mut self, at: usize) {
        let element = &self.elements[at];
        let own = element.incoming.is_empty() && !element.compensates;
        let around = match &element.parent {
            None => &mut self.top,
            Some(parent) => self.inside.entry(parent.clone()).or_default(),
        };
        match &element.kind {
            Kind::Start => around.starts.push(element.id.clone()),
            kind if kind.is_activity() && own => around.free.push(element.id.clone()),
            _ => {}
        }
        let Kind::StartOn { .. } = element.kind else { return };
        let Some(handler) = element.parent.as_ref().and_then(|id| self.element_index.get(id))
        else {
            return;
        };
        let (handler, start) = (&self.elements[*handler], element.id.clone());
        if handler.kind != Kind::EventSubProcess {
            return;
        }
        match &handler.parent {
            None => self.top.handlers.push(start),
            Some(scope) => self.inside.entry(scope.clone()).or_default().handlers.push(start),
        }
    }

    /// The element with this id.
    pub fn element(&self, id: &Code) -> Option<&Element> {
        self.element_index.get(id).map(|at| &self.elements[*at])
    }

    /// The flow with this id.
    pub fn flow(&self, id: &Code) -> Option<&Flow> {
        self.flow_index.get(id).map(|at| &self.flows[*at])
    }

    /// All elements, in document order; those of called processes behind their call activity.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// All flows, in document order.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// Whether an element runs beside the process itself: in an event sub-process or a called process.
    pub fn is_beside(&self, element: &Element) -> bool {
        let mut at = element.parent.as_ref();
        // Each element lies in one other, so the walk ends.
        while let Some(around) = at.and_then(|id| self.element(id)) {
            if matches!(around.kind, Kind::Call { .. } | Kind::EventSubProcess) {
                return true;
            }
            at = around.parent.as_ref();
        }
        false
    }

    /// The elements of one scope: `None` is the top level.
    pub fn inside<'a>(&'a self, parent: Option<&'a Code>) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.parent.as_ref() == parent)
    }

    /// What a scope begins with: `None` is the top level.
    pub fn beginning(&self, scope: Option<&Code>) -> &Inside {
        static NOTHING: Inside =
            Inside { starts: Vec::new(), handlers: Vec::new(), free: Vec::new() };
        match scope {
            None => &self.top,
            Some(scope) => self.inside.get(scope).unwrap_or(&NOTHING),
        }
    }

    /// Where a scope begins by itself: its none start event, when there is exactly one; on the top
    /// level else the only start event there is.
    pub fn start(&self, parent: Option<&Code>) -> Option<&Element> {
        let one = |ids: &[Code]| match ids {
            [one] => self.element(one),
            _ => None,
        };
        let starts = &self.beginning(parent).starts;
        if parent.is_some() || !starts.is_empty() {
            return one(starts);
        }
        let mut all =
            self.inside(None).filter(|element| matches!(element.kind, Kind::StartOn { .. }));
        let first = all.next()?;
        all.next().is_none().then_some(first)
    }
}
