//! From a `decisionTable` to a table.

use std::collections::BTreeSet;

use base::{Code, Digest};
use dsntk_feel::{FeelScope, FeelType, Name, context::FeelContext, values::Value as Feel};
use process::model::marks::is_variable;
use roxmltree::Node;

use super::{
    Domain, HitPolicy, Input, Kind, MAX_COLUMNS, MAX_RULES, Output, Rule, Table,
    rule::{Answer, Test},
    shape::Shape,
};
use crate::{
    feel::{Form, words},
    model::Reader,
    open::{INPUT, Open},
    tree,
    types::{Types, shape},
    xml::{child, children, feel_of},
};

/// The names a decision knows, with their types.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names(pub(crate) Vec<(String, FeelType)>);

impl Names {
    /// What the parser is told.
    pub(crate) fn scope(&self) -> FeelScope {
        let mut context = FeelContext::default();
        for (name, kind) in &self.0 {
            context.set_entry(&Name::from(name.as_str()), shape(kind));
        }
        context.set_entry(&Name::from(INPUT), Feel::Null(None));
        context.into()
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    fn kind(&self, name: &str) -> Option<&FeelType> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, kind)| kind)
    }
}

/// What a table is read with.
pub(crate) struct Around<'a> {
    pub(crate) types: &'a Types,
    pub(crate) allowed: &'a dyn Fn(&str) -> Option<String>,
    pub(crate) names: Names,
    /// The decision's id, name and variable.
    pub(crate) decision: (Code, String, String),
    pub(crate) sha256: Digest,
}

/// Reads a table; findings go to the reader.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    node: Node<'_, '_>,
    around: Around<'_>,
) -> Option<Table> {
    let hit_policy = policy(reader, node)?;
    let mut this = Tables { reader, around, scope: FeelScope::default() };
    this.learn(node);
    let inputs = this.inputs(node);
    let outputs = this.outputs(node, hit_policy);
    let mut table = Table {
        id: this.around.decision.0.clone(),
        name: this.around.decision.1.clone(),
        hit_policy,
        inputs,
        outputs,
        rules: Vec::new(),
        position: this.reader.positions.at(node),
        sha256: this.around.sha256,
    };
    table.rules = this.rules(node, &table);
    for (column, input) in table.inputs.iter_mut().enumerate() {
        let minds = |rule: &Rule| {
            let cell = &rule.cells[column];
            cell.shape.as_ref().map_or(cell.open.minds_null(), Shape::minds_null)
        };
        input.minds_null = table.rules.iter().any(minds);
    }
    Some(table)
}

fn policy(reader: &mut Reader<'_>, node: Node<'_, '_>) -> Option<HitPolicy> {
    let written = node.attribute("hitPolicy").unwrap_or("UNIQUE");
    let policy = HitPolicy::written(written, node.attribute("aggregation"));
    if policy.is_none() {
        reader.find("unsupported-hit-policy", node, format!("{written} is no hit policy of DMN"));
    }
    policy
}

struct Tables<'r, 'p, 'a> {
    reader: &'r mut Reader<'p>,
    around: Around<'a>,
    scope: FeelScope,
}

