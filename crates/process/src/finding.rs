//! What a reader or a lint has against a model: where, by which rule, in plain words.

use std::fmt;

/// A place in the uploaded text: both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// One objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The element's id, or its tag name when it has none.
    pub id: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The rule's name: stable, in kebab case.
    pub rule: &'static str,
    /// What is wrong and what to do, in English.
    pub message: String,
}

/// Rules that advise and do not refuse.
const ADVICE: &[&str] = &[
    "gateway-without-default",
    "condition-on-default",
    "shadowed-rule",
    "check-incomplete",
    "unmatched-error",
    "endless-loop",
];

/// The most findings that one reading reports.
pub const MAX_FINDINGS: usize = 200;

impl Finding {
    /// A finding about `id` at `position`.
    pub fn new(
        rule: &'static str,
        id: &str,
        position: Position,
        message: impl Into<String>,
    ) -> Self {
        let Position { line, column } = position;
        Self { id: id.to_owned(), line, column, rule, message: message.into() }
    }

    /// Whether a deployment with this finding is refused. The others are advice.
    pub fn refuses(&self) -> bool {
        !ADVICE.contains(&self.rule)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {} [{}] {}", self.line, self.column, self.id, self.rule, self.message)
    }
}
