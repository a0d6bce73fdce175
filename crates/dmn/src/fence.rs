//! What a FEEL text of a model may not do, found in its syntax tree before anything runs.
//!
//! Refused is what dsntk would answer from the host or without bound: functions outside, the clock,
//! times without a zone that are compared, ranges without an end in iterations, functions that could
//! call themselves. Everything else of FEEL may be written. The list is closed by the bounds below:
//! a text is short, shallow, and iterates a bounded number of times.

use std::collections::BTreeSet;

use dsntk_feel_parser::AstNode as Node;

use crate::tree::{depth, parts};

/// The longest FEEL text, in bytes.
pub const MAX_TEXT: usize = 8_000;
/// The deepest syntax tree.
pub const MAX_DEPTH: usize = 64;
/// How often a literal range may iterate; nested ranges multiply.
pub const MAX_ITERATIONS: u64 = 10_000;
/// How many lists of unknown length may be iterated inside each other.
pub const MAX_NESTED_LISTS: u32 = 3;

/// Functions that read the clock.
const CLOCKS: &[&str] = &["now", "today"];
/// Functions that compare what they are given.
const COMPARING: &[&str] = &[
    "after",
    "before",
    "coincides",
    "during",
    "finished by",
    "finishes",
    "includes",
    "max",
    "meets",
    "met by",
    "min",
    "overlaps",
    "overlaps after",
    "overlaps before",
    "sort",
    "started by",
    "starts",
];
/// Functions whose answer is never larger than the list they are given.
const COUNTS: &[&str] = &["count", "string length"];

/// One objection: the rule's name and the reason.
pub(crate) type Objection = (&'static str, String);

/// What a text does that matters beyond itself.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Objections, in the order of the text.
    pub(crate) objections: Vec<Objection>,
    /// Functions it calls by name, once for each call.
    pub(crate) calls: Vec<String>,
    /// Functions it defines under a name, with the names these call.
    pub(crate) defines: Vec<(String, Vec<String>)>,
}

/// Looks through a syntax tree.
pub(crate) fn inspect(node: &Node) -> Seen {
    let mut fence = Fence::default();
    if depth(node) > MAX_DEPTH {
        fence.object("too-deep", format!("the expression is nested more than {MAX_DEPTH} deep"));
        return fence.seen;
    }
    fence.parameters(node);
    fence.walk(node, Loops { ranges: 1, lists: 0 });
    fence.times(node);
    fence.seen
}

/// How often a place may be reached.
#[derive(Clone, Copy)]
struct Loops {
    ranges: u64,
    lists: u32,
}

#[derive(Default)]
struct Fence {
    seen: Seen,
    parameters: BTreeSet<String>,
}

impl Fence {
    fn object(&mut self, rule: &'static str, message: impl Into<String>) {
        self.seen.objections.push((rule, message.into()));
    }

    fn parameters(&mut self, node: &Node) {
        if let Node::FormalParameter(name, _) = node
            && let Node::ParameterName(name) | Node::Name(name) = &**name
        {
            self.parameters.insert(name.to_string());
        }
        parts(node).into_iter().for_each(|part| self.parameters(part));
    }

    fn walk(&mut self, node: &Node, loops: Loops) {
        match node {
            Node::FunctionBody(_, true) => {
                self.object("external-function", "a function outside the model is not called");
                return;
            }
            Node::Name(name) if CLOCKS.contains(&name.as_str()) => {
                self.object(
                    "clock",
                    format!("{name} reads the clock; pass the instant as an input"),
                );
            }
            Node::FunctionInvocation(callee, arguments) => self.call(callee, arguments),
            Node::ContextEntry(key, value) => self.define(key, value),
            Node::For(contexts, body)
            | Node::Some(contexts, body)
            | Node::Every(contexts, body) => {
                let inside = self.iterate(contexts, loops);
                self.walk(contexts, loops);
                return self.walk(body, inside);
            }
            Node::Filter(list, test) => {
                self.walk(list, loops);
                return self.walk(test, loops);
            }
            _ => {}
        }
        parts(node).into_iter().for_each(|part| self.walk(part, loops));
    }

    /// A function that is handed to itself would never end: a parameter is not called with
    /// parameters that may be functions too.
    fn call(&mut self, callee: &Node, arguments: &Node) {
        match callee {
            Node::Name(name) => {
                let name = name.to_string();
                let handed = |part: &&Node| {
                    matches!(part, Node::Name(n) if self.parameters.contains(n.as_str()))
                        || matches!(part, Node::FunctionDefinition(..))
                };
                if self.parameters.contains(&name) && parts(arguments).iter().any(handed) {
                    let message = format!("{name} is a parameter and is called with a parameter");
                    self.object("recursion", message);
                }
                self.seen.calls.push(name);
            }
            Node::FunctionDefinition(..) if holds_function(arguments) => {
                self.object("recursion", "a function is called with a function");
            }
            _ => {}
        }
    }

    fn define(&mut self, key: &Node, value: &Node) {
        if let (Node::ContextEntryKey(key), Node::FunctionDefinition(..)) = (key, value) {
            let mut inner = Self { parameters: self.parameters.clone(), ..Self::default() };
            inner.walk(value, Loops { ranges: 1, lists: 0 });
            self.seen.defines.push((key.to_string(), inner.seen.calls));
        }
    }