impl Tables<'_, '_, '_> {
    /// A table that names no required inputs knows the names of its columns.
    fn learn(&mut self, node: Node<'_, '_>) {
        for input in children(node, "input") {
            let text = child(input, "inputExpression").map(feel_of).unwrap_or_default();
            if is_variable(&text) && !self.around.names.has(&text) {
                self.around.names.0.push((text, FeelType::Any));
            }
        }
        self.scope = self.around.names.scope();
    }

    fn inputs(&mut self, table: Node<'_, '_>) -> Vec<Input> {
        let nodes = self.bounded(table, "input");
        let mut names = BTreeSet::new();
        let mut all = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            let Some(input) = self.input(node, at) else { continue };
            if !names.insert(input.name.clone()) {
                let message = format!("{} stands in two columns", input.name);
                self.reader.find("wrong-table", node, message);
            }
            all.push(input);
        }
        all
    }

    fn bounded<'d, 'i>(&mut self, table: Node<'d, 'i>, tag: &str) -> Vec<Node<'d, 'i>> {
        let mut nodes = children(table, tag);
        if nodes.is_empty() && tag == "output" || nodes.len() > MAX_COLUMNS {
            let message = format!("1 to {MAX_COLUMNS} of {tag} are wanted");
            self.reader.find("wrong-table", table, message);
        }
        nodes.truncate(MAX_COLUMNS);
        nodes
    }

    fn input(&mut self, node: Node<'_, '_>, at: usize) -> Option<Input> {
        let expression = child(node, "inputExpression");
        let text = expression.map(feel_of).unwrap_or_default();
        if text.is_empty() {
            let message = "an input wants an expression, first of all the name of a variable";
            self.reader.find("wrong-input", node, message);
            return None;
        }
        let open = self.open(&text, Form::Expression, node)?;
        let plain = match &open.node {
            dsntk_feel_parser::AstNode::Name(name) => Some(name.to_string()),
            _ => None,
        };
        let place = || format!("column_{}", at + 1);
        let name = plain.clone().filter(|name| name.parse::<Code>().is_ok()).unwrap_or_else(place);
        let written = expression.and_then(|n| n.attribute("typeRef"));
        let domain = self.domain(node, (written, plain.as_deref()));
        let label = node.attribute("label").unwrap_or_default().to_owned();
        let name = name.parse().ok()?;
        Some(Input { name, label, text, domain, plain, expression: open, minds_null: false })
    }

    /// What a column allows, from its type, the type of its variable, and its list of values.
    fn domain(
        &mut self,
        node: Node<'_, '_>,
        (written, plain): (Option<&str>, Option<&str>),
    ) -> Domain {
        let feel = match written {
            Some(reference) => self.around.types.get(Some(reference)),
            None => plain
                .and_then(|name| self.around.names.kind(name))
                .cloned()
                .unwrap_or(FeelType::Any),
        };
        let text = child(node, "inputValues").map(feel_of).filter(|text| !text.is_empty());
        let text = text.or_else(|| written.and_then(|name| (self.around.allowed)(name)));
        let text = text.unwrap_or_default();
        let allowed = if text.is_empty() { None } else { self.values(&text, node) };
        Domain { kind: kind(&feel, allowed.as_ref()), text, allowed }
    }

    fn values(&mut self, text: &str, node: Node<'_, '_>) -> Option<Shape> {
        let open = self.open(text, Form::Cell, node)?;
        let shape = Shape::of(&open.node).filter(|shape| !shape.is_any());
        if shape.is_none() {
            self.reader.find("wrong-values", node, "a list of constants or ranges is wanted");
        }
        shape
    }

    fn outputs(&mut self, table: Node<'_, '_>, policy: HitPolicy) -> Vec<Output> {
        let nodes = self.bounded(table, "output");
        if nodes.len() > 1 && policy.aggregates() && policy != HitPolicy::Count {
            let message = "a sum, a smallest or a largest needs exactly one output";
            self.reader.find("wrong-table", table, message);
        }
        let alone = nodes.len() == 1;
        let mut names = BTreeSet::new();
        let mut all = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            let Some(output) = self.output(node, (at, alone)) else { continue };
            if !names.insert(output.name.clone()) {
                let message = format!("{} stands in two columns", output.name);
                self.reader.find("wrong-table", node, message);
            }
            if policy.orders() && at == 0 && output.values.is_empty() {
                let message =
                    format!("{} wants the output's values in their order", policy.letter());
                self.reader.find("wrong-output", node, message);
            }
            all.push(output);
        }
        all
    }

    fn output(&mut self, node: Node<'_, '_>, (at, alone): (usize, bool)) -> Option<Output> {
        let key = match node.attribute("name").filter(|name| !name.is_empty()) {
            Some(name) => name.to_owned(),
            None if alone => self.around.decision.2.clone(),
            None => {
                self.reader.find("wrong-output", node, "one of several outputs wants a name");
                return None;
            }
        };
        let place = || format!("answer_{}", at + 1).parse().ok();
        let name: Code = key.parse().ok().or_else(place)?;
        let text = child(node, "outputValues").map(feel_of).unwrap_or_default();
        let allowed = if text.is_empty() { None } else { self.values(&text, node) };
        let values = allowed.as_ref().map(|shape| shape.constants().cloned().collect());
        let default = child(node, "defaultOutputEntry").map(feel_of).unwrap_or_default();
        let otherwise = if default.is_empty() { None } else { self.answer(&default, node) };
        let label = node.attribute("label").unwrap_or_default().to_owned();
        let values = values.unwrap_or_default();
        Some(Output { name, label, text, default, key, allowed, values, otherwise })
    }

    fn rules(&mut self, node: Node<'_, '_>, table: &Table) -> Vec<Rule> {
        let nodes = children(node, "rule");
        if nodes.is_empty() || nodes.len() > MAX_RULES {
            self.reader.find("wrong-table", node, format!("1 to {MAX_RULES} rules are wanted"));
        }
        let mut ids = BTreeSet::new();
        let mut all = Vec::new();
        for (at, node) in nodes.into_iter().take(MAX_RULES).enumerate() {
            let Some(rule) = self.rule(node, at, table) else { continue };
            if !ids.insert(rule.id.clone()) {
                self.reader.find("id-twice", node, "the rule's id is used twice");
            }
            all.push(rule);
        }
        all
    }

    fn rule(&mut self, node: Node<'_, '_>, at: usize, table: &Table) -> Option<Rule> {
        let written =
            node.attribute("id").map_or_else(|| format!("rule_{}", at + 1), str::to_owned);
        let Ok(id) = written.parse::<Code>() else {
            self.reader.find("wrong-id", node, "a rule wants an id that is a code");
            return None;
        };
        let texts = |tag| children(node, tag).into_iter().map(feel_of).collect::<Vec<_>>();
        let (tests, answers) = (texts("inputEntry"), texts("outputEntry"));
        if tests.len() != table.inputs.len() || answers.len() != table.outputs.len() {
            let message = "the rule has another number of cells than the table";
            self.reader.find("wrong-rule", node, message);
            return None;
        }
        let cells: Vec<_> = tests.iter().map(|text| self.test(text, node)).collect();
        let results: Vec<_> = answers.iter().map(|text| self.answer(text, node)).collect();
        let cells = cells.into_iter().collect::<Option<Vec<_>>>()?;
        let results = results.into_iter().collect::<Option<Vec<_>>>()?;
        for (output, result) in table.outputs.iter().zip(&results) {
            self.allowed(output, result, node);
        }
        let annotation = texts("annotationEntry").join(" ");
        let position = self.reader.positions.at(node);
        Some(Rule { id, position, tests, answers, annotation, cells, results })
    }

    fn allowed(&mut self, output: &Output, answer: &Answer, node: Node<'_, '_>) {
        let Answer::Constant(value) = answer else { return };
        if !output.allows(value) {
            let value = crate::json::plain(value);
            let message = format!("{value} is not among the values of {}", output.name);
            self.reader.find("wrong-answer", node, message);
        }
    }

    fn test(&mut self, text: &str, node: Node<'_, '_>) -> Option<Test> {
        let text = if text.is_empty() { "-" } else { text };
        let open = self.open(text, Form::Cell, node)?;
        Some(Test { shape: Shape::of(&open.node), open })
    }

    /// A constant answer is computed now; null is none.
    fn answer(&mut self, text: &str, node: Node<'_, '_>) -> Option<Answer> {
        if text.is_empty() {
            self.reader.find("wrong-answer", node, "an answer is empty");
            return None;
        }
        let open = self.open(text, Form::Expression, node)?;
        if !tree::reads(&open.node).is_empty() || tree::calls(&open.node) {
            return Some(Answer::Computed(open));
        }
        match open.evaluate(&FeelScope::default()) {
            Feel::Null(_) => {
                self.reader.find(
                    "wrong-answer",
                    node,
                    format!("{text} is null, which answers nothing"),
                );
                None
            }
            value => Some(Answer::Constant(value)),
        }
    }

    fn open(&mut self, text: &str, form: Form, node: Node<'_, '_>) -> Option<Open> {
        let open = match Open::parse(text, form, &self.scope) {
            Ok(open) => Ok(open),
            // A word nobody knows is told by its name, not as a mistake of grammar.
            Err(reason) => Open::parse(text, form, &words(text)).map_err(|_| reason),
        };
        match open {
            Ok(open) => {
                let unknown = |name: &String| !self.around.names.has(name);
                let unknown: Vec<_> = tree::reads(&open.node).into_iter().filter(unknown).collect();
                if unknown.is_empty() {
                    return Some(open);
                }
                let message = format!(
                    "{text:?} reads {}, which this decision does not know; codes stand in quotes",
                    unknown.join(", ")
                );
                self.reader.find("wrong-expression", node, message);
            }
            Err(reason) => self.reader.find("wrong-expression", node, reason),
        }
        None
    }
}

/// The kind of a column; where no type is told, that of its listed values.
fn kind(feel: &FeelType, allowed: Option<&Shape>) -> Kind {
    match feel {
        FeelType::String => Kind::Text,
        FeelType::Number => Kind::Number,
        FeelType::Boolean => Kind::Flag,
        FeelType::Date => Kind::Date,
        FeelType::DaysAndTimeDuration => Kind::Length,
        FeelType::Any => match allowed.and_then(|shape| shape.constants().next()) {
            Some(Feel::String(_)) => Kind::Text,
            Some(Feel::Number(_)) => Kind::Number,
            Some(Feel::Boolean(_)) => Kind::Flag,
            _ => Kind::Other,
        },
        _ => Kind::Other,
    }
}
