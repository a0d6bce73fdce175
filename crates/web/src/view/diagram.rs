//! A process as a picture: an SVG out of the author's own drawing, painted with what is to be shown.
//!
//! Needs no script, prints, and follows the theme: it names classes, never colours. Its twin in words
//! stands beside it on every page. Leaves out what the editor draws: that is an island.

use std::{collections::BTreeMap, fmt::Write as _};

use process::drawing::{Bounds, Drawing, Edge, Shape};

use crate::assets::asset;

/// The margin around the drawing, in its units.
const MARGIN: f64 = 24.0;
/// The height of a line of text.
const LINE: f64 = 14.0;
/// How wide a letter is, about.
const LETTER: f64 = 6.1;
/// The most lines of a label.
const MAX_LINES: usize = 6;
/// How wide the label of an event, a gateway or a flow may be.
const LABEL: f64 = 96.0;

/// How an element is painted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paint {
    /// Classes of ours, apart by spaces: `is-current`, `is-added`, `heat-3`.
    pub class: String,
    /// A short text at its corner: how many tokens stand here.
    pub badge: Option<String>,
}

/// Paint by element.
pub type Paints = BTreeMap<String, Paint>;

/// The SVG; empty where there is no drawing. Every text in it is escaped.
pub fn svg(drawing: &Drawing, paints: &Paints, label: &str) -> String {
    if drawing.shapes.is_empty() {
        return String::new();
    }
    let Bounds { x, y, width, height } = drawing.bounds;
    let mut out = String::new();
    let (left, top) = (x - MARGIN, y - MARGIN);
    let (width, height) = (width + 2.0 * MARGIN, height + 2.0 * MARGIN);
    put(
        &mut out,
        format_args!(
            "<svg class=\"bpmn\" role=\"img\" aria-label=\"{}\" viewBox=\"{left} {top} {width} \
             {height}\" width=\"{width}\" height=\"{height}\" xmlns=\"http://www.w3.org/2000/svg\">\
             <defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" \
             markerWidth=\"8\" markerHeight=\"8\" orient=\"auto-start-reverse\">\
             <path class=\"tip\" d=\"M0 1 L10 5 L0 9 z\"/></marker></defs>",
            Escaped(label)
        ),
    );
    let (open, closed): (Vec<&Shape>, Vec<&Shape>) = drawing.shapes.iter().partition(|s| s.open);
    open.iter().for_each(|s| shape(&mut out, s, paints.get(&s.element)));
    drawing.edges.iter().for_each(|e| edge(&mut out, e, paints.get(&e.element)));
    closed.iter().for_each(|s| shape(&mut out, s, paints.get(&s.element)));
    out.push_str("</svg>");
    out
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("invariant: a string takes every text");
}

fn shape(out: &mut String, shape: &Shape, paint: Option<&Paint>) {
    let class = paint.map_or("", |paint| paint.class.as_str());
    let kind = kind(shape);
    put(out, format_args!("<g class=\"{kind} {}\">", Escaped(class)));
    match kind {
        "pool" => pool(out, shape),
        "event" => event(out, shape),
        "gate" => gateway(out, shape),
        "note" => note(out, shape),
        "thing" => thing(out, shape),
        _ => activity(out, shape),
    }
    if let Some(badge) = paint.and_then(|paint| paint.badge.as_deref()) {
        let Bounds { x, y, width, .. } = shape.bounds;
        let (right, half) = (x + width, 9.0 + number(badge.len()) * 2.6);
        let left = right - half;
        put(
            out,
            format_args!(
                "<g class=\"badge\"><rect x=\"{left}\" y=\"{}\" width=\"{}\" height=\"18\" rx=\"9\"/>\
                 <text x=\"{right}\" y=\"{}\">{}</text></g>",
                y - 9.0,
                2.0 * half,
                y + 4.0,
                Escaped(badge)
            ),
        );
    }
    out.push_str("</g>");
}

fn kind(shape: &Shape) -> &'static str {
    match shape.tag.as_str() {
        "participant" | "lane" => "pool",
        tag if tag.ends_with("Event") => "event",
        tag if tag.ends_with("Gateway") => "gate",
        "textAnnotation" => "note",
        "group" | "dataObjectReference" | "dataStoreReference" | "dataInput" | "dataOutput" => {
            "thing"
        }
        _ => "act",
    }
}

fn rect(out: &mut String, bounds: Bounds, round: f64, class: &str) {
    let Bounds { x, y, width, height } = bounds;
    put(
        out,
        format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             rx=\"{round}\"/>"
        ),
    );
}

