//! What differs between two models or decision tables, element by element and rule by rule.
//!
//! Works on the XML, not on the executable model: a draft that would not run can be compared, and a
//! change of a foreign extension is seen too. Whatever has an id is an item; the drawing is told apart.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::Node;

use crate::{
    finding::Finding,
    model::{BPMN, WK},
    xml,
};

/// The namespaces of drawings end so: their items belong to the elements that they draw.
const DRAWINGS: &[&str] = &["/DI", "/DMNDI/", "/DC", "/DC/", "/DI/"];
/// The most characters of a value that a field shows.
const MAX_VALUE: usize = 400;

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It is drawn elsewhere, and says the same.
    Moved,
    /// It is gone.
    Removed,
}

impl What {
    /// Its code: `added`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Removed => "removed",
        }
    }
}

/// One item that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Its tag's local name: `userTask`, `rule`.
    pub tag: String,
    /// Its name in the newer text, or in the older where it is gone; may be empty.
    pub name: String,
    /// What happened to it.
    pub what: What,
    /// For a changed one: what it says of each differing field, before and after.
    pub fields: Vec<(String, Option<String>, Option<String>)>,
}

/// What differs from `old` to `new`, in the order of `new`; what is gone comes last.
///
/// # Errors
/// A text that is no XML within the limits.
pub fn compare(old: &str, new: &str) -> Result<Vec<Change>, Finding> {
    let (old, new) = (items(old)?, items(new)?);
    let mut changes: Vec<(usize, Change)> = Vec::new();
    for (id, item) in &new {
        let (what, fields) = match old.get(id) {
            None => (What::Added, Vec::new()),
            Some(before) => {
                let fields = differing(&before.fields, &item.fields);
                match (fields.is_empty(), before.drawing == item.drawing) {
                    (true, true) => continue,
                    (true, false) => (What::Moved, fields),
                    (false, _) => (What::Changed, fields),
                }
            }
        };
        changes.push((item.order, item.change(id, what, fields)));
    }
    for (id, item) in old.iter().filter(|(id, _)| !new.contains_key(*id)) {
        changes.push((usize::MAX, item.change(id, What::Removed, Vec::new())));
    }
    changes.sort_by_key(|(order, _)| *order);
    Ok(changes.into_iter().map(|(_, change)| change).collect())
}

#[derive(Default)]
struct Item {
    order: usize,
    tag: String,
    name: String,
    fields: BTreeMap<String, String>,
    drawing: String,
}

impl Item {
    fn change(
        &self,
        id: &str,
        what: What,
        fields: Vec<(String, Option<String>, Option<String>)>,
    ) -> Change {
        let (id, tag, name) = (id.to_owned(), self.tag.clone(), self.name.clone());
        Change { id, tag, name, what, fields }
    }
}

fn items(text: &str) -> Result<BTreeMap<String, Item>, Finding> {
    let document = xml::parse(text)?;
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    let nodes = document.descendants().filter(Node::is_element);
    for (order, node) in nodes.clone().enumerate().filter(|(_, node)| !is_drawing(*node)) {
        if let Some(id) = node.attribute("id") {
            let item = item(order, node);
            items.insert(id.to_owned(), item);
        }
    }
    for node in nodes.filter(|node| is_drawing(*node)) {
        let drawn = node.attribute("bpmnElement").or_else(|| node.attribute("dmnElementRef"));
        let local = drawn.map(|name| name.rsplit(':').next().unwrap_or(name));
        if let Some(item) = local.and_then(|id| items.get_mut(id)) {
            item.drawing.push_str(&inside(node));
        }
    }
    Ok(items)
}

fn is_drawing(node: Node<'_, '_>) -> bool {
    let namespace = node.tag_name().namespace().unwrap_or_default();
    DRAWINGS.iter().any(|end| namespace.ends_with(end))
}

