//! From XML to the model. A white list: what is not known to be executed or known to hold no token is
//! refused with its place; nothing passes in silence.

use std::collections::BTreeMap;

use base::Code;
use roxmltree::Node;

use super::{BPMN, Element, Flow, Kind, MAX_ELEMENTS, Model, duration, lanes, marks};
use crate::{
    finding::{Finding, MAX_FINDINGS, Position},
    xml::{self, Positions},
};

/// Children of a process or sub-process that hold no token: kept for the drawing, not executed.
const SILENT: &[&str] = &[
    "documentation",
    "extensionElements",
    "laneSet",
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "textAnnotation",
    "association",
    "group",
    "ioSpecification",
    "property",
    "auditing",
    "monitoring",
    "supports",
    "correlationSubscription",
    "incoming",
    "outgoing",
    "dataInputAssociation",
    "dataOutputAssociation",
    "dataInput",
    "dataOutput",
    "inputSet",
    "outputSet",
    "performer",
    "humanPerformer",
    "potentialOwner",
    "resourceRole",
    "rendering",
    "artifact",
    "script",
];

/// Elements that may carry the extension: those that tokens reach.
const CARRIERS: &[&str] = &[
    "startEvent",
    "endEvent",
    "task",
    "manualTask",
    "userTask",
    "businessRuleTask",
    "serviceTask",
    "exclusiveGateway",
    "parallelGateway",
    "subProcess",
    "intermediateCatchEvent",
    "boundaryEvent",
];

/// What the reader carries from element to element.
pub(super) struct Reader<'a> {
    positions: &'a Positions,
    findings: Vec<Finding>,
    elements: Vec<Element>,
    flows: Vec<Flow>,
}

pub(super) fn read(xml: &str) -> Result<Model, Vec<Finding>> {
    let document = xml::parse(xml).map_err(|finding| vec![finding])?;
    let positions = Positions::of(&document);
    let (elements, flows) = (Vec::new(), Vec::new());
    let mut reader = Reader { positions: &positions, findings: Vec::new(), elements, flows };
    let Some(process) = reader.process(document.root_element()) else {
        return Err(reader.findings);
    };
    let id = reader.id(process);
    reader.scope(process, None);
    reader.misplaced(process);
    reader.default_roles(process);
    reader.connect();
    let name = process.attribute("name").unwrap_or_default().to_owned();
    match id {
        Some(id) if reader.findings.is_empty() => Ok(reader.model(id, name)),
        _ => Err(reader.findings),
    }
}

impl<'a> Reader<'a> {
    pub(super) fn find(
        &mut self,
        rule: &'static str,
        node: Node<'_, '_>,
        message: impl Into<String>,
    ) {
        let id = node.attribute("id").unwrap_or_else(|| node.tag_name().name());
        self.find_at(rule, id, self.positions.at(node), message.into());
    }

