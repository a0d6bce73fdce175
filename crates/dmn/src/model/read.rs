//! From DMN XML to a model: the gate, the fence, the graph, the tables, and dsntk's evaluator.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use base::{Code, Digest};
use dsntk_feel::FeelType;
use process::{
    Finding,
    xml::{self, Positions},
};
use roxmltree::Node;
use sha2::Digest as _;

use super::{
    Decision, MAX_CHAIN, MAX_DECISIONS, MAX_PATHS, Model, Needed, Reader, engine::Engine, fence,
};
use crate::{
    cases,
    table::{self, Around, Names},
    types::Types,
    xml::{child, children, feel_of, is, is_dmn},
};

/// Elements that hold a decision's logic.
const LOGIC: &[&str] = &[
    "conditional",
    "context",
    "decisionTable",
    "every",
    "filter",
    "for",
    "functionDefinition",
    "invocation",
    "list",
    "literalExpression",
    "relation",
    "some",
];

pub(super) fn read(text: &str) -> Result<Model, Vec<Finding>> {
    let document = xml::parse(text).map_err(|finding| vec![finding])?;
    let positions = Positions::of(&document);
    let root = document.root_element();
    let types = Types::of(root);
    let mut reader = Reader { positions: &positions, findings: Vec::new(), types };
    if !is(root, "definitions") {
        reader.find("not-dmn", root, "the root is not definitions of DMN 1.3, 1.4 or 1.5");
        return Err(reader.findings);
    }
    let nodes = children(root, "decision");
    match nodes.len() {
        0 => reader.find("no-decision", root, "the file holds no decision"),
        1..=MAX_DECISIONS => {}
        _ => {
            let message = format!("more than {MAX_DECISIONS} decisions");
            reader.find("too-many-decisions", root, message);
        }
    }
    fence::inspect(&mut reader, root);
    if !reader.findings.is_empty() {
        return Err(reader.findings);
    }
    let sha256 = Digest(sha2::Sha256::digest(text.as_bytes()).into());
    let graph = Graph::of(root);
    let read: Vec<_> =
        nodes.iter().map(|node| decision(&mut reader, &graph, *node, sha256)).collect();
    let mut decisions = Vec::new();
    for found in read {
        decisions.extend(found);
    }
    if !reader.findings.is_empty() {
        return Err(reader.findings);
    }
    let main = circles(&mut reader, root, &decisions);
    let cases = cases::read(&mut reader, root, &decisions);
    let Some(main) = main.filter(|_| reader.findings.is_empty()) else {
        return Err(reader.findings);
    };
    let name = root.attribute("name").unwrap_or_default().to_owned();
    let services = children(root, "decisionService").into_iter();
    let services: BTreeSet<_> =
        services.filter_map(|n| n.attribute("name").map(str::to_owned)).collect();
    let direct = services.is_empty() && decisions.iter().all(|decision| decision.direct);
    let engine = if direct { Ok(None) } else { Engine::build(root, text, &decisions).map(Some) };
    match engine {
        Ok(engine) => Ok(Model { name, decisions, sha256, cases, services, main, engine }),
        Err(reason) => {
            reader.find("wrong-model", root, reason);
            Err(reader.findings)
        }
    }
}

/// What stands in a file by its id.
struct Graph<'d, 'i> {
    by_id: BTreeMap<&'d str, Node<'d, 'i>>,
    places: BTreeMap<&'d str, usize>,
    root: Node<'d, 'i>,
}

impl<'d, 'i> Graph<'d, 'i> {
    fn of(root: Node<'d, 'i>) -> Self {
        let elements = root.children().filter(|n| is_dmn(*n));
        let by_id = elements.filter_map(|n| Some((n.attribute("id")?, n))).collect();
        let decisions = children(root, "decision").into_iter().enumerate();
        let places = decisions.filter_map(|(at, n)| Some((n.attribute("id")?, at))).collect();
        Self { by_id, places, root }
    }

    /// What the references of a kind point at.
    fn required(
        &self,
        node: Node<'_, '_>,
        (requirement, reference): (&str, &str),
    ) -> Vec<Node<'d, 'i>> {
        let wanted = children(node, requirement).into_iter().filter_map(|n| child(n, reference));
        let ids = wanted.filter_map(|n| n.attribute("href")?.rsplit_once('#').map(|(_, id)| id));
        ids.filter_map(|id| self.by_id.get(id).copied()).collect()
    }

    /// Which of the decisions a node is.
    fn place(&self, node: Node<'_, '_>) -> usize {
        children(self.root, "decision").iter().position(|other| *other == node).unwrap_or(0)
    }