fn pool(out: &mut String, shape: &Shape) {
    rect(out, shape.bounds, 0.0, "body");
    let Bounds { x, y, width, height } = shape.bounds;
    if shape.horizontal {
        let (cx, cy) = (x + 15.0, y + height / 2.0);
        put(
            out,
            format_args!(
                "<path d=\"M{} {y} V{}\"/><text class=\"mid\" x=\"{cx}\" y=\"{cy}\" \
                 transform=\"rotate(-90 {cx} {cy})\" dy=\"4\">{}</text>",
                x + 30.0,
                y + height,
                Escaped(&shape.name)
            ),
        );
    } else {
        text(out, &shape.name, (x + width / 2.0, y + 15.0), width);
    }
}

fn activity(out: &mut String, shape: &Shape) {
    let class = if shape.tag == "callActivity" { "body thick" } else { "body" };
    rect(out, shape.bounds, 8.0, class);
    let Bounds { x, y, width, height } = shape.bounds;
    if let Some(sign) = sign(&shape.tag) {
        symbol(out, sign, (x + 6.0, y + 6.0), 14.0);
    }
    if shape.open {
        text(out, &shape.name, (x + width / 2.0, y + LINE), width - 16.0);
    } else {
        text(out, &shape.name, (x + width / 2.0, y + height / 2.0), width - 12.0);
        if matches!(shape.tag.as_str(), "subProcess" | "transaction" | "adHocSubProcess") {
            let (cx, bottom) = (x + width / 2.0, y + height);
            put(
                out,
                format_args!(
                    "<path class=\"plus\" d=\"M{} {} h12 v12 h-12 z m6 2 v8 m-4 -4 h8\"/>",
                    cx - 6.0,
                    bottom - 14.0
                ),
            );
        }
    }
}

/// The icon of a kind of task.
fn sign(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "userTask" => "people",
        "manualTask" => "act",
        "businessRuleTask" => "decision",
        "serviceTask" => "sys",
        "scriptTask" => "note",
        "sendTask" | "receiveTask" => "mail",
        _ => return None,
    })
}

fn symbol(out: &mut String, name: &str, (x, y): (f64, f64), size: f64) {
    put(
        out,
        format_args!(
            "<use class=\"sign\" href=\"{}#i-{name}\" x=\"{x}\" y=\"{y}\" width=\"{size}\" \
             height=\"{size}\"/>",
            asset("icons.svg")
        ),
    );
}

fn event(out: &mut String, shape: &Shape) {
    let Bounds { x, y, width, height } = shape.bounds;
    let (cx, cy, r) = (x + width / 2.0, y + height / 2.0, width.min(height) / 2.0);
    let end = shape.tag == "endEvent";
    let dashed = if shape.gentle { " dash" } else { "" };
    let thick = if end { " thick" } else { "" };
    put(
        out,
        format_args!("<circle class=\"body{thick}{dashed}\" cx=\"{cx}\" cy=\"{cy}\" r=\"{r}\"/>"),
    );
    if matches!(shape.tag.as_str(), "boundaryEvent") || shape.tag.starts_with("intermediate") {
        put(
            out,
            format_args!("<circle class=\"{dashed}\" cx=\"{cx}\" cy=\"{cy}\" r=\"{}\"/>", r - 3.0),
        );
    }
    match shape.event.as_deref() {
        None => {}
        Some("terminate") => {
            let inner = r - 6.0;
            put(
                out,
                format_args!("<circle class=\"full\" cx=\"{cx}\" cy=\"{cy}\" r=\"{inner}\"/>"),
            );
        }
        Some(event) => symbol(out, event_sign(event), (cx - 9.0, cy - 9.0), 18.0),
    }
    let below = (cx, y + height + 6.0);
    label(out, &shape.name, shape.label, below);
}

fn event_sign(event: &str) -> &'static str {
    match event {
        "timer" => "clock",
        "message" => "mail",
        "error" => "warn",
        "escalation" => "up",
        "cancel" => "stop",
        "compensate" => "back",
        "conditional" => "note",
        "link" => "right",
        _ => "sys",
    }
}

fn gateway(out: &mut String, shape: &Shape) {
    let Bounds { x, y, width, height } = shape.bounds;
    let (cx, cy) = (x + width / 2.0, y + height / 2.0);
    put(
        out,
        format_args!(
            "<path class=\"body\" d=\"M{cx} {y} L{} {cy} L{cx} {} L{x} {cy} z\"/>",
            x + width,
            y + height
        ),
    );
    let mark = match shape.tag.as_str() {
        "parallelGateway" => {
            format!("M{cx} {} V{} M{} {cy} H{}", cy - 10.0, cy + 10.0, cx - 10.0, cx + 10.0)
        }
        "exclusiveGateway" => {
            let (l, r, t, b) = (cx - 7.0, cx + 7.0, cy - 8.0, cy + 8.0);
            format!("M{l} {t} L{r} {b} M{r} {t} L{l} {b}")
        }
        _ => format!("M{} {cy} a10 10 0 1 0 20 0 a10 10 0 1 0 -20 0", cx - 10.0),
    };
    put(out, format_args!("<path class=\"mark\" d=\"{mark}\"/>"));
    label(out, &shape.name, shape.label, (cx, y + height + 6.0));
}

