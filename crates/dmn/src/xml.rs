//! Reading DMN's XML: which elements are DMN's, and small look-ups.

use roxmltree::Node;

/// The namespaces of DMN 1.3, 1.4 and 1.5.
pub(crate) const DMN: &[&str] = &[
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
];

/// The namespace of what we add to a model: test cases.
pub const OURS: &str = "https://watchkeeper.example/dmn";

/// Whether a node is an element of DMN with this name.
pub(crate) fn is(node: Node<'_, '_>, name: &str) -> bool {
    is_dmn(node) && node.tag_name().name() == name
}

/// Whether a node is an element of DMN.
pub(crate) fn is_dmn(node: Node<'_, '_>) -> bool {
    node.is_element() && node.tag_name().namespace().is_some_and(|ns| DMN.contains(&ns))
}

/// The first child with this name.
pub(crate) fn child<'d, 'i>(node: Node<'d, 'i>, name: &str) -> Option<Node<'d, 'i>> {
    node.children().find(|child| is(*child, name))
}

/// All children with this name.
pub(crate) fn children<'d, 'i>(node: Node<'d, 'i>, name: &str) -> Vec<Node<'d, 'i>> {
    node.children().filter(|child| is(*child, name)).collect()
}

/// A node's own text, without the space around it.
pub(crate) fn text_of(node: Node<'_, '_>) -> String {
    let pieces = node.children().filter(Node::is_text).filter_map(|n| n.text());
    pieces.collect::<String>().trim().to_owned()
}

/// The FEEL text of an element: what stands in its `text`.
pub(crate) fn feel_of(node: Node<'_, '_>) -> String {
    child(node, "text").map(text_of).unwrap_or_default()
}

/// An id, or the element's name where it has none.
pub(crate) fn id_of<'a>(node: Node<'a, '_>) -> &'a str {
    node.attribute("id").unwrap_or_else(|| node.tag_name().name())
}