    fn iterate(&mut self, contexts: &Node, mut loops: Loops) -> Loops {
        for context in parts(contexts) {
            let range = match context {
                Node::IterationContextInterval(_, start, end) => Some((&**start, &**end)),
                Node::IterationContextSingle(_, list) | Node::QuantifiedContext(_, list) => {
                    range_of(list)
                }
                _ => None,
            };
            match range {
                Some((start, end)) => match length(start, end) {
                    Length::Known(count) => loops.ranges = loops.ranges.saturating_mul(count),
                    Length::OfAList => loops.lists += 1,
                    Length::Unknown => self.unbounded(),
                },
                None => loops.lists += 1,
            }
        }
        if loops.ranges > MAX_ITERATIONS {
            self.object("unbounded-iteration", format!("more than {MAX_ITERATIONS} iterations"));
        }
        if loops.lists > MAX_NESTED_LISTS {
            let message = format!("more than {MAX_NESTED_LISTS} lists iterated inside each other");
            self.object("unbounded-iteration", message);
        }
        loops
    }

    fn unbounded(&mut self) {
        let message = "a range that is iterated needs ends that are numbers, or count(…)";
        self.object("unbounded-iteration", message);
    }

    /// Two times without a zone are compared by the host's zone: refused where they are written.
    fn times(&mut self, node: &Node) {
        let compared: Vec<&Node> = match node {
            Node::Lt(..)
            | Node::Le(..)
            | Node::Gt(..)
            | Node::Ge(..)
            | Node::Eq(..)
            | Node::Nq(..)
            | Node::Between(..)
            | Node::In(..)
            | Node::Sub(..)
            | Node::UnaryLt(_)
            | Node::UnaryLe(_)
            | Node::UnaryGt(_)
            | Node::UnaryGe(_)
            | Node::IntervalStart(..)
            | Node::IntervalEnd(..) => parts(node),
            Node::FunctionInvocation(callee, arguments) if matches!(&**callee, Node::Name(n) if COMPARING.contains(&n.as_str())) => {
                parts(arguments)
            }
            _ => Vec::new(),
        };
        if compared.into_iter().any(zoneless) {
            let message = "a time without zone or offset is compared; the host's zone would decide";
            self.object("zoneless-time", message);
            return;
        }
        parts(node).into_iter().for_each(|part| self.times(part));
    }
}

fn holds_function(node: &Node) -> bool {
    matches!(node, Node::FunctionDefinition(..)) || parts(node).into_iter().any(holds_function)
}

/// The ends of a range that is iterated, also behind brackets.
fn range_of(node: &Node) -> Option<(&Node, &Node)> {
    let Node::Range(start, end) = node else { return None };
    Some((end_of(start), end_of(end)))
}

fn end_of(node: &Node) -> &Node {
    match node {
        Node::IntervalStart(inner, _) | Node::IntervalEnd(inner, _) => inner,
        other => other,
    }
}

enum Length {
    Known(u64),
    OfAList,
    Unknown,
}

fn length(start: &Node, end: &Node) -> Length {
    match (whole(start), whole(end)) {
        (Some(start), Some(end)) => Length::Known(start.abs_diff(end).saturating_add(1)),
        (None, Some(_)) if counts(start) => Length::OfAList,
        (Some(_), None) if counts(end) => Length::OfAList,
        _ => Length::Unknown,
    }
}

fn counts(node: &Node) -> bool {
    match node {
        Node::FunctionInvocation(callee, _) => {
            matches!(&**callee, Node::Name(name) if COUNTS.contains(&name.as_str()))
        }
        Node::Sub(left, right) | Node::Add(left, right) => {
            (counts(left) && whole(right).is_some_and(|n| n.unsigned_abs() <= MAX_ITERATIONS))
                || (counts(right) && whole(left).is_some())
        }
        _ => false,
    }
}

fn whole(node: &Node) -> Option<i64> {
    match node {
        Node::Numeric(before, after, _, exponent) if after.is_empty() && exponent.is_empty() => {
            before.parse().ok()
        }
        Node::Neg(inner) => whole(inner).map(|n| -n),
        _ => None,
    }
}

/// Whether a node is a time, or a date and time, that names no zone.
fn zoneless(node: &Node) -> bool {
    match node {
        Node::At(text) => is_zoneless(text),
        Node::FunctionInvocation(callee, arguments) => {
            let Node::Name(name) = &**callee else { return false };
            let given = parts(arguments);
            match (name.as_str(), given.as_slice()) {
                ("time" | "date and time", [Node::String(text)]) => is_zoneless(text),
                ("time", [_, _, _]) => true,
                ("date and time", [_, time]) => zoneless(time),
                _ => false,
            }
        }
        Node::Range(start, end) => zoneless(start) || zoneless(end),
        Node::IntervalStart(inner, _) | Node::IntervalEnd(inner, _) => zoneless(inner),
        Node::List(all) | Node::ExpressionList(all) | Node::CommaList(all) => {
            all.iter().any(zoneless)
        }
        _ => false,
    }
}

/// `10:00:00` and `2026-01-01T10:00:00`, without `Z`, an offset or `@Zone`.
pub(crate) fn is_zoneless(text: &str) -> bool {
    let text = text.trim().trim_matches('"');
    let time = text.rsplit_once('T').map_or(text, |(_, time)| time);
    let looks = time.as_bytes().get(2) == Some(&b':') && time.as_bytes()[0].is_ascii_digit();
    looks && !time.contains(['Z', 'z', '@', '+', '-'])
}

/// Whether a node is a range whose length is not known, or too long.
pub(crate) fn iterates_without_end(node: &Node) -> bool {
    range_of(node).is_some_and(|(start, end)| match length(start, end) {
        Length::Known(count) => count > MAX_ITERATIONS,
        Length::OfAList => false,
        Length::Unknown => true,
    })
}
