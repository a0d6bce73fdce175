//! Walking FEEL's syntax tree: the parts of a node, the names it reads and those it binds itself.

use std::collections::BTreeSet;

use dsntk_feel_parser::AstNode as Node;

/// The direct parts of a node, in the order they are written.
pub(crate) fn parts(node: &Node) -> Vec<&Node> {
    match node {
        Node::Add(a, b)
        | Node::And(a, b)
        | Node::ContextEntry(a, b)
        | Node::ContextTypeEntry(a, b)
        | Node::Div(a, b)
        | Node::Eq(a, b)
        | Node::Every(a, b)
        | Node::Exp(a, b)
        | Node::Filter(a, b)
        | Node::For(a, b)
        | Node::FormalParameter(a, b)
        | Node::FunctionDefinition(a, b)
        | Node::FunctionInvocation(a, b)
        | Node::FunctionType(a, b)
        | Node::Ge(a, b)
        | Node::Gt(a, b)
        | Node::In(a, b)
        | Node::InstanceOf(a, b)
        | Node::IterationContextSingle(a, b)
        | Node::Le(a, b)
        | Node::Lt(a, b)
        | Node::Mul(a, b)
        | Node::NamedParameter(a, b)
        | Node::Nq(a, b)
        | Node::Or(a, b)
        | Node::Out(a, b)
        | Node::Path(a, b)
        | Node::QuantifiedContext(a, b)
        | Node::Range(a, b)
        | Node::Some(a, b)
        | Node::Sub(a, b) => vec![a, b],
        Node::Between(a, b, c) | Node::If(a, b, c) | Node::IterationContextInterval(a, b, c) => {
            vec![a, b, c]
        }
        Node::EvaluatedExpression(a)
        | Node::FunctionBody(a, _)
        | Node::IntervalEnd(a, _)
        | Node::IntervalStart(a, _)
        | Node::ListType(a)
        | Node::Neg(a)
        | Node::RangeType(a)
        | Node::Satisfies(a)
        | Node::UnaryGe(a)
        | Node::UnaryGt(a)
        | Node::UnaryLe(a)
        | Node::UnaryLt(a)
        | Node::UnaryEq(a)
        | Node::UnaryNe(a) => vec![a],
        Node::CommaList(all)
        | Node::Context(all)
        | Node::ContextType(all)
        | Node::ExpressionList(all)
        | Node::FormalParameters(all)
        | Node::IterationContexts(all)
        | Node::List(all)
        | Node::NamedParameters(all)
        | Node::NegatedList(all)
        | Node::ParameterTypes(all)
        | Node::PositionalParameters(all)
        | Node::QualifiedName(all)
        | Node::QuantifiedContexts(all) => all.iter().collect(),
        Node::At(_)
        | Node::Boolean(_)
        | Node::ContextEntryKey(_)
        | Node::ContextTypeEntryKey(_)
        | Node::FeelType(_)
        | Node::Irrelevant
        | Node::Name(_)
        | Node::Null
        | Node::Numeric(..)
        | Node::ParameterName(_)
        | Node::QualifiedNameSegment(_)
        | Node::String(_) => Vec::new(),
    }
}

/// Names that FEEL gives to iterations and cells.
const GIVEN: &[&str] = &["?", "item", "partial"];

/// The names a text reads from outside. Members behind a dot and inside a filter are not looked at:
/// they belong to the value before them.
pub(crate) fn reads(node: &Node) -> BTreeSet<String> {
    let mut seen = Reads::default();
    seen.walk(node);
    let Reads { names, bound } = seen;
    names.into_iter().filter(|n| !bound.contains(n) && !GIVEN.contains(&n.as_str())).collect()
}

#[derive(Default)]
struct Reads {
    names: BTreeSet<String>,
    bound: BTreeSet<String>,
}

impl Reads {
    fn walk(&mut self, node: &Node) {
        match node {
            Node::Name(name) => {
                self.names.insert(name.to_string());
            }
            Node::ParameterName(name) | Node::ContextEntryKey(name) => {
                self.bound.insert(name.to_string());
            }
            Node::Path(left, _) => self.walk(left),
            Node::Filter(left, _) => self.walk(left),
            Node::FunctionInvocation(callee, arguments) => {
                if !matches!(&**callee, Node::Name(_)) {
                    self.walk(callee);
                }
                self.walk(arguments);
            }
            Node::NamedParameter(_, value) => self.walk(value),
            Node::IterationContextSingle(name, list) | Node::QuantifiedContext(name, list) => {
                self.bind(name);
                self.walk(list);
            }
            Node::IterationContextInterval(name, start, end) => {
                self.bind(name);
                self.walk(start);
                self.walk(end);
            }
            other => parts(other).into_iter().for_each(|part| self.walk(part)),
        }
    }

    fn bind(&mut self, name: &Node) {
        if let Node::Name(name) = name {
            self.bound.insert(name.to_string());
        }
    }
}

/// Whether a name stands anywhere in the tree.
pub(crate) fn mentions(node: &Node, wanted: &str) -> bool {
    matches!(node, Node::Name(name) if name.as_str() == wanted)
        || parts(node).into_iter().any(|part| mentions(part, wanted))
}

/// How deep the tree is.
pub(crate) fn depth(node: &Node) -> usize {
    1 + parts(node).into_iter().map(depth).max().unwrap_or(0)
}

/// Whether anything is called or defined that depends on more than literals.
pub(crate) fn calls(node: &Node) -> bool {
    let itself = match node {
        Node::FunctionInvocation(callee, _) => !matches!(&**callee, Node::Name(name)
                if matches!(name.as_str(), "date" | "duration" | "number" | "string")),
        Node::FunctionDefinition(..) => true,
        _ => false,
    };
    itself || parts(node).into_iter().any(calls)
}
