//! The extension of an element: phase, decision point, evidence, roles, approvals, due rule,
//! exception codes, mappings and the form. Documented for authors in docs/concepts/process.md.

use base::{Code, Duration};
use roxmltree::Node;

use super::{
    WK, duration,
    form::{self, Field, FieldType},
    read::Reader,
};

base::leaf! {
    /// The five phases of an incident, in order.
    #[derive(schemars::JsonSchema)]
    pub enum Phase {
        /// Something was noticed.
        Detect,
        /// Is it real, how grave, who must know.
        Triage,
        /// Stop the harm.
        Contain,
        /// Bring the service back.
        Recover,
        /// Learn from it and mend the cause.
        Learn,
    }
}

/// The most fields of a form, and pieces of evidence of an element.
pub const MAX_PER_ELEMENT: usize = 32;

/// What the extension says of an element. All absent by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// The phase it belongs to.
    pub phase: Option<Phase>,
    /// Whether governance happens here.
    pub decision_point: bool,
    /// The evidence that must exist.
    pub evidence: Vec<Required>,
    /// The roles that own it; the first is the first to be asked. Those of the lane where it has none.
    pub roles: Vec<Code>,
    /// Groups of which anybody may claim the task, beside the roles.
    pub candidates: Vec<Code>,
    /// How many distinct persons approve; `None` when nobody has to.
    pub approvals: Option<u32>,
    /// The roles of which the approvers are; anybody with the permission where empty.
    pub approvers: Vec<Code>,
    /// Elements whose last doer may not do this one: four eyes.
    pub four_eyes: Vec<Code>,
    /// Within what time the task is due, counted from its creation.
    pub due: Option<Duration>,
    /// The variable from whose instant `due` counts instead, where it is known.
    pub due_from: Option<Code>,
    /// The exception codes with which it may be bypassed.
    pub exceptions: Vec<Code>,
    /// The form, in order.
    pub form: Vec<Field>,
    /// What is mapped into it when a token enters.
    pub inputs: Vec<Mapping>,
    /// What is mapped out of it when a token leaves.
    pub outputs: Vec<Mapping>,
}

/// A variable that is set from an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The expression, in FEEL.
    pub source: String,
    /// The variable.
    pub target: Code,
}

/// One piece of required evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The name of the record, such as `severity_decision`.
    pub name: Code,
    /// Recorded later than this after it happened, it counts as late; `None` is never late.
    pub late: Option<Duration>,
    /// Whether an activity keeps its token until the record exists or an exception is invoked.
    pub holds: bool,
}

impl Marks {
    /// The field with this name.
    pub fn field(&self, key: &Code) -> Option<&Field> {
        self.form.iter().find(|field| field.key == *key)
    }

    /// The fields whose answers are words.
    pub fn words(&self) -> impl Iterator<Item = &Field> {
        self.form.iter().filter(|field| field.kind == FieldType::Text)
    }
}

const ATTRIBUTES: &[&str] = &[
    "phase",
    "decisionPoint",
    "role",
    "candidates",
    "approvals",
    "approvers",
    "fourEyes",
    "due",
    "dueFrom",
    "exceptions",
    "decision",
    "action",
    "result",
    "key",
    "process",
    "binding",
    "version",
    "activate",
];

/// Reads the extension of a BPMN element; what cannot be read becomes findings.
pub(super) fn read(reader: &mut Reader<'_>, node: Node<'_, '_>) -> Marks {
    let mut marks = Marks::default();
    for attribute in node.attributes().filter(|a| a.namespace() == Some(WK)) {
        let value = attribute.value();
        let read = match attribute.name() {
            "phase" => phase(value).map(|phase| marks.phase = Some(phase)),
            "decisionPoint" => boolean(value).map(|is| marks.decision_point = is),
            "role" => codes(value).map(|roles| marks.roles = roles),
            "candidates" => codes(value).map(|all| marks.candidates = all),
            "approvals" => approvals(value).map(|count| marks.approvals = Some(count)),
            "approvers" => codes(value).map(|all| marks.approvers = all),
            "fourEyes" => codes(value).map(|all| marks.four_eyes = all),
            "due" => duration::parse(value).map(|due| marks.due = Some(due)),
            "dueFrom" => variable(value).map(|name| marks.due_from = Some(name)),
            "exceptions" => codes(value).map(|all| marks.exceptions = all),
            "decision" | "action" | "process" => value.parse::<Code>().ok().map(drop),
            "result" => variable(value).map(drop),
            "key" => (!value.trim().is_empty()).then_some(()),
            "binding" => ["latest", "deployment", "pinned"].contains(&value).then_some(()),
            "version" => value.parse::<i64>().ok().filter(|v| *v > 0).map(drop),
            "activate" => ["all", "choice"].contains(&value).then_some(()),
            _ => None,
        };
        if read.is_none() {
            reader.find("wrong-extension", node, wrong(attribute.name(), value));
        }
    }
    let extensions =
        node.children().filter(|child| child.has_tag_name((super::BPMN, "extensionElements")));
    for child in extensions.flat_map(|e| e.children()) {
        match child.tag_name().name() {
            _ if child.tag_name().namespace() != Some(WK) => {}
            "evidence" => marks.evidence.extend(children(reader, child, "require", required)),
            "form" => marks.form.extend(children(reader, child, "field", form::field)),
            "inputs" => marks.inputs.extend(children(reader, child, "map", mapping)),
            "outputs" => marks.outputs.extend(children(reader, child, "map", mapping)),
            name => reader.find("wrong-extension", child, format!("wk:{name} is not known")),
        }
    }
    bounded(reader, node, &marks);
    marks
}

