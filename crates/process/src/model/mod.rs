//! The model: what the interpreter executes of one BPMN process, with its place in the text.
//!
//! Scopes are elements too: a sub-process is an element, and what lies inside names it as `parent`.

pub mod duration;
pub mod form;
mod lanes;
pub mod marks;
mod read;

use std::collections::BTreeMap;

use base::{Code, Duration};

pub use form::{Field, FieldType, Rules};
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
}

/// An element that a token can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The id in the XML.
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
    /// Flows that lead here, in document order.
    pub incoming: Vec<Code>,
    /// Flows that lead away, in document order.
    pub outgoing: Vec<Code>,
    /// The flow that is taken when no condition is true.
    pub default: Option<Code>,
    /// Boundary events attached to it, in document order.
    pub boundaries: Vec<Code>,
}

/// What an element does with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Where an instance or a sub-process begins.
    Start,
    /// Consumes the token.
    End,
    /// Consumes the token and ends its scope with all that runs in it.
    Terminate,
    /// Passes the token through: task without type, manual task.
    Pass,
    /// Waits for a person.
    User,
    /// Evaluates a decision, or waits for a person to supply its inputs.
    Rule {
        /// The bound decision; the lint wants one.
        decision: Option<Code>,
    },
    /// Waits for a job.
    Service {
        /// The bound action; the lint wants one.
        action: Option<Code>,
    },
    /// Takes the first flow whose condition is true.
    Exclusive,
    /// Waits for all incoming flows, takes all outgoing ones.
    Parallel,
    /// Waits for a length of time.
    Timer {
        /// Counted from the token's arrival.
        after: Duration,
    },
    /// Starts when its host has waited for a length of time.
    Boundary {
        /// The activity it is attached to.
        host: Code,
        /// Whether the host ends.
        interrupting: bool,
        /// Counted from the moment the host began to wait.
        after: Duration,
    },
    /// Runs the elements inside it in a scope of their own.
    SubProcess,
}

impl Kind {
    /// Whether it is a task or a sub-process.
    pub fn is_activity(&self) -> bool {
        matches!(
            self,
            Self::Pass | Self::User | Self::Rule { .. } | Self::Service { .. } | Self::SubProcess
        )
    }

    /// Whether tokens end here.
    pub fn is_end(&self) -> bool {
        matches!(self, Self::End | Self::Terminate)
    }
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
    /// Reads the executable process of a BPMN 2.0 file.
    ///
    /// # Errors
    /// All findings, at most [`crate::finding::MAX_FINDINGS`]: limits, broken XML, elements that this
    /// version does not execute, broken references, unreadable extensions.
    pub fn read(xml: &str) -> Result<Self, Vec<Finding>> {
        read::read(xml)
    }

    /// The element with this id.
    pub fn element(&self, id: &Code) -> Option<&Element> {
        self.element_index.get(id).map(|at| &self.elements[*at])
    }

    /// The flow with this id.
    pub fn flow(&self, id: &Code) -> Option<&Flow> {
        self.flow_index.get(id).map(|at| &self.flows[*at])
    }

    /// All elements, in document order.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// All flows, in document order.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    /// The elements of one scope: `None` is the top level.
    pub fn inside<'a>(&'a self, parent: Option<&'a Code>) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.parent.as_ref() == parent)
    }

    /// The start event of a scope, when there is exactly one.
    pub fn start(&self, parent: Option<&Code>) -> Option<&Element> {
        let is_start =
            |element: &&Element| element.parent.as_ref() == parent && element.kind == Kind::Start;
        let mut starts = self.elements.iter().filter(is_start);
        let first = starts.next()?;
        starts.next().is_none().then_some(first)
    }
}
