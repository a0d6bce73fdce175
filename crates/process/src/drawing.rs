//! The drawing of a model: where each shape stands and how each flow runs, as its author laid it out.
//!
//! Reads BPMN DI and nothing else; a model that we would not execute is drawn all the same. Turning it
//! into a picture is the web's part.

use std::collections::BTreeMap;

use roxmltree::Node;

use crate::{finding::Finding, model::BPMN, xml};

/// The most shapes and edges of a drawing.
pub const MAX_DRAWN: usize = 10_000;
/// The furthest a coordinate may lie from the origin.
const MAX_COORDINATE: f64 = 1_000_000.0;

/// A rectangle, in the author's units.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bounds {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// How wide.
    pub width: f64,
    /// How high.
    pub height: f64,
}

/// A shape with what it draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The element's id.
    pub element: String,
    /// The element's tag: `userTask`, `lane`, `boundaryEvent`.
    pub tag: String,
    /// The event's definition, where it has one: `timer`, `message`, `error` …
    pub event: Option<String>,
    /// The element's name; may be empty.
    pub name: String,
    /// Where.
    pub bounds: Bounds,
    /// Where its name stands, where the author said so.
    pub label: Option<Bounds>,
    /// Drawn open with its inside visible: a pool, a lane, an opened sub-process.
    pub open: bool,
    /// Drawn with a broken line: a boundary event that does not interrupt.
    pub gentle: bool,
    /// Pools and lanes stand upright where this is false.
    pub horizontal: bool,
}

/// An edge with what it draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The element's id.
    pub element: String,
    /// `sequenceFlow`, `messageFlow`, `association` …
    pub tag: String,
    /// Its name; may be empty.
    pub name: String,
    /// Its way.
    pub points: Vec<(f64, f64)>,
    /// Where its name stands, where the author said so.
    pub label: Option<Bounds>,
    /// The default flow of its source.
    pub default: bool,
}

/// A whole drawing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawing {
    /// Shapes, those that hold others first.
    pub shapes: Vec<Shape>,
    /// Edges.
    pub edges: Vec<Edge>,
    /// What they all lie in.
    pub bounds: Bounds,
}

/// Reads the drawing. A model without one answers an empty drawing.
///
/// # Errors
/// A text that is no XML within the limits.
pub fn read(text: &str) -> Result<Drawing, Finding> {
    let document = xml::parse(text)?;
    let ids = document.descendants().filter(Node::is_element).filter(|node| !is_di(*node));
    let elements: BTreeMap<&str, Node<'_, '_>> =
        ids.filter_map(|node| node.attribute("id").map(|id| (id, node))).collect();
    let mut drawing = Drawing::default();
    for node in document.descendants().filter(|node| is_di(*node)).take(MAX_DRAWN) {
        let element = node.attribute("bpmnElement").map(local);
        let drawn = element.and_then(|id| elements.get(id)).copied();
        match (node.tag_name().name(), drawn) {
            ("BPMNShape", Some(drawn)) => drawing.shapes.extend(shape(node, drawn)),
            ("BPMNEdge", Some(drawn)) => drawing.edges.extend(edge(node, drawn, &elements)),
            _ => {}
        }
    }
    let area = |shape: &Shape| shape.bounds.width * shape.bounds.height;
    drawing.shapes.sort_by(|a, b| b.open.cmp(&a.open).then(area(b).total_cmp(&area(a))));
    drawing.bounds = around(&drawing);
    Ok(drawing)
}

fn is_di(node: Node<'_, '_>) -> bool {
    node.tag_name().namespace().is_some_and(|namespace| namespace.ends_with("/BPMN/20100524/DI"))
}

/// A qualified name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn shape(node: Node<'_, '_>, drawn: Node<'_, '_>) -> Option<Shape> {
    let tag = drawn.tag_name().name().to_owned();
    let container = matches!(tag.as_str(), "participant" | "lane");
    let expanded = node.attribute("isExpanded") == Some("true");
    let event = drawn.children().find_map(|child| {
        child.tag_name().name().strip_suffix("EventDefinition").map(str::to_owned)
    });
    Some(Shape {
        element: drawn.attribute("id")?.to_owned(),
        event,
        name: name(drawn),
        bounds: bounds(node)?,
        label: label(node),
        open: container || expanded,
        gentle: drawn.attribute("cancelActivity") == Some("false")
            || drawn.attribute("isInterrupting") == Some("false"),
        horizontal: node.attribute("isHorizontal") != Some("false"),
        tag,
    })
}

