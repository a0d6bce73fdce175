//! Simple cells, judged without the evaluator: constants, comparisons, ranges, and lists of these.
//!
//! Most cells of real tables are simple. Judging them here makes a decision quick, and makes the check
//! of gaps exact, because a simple cell tells where its answer changes. What is not simple, and what
//! meets a value of another kind, is left to the evaluator.

use std::cmp::Ordering;

use dsntk_feel::{FeelScope, IntervalType, values::Value};
use dsntk_feel_parser::AstNode as Node;

use crate::tree;

/// The test of a simple cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    /// Whether none of the parts may hold, instead of one of them.
    pub(crate) negated: bool,
    /// The parts; without any, everything passes.
    pub(crate) parts: Vec<Part>,
}

/// One part of a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    /// Equal to a constant.
    Is(Value),
    /// Within bounds.
    Within(Option<Bound>, Option<Bound>),
}

/// One end of what is within.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    /// The constant.
    pub(crate) at: Value,
    /// Whether the constant itself is within.
    pub(crate) closed: bool,
}

impl Shape {
    /// Everything passes.
    pub(crate) const ANY: Self = Self { negated: false, parts: Vec::new() };

    /// The shape of a parsed cell; `None` where it is not simple.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        match node {
            Node::Irrelevant => Some(Self::ANY),
            Node::NegatedList(all) => Some(Self { negated: true, parts: parts(all)? }),
            Node::ExpressionList(all) | Node::CommaList(all) => match all.as_slice() {
                [Node::Irrelevant] => Some(Self::ANY),
                all => Some(Self { negated: false, parts: parts(all)? }),
            },
            other => Some(Self { negated: false, parts: vec![part(other)?] }),
        }
    }

    /// Whether everything passes.
    pub(crate) fn is_any(&self) -> bool {
        self.parts.is_empty() && !self.negated
    }

    /// Whether a part asks for null.
    pub(crate) fn minds_null(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Is(Value::Null(_))))
    }

    /// Whether a value passes; `None` where a part is of another kind than the value.
    pub(crate) fn passes(&self, value: &Value) -> Option<bool> {
        if self.is_any() {
            return Some(true);
        }
        let mut any = false;
        for part in &self.parts {
            any |= part.holds(value)?;
        }
        Some(any != self.negated)
    }

    /// The constants it names.
    pub(crate) fn constants(&self) -> impl Iterator<Item = &Value> {
        self.parts
            .iter()
            .flat_map(|part| match part {
                Part::Is(value) => [Some(value), None],
                Part::Within(low, high) => {
                    [low.as_ref().map(|b| &b.at), high.as_ref().map(|b| &b.at)]
                }
            })
            .flatten()
    }
}

impl Part {
    fn holds(&self, value: &Value) -> Option<bool> {
        match self {
            Self::Is(Value::Null(_)) => Some(matches!(value, Value::Null(_))),
            _ if matches!(value, Value::Null(_)) => None,
            Self::Is(constant) => compare(value, constant).map(Ordering::is_eq),
            Self::Within(low, high) => {
                let above = low.as_ref().map_or(Some(true), |bound| {
                    let order = compare(value, &bound.at)?;
                    Some(order.is_gt() || (bound.closed && order.is_eq()))
                })?;
                let below = high.as_ref().map_or(Some(true), |bound| {
                    let order = compare(value, &bound.at)?;
                    Some(order.is_lt() || (bound.closed && order.is_eq()))
                })?;
                Some(above && below)
            }
        }
    }
}

/// The order of two values of one kind that needs no zone; `None` for others.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => a.partial_cmp(b),
        (Value::DaysAndTimeDuration(a), Value::DaysAndTimeDuration(b)) => a.partial_cmp(b),
        _ => None,
    }
}

fn parts(all: &[Node]) -> Option<Vec<Part>> {
    all.iter().map(part).collect()
}

fn part(node: &Node) -> Option<Part> {
    let low =
        |inner, closed| Some(Part::Within(Some(Bound { at: constant(inner)?, closed }), None));
    let high =
        |inner, closed| Some(Part::Within(None, Some(Bound { at: constant(inner)?, closed })));
    match node {
        Node::UnaryGt(inner) => low(inner, false),
        Node::UnaryGe(inner) => low(inner, true),
        Node::UnaryLt(inner) => high(inner, false),
        Node::UnaryLe(inner) => high(inner, true),
        Node::UnaryEq(inner) => Some(Part::Is(constant(inner)?)),
        Node::Range(start, end) => {
            let (Node::IntervalStart(start, from), Node::IntervalEnd(end, to)) = (&**start, &**end)
            else {
                return None;
            };
            let closed = |kind: &IntervalType| *kind == IntervalType::Closed;
            Some(Part::Within(
                Some(Bound { at: constant(start)?, closed: closed(from) }),
                Some(Bound { at: constant(end)?, closed: closed(to) }),
            ))
        }
        other => constant(other).map(Part::Is),
    }
}

/// A node that reads no name, evaluated; scalars only, whose order needs no zone.
fn constant(node: &Node) -> Option<Value> {
    let plain = matches!(
        node,
        Node::Numeric(..)
            | Node::Neg(_)
            | Node::String(_)
            | Node::Boolean(_)
            | Node::Null
            | Node::At(_)
            | Node::FunctionInvocation(..)
    );
    if !plain || !tree::reads(node).is_empty() {
        return None;
    }
    if let Node::FunctionInvocation(callee, _) = node
        && !matches!(&**callee, Node::Name(name) if matches!(name.as_str(), "date" | "duration"))
    {
        return None;
    }
    let value = dsntk_feel_evaluator::evaluate(&FeelScope::default(), node);
    match (&value, node) {
        (Value::Null(_), Node::Null) => Some(value),
        (
            Value::Number(_)
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Date(_)
            | Value::DaysAndTimeDuration(_),
            _,
        ) => Some(value),
        _ => None,
    }
}
