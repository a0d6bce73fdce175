//! Called processes, put in where they are called: one model holds all that an instance runs.
//!
//! The elements of a called process stand inside their call activity, each id behind the activity's id
//! and a colon. One instance, one stream and one state therefore hold the calling process and all that
//! it calls. XML ids hold no colon, so no name can mean two elements.

use std::sync::Arc;

use base::Code;

use super::{Bound, Element, Flow, Kind, MAX_ELEMENTS, Model};

/// The deepest chain of calls.
pub const MAX_CALLS: usize = 8;

/// A process that can be called, in one version.
#[derive(Debug, Clone)]
pub struct Called {
    /// Which version it is.
    pub bound: Bound,
    /// What it says, without what it calls itself.
    pub model: Arc<Model>,
}

/// Finds called processes: by the call activity as it stands in the composed model.
pub type Calls<'a> = dyn FnMut(&Element) -> Option<Called> + 'a;

/// Why the processes cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Uncallable {
    /// A process calls itself, or the chain is too long.
    #[error("{0} calls more than {MAX_CALLS} processes deep")]
    TooDeep(Code),
    /// Together they have too many elements.
    #[error("with {0} there are more than {MAX_ELEMENTS} elements and flows")]
    TooMany(Code),
    /// An id became too long.
    #[error("the ids inside {0} are too long together")]
    TooLong(Code),
}

/// The id inside its own process: what stands behind the last colon.
pub fn local(id: &Code) -> &str {
    id.as_str().rsplit(':').next().unwrap_or_default()
}

impl Model {
    /// The model with each called process that `calls` finds put in; the others stay unbound, and a
    /// token that reaches one is parked.
    ///
    /// # Errors
    /// [`Uncallable`].
    pub fn compose(&self, calls: &mut Calls<'_>) -> Result<Self, Uncallable> {
        let mut whole = Whole { elements: Vec::new(), flows: Vec::new() };
        whole.put(self, None, calls, 0)?;
        let Whole { elements, flows } = whole;
        Ok(Self::new(self.id.clone(), self.name.clone(), elements, flows))
    }

    /// The version that each call activity is bound to.
    pub fn calls(&self) -> impl Iterator<Item = (&Element, Option<&Bound>)> {
        self.elements().iter().filter_map(|element| match &element.kind {
            Kind::Call { bound, .. } => Some((element, bound.as_ref())),
            _ => None,
        })
    }
}

struct Whole {
    elements: Vec<Element>,
    flows: Vec<Flow>,
}

impl Whole {
    fn put(
        &mut self,
        model: &Model,
        within: Option<&Code>,
        calls: &mut Calls<'_>,
        depth: usize,
    ) -> Result<(), Uncallable> {
        let top = within.unwrap_or(&model.id);
        if depth > MAX_CALLS {
            return Err(Uncallable::TooDeep(top.clone()));
        }
        for flow in model.flows() {
            self.flows.push(moved_flow(flow, within)?);
        }
        for element in model.elements() {
            let mut element = moved(element, within)?;
            let mut called = None;
            if matches!(element.kind, Kind::Call { .. }) {
                called = calls(&element);
            }
            if let (Kind::Call { bound, .. }, Some(found)) = (&mut element.kind, &called) {
                *bound = Some(found.bound.clone());
            }
            let id = element.id.clone();
            self.elements.push(element);
            if self.elements.len() + self.flows.len() > MAX_ELEMENTS {
                return Err(Uncallable::TooMany(top.clone()));
            }
            if let Some(called) = called {
                self.put(&called.model, Some(&id), calls, depth + 1)?;
            }
        }
        Ok(())
    }
}

fn within(id: &Code, call: Option<&Code>) -> Result<Code, Uncallable> {
    match call {
        None => Ok(id.clone()),
        Some(call) => format!("{call}:{id}").parse().map_err(|_| Uncallable::TooLong(call.clone())),
    }
}

fn all(ids: &[Code], call: Option<&Code>) -> Result<Vec<Code>, Uncallable> {
    ids.iter().map(|id| within(id, call)).collect()
}

fn maybe(id: Option<&Code>, call: Option<&Code>) -> Result<Option<Code>, Uncallable> {
    id.map(|id| within(id, call)).transpose()
}

fn moved(element: &Element, call: Option<&Code>) -> Result<Element, Uncallable> {
    let mut moved = element.clone();
    if call.is_none() {
        return Ok(moved);
    }
    moved.id = within(&element.id, call)?;
    moved.parent = match &element.parent {
        None => call.cloned(),
        Some(parent) => Some(within(parent, call)?),
    };
    moved.incoming = all(&element.incoming, call)?;
    moved.outgoing = all(&element.outgoing, call)?;
    moved.boundaries = all(&element.boundaries, call)?;
    moved.marks.four_eyes = all(&element.marks.four_eyes, call)?;
    moved.default = maybe(element.default.as_ref(), call)?;
    moved.handler = maybe(element.handler.as_ref(), call)?;
    match &mut moved.kind {
        Kind::Boundary { host, .. } => *host = within(host, call)?,
        Kind::Throw { what: super::Throw::Compensation(Some(activity)), .. } => {
            *activity = within(activity, call)?;
        }
        _ => {}
    }
    Ok(moved)
}

fn moved_flow(flow: &Flow, call: Option<&Code>) -> Result<Flow, Uncallable> {
    let mut moved = flow.clone();
    moved.id = within(&flow.id, call)?;
    moved.source = within(&flow.source, call)?;
    moved.target = within(&flow.target, call)?;
    Ok(moved)
}
