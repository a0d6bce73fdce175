//! The picture of a model: drawn on the server, and what an island needs to draw it again.

use serde_json::json;

use crate::view::{
    diagram::{Paints, svg},
    process::Picture,
};

/// The picture of a model's text; empty where it cannot be drawn.
pub(super) fn picture(xml: &str, paints: &Paints, (src, label): (String, &str)) -> Picture {
    let svg = process::drawing::read(xml).map(|drawing| svg(&drawing, paints, label));
    let painted = paints
        .iter()
        .map(|(id, paint)| (id.clone(), json!({ "class": paint.class, "badge": paint.badge })));
    let paints = serde_json::Value::Object(painted.collect()).to_string();
    // Stands in a script element, where only its end tag could do harm.
    Picture { svg: svg.unwrap_or_default(), src, paints: paints.replace('<', "\\u003c") }
}