    fn find_at(&mut self, rule: &'static str, id: &str, at: Position, message: String) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding::new(rule, id, at, message));
        }
    }

    /// The one process to execute: the only one, or the only one marked executable.
    fn process<'d, 'i>(&mut self, root: Node<'d, 'i>) -> Option<Node<'d, 'i>> {
        if !root.has_tag_name((BPMN, "definitions")) {
            self.find("not-bpmn", root, "the root is not definitions of BPMN 2.0");
            return None;
        }
        let all: Vec<_> = root.children().filter(|n| n.has_tag_name((BPMN, "process"))).collect();
        let marked = |n: &&Node<'d, 'i>| n.attribute("isExecutable") == Some("true");
        let executable: Vec<_> = all.iter().filter(marked).collect();
        match (all.as_slice(), executable.as_slice()) {
            (_, [one]) => Some(**one),
            ([one], _) => Some(*one),
            ([], _) => {
                self.find("no-process", root, "the file holds no process");
                None
            }
            _ => {
                self.find("several-processes", all[1], "mark exactly one process executable");
                None
            }
        }
    }

    fn scope(&mut self, scope: Node<'_, '_>, parent: Option<&Code>) {
        for node in scope.children().filter(Node::is_element) {
            if self.elements.len() + self.flows.len() >= MAX_ELEMENTS {
                let message =
                    format!("the process has more than {MAX_ELEMENTS} elements and flows");
                return self.find("too-many-elements", node, message);
            }
            match node.tag_name().name() {
                _ if node.tag_name().namespace() != Some(BPMN) => {}
                "sequenceFlow" => self.flow(node),
                name if SILENT.contains(&name) => {}
                _ => self.element(node, parent),
            }
        }
    }

    /// Tasks that name no role have that of their lane.
    fn default_roles(&mut self, process: Node<'_, '_>) {
        let mut roles = lanes::roles(self, process);
        for element in self.elements.iter_mut().filter(|element| element.kind.is_activity()) {
            if element.marks.roles.is_empty()
                && let Some(roles) = roles.remove(&element.id)
            {
                element.marks.roles = roles;
            }
        }
    }

    /// The extension on a flow or the process itself would be ignored, so it is refused.
    fn misplaced(&mut self, process: Node<'_, '_>) {
        let carrier = |node: Node<'_, '_>| {
            node.tag_name().namespace() == Some(BPMN) && CARRIERS.contains(&node.tag_name().name())
        };
        for node in process.descendants().filter(Node::is_element) {
            let attribute = node.attributes().any(|a| a.namespace() == Some(super::WK));
            let holder = node.has_tag_name((BPMN, "extensionElements"))
                && node.children().any(|child| child.tag_name().namespace() == Some(super::WK));
            let owner = if holder { node.parent().unwrap_or(node) } else { node };
            if attribute && node.has_tag_name((BPMN, "lane")) && lanes::may_carry(node) {
                continue;
            }
            if (attribute || holder) && !carrier(owner) {
                self.find("wrong-extension", owner, "the extension has no meaning here");
            }
        }
    }

    fn element(&mut self, node: Node<'_, '_>, parent: Option<&Code>) {
        let (Some(kind), Some(id)) = (self.kind(node), self.id(node)) else { return };
        let inside = (kind == Kind::SubProcess).then(|| id.clone());
        let default = node.attribute("default").and_then(|text| text.parse().ok());
        let element = Element {
            id,
            name: node.attribute("name").unwrap_or_default().to_owned(),
            position: self.positions.at(node),
            parent: parent.cloned(),
            kind,
            marks: marks::read(self, node),
            incoming: Vec::new(),
            outgoing: Vec::new(),
            default,
            boundaries: Vec::new(),
        };
        self.elements.push(element);
        if let Some(id) = inside {
            self.scope(node, Some(&id));
        }
    }

    /// What the element is, when it is executed here; else a finding says why not.
    fn kind(&mut self, node: Node<'_, '_>) -> Option<Kind> {
        let bound = |name| node.attribute((super::WK, name)).and_then(|text| text.parse().ok());
        let kind = match node.tag_name().name() {
            "startEvent" => Kind::Start,
            "endEvent" => Kind::End,
            "task" | "manualTask" => Kind::Pass,
            "userTask" => Kind::User,
            "businessRuleTask" => Kind::Rule { decision: bound("decision") },
            "serviceTask" => Kind::Service { action: bound("action") },
            "exclusiveGateway" => Kind::Exclusive,
            "parallelGateway" => Kind::Parallel,
            "subProcess" => Kind::SubProcess,
            "intermediateCatchEvent" | "boundaryEvent" => return self.timer(node),
            name => {
                self.find("unsupported-element", node, format!("{name} is not executed here"));
                return None;
            }
        };
        self.refuse_variants(node).then_some(())?;
        match (self.definition(node)?, kind) {
            (None, kind) => Some(kind),
            (Some(what), Kind::End) if what.has_tag_name((BPMN, "terminateEventDefinition")) => {
                Some(Kind::Terminate)
            }
            (Some(what), _) => {
                let name = what.tag_name().name();
                self.find("unsupported-event", node, format!("{name} is not executed here"));
                None
            }
        }
    }

    /// Loops, compensation and event sub-processes change what a known element means.
    fn refuse_variants(&mut self, node: Node<'_, '_>) -> bool {
        let set = |name: &str, usual: &str| node.attribute(name).is_some_and(|is| is != usual);
        let variants = [
            ("triggeredByEvent", "false"),
            ("isForCompensation", "false"),
            ("startQuantity", "1"),
            ("completionQuantity", "1"),
        ];
        let mut fine = true;
        for (name, usual) in variants {
            if set(name, usual) {
                self.find("unsupported-variant", node, format!("{name} is not executed here"));
                fine = false;
            }
        }
        let sub = node.has_tag_name((BPMN, "subProcess"));
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            let known = child.tag_name().namespace() != Some(BPMN)
                || SILENT.contains(&name)
                || name.ends_with("EventDefinition")
                || name == "eventDefinitionRef"
                || (sub && !name.ends_with("LoopCharacteristics"));
            if !known {
                self.find("unsupported-variant", node, format!("{name} is not executed here"));
                fine = false;
            }
        }
        fine
    }

    /// The one event definition of an event. The outer `None` is a finding.
    #[expect(clippy::option_option, reason = "none, one, or too many: the last has been reported")]
    fn definition<'d, 'i>(&mut self, node: Node<'d, 'i>) -> Option<Option<Node<'d, 'i>>> {
        let is = |n: &Node<'_, '_>| {
            n.tag_name().namespace() == Some(BPMN)
                && (n.tag_name().name().ends_with("EventDefinition")
                    || n.tag_name().name() == "eventDefinitionRef")
        };
        let mut all = node.children().filter(is);
        let first = all.next();
        if all.next().is_some() {
            self.find("unsupported-event", node, "several event definitions are not executed here");
            return None;
        }
        Some(first)
    }

    fn timer(&mut self, node: Node<'_, '_>) -> Option<Kind> {
        self.refuse_variants(node).then_some(())?;
        let definition = self.definition(node)?;
        let timer = definition.filter(|n| n.has_tag_name((BPMN, "timerEventDefinition")));
        let Some(timer) = timer else {
            let message = "of the catching events only timers are executed here";
            self.find("unsupported-event", node, message);
            return None;
        };
        let written: Vec<_> = timer.children().filter(Node::is_element).collect();
        let [length] = written.as_slice() else {
            self.find("wrong-timer", node, "a timer wants exactly one timeDuration");
            return None;
        };
        let text = length.text().unwrap_or_default().trim();
        let after = duration::parse(text).filter(|_| length.has_tag_name((BPMN, "timeDuration")));
        let Some(after) = after else {
            let name = length.tag_name().name();
            let message = format!("{name} {text:?} is not a duration such as PT30M");
            self.find("wrong-timer", node, message);
            return None;
        };
        if node.has_tag_name((BPMN, "intermediateCatchEvent")) {
            return Some(Kind::Timer { after });
        }
        let Some(host) = node.attribute("attachedToRef").and_then(|text| text.parse().ok()) else {
            self.find("dangling-boundary", node, "the boundary event is attached to nothing");
            return None;
        };
        let interrupting = node.attribute("cancelActivity") != Some("false");
        Some(Kind::Boundary { host, interrupting, after })
    }

    fn flow(&mut self, node: Node<'_, '_>) {
        let end = |name| node.attribute(name).and_then(|text| text.parse::<Code>().ok());
        let (Some(source), Some(target)) = (end("sourceRef"), end("targetRef")) else {
            return self.find("dangling-flow", node, "the flow lacks its source or its target");
        };
        let Some(id) = self.id(node) else { return };
        let condition = self.condition(node);
        let name = node.attribute("name").unwrap_or_default().to_owned();
        let position = self.positions.at(node);
        self.flows.push(Flow { id, name, position, source, target, condition });
    }

    fn condition(&mut self, flow: Node<'_, '_>) -> Option<String> {
        let node = flow.children().find(|n| n.has_tag_name((BPMN, "conditionExpression")))?;
        let language = node.attribute("language").unwrap_or("feel").to_ascii_lowercase();
        if !language.contains("feel") {
            self.find("wrong-condition", flow, "conditions are written in FEEL");
        }
        let text = node.text().unwrap_or_default().trim();
        if text.is_empty() {
            self.find("wrong-condition", flow, "the condition is empty");
        }
        Some(text.to_owned())
    }

    /// The element's id as a code.
    fn id(&mut self, node: Node<'_, '_>) -> Option<Code> {
        let id = node.attribute("id").and_then(|text| text.parse().ok());
        if id.is_none() {
            let message = "an id of 1 to 96 characters of A-Z a-z 0-9 _ . : - is wanted";
            self.find("wrong-id", node, message);
        }
        id
    }

    /// Ties flows, defaults and boundary events to elements.
    fn connect(&mut self) {
        let mut index = BTreeMap::new();
        let mut twice = Vec::new();
        for (at, element) in self.elements.iter().enumerate() {
            if index.insert(element.id.clone(), at).is_some() {
                twice.push((element.id.clone(), element.position));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        for flow in &self.flows {
            if !seen.insert(flow.id.clone()) || index.contains_key(&flow.id) {
                twice.push((flow.id.clone(), flow.position));
            }
        }
        for (id, at) in twice {
            self.find_at("id-twice", id.as_str(), at, "the id is used twice".to_owned());
        }
        self.connect_flows(&index);
        self.connect_boundaries(&index);
        self.check_defaults();
    }

    fn connect_flows(&mut self, index: &BTreeMap<Code, usize>) {
        for at in 0..self.flows.len() {
            let flow = &self.flows[at];
            let ends = (index.get(&flow.source).copied(), index.get(&flow.target).copied());
            let (id, position) = (flow.id.clone(), flow.position);
            let (Some(source), Some(target)) = ends else {
                let message = "its source or target is no element that is executed here";
                self.find_at("dangling-flow", id.as_str(), position, message.to_owned());
                continue;
            };
            let wrong = if self.elements[source].parent != self.elements[target].parent {
                "a flow may not cross the border of a sub-process"
            } else if self.elements[source].kind.is_end() {
                "no flow leads away from an end event"
            } else if matches!(self.elements[target].kind, Kind::Start | Kind::Boundary { .. }) {
                "no flow leads to a start event or a boundary event"
            } else {
                self.elements[source].outgoing.push(id.clone());
                self.elements[target].incoming.push(id);
                continue;
            };
            self.find_at("wrong-flow", id.as_str(), position, wrong.to_owned());
        }
    }

    fn connect_boundaries(&mut self, index: &BTreeMap<Code, usize>) {
        for at in 0..self.elements.len() {
            let Kind::Boundary { host, .. } = &self.elements[at].kind else { continue };
            let (id, position) = (self.elements[at].id.clone(), self.elements[at].position);
            let host = index.get(host).copied().filter(|host| {
                let host = &self.elements[*host];
                host.kind.is_activity() && host.parent == self.elements[at].parent
            });
            match host {
                Some(host) => self.elements[host].boundaries.push(id),
                None => {
                    let message = "the boundary event's host is no activity of the same scope";
                    self.find_at("dangling-boundary", id.as_str(), position, message.to_owned());
                }
            }
        }
    }

    fn check_defaults(&mut self) {
        let mut wrong = Vec::new();
        for element in &self.elements {
            let known = element.default.as_ref().is_none_or(|flow| element.outgoing.contains(flow));
            if !known {
                wrong.push((element.id.clone(), element.position));
            }
        }
        for (id, at) in wrong {
            let message = "its default flow does not lead away from it".to_owned();
            self.find_at("wrong-default", id.as_str(), at, message);
        }
    }

    fn model(self, id: Code, name: String) -> Model {
        let Self { elements, flows, .. } = self;
        let element_index = elements.iter().enumerate().map(|(at, e)| (e.id.clone(), at)).collect();
        let flow_index = flows.iter().enumerate().map(|(at, f)| (f.id.clone(), at)).collect();
        Model { id, name, elements, flows, element_index, flow_index }
    }
}
