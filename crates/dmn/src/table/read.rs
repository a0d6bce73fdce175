//! From DMN XML to a table. A white list, as for processes: other decision logic is refused by name.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Digest};
use process::{
    Finding, Value, Variables,
    model::marks::is_variable,
    xml::{self, Positions},
};
use roxmltree::Node;
use sha2::Digest as _;

use super::{Domain, HitPolicy, Input, MAX_COLUMNS, MAX_RULES, Output, Rule, Table};
use crate::feel::{Expression, Form, ours};

/// The namespaces of DMN 1.3, 1.4 and 1.5.
const DMN: &[&str] = &[
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
];

/// Parts of a file that decide nothing.
const SILENT: &[&str] = &[
    "description",
    "extensionElements",
    "inputData",
    "knowledgeSource",
    "performanceIndicator",
    "organizationUnit",
    "textAnnotation",
    "association",
    "group",
    "elementCollection",
    "variable",
    "informationRequirement",
    "authorityRequirement",
    "question",
    "allowedAnswers",
];

struct Reader<'a> {
    positions: &'a Positions,
    findings: Vec<Finding>,
    types: BTreeMap<String, Domain>,
}

pub(super) fn read(xml: &str) -> Result<Table, Vec<Finding>> {
    let document = xml::parse(xml).map_err(|finding| vec![finding])?;
    let positions = Positions::of(&document);
    let mut reader = Reader { positions: &positions, findings: Vec::new(), types: BTreeMap::new() };
    let table = reader.definitions(document.root_element(), xml);
    match table {
        Some(table) if reader.findings.is_empty() => Ok(table),
        _ => Err(reader.findings),
    }
}