fn edge(
    node: Node<'_, '_>,
    drawn: Node<'_, '_>,
    elements: &BTreeMap<&str, Node<'_, '_>>,
) -> Option<Edge> {
    let id = drawn.attribute("id")?;
    let points = node.children().filter(|child| child.tag_name().name() == "waypoint");
    let points: Vec<(f64, f64)> =
        points.filter_map(|p| Some((number(p, "x")?, number(p, "y")?))).collect();
    let source = drawn.attribute("sourceRef").and_then(|source| elements.get(source));
    (points.len() > 1).then(|| Edge {
        element: id.to_owned(),
        tag: drawn.tag_name().name().to_owned(),
        name: name(drawn),
        points,
        label: label(node),
        default: source.is_some_and(|source| source.attribute("default") == Some(id)),
    })
}

/// The name, or the text of a note.
fn name(drawn: Node<'_, '_>) -> String {
    let note = || {
        let text = drawn.children().find(|child| child.has_tag_name((BPMN, "text")));
        text.and_then(|text| text.text())
    };
    drawn.attribute("name").or_else(note).unwrap_or_default().to_owned()
}

fn label(node: Node<'_, '_>) -> Option<Bounds> {
    bounds(node.children().find(|child| child.tag_name().name() == "BPMNLabel")?)
}

fn bounds(node: Node<'_, '_>) -> Option<Bounds> {
    let bounds = node.children().find(|child| child.tag_name().name() == "Bounds")?;
    Some(Bounds {
        x: number(bounds, "x")?,
        y: number(bounds, "y")?,
        width: number(bounds, "width")?.max(1.0),
        height: number(bounds, "height")?.max(1.0),
    })
}

fn number(node: Node<'_, '_>, name: &str) -> Option<f64> {
    let number: f64 = node.attribute(name)?.parse().ok()?;
    (number.abs() <= MAX_COORDINATE).then_some(number)
}

fn around(drawing: &Drawing) -> Bounds {
    let of = |b: &Bounds| [(b.x, b.y), (b.x + b.width, b.y + b.height)];
    let shapes = drawing
        .shapes
        .iter()
        .flat_map(|s| of(&s.bounds).into_iter().chain(s.label.iter().flat_map(of)));
    let edges = drawing
        .edges
        .iter()
        .flat_map(|e| e.points.iter().copied().chain(e.label.iter().flat_map(of)));
    let mut points = shapes.chain(edges);
    let Some(first) = points.next() else { return Bounds::default() };
    let grown = points.fold((first, first), |(least, most), (x, y)| {
        ((least.0.min(x), least.1.min(y)), (most.0.max(x), most.1.max(y)))
    });
    let ((x, y), (right, bottom)) = grown;
    Bounds { x, y, width: right - x, height: bottom - y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_and_edges_are_read_with_what_they_draw() {
        let text = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
            xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="urn:dc"><process id="p">
            <startEvent id="s"><timerEventDefinition/></startEvent>
            <task id="t" name="Do it" default="f"/>
            <sequenceFlow id="f" sourceRef="t" targetRef="s"/></process>
            <di:BPMNShape bpmnElement="s"><dc:Bounds x="10" y="20" width="36" height="36"/></di:BPMNShape>
            <di:BPMNShape bpmnElement="t"><dc:Bounds x="100" y="0" width="100" height="80"/></di:BPMNShape>
            <di:BPMNShape bpmnElement="nobody"><dc:Bounds x="1e9" y="0" width="1" height="1"/></di:BPMNShape>
            <di:BPMNEdge bpmnElement="f"><di:waypoint x="46" y="38"/><di:waypoint x="100" y="38"/></di:BPMNEdge>
            </definitions>"#;
        let drawing = read(text).unwrap();
        let names: Vec<_> = drawing.shapes.iter().map(|s| s.element.as_str()).collect();
        assert_eq!(names, ["t", "s"]);
        assert_eq!(drawing.shapes[1].event.as_deref(), Some("timer"));
        assert!(drawing.edges[0].default);
        assert_eq!(drawing.bounds, Bounds { x: 10.0, y: 0.0, width: 190.0, height: 80.0 });
        assert_eq!(read("<a/>").unwrap(), Drawing::default());
    }
}