    /// The allowed values of a named type.
    fn allowed(&self, name: &str) -> Option<String> {
        let named = |n: &Node<'_, '_>| n.attribute("name") == Some(name);
        let item = children(self.root, "itemDefinition").into_iter().find(named)?;
        child(item, "allowedValues").map(feel_of).filter(|text| !text.is_empty())
    }
}

/// A name and type: those of the variable, or the element's own name.
fn variable(reader: &Reader<'_>, node: Node<'_, '_>) -> (String, FeelType) {
    let variable = child(node, "variable");
    let name = variable.and_then(|n| n.attribute("name")).or_else(|| node.attribute("name"));
    let kind = reader.types.get(variable.and_then(|n| n.attribute("typeRef")));
    (name.unwrap_or_default().to_owned(), kind)
}

fn decision(
    reader: &mut Reader<'_>,
    graph: &Graph<'_, '_>,
    node: Node<'_, '_>,
    sha256: Digest,
) -> Option<Decision> {
    let place = || format!("decision_{}", graph.place(node) + 1);
    let Ok(id) = node.attribute("id").map_or_else(place, str::to_owned).parse::<Code>() else {
        reader.find("wrong-id", node, "the decision wants an id that is a code");
        return None;
    };
    let inputs = graph.required(node, ("informationRequirement", "requiredInput"));
    let before = graph.required(node, ("informationRequirement", "requiredDecision"));
    let functions = graph.required(node, ("knowledgeRequirement", "requiredKnowledge"));
    let mut names = Names::default();
    for required in inputs.iter().chain(&before).chain(&functions) {
        names.0.push(variable(reader, *required));
    }
    let needed = inputs.iter().map(|input| {
        let (name, kind) = variable(reader, *input);
        Needed { name, kind }
    });
    let mut inputs: Vec<Needed> = needed.collect();
    let simple = inputs.iter().all(|n| !matches!(n.kind, FeelType::Context(_) | FeelType::List(_)));
    let (variable, kind) = variable(reader, node);
    let name = node.attribute("name").unwrap_or_default().to_owned();
    let logic = node.children().find(|n| is_dmn(*n) && LOGIC.contains(&n.tag_name().name()));
    let table = match logic {
        Some(logic) if is(logic, "decisionTable") => {
            let allowed = |name: &str| graph.allowed(name);
            let types = std::mem::take(&mut reader.types);
            let decision = (id.clone(), name.clone(), variable.clone());
            let around = Around { types: &types, allowed: &allowed, names, decision, sha256 };
            let table = table::read(reader, logic, around);
            reader.types = types;
            Some(Arc::new(table?))
        }
        Some(_) => None,
        None => {
            reader.find("no-logic", node, "the decision has neither a table nor an expression");
            None
        }
    };
    if let Some(table) = table.as_ref().filter(|_| inputs.is_empty() && before.is_empty()) {
        let plain = table.inputs.iter().filter_map(|input| input.plain.clone());
        inputs = plain.map(|name| Needed { name, kind: FeelType::Any }).collect();
    }
    let places = before.iter().filter_map(|n| graph.places.get(n.attribute("id")?).copied());
    let direct = table.is_some() && before.is_empty() && functions.is_empty() && simple;
    let requires = places.collect();
    Some(Decision { id, name, table, requires, inputs, variable, kind, direct })
}

/// The main decision: the last that nobody needs. Circles and too many ways are refused.
fn circles(reader: &mut Reader<'_>, root: Node<'_, '_>, decisions: &[Decision]) -> Option<usize> {
    let mut paths: Vec<Option<u64>> = vec![None; decisions.len()];
    for at in 0..decisions.len() {
        match ways(decisions, at, &mut paths, 0) {
            None => {
                let message = format!(
                    "{} needs itself, or more than {MAX_CHAIN} decisions behind each other",
                    decisions[at].id
                );
                reader.find("recursion", root, message);
                return None;
            }
            Some(count) if count > MAX_PATHS => {
                let message =
                    format!("{} needs more than {MAX_PATHS} evaluations", decisions[at].id);
                reader.find("too-many-decisions", root, message);
                return None;
            }
            Some(_) => {}
        }
    }
    let needed = |at: &usize| decisions.iter().any(|decision| decision.requires.contains(at));
    (0..decisions.len()).rev().find(|at| !needed(at))
}

fn ways(decisions: &[Decision], at: usize, known: &mut [Option<u64>], depth: usize) -> Option<u64> {
    if depth > MAX_CHAIN {
        return None;
    }
    if let Some(count) = known[at] {
        return Some(count);
    }
    let mut count = 1u64;
    for next in &decisions[at].requires {
        count = count.saturating_add(ways(decisions, *next, known, depth + 1)?);
    }
    known[at] = Some(count);
    Some(count)
}