impl Reader<'_> {
    fn find(&mut self, rule: &'static str, node: Node<'_, '_>, message: impl Into<String>) {
        let id = node.attribute("id").unwrap_or_else(|| node.tag_name().name());
        self.findings.push(Finding::new(rule, id, self.positions.at(node), message));
    }

    fn definitions(&mut self, root: Node<'_, '_>, xml: &str) -> Option<Table> {
        if !is(root, "definitions") {
            self.find("not-dmn", root, "the root is not definitions of DMN 1.3, 1.4 or 1.5");
            return None;
        }
        let types = root.children().filter(|n| is(*n, "itemDefinition"));
        types.for_each(|node| self.item(node));
        let mut decision = None;
        for node in root.children().filter(|n| ours_to_read(*n)) {
            match node.tag_name().name() {
                "decision" if decision.is_none() => decision = Some(node),
                "decision" => self.find("several-decisions", node, "one decision per file"),
                "itemDefinition" => {}
                name if SILENT.contains(&name) => {}
                name => {
                    self.find("unsupported-logic", node, format!("{name} is not executed here"));
                }
            }
        }
        match decision {
            Some(decision) => self.decision(decision, xml),
            None => {
                self.find("no-decision", root, "the file holds no decision");
                None
            }
        }
    }

    /// A named type: a base type with allowed values. Structures and types of types are refused, so
    /// that nothing can refer to itself.
    fn item(&mut self, node: Node<'_, '_>) {
        let base = child(node, "typeRef").and_then(|n| n.text()).unwrap_or_default().trim();
        let list = node.attribute("isCollection") == Some("true");
        if list || child(node, "itemComponent").is_some() || !is_base(base) {
            self.find(
                "unsupported-type",
                node,
                "only string, boolean and number with allowed values",
            );
            return;
        }
        if let (Some(name), Some(domain)) =
            (node.attribute("name"), self.domain(node, base, "allowedValues"))
        {
            self.types.insert(name.to_owned(), domain);
        }
    }

    fn decision(&mut self, decision: Node<'_, '_>, xml: &str) -> Option<Table> {
        for node in decision.children().filter(|n| ours_to_read(*n)) {
            let name = node.tag_name().name();
            if name != "decisionTable" && !SILENT.contains(&name) {
                self.find("unsupported-logic", node, format!("{name} is not executed here"));
            }
        }
        let Some(table) = child(decision, "decisionTable") else {
            self.find("no-table", decision, "the decision has no decision table");
            return None;
        };
        let hit_policy = self.policy(table)?;
        let inputs = self.columns(table, "input", Self::input);
        let outputs = self.columns(table, "output", Self::output);
        let rules = self.rules(table, &inputs, &outputs);
        let id = decision.attribute("id").and_then(|id| id.parse().ok());
        let Some(id) = id else {
            self.find("wrong-id", decision, "the decision wants an id that is a code");
            return None;
        };
        let name = decision.attribute("name").unwrap_or_default().to_owned();
        let sha256 = Digest(sha2::Sha256::digest(xml.as_bytes()).into());
        Some(Table { id, name, hit_policy, inputs, outputs, rules, sha256 })
    }

    fn policy(&mut self, table: Node<'_, '_>) -> Option<HitPolicy> {
        match table.attribute("hitPolicy").unwrap_or("UNIQUE") {
            "UNIQUE" => Some(HitPolicy::Unique),
            "FIRST" => Some(HitPolicy::First),
            "ANY" => Some(HitPolicy::Any),
            other => {
                let message = format!("hit policy {other} is not executed here");
                self.find("unsupported-hit-policy", table, message);
                None
            }
        }
    }

    fn columns<T>(
        &mut self,
        table: Node<'_, '_>,
        tag: &str,
        read: fn(&mut Self, Node<'_, '_>) -> Option<(Code, T)>,
    ) -> Vec<T> {
        let nodes: Vec<_> = table.children().filter(|n| is(*n, tag)).collect();
        if nodes.is_empty() || nodes.len() > MAX_COLUMNS {
            self.find("wrong-table", table, format!("1 to {MAX_COLUMNS} of {tag} are wanted"));
        }
        let mut names = BTreeSet::new();
        let mut all = Vec::new();
        for node in nodes.into_iter().take(MAX_COLUMNS) {
            let Some((name, column)) = read(self, node) else { continue };
            if !names.insert(name.clone()) {
                self.find("wrong-table", node, format!("{name} stands in two columns"));
            }
            all.push(column);
        }
        all
    }

    fn input(&mut self, node: Node<'_, '_>) -> Option<(Code, Input)> {
        let expression = child(node, "inputExpression");
        let text = expression.and_then(|n| child(n, "text")).and_then(|n| n.text());
        let name = text.map(str::trim).filter(|text| is_variable(text));
        let Some(name) = name.and_then(|text| text.parse::<Code>().ok()) else {
            let message = "an input is one variable of lower-case letters, digits and underscores";
            self.find("wrong-input", node, message);
            return None;
        };
        let written = expression.and_then(|n| n.attribute("typeRef")).unwrap_or("string");
        let domain = match self.types.get(written) {
            Some(domain) if child(node, "inputValues").is_none() => domain.clone(),
            _ => self.domain(node, written, "inputValues")?,
        };
        let label = node.attribute("label").unwrap_or_default().to_owned();
        Some((name.clone(), Input { name, label, domain }))
    }

    /// What a column allows, from its type and its list of values.
    fn domain(&mut self, node: Node<'_, '_>, base: &str, tag: &str) -> Option<Domain> {
        let values = match child(node, tag) {
            Some(list) => Some(self.values(list)?),
            None => None,
        };
        let fits = |value: &Value| {
            matches!(
                (base, value),
                ("string", Value::Code(_))
                    | ("number", Value::Integer(_))
                    | ("boolean", Value::Boolean(_))
            )
        };
        match (base, values) {
            (_, Some(values)) if is_base(base) && values.iter().all(fits) => {
                Some(Domain::Finite(values))
            }
            ("boolean", None) => {
                Some(Domain::Finite(vec![Value::Boolean(true), Value::Boolean(false)]))
            }
            ("number", None) => Some(Domain::Number),
            ("string", None) => Some(Domain::Code),
            _ => {
                let message = format!("type {base:?} with these values is not known here");
                self.find("unsupported-type", node, message);
                None
            }
        }
    }

    /// A list of constants: `"a", "b"`.
    fn values(&mut self, node: Node<'_, '_>) -> Option<Vec<Value>> {
        let text = child(node, "text").and_then(|n| n.text()).unwrap_or_default();
        match self.constant(&format!("[{text}]"), node)? {
            Value::List(values) if !values.is_empty() && values.iter().all(Value::is_known) => {
                Some(values)
            }
            _ => {
                self.find("wrong-values", node, "a list of constants is wanted");
                None
            }
        }
    }

    fn constant(&mut self, text: &str, node: Node<'_, '_>) -> Option<Value> {
        let expression = match Expression::parse(text, Form::Expression) {
            Ok(expression) => expression,
            Err(reason) => {
                self.find("wrong-expression", node, reason);
                return None;
            }
        };
        let value = ours(&expression.evaluate(&Variables::new()));
        let constant = value.filter(|value| value.is_known() && expression.names.is_empty());
        if constant.is_none() {
            let message =
                format!("{text} is no constant of ours: a code in quotes, true, false, 5");
            self.find("wrong-expression", node, message);
        }
        constant
    }

    fn output(&mut self, node: Node<'_, '_>) -> Option<(Code, Output)> {
        let name = node.attribute("name").filter(|name| is_variable(name));
        let Some(name) = name.and_then(|name| name.parse::<Code>().ok()) else {
            let message = "an output wants a name of lower-case letters, digits and underscores";
            self.find("wrong-output", node, message);
            return None;
        };
        if let Some(default) = child(node, "defaultOutputEntry") {
            let message = "a default answer hides gaps; write a last rule instead";
            self.find("unsupported-logic", default, message);
        }
        let allowed = match child(node, "outputValues") {
            Some(list) => self.values(list)?,
            None => Vec::new(),
        };
        let label = node.attribute("label").unwrap_or_default().to_owned();
        Some((name.clone(), Output { name, label, allowed }))
    }

    fn rules(&mut self, table: Node<'_, '_>, inputs: &[Input], outputs: &[Output]) -> Vec<Rule> {
        let nodes: Vec<_> = table.children().filter(|n| is(*n, "rule")).collect();
        if nodes.is_empty() || nodes.len() > MAX_RULES {
            self.find("wrong-table", table, format!("1 to {MAX_RULES} rules are wanted"));
        }
        let mut ids = BTreeSet::new();
        let mut all = Vec::new();
        for node in nodes.into_iter().take(MAX_RULES) {
            let Some(rule) = self.rule(node, inputs, outputs) else { continue };
            if !ids.insert(rule.id.clone()) {
                self.find("id-twice", node, "the rule's id is used twice");
            }
            all.push(rule);
        }
        all
    }

    fn rule(&mut self, node: Node<'_, '_>, inputs: &[Input], outputs: &[Output]) -> Option<Rule> {
        let Some(id) = node.attribute("id").and_then(|id| id.parse::<Code>().ok()) else {
            self.find("wrong-id", node, "a rule wants an id that is a code");
            return None;
        };
        let tests = texts(node, "inputEntry");
        let answers = texts(node, "outputEntry");
        if tests.len() != inputs.len() || answers.len() != outputs.len() {
            self.find("wrong-rule", node, "the rule has another number of cells than the table");
            return None;
        }
        let cells = tests.iter().map(|text| self.cell(text, node)).collect::<Vec<_>>();
        let results = answers.iter().map(|text| self.constant(text, node)).collect::<Vec<_>>();
        let cells = cells.into_iter().collect::<Option<Vec<_>>>()?;
        let results = results.into_iter().collect::<Option<Vec<_>>>()?;
        for (output, result) in outputs.iter().zip(&results) {
            if !output.allowed.is_empty() && !output.allowed.contains(result) {
                let message = format!("{result} is not among the values of {}", output.name);
                self.find("wrong-answer", node, message);
            }
        }
        let annotation = texts(node, "annotationEntry").join(" ");
        let position = self.positions.at(node);
        Some(Rule { id, position, tests, answers, annotation, cells, results })
    }

    /// A cell judges its own input only, so that the check of all combinations is exact.
    fn cell(&mut self, text: &str, node: Node<'_, '_>) -> Option<Expression> {
        match Expression::parse(text, Form::Cell) {
            Ok(cell) if cell.names.is_empty() => Some(cell),
            Ok(cell) => {
                let names: Vec<_> = cell.names.into_iter().collect();
                let message = format!("{text:?} reads {}; codes stand in quotes", names.join(", "));
                self.find("wrong-expression", node, message);
                None
            }
            Err(reason) => {
                self.find("wrong-expression", node, reason);
                None
            }
        }
    }
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    ours_to_read(node) && node.tag_name().name() == name
}

fn ours_to_read(node: Node<'_, '_>) -> bool {
    node.is_element() && node.tag_name().namespace().is_some_and(|ns| DMN.contains(&ns))
}

fn child<'d, 'i>(node: Node<'d, 'i>, name: &str) -> Option<Node<'d, 'i>> {
    node.children().find(|child| is(*child, name))
}

fn is_base(name: &str) -> bool {
    matches!(name, "string" | "boolean" | "number")
}

fn texts(rule: Node<'_, '_>, tag: &str) -> Vec<String> {
    let entries = rule.children().filter(|n| is(*n, tag));
    let text = |n| child(n, "text").and_then(|t| t.text()).unwrap_or_default().trim().to_owned();
    entries.map(text).collect()
}
