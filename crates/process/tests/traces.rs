//! The traces of another engine agree: as sets of elements and flows, and in the order of each token.
//!
//! Order between tokens is each engine's own. What differs is written down here with the reason; a
//! difference that is not written down fails, and so does one that has gone away.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use base::Duration;
use common::World;
use process::{Command, Event, Kind, Model, State, engine::WaitsFor, model::Trigger};
use serde_json::Value as Json;

/// Traces that are not compared, or differ, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("boundary-non-interupting-timer.bpmn", JOIN),
    ("call-activity-signal.bpmn", START),
    ("event-based-gateway.bpmn", JOIN),
    (
        "inclusive_gateway_no_output.bpmn",
        "a flow without a condition leads away from our inclusive gateway always; theirs takes the first",
    ),
    ("issue-3.bpmn", "a signal start event begins a case of its own here, not a path of this one"),
    ("issue-31-cm.bpmn", JOIN),
    ("signals.bpmn", "two processes in one file talk to each other; one case runs one process"),
    ("simple-task.bpmn", START),
    ("sub-process.bpmn", START),
    ("succeeding-joins.bpmn", JOIN),
    ("swimlanes.bpmn", START),
    ("terminate_event.bpmn", CUT),
    ("terminate_event_sub_process.bpmn", CUT),
    ("two-executable-processes.bpmn", "two executable processes in one file are refused"),
    (
        "two_boundary.bpmn",
        "a timer at a task that does not wait never fires here; the lint says so",
    ),
    ("wait-activities.bpmn", JOIN),
];

const JOIN: &str =
    "a parallel join waits for a token of every flow; theirs gives up on flows not taken";
const START: &str =
    "without a start event nothing begins here; theirs begins at what no flow leads to";
const CUT: &str = "what a terminating end cuts off depends on the order of tokens";

