//! Instances that earlier versions wrote down, resumed by this one. Files are never rewritten: a new
//! version adds its own.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use common::{World, code, model, variables};
use process::{Command, Event, State, apply, engine::Resolution};
use serde_json::{Value as Json, json};

const ELEMENTS: &str = "start s\nand f\nuser a wk:due=\"PT15M\" wk:exceptions=\"EX-URGENT\"\n\
    bound remind a PT10M non\nsub p {\nstart ps\nservice pa\nuser pb\nend pe\nflows ps>pa pa>pb pb>pe\n}\n\
    bound late p PT1H\nxor g\nxor m\nuser b\nuser c\nand j\nrule severity\nend e\nend bell\nend gone";
const FLOWS: &str = "s>f f>a f>p f>g g>b[sure] g>c* a>j remind>bell p>j late>gone b>m c>m m>j j>severity severity>e";

/// What version 1 left behind: a joined token, an excepted task, an open job, a parked gateway.
fn first() -> World {
    let mut w = World::new(model(ELEMENTS, FLOWS));
    w.start("impact=low");
    w.wait(12);
    let (element, exception) = (code("a"), code("EX-URGENT"));
    w.does(&Command::Bypass { element, code: exception, outputs: variables("") });
    w
}

#[test]
fn an_instance_of_version_1_resumes() {
    let text = include_str!("golden/version-1.json");
    let stored: Json = serde_json::from_str(text).unwrap();
    let mut folded = State::default();
    let mut events = Vec::new();
    for entry in stored["entries"].as_array().unwrap() {
        let event = Event::parse(entry["type"].as_str().unwrap(), &entry["data"]).unwrap();
        assert_eq!(event.data(), entry["data"], "an old entry is written as it was");
        apply(&mut folded, &event);
        events.push(event);
    }
    let state: State = serde_json::from_value(stored["state"].clone()).unwrap();
    assert_eq!(folded, state, "old entries fold to the state that was stored");
    let mut w = World::new(model(ELEMENTS, FLOWS));
    (w.state, w.events) = (state, events);
    w.now = w.now + base::Duration::minutes(20);
    w.resolves(Resolution::Retry, "sure=yes");
    let job = w.job("pa");
    w.does(&Command::CompleteJob { job, outputs: variables("") });
    w.complete("pb", "");
    w.complete("b", "");
    assert_eq!(w.state.status, process::engine::Status::Completed);
    assert!(w.told().ends_with("instance_completed e\n"));
}

/// What this version decides for the same story is what version 1 decided.
#[test]
fn the_story_of_version_1_is_decided_as_it_was() {
    let w = first();
    let entries: Vec<Json> =
        w.events.iter().map(|e| json!({ "type": e.kind(), "data": e.data() })).collect();
    let now = json!({ "entries": entries, "state": w.state });
    let text = format!("{}\n", serde_json::to_string_pretty(&now).unwrap());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write("tests/golden/version-1.json", &text).unwrap();
    }
    assert_eq!(text, include_str!("golden/version-1.json"));
}
