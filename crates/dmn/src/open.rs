//! A FEEL expression of a model, parsed in the names its decision knows.

use dsntk_feel::{Evaluator, FeelScope, values::Value};
use dsntk_feel_parser::AstNode;

use crate::{
    feel::{Form, MAX_DEPTH, brackets},
    fence::MAX_TEXT,
    tree,
};

/// The name by which a cell knows its input.
pub(crate) const INPUT: &str = "?";

/// An expression that may run.
pub(crate) struct Open {
    evaluator: Evaluator,
    pub(crate) node: AstNode,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open").finish_non_exhaustive()
    }
}

impl Open {
    /// Parses in a scope.
    ///
    /// # Errors
    /// The reason in English.
    pub(crate) fn parse(text: &str, form: Form, scope: &FeelScope) -> Result<Self, String> {
        let node = parse(text, form, scope)?;
        let runs = match form {
            // A cell that says itself what must be true is not compared with its input.
            Form::Cell if tree::mentions(&node, INPUT) || is_truth(&alone(node.clone())) => {
                alone(node.clone())
            }
            Form::Cell => {
                AstNode::In(Box::new(AstNode::Name(INPUT.into())), Box::new(node.clone()))
            }
            Form::Expression => node.clone(),
        };
        let evaluator = dsntk_feel_evaluator::prepare(&runs);
        Ok(Self { evaluator, node })
    }

    /// Evaluates.
    pub(crate) fn evaluate(&self, scope: &FeelScope) -> Value {
        (self.evaluator)(scope)
    }
}

/// Parses and bounds; inspects nothing.
///
/// # Errors
/// The reason in English.
pub(crate) fn parse(text: &str, form: Form, scope: &FeelScope) -> Result<AstNode, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("the expression is longer than {MAX_TEXT} bytes"));
    }
    if brackets(text) > MAX_DEPTH {
        return Err(format!("brackets are nested more than {MAX_DEPTH} deep"));
    }
    let node = match form {
        Form::Expression => dsntk_feel_parser::parse_expression(scope, text, false),
        Form::Cell => dsntk_feel_parser::parse_unary_tests(scope, text, false),
    };
    node.map_err(|error| format!("{text:?} is not FEEL: {error}"))
}

/// Whether an expression is true or false by its form.
fn is_truth(node: &AstNode) -> bool {
    matches!(
        node,
        AstNode::And(..)
            | AstNode::Between(..)
            | AstNode::Eq(..)
            | AstNode::Every(..)
            | AstNode::Ge(..)
            | AstNode::Gt(..)
            | AstNode::In(..)
            | AstNode::Le(..)
            | AstNode::Lt(..)
            | AstNode::Nq(..)
            | AstNode::Or(..)
            | AstNode::Some(..)
    )
}

fn alone(node: AstNode) -> AstNode {
    match node {
        AstNode::ExpressionList(mut all) if all.len() == 1 => all.remove(0),
        other => other,
    }
}

impl Open {
    /// Whether the text compares with null, so that unknown is an answer.
    pub(crate) fn minds_null(&self) -> bool {
        fn holds(node: &AstNode) -> bool {
            matches!(node, AstNode::Null) || tree::parts(node).into_iter().any(holds)
        }
        holds(&self.node)
    }
}
