//! `process inspect`: every kind of element in a model by its local name, run by us or not.

use std::{collections::BTreeMap, path::PathBuf};

use process::{model::BPMN, xml};
use serde::Serialize;

use crate::{
    commands::input,
    outcome::{Cannot, Done, Outcome, say, say_json},
};

/// The namespace of the drawing.
const DRAWING: &str = "http://www.omg.org/spec/BPMN/20100524/DI";

/// What `process inspect` takes.
#[derive(clap::Args)]
pub struct Args {
    /// The model, BPMN 2.0
    #[arg(value_name = "FILE.bpmn")]
    file: PathBuf,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Default, Serialize)]
struct Counted {
    elements: BTreeMap<String, u64>,
    sequence_flows: u64,
    message_flows: u64,
    shapes: u64,
    edges: u64,
}

/// Counts.
pub fn run(args: &Args) -> Outcome {
    let text = input::text(&args.file)?;
    let counted = count(&text)
        .map_err(|finding| Cannot::input(input::name(&args.file), finding.to_string()))?;
    if args.json {
        say_json(&counted)?;
        return Ok(Done::Well);
    }
    for (name, count) in &counted.elements {
        say(&format!("{count:6} {name}"))?;
    }
    let Counted { sequence_flows, message_flows, shapes, edges, .. } = counted;
    say(&format!("{sequence_flows:6} sequence flows, {message_flows} message flows"))?;
    say(&format!("{shapes:6} shapes, {edges} edges"))?;
    Ok(Done::Well)
}

fn count(text: &str) -> Result<Counted, process::Finding> {
    let document = xml::parse(text)?;
    let mut counted = Counted::default();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        match (node.tag_name().namespace(), name) {
            (Some(BPMN), "sequenceFlow") => counted.sequence_flows += 1,
            (Some(BPMN), "messageFlow") => counted.message_flows += 1,
            (Some(BPMN), _) => *counted.elements.entry(name.to_owned()).or_default() += 1,
            (Some(DRAWING), "BPMNShape") => counted.shapes += 1,
            (Some(DRAWING), "BPMNEdge") => counted.edges += 1,
            _ => {}
        }
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_process_is_counted() {
        let counted = count(app::demo::PROCESS).unwrap();
        assert!(counted.elements["userTask"] > 0, "{counted:?}");
        assert!(counted.sequence_flows > 0 && counted.shapes > 0 && counted.edges > 0);
        assert_eq!(counted.elements["process"], 1);
    }
}
