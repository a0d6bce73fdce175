//! What a whole model may not do: every FEEL text is inspected before anything is built from it.

use std::collections::BTreeMap;

use dsntk_feel::{FeelScope, FeelType, Name, context::FeelContext};
use roxmltree::Node;

use super::{Reader, calls};
use crate::{
    feel::{Form, words},
    fence, open,
    types::shape,
    xml::{child, feel_of, is, is_dmn},
};

/// Elements whose text is an expression.
const EXPRESSIONS: &[&str] =
    &["literalExpression", "inputExpression", "outputEntry", "defaultOutputEntry"];
/// Elements whose text is a list of tests.
const TESTS: &[&str] =
    &["inputEntry", "inputValues", "outputValues", "allowedValues", "typeConstraint"];
/// Languages that are FEEL.
const FEEL: &[&str] = &[
    "",
    "feel",
    "FEEL",
    "https://www.omg.org/spec/DMN/20191111/FEEL/",
    "https://www.omg.org/spec/DMN/20211108/FEEL/",
    "https://www.omg.org/spec/DMN/20230324/FEEL/",
];

/// Objects to what a model may not do.
pub(super) fn inspect(reader: &mut Reader<'_>, root: Node<'_, '_>) {
    let scope = every_name(reader, root);
    let mut graph = calls::Graph::default();
    for node in root.descendants().filter(|n| is_dmn(*n)) {
        language(reader, node);
        match node.tag_name().name() {
            "import" => {
                let message = "a model stands alone: what it needs is part of the published file";
                reader.find("import", node, message);
            }
            "functionDefinition" | "encapsulatedLogic" => {
                if matches!(node.attribute("kind"), Some(kind) if kind != "FEEL") {
                    let message = "a function outside the model is not called";
                    reader.find("external-function", node, message);
                }
            }
            "for" => iterated(reader, node, &scope),
            name if EXPRESSIONS.contains(&name) => {
                text(reader, node, (Form::Expression, &scope), &mut graph);
            }
            name if TESTS.contains(&name) => text(reader, node, (Form::Cell, &scope), &mut graph),
            _ => {}
        }
    }
    functions(root, &mut graph);
    graph.judge(reader, root);
}

fn language(reader: &mut Reader<'_>, node: Node<'_, '_>) {
    let other = |name| node.attribute(name).filter(|language| !FEEL.contains(language));
    if let Some(language) = other("expressionLanguage") {
        reader.find("foreign-language", node, format!("{language} is not FEEL"));
    }
}

/// Every name of the model, with its members: enough to read any text of it, whatever it may see.
fn every_name(reader: &Reader<'_>, root: Node<'_, '_>) -> FeelScope {
    let mut names: BTreeMap<String, FeelType> = BTreeMap::new();
    for node in root.descendants().filter(|n| is_dmn(*n)) {
        let name = match node.tag_name().name() {
            "for" | "some" | "every" => node.attribute("iteratorVariable"),
            _ => node.attribute("name"),
        };
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let kind = reader.types.get(node.attribute("typeRef"));
        match names.get(name) {
            Some(known) if *known != FeelType::Any => {}
            _ => {
                names.insert(name.to_owned(), kind);
            }
        }
    }
    let mut context = FeelContext::default();
    names
        .iter()
        .for_each(|(name, kind)| context.set_entry(&Name::from(name.as_str()), shape(kind)));
    context.into()
}

fn text(
    reader: &mut Reader<'_>,
    node: Node<'_, '_>,
    (form, scope): (Form, &FeelScope),
    graph: &mut calls::Graph,
) {
    let text = feel_of(node);
    if text.is_empty() {
        return;
    }
    // A rule is what an author sees; its cells have no place of their own on a page.
    let shown = node.parent().filter(|parent| is(*parent, "rule")).unwrap_or(node);
    let parsed = open::parse(&text, form, scope).or_else(|reason| {
        let more = words(&text);
        scope.contexts().into_iter().for_each(|context| more.push(context));
        open::parse(&text, form, &more).map_err(|_| reason)
    });
    match parsed {
        Ok(tree) => {
            let seen = fence::inspect(&tree);
            for (rule, message) in seen.objections {
                reader.find(rule, shown, message);
            }
            graph.text(owner(node).as_deref(), seen.calls, seen.defines);
        }
        Err(reason) => reader.find("wrong-expression", shown, reason),
    }
}

/// The function or decision a text belongs to, by the name it is called with.
fn owner(node: Node<'_, '_>) -> Option<String> {
    node.ancestors().find_map(|above| match above.tag_name().name() {
        "businessKnowledgeModel" | "decision" => variable(above),
        "contextEntry" if child(above, "functionDefinition").is_some() => variable(above),
        _ => None,
    })
}

fn variable(node: Node<'_, '_>) -> Option<String> {
    let named = child(node, "variable").and_then(|n| n.attribute("name"));
    named.or_else(|| node.attribute("name")).map(str::to_owned)
}

/// Which functions a model defines under a name.
fn functions(root: Node<'_, '_>, graph: &mut calls::Graph) {
    for node in root.descendants().filter(|n| is_dmn(*n)) {
        let defines = match node.tag_name().name() {
            "businessKnowledgeModel" => true,
            "decision" | "contextEntry" => child(node, "functionDefinition").is_some(),
            _ => false,
        };
        if let Some(name) = variable(node).filter(|_| defines) {
            graph.function(name);
        }
    }
}

/// A boxed iteration over a range: its ends must be known.
fn iterated(reader: &mut Reader<'_>, node: Node<'_, '_>, scope: &FeelScope) {
    let list = child(node, "in").and_then(|n| child(n, "literalExpression"));
    let Some(list) = list else { return };
    if let Ok(tree) = open::parse(&feel_of(list), Form::Expression, scope)
        && fence::iterates_without_end(&tree)
    {
        let message = "a range that is iterated needs ends that are numbers, or count(…)";
        reader.find("unbounded-iteration", list, message);
    }
}