fn item(order: usize, node: Node<'_, '_>) -> Item {
    let mut fields = BTreeMap::new();
    for attribute in node.attributes().filter(|attribute| attribute.name() != "id") {
        let name = match attribute.namespace() {
            Some(WK) => format!("wk:{}", attribute.name()),
            _ => attribute.name().to_owned(),
        };
        fields.insert(name, attribute.value().to_owned());
    }
    let own = node.children().filter(|child| child.is_element() && child.attribute("id").is_none());
    for child in own.filter(|child| !is_drawing(*child) && !is_redundant(*child)) {
        said(&mut fields, child);
    }
    let text = own_text(node);
    if !text.is_empty() {
        fields.insert("text".to_owned(), text);
    }
    Item {
        order,
        tag: node.tag_name().name().to_owned(),
        name: node.attribute("name").unwrap_or_default().to_owned(),
        fields,
        drawing: String::new(),
    }
}

/// What an activity says of its flows, the flows say too.
fn is_redundant(node: Node<'_, '_>) -> bool {
    let name = node.tag_name().name();
    node.tag_name().namespace() == Some(BPMN) && matches!(name, "incoming" | "outgoing")
}

/// Adds what a child without an id says; the extension is taken apart into its members.
fn said(fields: &mut BTreeMap<String, String>, child: Node<'_, '_>) {
    if child.tag_name().name() == "extensionElements" {
        child.children().filter(Node::is_element).for_each(|member| said(fields, member));
        return;
    }
    let prefix = if child.tag_name().namespace() == Some(WK) { "wk:" } else { "" };
    let value = fields.entry(format!("{prefix}{}", child.tag_name().name())).or_default();
    if !value.is_empty() {
        value.push('\n');
    }
    value.push_str(&inside(child));
}

/// What stands in a node, in one canonical line: attributes in order of name, children in theirs.
fn inside(node: Node<'_, '_>) -> String {
    let attributes: BTreeSet<String> =
        node.attributes().map(|a| format!("{}={}", a.name(), a.value())).collect();
    let mut parts: Vec<String> = attributes.into_iter().collect();
    let text = own_text(node);
    if !text.is_empty() {
        parts.push(text);
    }
    let children = node.children().filter(|c| c.is_element() && c.attribute("id").is_none());
    for child in children {
        parts.push(format!("{}({})", child.tag_name().name(), inside(child)));
    }
    parts.join(" ")
}

fn own_text(node: Node<'_, '_>) -> String {
    let texts = node.children().filter_map(|child| child.text().filter(|_| child.is_text()));
    texts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

fn differing(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Vec<(String, Option<String>, Option<String>)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let short = |value: &String| value.chars().take(MAX_VALUE).collect::<String>();
    differs.map(|name| (name.clone(), old.get(name).map(short), new.get(name).map(short))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"<d xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:wk="https://watchkeeper.example/bpmn" xmlns:x="urn:x"
        xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI">
        <userTask id="a" name="A" wk:role="commander"><incoming>f</incoming><extensionElements>
            <wk:evidence><wk:require name="one"/></wk:evidence><x:own at="1"/>
        </extensionElements></userTask><task id="b"/><task id="c"/>
        <di:BPMNShape id="s" bpmnElement="c"><di:Bounds x="1"/></di:BPMNShape></d>"#;

    fn changes(new: &str) -> Vec<(String, &'static str, Vec<String>)> {
        let changes = compare(OLD, new).unwrap().into_iter();
        changes
            .map(|c| (c.id, c.what.code(), c.fields.into_iter().map(|f| f.0).collect()))
            .collect()
    }

    #[test]
    fn what_is_said_the_same_does_not_differ() {
        assert_eq!(changes(OLD), vec![]);
        assert_eq!(changes(&OLD.replace("<incoming>f</incoming>", "\n")), vec![]);
    }

    #[test]
    fn each_kind_of_difference_is_told() {
        let new = OLD
            .replace("commander", "legal")
            .replace("at=\"1\"", "at=\"2\"")
            .replace("<task id=\"b\"/>", "<task id=\"n\"/>")
            .replace("x=\"1\"", "x=\"2\"");
        let told = |id: &str, what, fields: &[&str]| {
            (id.to_owned(), what, fields.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>())
        };
        let wanted = vec![
            told("a", "changed", &["own", "wk:role"]),
            told("n", "added", &[]),
            told("c", "moved", &[]),
            told("b", "removed", &[]),
        ];
        assert_eq!(changes(&new), wanted);
    }
}
