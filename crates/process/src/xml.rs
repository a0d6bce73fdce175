//! The gate before any XML parser: size, depth and entities are judged on the raw text, because a
//! parser that recurses must not be handed a bottomless document.

use roxmltree::{Document, Node, ParsingOptions};

use crate::finding::{Finding, Position};

/// The most bytes of an uploaded model: 2 MiB.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The deepest nesting of elements.
pub const MAX_DEPTH: usize = 64;
/// The most attributes of an element: parsers compare them with each other.
pub const MAX_ATTRIBUTES: usize = 128;
/// The most XML nodes, drawing included.
pub const MAX_NODES: u32 = 250_000;

/// Parses within the limits.
///
/// # Errors
/// One finding: `too-large`, `too-deep` (or too many attributes) or `not-xml`.
pub fn parse(text: &str) -> Result<Document<'_>, Finding> {
    let refuse = |rule, at, message: String| Err(Finding::new(rule, "definitions", at, message));
    if text.len() > MAX_BYTES {
        let message = format!("the file has more than {MAX_BYTES} bytes");
        return refuse("too-large", Position { line: 1, column: 1 }, message);
    }
    if let Some(offset) = first_too_deep(text.as_bytes()) {
        let message = format!(
            "elements nest more than {MAX_DEPTH} deep or have more than {MAX_ATTRIBUTES} attributes"
        );
        return refuse("too-deep", position_of(text, offset), message);
    }
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).or_else(|error| {
        let at = Position { line: error.pos().row, column: error.pos().col };
        refuse("not-xml", at, error.to_string())
    })
}

/// Where nesting or the number of attributes first exceeds its limit. Counts start and end tags; comments, CDATA, instructions
/// and quoted attribute values are stepped over. Malformed text is left for the parser to refuse.
fn first_too_deep(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(start) = find(bytes, at, b"<") {
        let rest = &bytes[start..];
        at = if rest.starts_with(b"<!--") {
            past(bytes, start + 4, b"-->")
        } else if rest.starts_with(b"<![CDATA[") {
            past(bytes, start + 9, b"]]>")
        } else if rest.starts_with(b"<?") {
            past(bytes, start + 2, b"?>")
        } else if rest.starts_with(b"</") {
            depth = depth.saturating_sub(1);
            past(bytes, start + 2, b">")
        } else {
            let (end, attributes) = tag_end(bytes, start);
            if attributes > MAX_ATTRIBUTES {
                return Some(start);
            }
            let closed = end > start && bytes.get(end - 1) == Some(&b'/');
            depth += usize::from(!closed && !rest.starts_with(b"<!"));
            end + 1
        };
        if depth > MAX_DEPTH {
            return Some(start);
        }
    }
    None
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(what.len()).position(|window| window == what).map(|at| from + at)
}

fn past(bytes: &[u8], from: usize, what: &[u8]) -> usize {
    find(bytes, from, what).map_or(bytes.len(), |at| at + what.len())
}

/// Where the tag ends, and how many quoted values it holds.
fn tag_end(bytes: &[u8], start: usize) -> (usize, usize) {
    let (mut quote, mut values) = (None, 0);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match (quote, byte) {
            (None, b'>') => return (at, values),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => {
                quote = None;
                values += 1;
            }
            _ => {}
        }
    }
    (bytes.len(), values)
}

fn position_of(text: &str, offset: usize) -> Position {
    let mut position = Position { line: 1, column: 1 };
    text[..offset].chars().for_each(|c| step(&mut position, c));
    position
}

fn step(position: &mut Position, c: char) {
    if c == '\n' {
        *position = Position { line: position.line + 1, column: 1 };
    } else {
        position.column += 1;
    }
}

/// Line and column of every element, found in one pass over the text.
#[derive(Debug)]
pub struct Positions(Vec<(usize, Position)>);

impl Positions {
    /// Of all elements of the document.
    pub fn of(document: &Document<'_>) -> Self {
        let text = document.input_text();
        let mut here = (0, Position { line: 1, column: 1 });
        let mut all = Vec::new();
        for node in document.descendants().filter(Node::is_element) {
            let start = node.range().start;
            text[here.0..start].chars().for_each(|c| step(&mut here.1, c));
            here.0 = start;
            all.push(here);
        }
        Self(all)
    }

    /// Of one element.
    pub fn at(&self, node: Node<'_, '_>) -> Position {
        let start = node.range().start;
        self.0
            .binary_search_by_key(&start, |entry| entry.0)
            .map_or_else(|_| Position::default(), |index| self.0[index].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> &'static str {
        parse(text).map_or_else(|finding| finding.rule, |_| "ok")
    }

    #[test]
    fn depth_is_bounded_before_the_parser_sees_it() {
        let nested = |n| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
        assert_eq!(rule(&nested(MAX_DEPTH)), "ok");
        assert_eq!(rule(&nested(MAX_DEPTH + 1)), "too-deep");
        assert_eq!(rule(&"<a b='>'>".repeat(200_000)), "too-deep");
        assert_eq!(rule(&format!("<a>{}</a>", "<b c='/>'/>".repeat(500))), "ok");
        let many: String = (0..200_000).map(|n| format!(" a{n}=''")).collect();
        assert_eq!(rule(&format!("<a{}/>", &many[..1_900_000])), "too-deep");
        assert_eq!(rule("<a><!-- <b><b> --><![CDATA[<b>]]></a>"), "ok");
    }

    #[test]
    fn size_entities_and_broken_text_are_refused() {
        assert_eq!(rule(&" ".repeat(MAX_BYTES + 1)), "too-large");
        assert_eq!(rule("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "not-xml");
        for broken in ["", "<", "<a", "<a b='", "<!--", "<a></b>"] {
            assert_eq!(rule(broken), "not-xml", "{broken}");
        }
    }

    #[test]
    fn columns_count_characters() {
        let document = parse("<a>\n  é<b/></a>").unwrap();
        let b = document.root_element().first_element_child().unwrap();
        assert_eq!(Positions::of(&document).at(b), Position { line: 2, column: 4 });
    }
}
