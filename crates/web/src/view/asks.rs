//! What a case asks of people beside its tasks: evidence for a step that is held, a way on for one that
//! is stuck, a choice of activities, and word from outside.

use super::{Choice, Input};

/// A step whose work is done and whose evidence is not there.
#[derive(Debug, Clone, Default)]
pub struct HeldStep {
    /// The element.
    pub element: String,
    /// Its name.
    pub name: String,
    /// The records that are missing.
    pub missing: Vec<String>,
    /// With which codes it may be passed.
    pub exceptions: Vec<Choice>,
    /// The chosen code.
    pub code: Input,
    /// Why it cannot wait.
    pub rationale: Input,
}

/// A step at which the case cannot go on by itself.
#[derive(Debug, Clone, Default)]
pub struct StuckStep {
    /// The number of its fault.
    pub fault: u32,
    /// Its name.
    pub name: String,
    /// Why, as a code.
    pub code: String,
    /// The ways that lead away from it, where there are several.
    pub flows: Vec<Choice>,
    /// The variable to set first.
    pub variable: Input,
    /// What it is set to.
    pub value: Input,
    /// The chosen way.
    pub flow: Input,
    /// Why it is passed by.
    pub reason: Input,
}

/// A sub-process whose activities begin by choice.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// The sub-process.
    pub element: String,
    /// Its name.
    pub name: String,
    /// What may be begun.
    pub activities: Vec<Choice>,
    /// Whether it may be said to be done.
    pub may_finish: bool,
}

/// Something from outside that the case waits for.
#[derive(Debug, Clone, Default)]
pub struct Awaited {
    /// `message`, `signal` or `condition`.
    pub kind: &'static str,
    /// The name of the message or the signal; empty for a condition.
    pub name: String,
    /// The key that the message must carry.
    pub key: Option<String>,
    /// The name of what hears it.
    pub heard_by: String,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct Asks {
    /// Steps held for their evidence.
    pub held: Vec<HeldStep>,
    /// Steps that are stuck.
    pub stuck: Vec<StuckStep>,
    /// Choices.
    pub offered: Vec<Offered>,
    /// What it waits for.
    pub awaited: Vec<Awaited>,
    /// What it can be told, as `message:name` or `signal:name`.
    pub tellable: Vec<Choice>,
    /// What was chosen of it.
    pub what: Input,
    /// The key that was typed.
    pub key: Input,
    /// Whether the reader may act.
    pub may: bool,
    /// Whether the reader may move the case past a step that is stuck.
    pub may_move: bool,
}
