//! FEEL by dsntk, fenced in: which expressions may be deployed, and what their answers mean.
//!
//! A white list over the syntax tree: literals, names, arithmetic, comparison, logic, `if`, `in`, lists,
//! ranges and a few functions without surprises. No clock, no zone, no iteration, no recursion, no
//! functions of one's own and none outside: an expression ends after a walk over its own text and
//! depends on its variables only.

use std::collections::BTreeSet;

use dsntk_feel::{Evaluator, FeelScope, Name, context::FeelContext, values::Value as FeelValue};
use dsntk_feel_parser::AstNode;
use process::{Value, Variables, model::marks::is_variable};

/// The longest expression, in bytes.
pub const MAX_TEXT: usize = 1_000;
/// The deepest nesting of brackets and of the syntax tree.
pub const MAX_DEPTH: usize = 48;

/// Functions that read their arguments and nothing else.
const FUNCTIONS: &[&str] =
    &["not", "abs", "count", "min", "max", "sum", "all", "any", "list contains", "modulo"];

/// An expression that may run, with the names it reads.
pub(crate) struct Expression {
    evaluator: Evaluator,
    /// The variables it reads.
    pub(crate) names: BTreeSet<String>,
    /// Those it compares with null, so that it knows what to do when they are unknown.
    pub(crate) minds_null: BTreeSet<String>,
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expression").field("names", &self.names).finish_non_exhaustive()
    }
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A plain expression.
    Expression,
    /// The tests of a cell: `-`, `"a", "b"`, `not("a")`, `> 5`, `[1..5]`.
    Cell,
}

impl Expression {
    /// Parses and inspects.
    ///
    /// # Errors
    /// The reason in English.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_TEXT {
            return Err(format!("the expression is longer than {MAX_TEXT} bytes"));
        }
        if brackets(text) > MAX_DEPTH {
            return Err(format!("brackets are nested more than {MAX_DEPTH} deep"));
        }
        let scope = words(text);
        let node = dsntk_feel_parser::parse_expression(&scope, text, false)
            .map_err(|error| format!("{text:?} is not FEEL: {error}"))?;
        let mut seen = Inspection::default();
        seen.walk(&node, 0)?;
        let evaluator = dsntk_feel_evaluator::prepare(&node);
        Ok(Self { evaluator, names: seen.names, minds_null: seen.minds_null })
    }

    /// Evaluates on variables.
    pub(crate) fn evaluate(&self, variables: &Variables) -> FeelValue {
        (self.evaluator)(&FeelScope::from(context(variables)))
    }
}

/// Words that FEEL keeps for itself.
const KEYWORDS: &[&str] = &[
    "and",
    "or",
    "if",
    "then",
    "else",
    "in",
    "between",
    "true",
    "false",
    "null",
    "not",
    "function",
    "for",
    "return",
    "some",
    "every",
    "satisfies",
    "instance",
    "of",
    "external",
];

/// The names a text may mean, told to the parser: a FEEL name may hold spaces and operators, and
/// without this `clients + 1` would be one name.
pub(crate) fn words(text: &str) -> FeelScope {
    let scope = FeelScope::default();
    // Every other piece between quotes is a string; an escaped quote only makes names that stand nowhere.
    for piece in text.split('"').step_by(2) {
        for word in piece.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
            let calls = FUNCTIONS.iter().any(|f| f.split(' ').any(|part| part == word));
            if is_variable(word) && !KEYWORDS.contains(&word) && !calls {
                scope.set_name(Name::from(word));
            }
        }
    }
    scope
}

