//! dsntk's evaluator of a model, and the scope it gives to our tables.
//!
//! A table that needs other decisions or functions is evaluated by our layer in the names dsntk would
//! evaluate it in. To learn their values, a decision is added per such table, in memory only: it has
//! the same requirements and answers all their names.

use std::{fmt::Write as _, sync::Arc};

use dsntk_feel::{context::FeelContext, values::Value};
use dsntk_model_evaluator::ModelEvaluator;
use roxmltree::Node;

use super::Decision;
use crate::xml::{child, children, is_dmn};

/// The name that the added decisions begin with.
const ADDED: &str = "watchkeeper names of ";

/// A model as dsntk evaluates it.
pub(super) struct Engine {
    evaluator: Arc<ModelEvaluator>,
    namespace: String,
    name: String,
}

impl Engine {
    /// Builds the evaluator.
    ///
    /// # Errors
    /// dsntk's reason.
    pub(super) fn build(
        root: Node<'_, '_>,
        text: &str,
        decisions: &[Decision],
    ) -> Result<Self, String> {
        let text = with_names(root, text, decisions);
        let definitions = dsntk_model::parse(&text).map_err(|error| error.to_string())?;
        let evaluator = ModelEvaluator::new(&[definitions]).map_err(|error| error.to_string())?;
        let attribute = |name| root.attribute(name).unwrap_or_default().to_owned();
        Ok(Self { evaluator, namespace: attribute("namespace"), name: attribute("name") })
    }

    /// A decision's value, by its name.
    pub(super) fn decide(&self, decision: &Decision, given: &FeelContext) -> Value {
        self.ask(&decision.name, given)
    }

    /// A decision service's value, by its name.
    pub(super) fn serve(&self, service: &str, given: &FeelContext) -> Value {
        self.ask(service, given)
    }

    /// The names a table may read, with their values.
    pub(super) fn names(&self, decision: &Decision, given: &FeelContext) -> FeelContext {
        match self.ask(&format!("{ADDED}{}", decision.id), given) {
            Value::Context(context) => context,
            _ => FeelContext::default(),
        }
    }

    fn ask(&self, name: &str, given: &FeelContext) -> Value {
        self.evaluator.evaluate_invocable(&self.namespace, &self.name, name, given)
    }
}

/// The file with one decision more for each table that is not direct.
fn with_names(root: Node<'_, '_>, text: &str, decisions: &[Decision]) -> String {
    let Some(end) = text.rfind("</") else { return text.to_owned() };
    let written = &text[root.range().start + 1..];
    let tag = written.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
    let prefix = tag.split_once(':').map_or_else(String::new, |(prefix, _)| format!("{prefix}:"));
    let mut added = String::new();
    for (decision, node) in decisions.iter().zip(children(root, "decision")) {
        if decision.table.is_some() && !decision.direct {
            add(&mut added, &prefix, (root, node), decision);
        }
    }
    format!("{}{added}{}", &text[..end], &text[end..])
}

fn add(to: &mut String, p: &str, (root, node): (Node<'_, '_>, Node<'_, '_>), decision: &Decision) {
    let name = format!("{ADDED}{}", decision.id);
    let _ = write!(
        to,
        "<{p}decision id=\"{}_names\" name=\"{name}\"><{p}variable name=\"{name}\"/>",
        decision.id
    );
    let mut entries = String::new();
    for (requirement, references) in [
        ("informationRequirement", ["requiredInput", "requiredDecision"].as_slice()),
        ("knowledgeRequirement", &["requiredKnowledge"]),
    ] {
        for required in children(node, requirement) {
            for (reference, target) in
                references.iter().filter_map(|r| Some((r, child(required, r)?)))
            {
                let href = target.attribute("href").unwrap_or_default();
                let href = escaped(href);
                let _ = write!(
                    to,
                    "<{p}{requirement}><{p}{reference} href=\"{href}\"/></{p}{requirement}>"
                );
                if let Some(name) = target_name(root, target.attribute("href").unwrap_or_default())
                {
                    let name = escaped(&name);
                    let _ = write!(
                        entries,
                        "<{p}contextEntry><{p}variable name=\"{name}\"/>\
                         <{p}literalExpression><{p}text>{name}</{p}text></{p}literalExpression></{p}contextEntry>"
                    );
                }
            }
        }
    }
    let _ = write!(to, "<{p}context>{entries}</{p}context></{p}decision>");
}

fn target_name(root: Node<'_, '_>, href: &str) -> Option<String> {
    let id = href.rsplit_once('#')?.1;
    let target = root.children().find(|n| is_dmn(*n) && n.attribute("id") == Some(id))?;
    let variable = child(target, "variable").and_then(|n| n.attribute("name"));
    variable.or_else(|| target.attribute("name")).map(str::to_owned)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
