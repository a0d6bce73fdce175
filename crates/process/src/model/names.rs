//! What references mean: messages, signals, errors, escalations, shared event definitions, data.

use base::Code;
use roxmltree::Node;

use super::{BPMN, marks::is_variable};

/// The local part of a reference, which may be a qualified name.
pub(super) fn bare(reference: &str) -> &str {
    let reference = reference.trim();
    reference.rsplit_once(':').map_or(reference, |(_, local)| local)
}

/// The child of `definitions` that a reference means.
pub(super) fn root<'a, 'i>(node: Node<'a, 'i>, reference: &str) -> Option<Node<'a, 'i>> {
    let definitions = node.ancestors().find(|n| n.has_tag_name((BPMN, "definitions")))?;
    let (whole, local) = (reference.trim(), bare(reference));
    definitions.children().find(|n| n.attribute("id").is_some_and(|id| id == whole || id == local))
}

/// A name as a code: as it is where it is one, else in lower case with underscores.
pub(super) fn code(name: &str) -> Option<Code> {
    let name = name.trim();
    if let Ok(code) = name.parse() {
        return Some(code);
    }
    let words = name.split(|c: char| !(c.is_ascii_alphanumeric() || "_.-".contains(c)));
    let words: Vec<String> =
        words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    words.join("_").parse().ok()
}

/// What a reference attribute or element names: by `first` of these attributes of the definition, else
/// by its id; `None` where nothing is referred to.
pub(super) fn named(
    definition: Node<'_, '_>,
    reference: &str,
    attributes: &[&str],
) -> Option<Code> {
    let child = |n: &Node<'_, '_>| n.has_tag_name((BPMN, reference));
    let text = definition
        .attribute(reference)
        .or_else(|| definition.children().find(child).and_then(|n| n.text()))?;
    let Some(meant) = root(definition, text) else { return code(bare(text)) };
    let mut names = attributes.iter().filter_map(|name| meant.attribute(*name));
    names.find_map(code).or_else(|| meant.attribute("id").and_then(code))
}

/// The variable that a data object, property, input or output stands for: its name where FEEL can read
/// it, else in lower case with underscores.
pub(super) fn variable(node: Node<'_, '_>, reference: &str) -> Option<Code> {
    let definitions = node.ancestors().last()?;
    let local = bare(reference);
    let meant = definitions.descendants().find(|n| n.attribute("id") == Some(local));
    let name = meant.and_then(|n| n.attribute("name")).unwrap_or(local);
    let name = if is_variable(name) { name.to_owned() } else { code(name)?.to_string() };
    let name = name.to_ascii_lowercase().replace(['-', '.', ':'], "_");
    name.parse().ok().filter(|_| is_variable(&name))
}