pub(crate) fn brackets(text: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn context(variables: &Variables) -> FeelContext {
    let mut context = FeelContext::default();
    for (name, value) in variables {
        context.set_entry(&Name::from(name.as_str()), feel(value));
    }
    context
}

/// Our value in FEEL's terms. Instants and durations are whole microseconds: no zone, no clock.
pub(crate) fn feel(value: &Value) -> FeelValue {
    match value {
        Value::None => FeelValue::Null(None),
        Value::Boolean(is) => FeelValue::Boolean(*is),
        Value::Integer(number) => FeelValue::Number((*number).into()),
        Value::Code(code) => FeelValue::String(code.to_string()),
        Value::Decimal(number) => {
            number.to_string().parse().map_or(FeelValue::Null(None), FeelValue::Number)
        }
        Value::Date(day) => FeelValue::String(day.to_string()),
        Value::Instant(instant) => FeelValue::Number(instant.micros().into()),
        Value::Duration(length) => FeelValue::Number(length.as_micros().into()),
        Value::Digest(digest) => FeelValue::String(digest.to_string()),
        Value::List(items) => FeelValue::List(items.iter().map(feel).collect()),
    }
}

/// FEEL's value in our terms; `None` when it has no place in a leaf: words, fractions, contexts.
pub(crate) fn ours(value: &FeelValue) -> Option<Value> {
    let value = match value {
        FeelValue::Null(_) => Value::None,
        FeelValue::Boolean(is) => Value::Boolean(*is),
        FeelValue::Number(number) if number.is_integer() => {
            Value::Integer(i64::try_from(number).ok()?)
        }
        FeelValue::String(text) => Value::Code(text.parse().ok()?),
        FeelValue::List(items) => Value::List(items.iter().map(ours).collect::<Option<_>>()?),
        _ => return None,
    };
    value.is_within_limits().then_some(value)
}

#[derive(Default)]
struct Inspection {
    names: BTreeSet<String>,
    minds_null: BTreeSet<String>,
}

impl Inspection {
    /// Walks the tree; what is not on the list is refused by name.
    fn walk(&mut self, node: &AstNode, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("the expression is nested more than {MAX_DEPTH} deep"));
        }
        match node {
            AstNode::Boolean(_)
            | AstNode::Null
            | AstNode::Numeric(..)
            | AstNode::String(_)
            | AstNode::Irrelevant => Ok(()),
            AstNode::Name(name) => self.name(&name.to_string()),
            AstNode::Neg(inner)
            | AstNode::UnaryEq(inner)
            | AstNode::UnaryNe(inner)
            | AstNode::UnaryGe(inner)
            | AstNode::UnaryGt(inner)
            | AstNode::UnaryLe(inner)
            | AstNode::UnaryLt(inner)
            | AstNode::IntervalStart(inner, _)
            | AstNode::IntervalEnd(inner, _) => self.walk(inner, depth + 1),
            AstNode::Eq(left, right) | AstNode::Nq(left, right) => {
                self.mind_null(left, right);
                self.all(&[left, right], depth)
            }
            AstNode::Add(left, right)
            | AstNode::Sub(left, right)
            | AstNode::Mul(left, right)
            | AstNode::Div(left, right)
            | AstNode::And(left, right)
            | AstNode::Or(left, right)
            | AstNode::Ge(left, right)
            | AstNode::Gt(left, right)
            | AstNode::Le(left, right)
            | AstNode::Lt(left, right)
            | AstNode::In(left, right)
            | AstNode::Range(left, right) => self.all(&[left, right], depth),
            AstNode::Between(one, two, three) | AstNode::If(one, two, three) => {
                self.all(&[one, two, three], depth)
            }
            AstNode::CommaList(items)
            | AstNode::ExpressionList(items)
            | AstNode::List(items)
            | AstNode::NegatedList(items)
            | AstNode::PositionalParameters(items) => {
                items.iter().try_for_each(|item| self.walk(item, depth + 1))
            }
            AstNode::FunctionInvocation(name, arguments) => self.call(name, arguments, depth),
            other => Err(format!("{} may not be used here", kind(other))),
        }
    }

    fn name(&mut self, name: &str) -> Result<(), String> {
        if !is_variable(name) {
            return Err(format!("{name:?} is not the name of a variable"));
        }
        self.names.insert(name.to_owned());
        Ok(())
    }

    fn all(&mut self, nodes: &[&AstNode], depth: usize) -> Result<(), String> {
        nodes.iter().try_for_each(|node| self.walk(node, depth + 1))
    }

    fn mind_null(&mut self, left: &AstNode, right: &AstNode) {
        if let (AstNode::Name(name), AstNode::Null) | (AstNode::Null, AstNode::Name(name)) =
            (left, right)
        {
            self.minds_null.insert(name.to_string());
        }
    }

    fn call(&mut self, name: &AstNode, arguments: &AstNode, depth: usize) -> Result<(), String> {
        match name {
            AstNode::Name(name) if FUNCTIONS.contains(&name.to_string().as_str()) => {
                self.walk(arguments, depth + 1)
            }
            AstNode::Name(name) => Err(format!("the function {name} may not be used here")),
            _ => Err("only named functions may be used here".to_owned()),
        }
    }
}

/// The node's kind, for a message: the first word of its debug form.
fn kind(node: &AstNode) -> String {
    let text = format!("{node:?}");
    text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}
