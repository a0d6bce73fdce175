//! From XML to the model. A white list: what is not known to be executed or known to hold no token is
//! refused with its place; nothing passes in silence.

use base::Code;
use roxmltree::Node;

use super::{BPMN, Element, Flow, Kind, MAX_ELEMENTS, Model, lanes, marks, repeat};
use crate::{
    finding::{Finding, MAX_FINDINGS, Position},
    xml::{self, Positions},
};

/// Children of elements that hold no token: kept for the drawing, or read where they matter.
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
    "completionCondition",
    "ioBinding",
];

/// Elements that may carry the extension: those that tokens reach, and how they are repeated.
const CARRIERS: &[&str] = &[
    "startEvent",
    "endEvent",
    "task",
    "manualTask",
    "userTask",
    "businessRuleTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "callActivity",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "subProcess",
    "transaction",
    "adHocSubProcess",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "multiInstanceLoopCharacteristics",
];

/// What the reader carries from element to element.
pub(super) struct Reader<'a> {
    positions: &'a Positions,
    findings: Vec<Finding>,
    pub(super) elements: Vec<Element>,
    pub(super) flows: Vec<Flow>,
}

pub(super) fn read(xml: &str, wanted: Option<&str>) -> Result<Model, Vec<Finding>> {
    let document = xml::parse(xml).map_err(|finding| vec![finding])?;
    let positions = Positions::of(&document);
    let (elements, flows) = (Vec::new(), Vec::new());
    let mut reader = Reader { positions: &positions, findings: Vec::new(), elements, flows };
    let Some(process) = reader.process(document.root_element(), wanted) else {
        return Err(reader.findings);
    };
    let id = reader.id(process);
    reader.scope(process, None);
    reader.misplaced(process);
    reader.default_roles(process);
    reader.connect(process);
    let name = process.attribute("name").unwrap_or_default().to_owned();
    match id {
        Some(id) if reader.findings.is_empty() => {
            Ok(Model::new(id, name, reader.elements, reader.flows))
        }
        _ => Err(reader.findings),
    }
}

impl Reader<'_> {
    pub(super) fn find(
        &mut self,
        rule: &'static str,
        node: Node<'_, '_>,
        message: impl Into<String>,
    ) {
        let id = node.attribute("id").unwrap_or_else(|| node.tag_name().name());
        self.find_at(rule, id, self.positions.at(node), message.into());
    }

    pub(super) fn find_at(&mut self, rule: &'static str, id: &str, at: Position, message: String) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding::new(rule, id, at, message));
        }
    }

    /// The one process to execute: the only one, or the only one marked executable, or the wanted one.
    fn process<'d, 'i>(
        &mut self,
        root: Node<'d, 'i>,
        wanted: Option<&str>,
    ) -> Option<Node<'d, 'i>> {
        if !root.has_tag_name((BPMN, "definitions")) {
            self.find("not-bpmn", root, "the root is not definitions of BPMN 2.0");
            return None;
        }
        let fits = |n: &Node<'_, '_>| wanted.is_none_or(|id| n.attribute("id") == Some(id));
        let all: Vec<_> =
            root.children().filter(|n| n.has_tag_name((BPMN, "process")) && fits(n)).collect();
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
                name if SILENT.contains(&name) || name.ends_with("LoopCharacteristics") => {}
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
        let inside = (kind.has_inside() && !matches!(kind, Kind::Call { .. })).then(|| id.clone());
        let default = node.attribute("default").and_then(|text| text.parse().ok());
        let mut marks = marks::read(self, node);
        repeat::data(node, &mut marks);
        let element = Element {
            id,
            name: node.attribute("name").unwrap_or_default().to_owned(),
            position: self.positions.at(node),
            parent: parent.cloned(),
            repeat: repeat::read(self, node),
            compensates: kind.is_activity() && node.attribute("isForCompensation") == Some("true"),
            kind,
            marks,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            default,
            boundaries: Vec::new(),
            handler: None,
        };
        self.elements.push(element);
        if let Some(id) = inside {
            self.scope(node, Some(&id));
        }
    }

    /// What the element is, when it is executed here; else a finding says why not.
    fn kind(&mut self, node: Node<'_, '_>) -> Option<Kind> {
        self.refuse_variants(node).then_some(())?;
        match node.tag_name().name() {
            "startEvent"
            | "endEvent"
            | "intermediateCatchEvent"
            | "intermediateThrowEvent"
            | "boundaryEvent" => self.event(node),
            name => self.task(node, name),
        }
    }

    /// Quantities and unknown children change what a known element means.
    fn refuse_variants(&mut self, node: Node<'_, '_>) -> bool {
        let set = |name: &str, usual: &str| node.attribute(name).is_some_and(|is| is != usual);
        let variants = [
            ("startQuantity", "1"),
            ("completionQuantity", "1"),
            ("instantiate", "false"),
            ("parallelMultiple", "false"),
        ];
        let mut fine = true;
        for (name, usual) in variants {
            if set(name, usual) {
                self.find("unsupported-variant", node, format!("{name} is not executed here"));
                fine = false;
            }
        }
        let inside = ["subProcess", "transaction", "adHocSubProcess"];
        let sub = inside.contains(&node.tag_name().name());
        for child in node.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            let known = child.tag_name().namespace() != Some(BPMN)
                || SILENT.contains(&name)
                || name.ends_with("EventDefinition")
                || name == "eventDefinitionRef"
                || name == "standardLoopCharacteristics"
                || name == "multiInstanceLoopCharacteristics"
                || sub;
            if !known {
                self.find("unsupported-variant", node, format!("{name} is not executed here"));
                fine = false;
            }
        }
        fine
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
        self.expression(flow, node, "wrong-condition")
    }

    /// A FEEL text inside `node`; a leading `=`, as some tools write it, is not part of it.
    pub(super) fn expression(
        &mut self,
        owner: Node<'_, '_>,
        node: Node<'_, '_>,
        rule: &'static str,
    ) -> Option<String> {
        let language = node.attribute("language").unwrap_or("feel").to_ascii_lowercase();
        if !language.contains("feel") {
            self.find(rule, owner, "conditions are written in FEEL");
        }
        let text = node.text().unwrap_or_default().trim();
        let text = text.strip_prefix('=').map_or(text, str::trim);
        if text.is_empty() {
            self.find(rule, owner, "the condition is empty");
        }
        Some(text.to_owned())
    }

    /// The element's id as a code.
    pub(super) fn id(&mut self, node: Node<'_, '_>) -> Option<Code> {
        let id = node.attribute("id").and_then(|text| text.parse().ok());
        if id.is_none() {
            let message = "an id of 1 to 96 characters of A-Z a-z 0-9 _ . : - is wanted";
            self.find("wrong-id", node, message);
        }
        id
    }
}
