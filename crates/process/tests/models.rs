//! Models of others: every file of the shared collection is read or refused with a place; the traces of
//! another engine agree where both execute the same elements. Never a panic.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise")]

mod common;

use std::path::{Path, PathBuf};

use common::World;
use process::{Command, Model, State, lint};

/// The shared collection; `None` where it is absent, which fails where CI is set.
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

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
}

#[test]
fn every_shared_model_is_read_or_refused_with_its_place() {
    let Some(models) = shared() else { return };
    let mut all = Vec::new();
    files(&models, ".bpmn", &mut all);
    let (mut read, mut refused) = (0, 0);
    for path in &all {
        let bytes = std::fs::read(path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        match Model::read(&text) {
            Ok(model) => {
                read += 1;
                lint::lint(&model).iter().for_each(|f| assert!(f.line > 0 && !f.id.is_empty()));
            }
            Err(findings) => {
                refused += 1;
                assert!(!findings.is_empty(), "{}", path.display());
                for f in findings {
                    assert!(
                        f.line > 0 && f.column > 0 && !f.id.is_empty(),
                        "{}: {f}",
                        path.display()
                    );
                }
            }
        }
    }
    println!("{} models: {read} read, {refused} refused", all.len());
    assert!(read > 20, "{read}");
}

/// Cut and garbled models are refused, never a panic.
#[test]
fn broken_models_are_refused_without_a_panic() {
    let text = include_str!("../../../processes/major-incident.bpmn");
    for at in (0..text.len()).step_by(997).filter(|at| text.is_char_boundary(*at)) {
        let _ = Model::read(&text[..at]);
        let _ = Model::read(&text[at..]);
        let _ = Model::read(&format!("{}<{}", &text[..at], &text[at..]));
        let _ = Model::read(&format!("{}\"{}", &text[..at], &text[at..]));
    }
}

/// Runs a model as the oracle did: waits are served in the order they arose, the earliest timer fires
/// when nothing else can move. `None` when the instance does not come to an end.
fn run(model: Model) -> Option<World> {
    model.start(None)?;
    let mut world = World::new(model);
    world.start("");
    for _ in 0..200 {
        if world.state.tokens.is_empty() {
            return Some(world);
        }
        let command = next(&world.state)?;
        if let Command::FireTimer { scheduled, .. } = command {
            world.now = world.now.max(scheduled);
        }
        world.try_to(&command).ok()?;
    }
    None
}

fn next(state: &State) -> Option<Command> {
    let outputs = process::Variables::new;
    if let Some(task) = state.tasks.keys().next() {
        return Some(Command::CompleteTask { task: *task, outputs: outputs() });
    }
    if let Some(job) = state.jobs.keys().next() {
        return Some(Command::CompleteJob { job: *job, outputs: outputs() });
    }
    state.next_timer().map(|(timer, t)| Command::FireTimer { timer, scheduled: t.due_at })
}

/// Every element that the other engine entered, ours entered, on models that both can run. Compared as
/// sets: order between tokens is each engine's own.
#[test]
fn traces_of_another_engine_agree() {
    let Some(models) = shared() else { return };
    let mut traces = Vec::new();
    files(&models.join("traces"), ".json", &mut traces);
    let (mut compared, mut wrong) = (0, Vec::new());
    for trace in traces {
        let json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&trace).unwrap()).unwrap();
        if json["status"] != "completed" || json["usesScript"] == true {
            continue;
        }
        let name = json["model"].as_str().unwrap();
        let mut found = Vec::new();
        files(&models, &format!("/{name}"), &mut found);
        let Some(model) = found.first().and_then(|path| {
            Model::read(&String::from_utf8_lossy(&std::fs::read(path).unwrap())).ok()
        }) else {
            continue;
        };
        // What a terminating end cuts off depends on the order of tokens, which is each engine's own.
        if model.elements().iter().any(|e| e.kind == process::Kind::Terminate) {
            continue;
        }
        let known = |id: &str| id.parse().ok().and_then(|id| model.element(&id)).is_some();
        let boundary = |id: &str| {
            let id = id.parse().unwrap();
            matches!(model.element(&id).unwrap().kind, process::Kind::Boundary { .. })
        };
        // The other engine enters a boundary event when it arms it, ours when it fires.
        let theirs: std::collections::BTreeSet<String> = json["events"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event[0] == "enter")
            .map(|event| event[1].as_str().unwrap().to_owned())
            .filter(|id| known(id) && !boundary(id))
            .collect();
        let Some(world) = run(model) else { continue };
        let ours: std::collections::BTreeSet<String> = world
            .events
            .iter()
            .filter_map(|event| match event {
                process::Event::ElementEntered(e) => Some(e.element.to_string()),
                _ => None,
            })
            .collect();
        let missing: Vec<_> = theirs.difference(&ours).collect();
        if !missing.is_empty() {
            wrong.push(format!("{name}: {missing:?} not entered"));
        }
        compared += 1;
    }
    println!("{compared} traces compared");
    assert_eq!(wrong, Vec::<String>::new());
    assert!(compared >= 5, "{compared}");
}
