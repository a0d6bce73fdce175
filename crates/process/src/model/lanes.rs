//! Lanes: who stands behind the tasks drawn in them. A lane's `wk:role`, or its name, is the role of
//! each task in it that names none.

use std::collections::BTreeMap;

use base::Code;
use roxmltree::Node;

use super::{BPMN, WK, marks::codes, read::Reader};

/// The roles by element: of the innermost lane that says one.
pub(super) fn roles(reader: &mut Reader<'_>, process: Node<'_, '_>) -> BTreeMap<Code, Vec<Code>> {
    let mut all = BTreeMap::new();
    // Outer lanes come first in the document, so inner ones overwrite them.
    for lane in process.descendants().filter(|node| node.has_tag_name((BPMN, "lane"))) {
        let roles = match lane.attribute((WK, "role")) {
            None => named(lane.attribute("name").unwrap_or_default()),
            Some(text) => codes(text).or_else(|| {
                let message = format!("wk:role does not understand {text:?}");
                reader.find("wrong-extension", lane, message);
                None
            }),
        };
        let Some(roles) = roles else { continue };
        for node in lane.children().filter(|node| node.has_tag_name((BPMN, "flowNodeRef"))) {
            if let Ok(element) = node.text().unwrap_or_default().trim().parse() {
                all.insert(element, roles.clone());
            }
        }
    }
    all
}

/// A name as a role: `Reporting officer` is `reporting_officer`.
fn named(name: &str) -> Option<Vec<Code>> {
    let words: Vec<String> = name.split_whitespace().map(str::to_ascii_lowercase).collect();
    Some(vec![words.join("_").parse().ok()?])
}

/// Whether the extension on a lane is the one it may carry.
pub(super) fn may_carry(lane: Node<'_, '_>) -> bool {
    let mut ours = lane.attributes().filter(|attribute| attribute.namespace() == Some(WK));
    ours.all(|attribute| attribute.name() == "role")
}
