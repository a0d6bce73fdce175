//! BPMN 2.0: model, lint and the interpreter that decides and applies.
//!
//! `Model::read` turns uploaded XML into a model or into findings with line and column; what the
//! interpreter would not execute is refused there, nothing is passed through in silence.
//! `engine::decide` turns a command into events, `engine::apply` folds events into `State`; both are
//! pure. FEEL and decision tables are reached through the traits of `host`; this crate knows neither.
//!
//! `compare` tells two texts apart element by element, `drawing` reads where their author drew them.
//!
//! Left out: storage; the uploaded XML itself, which is kept byte for byte elsewhere; who may do what;
//! words that people write.

pub mod compare;
pub mod described;
pub mod drawing;
pub mod engine;
pub mod evidence;
pub mod finding;
pub mod host;
pub mod lint;
pub mod model;
pub mod value;
pub mod xml;

pub use engine::{Command, Event, Refusal, State, advance, apply, decide, migrate};
pub use evidence::{Evidence, Recorded, evidence_status};
pub use finding::{Finding, Position};
pub use host::{Decided, Decisions, Expressions, Host, Tested, Untold};
pub use model::{Element, Flow, Kind, Model, Phase};
pub use value::{Value, Variables};
