//! The extension of an element: phase, decision point, evidence, roles, approvals, due rule,
//! exception codes and the form. Documented for authors in docs/concepts/process.md.

use base::{Code, Duration};
use roxmltree::Node;

use super::{WK, duration, read::Reader};
use crate::value::Value;

base::leaf! {
    /// The five phases of an incident, in order.
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
    /// The roles that own it; the first is the first to be asked.
    pub roles: Vec<Code>,
    /// How many distinct persons approve; `None` when nobody has to.
    pub approvals: Option<u32>,
    /// Within what time the task is due, counted from its creation.
    pub due: Option<Duration>,
    /// The exception codes with which it may be bypassed.
    pub exceptions: Vec<Code>,
    /// The form, in order.
    pub form: Vec<Field>,
}

/// One piece of required evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The name of the record, such as `severity_decision`.
    pub name: Code,
    /// Recorded later than this after it happened, it counts as late; `None` is never late.
    pub late: Option<Duration>,
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name: lower case, digits, underscore; the name of the variable.
    pub key: Code,
    /// What it holds.
    pub kind: FieldType,
    /// Whether it must be answered.
    pub required: bool,
}

/// What a field holds. All but words become variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// One of these codes.
    Choice(Vec<Code>),
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
    /// An instant.
    Instant,
    /// Words of a person: kept as committed words, never a variable.
    Text,
}

impl FieldType {
    /// Whether a value fits. Nothing fits [`FieldType::Text`].
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Choice(options), Value::Code(code)) => options.contains(code),
            (Self::Boolean, Value::Boolean(_)) | (Self::Instant, Value::Instant(_)) => true,
            (Self::Integer, Value::Integer(_)) => value.is_within_limits(),
            _ => false,
        }
    }
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

const ATTRIBUTES: &[&str] =
    &["phase", "decisionPoint", "role", "approvals", "due", "exceptions", "decision", "action"];

/// Reads the extension of a BPMN element; what cannot be read becomes findings.
pub(super) fn read(reader: &mut Reader<'_>, node: Node<'_, '_>) -> Marks {
    let mut marks = Marks::default();
    for attribute in node.attributes().filter(|a| a.namespace() == Some(WK)) {
        let value = attribute.value();
        let read = match attribute.name() {
            "phase" => phase(value).map(|phase| marks.phase = Some(phase)),
            "decisionPoint" => boolean(value).map(|is| marks.decision_point = is),
            "role" => codes(value).map(|roles| marks.roles = roles),
            "approvals" => approvals(value).map(|count| marks.approvals = Some(count)),
            "due" => duration::parse(value).map(|due| marks.due = Some(due)),
            "exceptions" => codes(value).map(|all| marks.exceptions = all),
            "decision" | "action" => value.parse::<Code>().ok().map(drop),
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
            "form" => marks.form.extend(children(reader, child, "field", field)),
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

fn boolean(text: &str) -> Option<bool> {
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
fn codes(text: &str) -> Option<Vec<Code>> {
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
    only(node, &["name", "late"])?;
    let name = node.attribute("name").and_then(|text| text.parse().ok());
    let name = name.ok_or("wk:require wants a name of letters, digits and underscores")?;
    let late = match node.attribute("late") {
        None => None,
        Some(text) => {
            Some(duration::parse(text).ok_or_else(|| format!("late={text:?} is not a duration"))?)
        }
    };
    Ok(Required { name, late })
}

fn field(node: Node<'_, '_>) -> Result<Field, String> {
    only(node, &["key", "type", "required", "options"])?;
    let key = node.attribute("key").filter(|key| is_variable(key)).and_then(|key| key.parse().ok());
    let key = key.ok_or("wk:field wants a key of lower-case letters, digits and underscores")?;
    let options = node.attribute("options");
    let kind = match (node.attribute("type"), options) {
        (Some("choice"), Some(text)) => FieldType::Choice(
            codes(text).ok_or_else(|| format!("options={text:?} are not distinct codes"))?,
        ),
        (Some("boolean"), None) => FieldType::Boolean,
        (Some("integer"), None) => FieldType::Integer,
        (Some("instant"), None) => FieldType::Instant,
        (Some("text"), None) => FieldType::Text,
        _ => {
            let known = "type is choice (with options), boolean, integer, instant or text";
            return Err(known.to_owned());
        }
    };
    let required = boolean(node.attribute("required").unwrap_or("false"));
    Ok(Field { key, kind, required: required.ok_or("required is true or false")? })
}

fn only(node: Node<'_, '_>, known: &[&str]) -> Result<(), String> {
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
    if marks.form.len() > MAX_PER_ELEMENT || marks.evidence.len() > MAX_PER_ELEMENT {
        let message = format!("more than {MAX_PER_ELEMENT} fields or pieces of evidence");
        reader.find("wrong-extension", node, message);
    }
    let keys: std::collections::BTreeSet<_> = marks.form.iter().map(|f| &f.key).collect();
    let names: std::collections::BTreeSet<_> = marks.evidence.iter().map(|e| &e.name).collect();
    if keys.len() != marks.form.len() || names.len() != marks.evidence.len() {
        reader.find("wrong-extension", node, "a field or a piece of evidence is named twice");
    }
}
