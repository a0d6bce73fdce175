//! What the forms of an incident need: what is permitted, what was typed, what can be chosen.

use super::{Choice, Input};

/// What the reader may do here. A form that is not permitted is not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct May {
    /// Notes, facts, scope, awareness, severity.
    pub respond: bool,
    /// Command, roles, links, merge, close, reopen.
    pub command: bool,
    /// Export a pack.
    pub export: bool,
}

/// What was typed, where a form came back; all empty otherwise.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Note.
    pub text: Input,
    /// Note: `note` or `action`.
    pub kind: Input,
    /// Note: when.
    pub occurred_at: Input,
    /// Fact: its name.
    pub fact: Input,
    /// Fact: its value.
    pub value: Input,
    /// Fact: `actual` or `estimate`.
    pub certainty: Input,
    /// Fact: where from.
    pub source: Input,
    /// Fact: as of when.
    pub as_of: Input,
    /// Scope: services, by code, separated by spaces.
    pub service: Input,
    /// Scope: Member States.
    pub states: Input,
    /// Scope: why.
    pub scope_reason: Input,
    /// Awareness: since when.
    pub aware_at: Input,
    /// Awareness: why.
    pub aware_reason: Input,
    /// Take command: why.
    pub take_reason: Input,
    /// Close or reopen: why.
    pub close_reason: Input,
    /// Merge: into which.
    pub into: Input,
    /// Merge: why.
    pub merge_reason: Input,
    /// Link: to which.
    pub other: Input,
    /// Link: how.
    pub relation: Input,
    /// Measure: its kind.
    pub measure: Input,
    /// Measure: its owner.
    pub measure_owner: Input,
    /// Measure: until when.
    pub measure_until: Input,
    /// Measure: what is different.
    pub measure_text: Input,
    /// Action: what for.
    pub action: Input,
    /// Action: what came of it.
    pub action_result: Input,
    /// Action: what was done.
    pub action_text: Input,
    /// Action: when.
    pub done_at: Input,
    /// Empty, for choices that propose nothing.
    pub none: Input,
}

/// What can be chosen in the forms.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// People who may take part: by id.
    pub people: Vec<Choice>,
    /// What can begin beside the response: by message.
    pub startable: Vec<Choice>,
    /// Whom one can page: `role:…`, `person:…`.
    pub pageable: Vec<Choice>,
    /// Roles: by code.
    pub roles: Vec<Choice>,
    /// Services: by id.
    pub services: Vec<Choice>,
    /// Legal entities: by id.
    pub entities: Vec<Choice>,
    /// Names of facts that reports ask for.
    pub facts: Vec<Choice>,
}
