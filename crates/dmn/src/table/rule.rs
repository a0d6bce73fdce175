//! The columns and rules of a table.

use base::Code;
use dsntk_feel::values::Value as Feel;
use process::finding::Position;

use super::shape::Shape;
use crate::open::Open;

/// A column of conditions.
#[derive(Debug)]
pub struct Input {
    /// The variable it reads, or the column's place where it reads an expression.
    pub name: Code,
    /// What the author calls it; may be empty.
    pub label: String,
    /// The expression as written.
    pub text: String,
    /// What it may hold.
    pub domain: Domain,
    /// The variable, where the expression is a name.
    pub(crate) plain: Option<String>,
    pub(crate) expression: Open,
    /// Whether a cell of the column asks for null, so that unknown is an answer.
    pub(crate) minds_null: bool,
}

/// The kind of value in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words and codes.
    Text,
    /// Numbers; instants and durations of a process are whole microseconds.
    Number,
    /// True or false.
    Flag,
    /// A calendar date.
    Date,
    /// A length of time in days, hours, minutes, seconds.
    Length,
    /// Anything else.
    Other,
}

/// What a column may hold.
#[derive(Debug, Clone)]
pub struct Domain {
    /// The kind.
    pub kind: Kind,
    /// The values as written; empty where all of the kind may stand.
    pub text: String,
    pub(crate) allowed: Option<Shape>,
}

impl Domain {
    /// The values it lists, in their order; none where it lists ranges or allows all.
    pub(crate) fn listed(&self) -> Option<Vec<Feel>> {
        use super::shape::Part;
        match (&self.allowed, self.kind) {
            (Some(shape), _) if !shape.negated => {
                let value = |part: &Part| match part {
                    Part::Is(value) => Some(value.clone()),
                    Part::Within(..) => None,
                };
                shape.parts.iter().map(value).collect()
            }
            (None, Kind::Flag) => Some(vec![Feel::Boolean(true), Feel::Boolean(false)]),
            _ => None,
        }
    }

    /// The values it lists, as texts, in their order; none where it lists ranges or allows all.
    pub fn values(&self) -> Vec<String> {
        self.listed().unwrap_or_default().iter().map(crate::json::plain).collect()
    }

    /// The values it lists that are codes, in their order.
    pub fn codes(&self) -> Vec<Code> {
        self.values().iter().filter_map(|value| value.parse().ok()).collect()
    }

    pub(crate) fn allows(&self, value: &Feel) -> bool {
        let fits = match self.kind {
            Kind::Text => matches!(value, Feel::String(_)),
            Kind::Number => matches!(value, Feel::Number(_)),
            Kind::Flag => matches!(value, Feel::Boolean(_)),
            Kind::Date => matches!(value, Feel::Date(_)),
            Kind::Length => matches!(value, Feel::DaysAndTimeDuration(_)),
            Kind::Other => true,
        };
        fits && self.allowed.as_ref().is_none_or(|shape| shape.passes(value) == Some(true))
    }
}

/// A column of answers.
#[derive(Debug)]
pub struct Output {
    /// The variable.
    pub name: Code,
    /// What the author calls it; may be empty.
    pub label: String,
    /// The values it may hold, as written; empty when anything.
    pub text: String,
    /// The answer where no rule matches, as written; empty where there is none.
    pub default: String,
    /// The name in FEEL.
    pub(crate) key: String,
    pub(crate) allowed: Option<Shape>,
    /// The values it lists, in their order.
    pub(crate) values: Vec<Feel>,
    pub(crate) otherwise: Option<Answer>,
}

impl Output {
    /// The values it lists, as texts, in their order; none where anything may stand.
    pub fn values(&self) -> Vec<String> {
        self.values.iter().map(crate::json::plain).collect()
    }

    pub(crate) fn allows(&self, value: &Feel) -> bool {
        self.allowed.as_ref().is_none_or(|shape| shape.passes(value) == Some(true))
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Its id.
    pub id: Code,
    /// Where it starts in the file.
    pub position: Position,
    /// The tests as written, one per input.
    pub tests: Vec<String>,
    /// The answers as written, one per output.
    pub answers: Vec<String>,
    /// What the author notes beside it; may be empty.
    pub annotation: String,
    pub(crate) cells: Vec<Test>,
    pub(crate) results: Vec<Answer>,
}

impl Rule {
    /// Whether an answer is a constant that may not stand in the log.
    pub(crate) fn says_unrecordable(&self) -> bool {
        self.results.iter().any(|answer| match answer {
            Answer::Constant(value) => crate::feel::ours(value).is_none(),
            Answer::Computed(_) => false,
        })
    }
}

/// A cell's test.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) shape: Option<Shape>,
    pub(crate) open: Open,
}

/// A cell's answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The same always.
    Constant(Feel),
    /// An expression.
    Computed(Open),
}