fn wrong(name: &str, value: &str) -> String {
    if ATTRIBUTES.contains(&name) {
        format!("wk:{name} does not understand {value:?}")
    } else {
        format!("wk:{name} is not known; known are {}", ATTRIBUTES.join(", "))
    }
}

fn phase(text: &str) -> Option<Phase> {
    let named = |phase: &&Phase| phase.as_str() == text;
    Phase::ALL.iter().find(named).copied()
}

impl Phase {
    /// The name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Triage => "triage",
            Self::Contain => "contain",
            Self::Recover => "recover",
            Self::Learn => "learn",
        }
    }
}

/// A text that FEEL reads as one variable.
fn variable(text: &str) -> Option<Code> {
    Some(text).filter(|text| is_variable(text))?.parse().ok()
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn approvals(text: &str) -> Option<u32> {
    text.parse().ok().filter(|count| (1..=9).contains(count))
}

/// Codes apart by spaces; at least one, none twice.
pub(super) fn codes(text: &str) -> Option<Vec<Code>> {
    let all: Vec<Code> = text.split_whitespace().map(|c| c.parse().ok()).collect::<Option<_>>()?;
    let distinct = all.iter().collect::<std::collections::BTreeSet<_>>().len() == all.len();
    (!all.is_empty() && all.len() <= MAX_PER_ELEMENT && distinct).then_some(all)
}

/// The children of a list element; any other element in it, and any that cannot be read, is found.
fn children<T>(
    reader: &mut Reader<'_>,
    list: Node<'_, '_>,
    tag: &str,
    read: fn(Node<'_, '_>) -> Result<T, String>,
) -> Vec<T> {
    let mut all = Vec::new();
    for child in list.children().filter(Node::is_element) {
        let known = child.has_tag_name((WK, tag));
        match if known { read(child) } else { Err(format!("only wk:{tag} may stand here")) } {
            Ok(item) => all.push(item),
            Err(reason) => reader.find("wrong-extension", child, reason),
        }
    }
    all
}

fn required(node: Node<'_, '_>) -> Result<Required, String> {
    only(node, &["name", "late", "hold"])?;
    let name = node.attribute("name").and_then(|text| text.parse().ok());
    let name = name.ok_or("wk:require wants a name of letters, digits and underscores")?;
    let late = match node.attribute("late") {
        None => None,
        Some(text) => {
            Some(duration::parse(text).ok_or_else(|| format!("late={text:?} is not a duration"))?)
        }
    };
    let holds = boolean(node.attribute("hold").unwrap_or("true"));
    Ok(Required { name, late, holds: holds.ok_or("hold is true or false")? })
}

fn mapping(node: Node<'_, '_>) -> Result<Mapping, String> {
    only(node, &["source", "target"])?;
    let target = node.attribute("target").and_then(variable);
    let target =
        target.ok_or("wk:map wants a target of lower-case letters, digits, underscores")?;
    let source = node.attribute("source").map(str::trim).filter(|text| !text.is_empty());
    let source = source.ok_or("wk:map wants a source in FEEL")?.to_owned();
    Ok(Mapping { source, target })
}

pub(super) fn only(node: Node<'_, '_>, known: &[&str]) -> Result<(), String> {
    match node.attributes().find(|a| a.namespace().is_none() && !known.contains(&a.name())) {
        Some(unknown) => Err(format!("{} is not known here", unknown.name())),
        None => Ok(()),
    }
}

/// Whether a text is a name that FEEL reads as one variable.
pub fn is_variable(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn bounded(reader: &mut Reader<'_>, node: Node<'_, '_>, marks: &Marks) {
    let lists = [marks.form.len(), marks.evidence.len(), marks.inputs.len(), marks.outputs.len()];
    if lists.iter().any(|length| *length > MAX_PER_ELEMENT) {
        let message = format!("more than {MAX_PER_ELEMENT} fields, pieces of evidence or mappings");
        reader.find("wrong-extension", node, message);
    }
    let keys: std::collections::BTreeSet<_> = marks.form.iter().map(|f| &f.key).collect();
    let names: std::collections::BTreeSet<_> = marks.evidence.iter().map(|e| &e.name).collect();
    if keys.len() != marks.form.len() || names.len() != marks.evidence.len() {
        reader.find("wrong-extension", node, "a field or a piece of evidence is named twice");
    }
}
