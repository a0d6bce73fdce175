//! What a model says of its elements in words: the tag, the name and the documentation of each.
//!
//! Reads the XML, not the executable model: also what is not executed has its documentation.

use std::collections::BTreeMap;

use roxmltree::Node;

use crate::{finding::Finding, model::BPMN, xml};

/// An element in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Described {
    /// Its tag's local name: `userTask`.
    pub tag: String,
    /// Its name; may be empty.
    pub name: String,
    /// Its documentation; may be empty.
    pub documentation: String,
}

/// Every element of a model by its id.
///
/// # Errors
/// A text that is no XML within the limits.
pub fn describe(text: &str) -> Result<BTreeMap<String, Described>, Finding> {
    let document = xml::parse(text)?;
    let elements = document.descendants().filter(|node| node.tag_name().namespace() == Some(BPMN));
    let described = elements.filter_map(|node| {
        let id = node.attribute("id")?.to_owned();
        Some((
            id,
            Described {
                tag: node.tag_name().name().to_owned(),
                name: node.attribute("name").unwrap_or_default().to_owned(),
                documentation: documentation(node),
            },
        ))
    });
    Ok(described.collect())
}

fn documentation(node: Node<'_, '_>) -> String {
    let own = node.children().filter(|child| child.has_tag_name((BPMN, "documentation")));
    let texts = own.filter_map(|child| child.text()).flat_map(str::split_whitespace);
    texts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_names_and_documentation_are_read() {
        let text = format!(
            "<d xmlns='{BPMN}'><userTask id='a' name='A'><documentation>Do\n it.</documentation>\
             </userTask><x xmlns='urn:x' id='b'/></d>"
        );
        let found = describe(&text).unwrap();
        let wanted = Described {
            tag: "userTask".to_owned(),
            name: "A".to_owned(),
            documentation: "Do it.".to_owned(),
        };
        assert_eq!(found, BTreeMap::from([("a".to_owned(), wanted)]));
    }
}