fn shared() -> Option<PathBuf> {
    let root = std::env::var_os("WATCHKEEPER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let models = root.join("process/models");
    if models.is_dir() {
        return Some(models);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", models.display());
    println!("skipped: {} is not here", models.display());
    None
}

fn find(models: &Path, name: &str) -> Option<String> {
    let folders = ["elements", "engine", "snurr", "miwg"];
    let path = folders.iter().map(|folder| models.join(folder).join(name)).find(|p| p.is_file())?;
    Some(String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
}

/// The file as the oracle read it: services and scripts succeed at once, a timer that says nothing is
/// over soon, a call finds the process in its own file.
fn read(text: &str) -> Result<Model, Vec<process::Finding>> {
    let mut text = text.to_owned();
    for (from, to) in [("serviceTask", "task"), ("scriptTask", "task")] {
        for before in ["<", "</", "<bpmn:", "</bpmn:", "<bpmn2:", "</bpmn2:"] {
            text = text.replace(&format!("{before}{from}"), &format!("{before}{to}"));
        }
    }
    text = text.replace("${environment.variables.timeout}", "PT1S");
    let mut at = 0;
    while let Some(found) = text[at..].find("timerEventDefinition") {
        let start = at + found;
        let Some(close) = text[start..].find('>').map(|close| start + close) else { break };
        at = close;
        if text.as_bytes()[close - 1] == b'/' {
            let prefix = text[..start].rsplit_once('<').unwrap().1.to_owned();
            let whole = format!(
                "><{prefix}timeDuration>PT1S</{prefix}timeDuration></{prefix}timerEventDefinition>"
            );
            text.replace_range(close - 1..=close, &whole);
            at = close + whole.len() - 1;
        }
    }
    for language in ["javascript", "JavaScript", "js"] {
        text = text.replace(&format!("language=\"{language}\""), "");
    }
    let model = Model::read(&text)?;
    let called = |name: &str| {
        let model = std::sync::Arc::new(Model::read_process(&text, name).ok()?);
        let bound = process::model::Bound {
            process: model.id.clone(),
            version: 1,
            sha256: base::Digest([0; 32]),
        };
        Some(process::model::Called { bound, model })
    };
    let composed = model.compose(&mut |element| match &element.kind {
        Kind::Call { process: Some(name), .. } => called(name.as_str()),
        _ => None,
    });
    Ok(composed.unwrap())
}

/// A condition in another language goes the way that the oracle went.
fn decided(world: &World, taken: &[String]) -> Option<Command> {
    let (fault, held) = world.state.faults.first_key_value()?;
    let foreign = ["expression_refused", "variable_unknown"].contains(&held.code.as_str());
    let element = world.model.element(&held.element).filter(|_| foreign)?;
    let flow = element.outgoing.iter().find(|flow| taken.iter().any(|t| t == flow.as_str()))?;
    let resolution = process::engine::Resolution::MoveOn { flow: Some(flow.clone()) };
    Some(Command::ResolveFault { fault: *fault, resolution, variables: process::Variables::new() })
}

/// Runs a model as the oracle did: waits are served in the order they arose, activities that people
/// choose in the order of the model, the earliest timer fires when nothing else can move.
fn run(model: Model, taken: &[String]) -> Result<World, String> {
    let mut world = World::new(model);
    let start = Command::Start { variables: process::Variables::new() };
    world.try_to(&start).map_err(|refusal| refusal.to_string())?;
    for _ in 0..200 {
        if let Some(command) = decided(&world, taken) {
            world.does(&command);
            continue;
        }
        if let Some((_, fault)) = world.state.faults.first_key_value() {
            return Err(format!("parked at {} by {}", fault.element, fault.code));
        }
        if world.state.tokens.is_empty() {
            return Ok(world);
        }
        let command = next(&world).ok_or("nothing can move")?;
        if let Command::FireTimer { scheduled, .. } = command {
            world.now = world.now.max(scheduled);
        }
        world.try_to(&command).map_err(|refusal| format!("{command:?}: {refusal}"))?;
    }
    Err("does not end".to_owned())
}

fn next(world: &World) -> Option<Command> {
    let (model, state) = (&world.model, &world.state);
    let outputs = process::Variables::new;
    let open = state.scopes.values().filter(|s| s.kind == process::engine::ScopeKind::AdHoc);
    for around in open.filter_map(|scope| scope.element.as_ref()) {
        let free = &model.beginning(Some(around)).free;
        let fresh = free.iter().find(|id| !state.visits.contains_key(*id));
        if let Some(element) = fresh.cloned() {
            return Some(Command::Activate { element });
        }
        let busy = state
            .tokens
            .values()
            .any(|t| model.element(&t.element).is_some_and(|e| e.parent.as_ref() == Some(around)));
        if !busy {
            return Some(Command::FinishAdHoc { element: around.clone() });
        }
    }
    if let Some(task) = state.tasks.keys().next() {
        return Some(Command::CompleteTask { task: *task, outputs: outputs() });
    }
    if let Some(job) = state.jobs.keys().next() {
        return Some(Command::CompleteJob { job: *job, outputs: outputs() });
    }
    told(model, state).or_else(|| {
        state.next_timer().map(|(timer, t)| Command::FireTimer { timer, scheduled: t.due_at })
    })
}

/// The first message or signal that a token itself waits for.
fn told(model: &Model, state: &State) -> Option<Command> {
    let own = |token: u32, element: &base::Code| {
        state.tokens.get(&token).is_some_and(|held| {
            let gateway = model.element(&held.element).is_some_and(|e| e.kind == Kind::EventBased);
            held.element == *element || gateway
        })
    };
    let waits = state.subscriptions.values().find(|held| own(held.token, &held.element))?;
    let (name, variables) = (waits.name.clone()?, process::Variables::new());
    Some(match waits.waits_for {
        WaitsFor::Signal => Command::Broadcast { name, variables },
        _ => Command::Correlate { name, key: waits.key.clone(), variables, ttl: Duration::ZERO },
    })
}

/// What each engine did: elements entered, flows taken, and how often.
#[derive(Default, PartialEq, Debug)]
struct Done {
    entered: BTreeMap<String, usize>,
    taken: BTreeSet<String>,
    order: Vec<String>,
}

fn theirs(json: &Json, model: &Model) -> Done {
    let mut done = Done::default();
    for event in json["events"].as_array().unwrap() {
        let (what, id) = (event[0].as_str().unwrap(), event[1].as_str().unwrap_or_default());
        match what {
            "enter" if comparable(model, id) => {
                *done.entered.entry(id.to_owned()).or_default() += 1;
                done.order.push(id.to_owned());
            }
            "take" if model.flows().iter().any(|flow| process::model::local(&flow.id) == id) => {
                done.taken.insert(id.to_owned());
            }
            _ => {}
        }
    }
    done
}

fn ours(world: &World) -> Done {
    let mut done = Done::default();
    for event in &world.events {
        match event {
            Event::ElementEntered(e) if comparable(&world.model, e.element.as_str()) => {
                let id = process::model::local(&e.element).to_owned();
                *done.entered.entry(id.clone()).or_default() += 1;
                done.order.push(id);
            }
            Event::FlowTaken(e) => {
                done.taken.insert(process::model::local(&e.flow).to_owned());
            }
            _ => {}
        }
    }
    done
}

/// Elements that both engines enter at the same moment: the other one enters boundary events and event
/// sub-processes when it arms them, and every join once for all its tokens.
fn comparable(model: &Model, id: &str) -> bool {
    let mut named = model
        .elements()
        .iter()
        .filter(|e| process::model::local(&e.id) == process::model::local(&id.parse().unwrap()));
    named.next().is_some_and(|element| {
        let boundary = matches!(element.kind, Kind::Boundary { .. } | Kind::EventSubProcess);
        let join = element.incoming.len() > 1;
        let behind_gateway = element.incoming.iter().any(|flow| {
            let source = model.flow(flow).and_then(|flow| model.element(&flow.source));
            source.is_some_and(|source| source.kind == Kind::EventBased)
        });
        let handler =
            element.compensates || matches!(element.kind.trigger(), Some(Trigger::Link(_)));
        !boundary && !join && !behind_gateway && !handler
    })
}

/// Pairs that one token must walk in this order: where a flow leads from the only way into an element.
fn out_of_order(model: &Model, order: &[String]) -> Option<String> {
    let first: BTreeMap<&str, usize> =
        order.iter().enumerate().rev().map(|(at, id)| (id.as_str(), at)).collect();
    let pairs = model.flows().iter().filter_map(|flow| {
        let target = model.element(&flow.target)?;
        let (a, b) = (first.get(flow.source.as_str())?, first.get(flow.target.as_str())?);
        (target.incoming.len() == 1 && b < a)
            .then(|| format!("{} before {}", flow.target, flow.source))
    });
    pairs.into_iter().next()
}

fn differences(json: &Json, model: Model) -> Result<(), String> {
    let theirs = theirs(json, &model);
    let taken: Vec<String> = theirs.taken.iter().cloned().collect();
    let world = run(model, &taken)?;
    let ours = ours(&world);
    let names = |done: &Done| done.entered.keys().cloned().collect::<BTreeSet<_>>();
    let (a, b) = (names(&theirs), names(&ours));
    if a != b {
        let (only_theirs, only_ours) = (a.difference(&b), b.difference(&a));
        let (theirs, ours): (Vec<_>, Vec<_>) = (only_theirs.collect(), only_ours.collect());
        return Err(format!("entered by them only {theirs:?}, by us only {ours:?}"));
    }
    // The other engine takes every flow behind an event-based gateway when it begins to wait.
    let races = |flow: &&String| {
        let flow =
            world.model.flows().iter().find(|f| process::model::local(&f.id) == flow.as_str());
        let source = flow.and_then(|flow| world.model.element(&flow.source));
        source.is_some_and(|source| source.kind == Kind::EventBased)
    };
    let only = theirs.taken.symmetric_difference(&ours.taken).filter(|flow| !races(flow));
    let only: Vec<_> = only.collect();
    if !only.is_empty() {
        return Err(format!("flows taken by one only: {only:?}"));
    }
    for order in [&theirs.order, &ours.order] {
        if let Some(pair) = out_of_order(&world.model, order) {
            return Err(format!("out of order: {pair}"));
        }
    }
    Ok(())
}

#[test]
fn traces_of_another_engine_agree() {
    let Some(models) = shared() else { return };
    let mut traces: Vec<PathBuf> = std::fs::read_dir(models.join("traces"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    traces.sort();
    let (mut agree, mut wrong) = (0, Vec::new());
    let exceptions: BTreeMap<&str, &str> = EXCEPTIONS.iter().copied().collect();
    for trace in &traces {
        let json: Json = serde_json::from_slice(&std::fs::read(trace).unwrap()).unwrap();
        let name = json["model"].as_str().unwrap();
        let text = find(&models, name).unwrap_or_else(|| panic!("{name} is missing"));
        let outcome = match read(&text) {
            Ok(model) => differences(&json, model),
            Err(findings) => Err(format!("refused: {}", findings[0])),
        };
        match (outcome, exceptions.get(name)) {
            (Ok(()), None) => agree += 1,
            (Err(why), Some(reason)) => println!("{name}: {why}; {reason}"),
            (Err(why), None) => wrong.push(format!("{name}: {why}")),
            (Ok(()), Some(_)) => {
                wrong.push(format!("{name}: agrees now, is listed as an exception"));
            }
        }
    }
    println!("{} traces: {agree} agree, {} exceptions", traces.len(), EXCEPTIONS.len());
    assert_eq!(wrong, Vec::<String>::new(), "{}", wrong.join("\n"));
}