fn note(out: &mut String, shape: &Shape) {
    let Bounds { x, y, width, height } = shape.bounds;
    let bottom = y + height;
    put(out, format_args!("<path d=\"M{} {y} H{x} V{bottom} H{}\"/>", x + 10.0, x + 10.0));
    text(out, &shape.name, (x + width / 2.0, y + height / 2.0), width - 12.0);
}

fn thing(out: &mut String, shape: &Shape) {
    rect(out, shape.bounds, 4.0, "dash");
    let Bounds { x, y, width, height } = shape.bounds;
    label(out, &shape.name, shape.label, (x + width / 2.0, y + height + 6.0));
}

fn edge(out: &mut String, edge: &Edge, paint: Option<&Paint>) {
    let class = paint.map_or("", |paint| paint.class.as_str());
    let flow = match edge.tag.as_str() {
        "sequenceFlow" => "flow",
        "messageFlow" => "flow dash",
        _ => "flow dots",
    };
    let mut points = edge.points.iter();
    let mut way = String::new();
    if let Some((x, y)) = points.next() {
        put(&mut way, format_args!("M{x} {y}"));
    }
    points.for_each(|(x, y)| put(&mut way, format_args!(" L{x} {y}")));
    let tip = if flow == "flow dots" { "" } else { " marker-end=\"url(#arrow)\"" };
    put(out, format_args!("<g class=\"{flow} {}\"><path d=\"{way}\"{tip}/>", Escaped(class)));
    if edge.default
        && let Some((x, y)) = edge.points.first()
    {
        put(out, format_args!("<path d=\"M{} {} l8 -10\"/>", x + 8.0, y + 5.0));
    }
    let middle = edge.points.len() / 2;
    let (a, b) = (edge.points[middle - 1], edge.points[middle]);
    label(out, &edge.name, edge.label, ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0 - LINE));
    out.push_str("</g>");
}

/// A label where the author put it, or else with its top at `otherwise`.
fn label(out: &mut String, name: &str, bounds: Option<Bounds>, otherwise: (f64, f64)) {
    if name.is_empty() {
        return;
    }
    let width = bounds.map_or(LABEL, |bounds| bounds.width.max(LABEL));
    let lines = number(wrapped(name, width).len());
    let at = bounds.map_or((otherwise.0, otherwise.1 + lines * LINE / 2.0), |bounds| {
        (bounds.x + bounds.width / 2.0, bounds.y + bounds.height / 2.0)
    });
    text(out, name, at, width);
}

/// Lines of text around a middle.
fn text(out: &mut String, name: &str, (x, y): (f64, f64), width: f64) {
    let lines = wrapped(name, width);
    let first = y - (number(lines.len()) - 1.0) * LINE / 2.0 + 4.0;
    out.push_str("<text class=\"mid\">");
    for (at, line) in lines.iter().enumerate() {
        let y = first + number(at) * LINE;
        put(out, format_args!("<tspan x=\"{x}\" y=\"{y}\">{}</tspan>", Escaped(line)));
    }
    out.push_str("</text>");
}

/// A count as a coordinate.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

fn wrapped(name: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        let fits = |line: &String| {
            number(line.chars().count() + 1 + word.chars().count()) * LETTER <= width
        };
        match lines.last_mut() {
            Some(line) if fits(line) => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > MAX_LINES {
        lines.truncate(MAX_LINES);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

/// Text as it may stand in an attribute or an element.
struct Escaped<'a>(&'a str);

impl std::fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_process_is_drawn_and_painted() {
        let drawing = process::drawing::read(app::demo::PROCESS).unwrap();
        let paint = Paint { class: "is-current".to_owned(), badge: Some("2".to_owned()) };
        let paints = Paints::from([("severity_decision".to_owned(), paint)]);
        let picture = svg(&drawing, &paints, "Major incident <1>");
        assert!(picture.contains("aria-label=\"Major incident &lt;1&gt;\""));
        assert!(picture.contains("<g class=\"act is-current\">"));
        assert!(picture.matches("class=\"event ").count() > 5);
        assert!(!picture.contains("NaN") && process::xml::parse(&picture).is_ok());
    }

    #[test]
    fn a_name_breaks_into_lines_and_hides_no_markup() {
        assert_eq!(wrapped("Decide how grave it is", 70.0), ["Decide how", "grave it is"]);
        assert_eq!(Escaped("<a b='c'>&\"").to_string(), "&lt;a b=&#39;c&#39;&gt;&amp;&quot;");
    }
}
