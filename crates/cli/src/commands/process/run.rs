//! `process run`: a model from its start through a script, timers included, in virtual time.

use std::path::PathBuf;

use base::{Code, Duration, Timestamp};
use process::{
    Command, Event, Kind, Model, Refusal, State, Value, Variables, advance,
    engine::{Status, TaskKind},
    model::{self, FieldType},
};
use serde_json::{Value as Json, json};

use super::{
    lint::{Bound, bound, deployed},
    script::{MAX_STEPS, Script, Step},
    scripted::Scripted,
};
use crate::{
    commands::input,
    outcome::{Cannot, Done, Outcome, note, say, say_json},
};

/// The most commands of one run: a model may go round by its timers.
const MAX_COMMANDS: usize = 100_000;

/// What `process run` takes.
#[derive(clap::Args)]
pub struct Args {
    /// The model, BPMN 2.0
    #[arg(value_name = "FILE.bpmn")]
    file: PathBuf,
    /// The script; - for standard input
    #[arg(value_name = "SCRIPT.json")]
    script: PathBuf,
    /// A decision table that the model binds, NAME=FILE.dmn; may be repeated
    #[arg(long, value_name = "NAME=FILE", value_parser = bound)]
    table: Vec<Bound>,
    /// A process that the model calls, NAME=FILE.bpmn; may be repeated
    #[arg(long, value_name = "NAME=FILE", value_parser = bound)]
    called: Vec<Bound>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// How long a message of a script is kept when nothing waits for it yet.
const KEPT: Duration = Duration::hours(24);

/// A run so far.
struct Run<'a> {
    model: &'a Model,
    host: &'a Scripted,
    state: State,
    entries: Vec<(Timestamp, Event)>,
}

/// Runs and says every entry; a step that is refused ends the run and says why.
pub fn run(args: &Args) -> Outcome {
    let model = composed(args)?;
    let script = read(&args.script)?;
    let wrong = |reason: String| Cannot::input(input::name(&args.script), reason);
    let host = Scripted::new(&model, &script.decisions, deployed(&args.table)?).map_err(wrong)?;
    let (state, entries) = (State::default(), Vec::new());
    let mut run = Run { model: &model, host: &host, state, entries };
    let refused = run.play(&script).err();
    run.print(args.json, refused.as_deref())?;
    match refused {
        None => Ok(Done::Well),
        Some(why) => {
            note(&why);
            Ok(Done::Undecided)
        }
    }
}

fn read(path: &std::path::Path) -> Result<Script, Cannot> {
    let wrong = |reason: &dyn ToString| Cannot::input(input::name(path), reason.to_string());
    let mut script: Script =
        serde_json::from_str(&input::text(path)?).map_err(|error| wrong(&error))?;
    if script.steps.len() > MAX_STEPS {
        return Err(wrong(&format!("has more than {MAX_STEPS} steps")));
    }
    script.steps.sort_by_key(|step| step.at);
    Ok(script)
}

impl Run<'_> {
    fn play(&mut self, script: &Script) -> Result<(), String> {
        self.command(&Command::Start { variables: script.variables.clone() }, script.start)
            .map_err(|refusal| refused("start", &refusal))?;
        let last = script.steps.last().map_or(Duration::ZERO, |step| step.at);
        for step in &script.steps {
            let at = script.start + step.at;
            self.fire_until(at)?;
            self.step(step, at)?;
        }
        self.fire_until(script.start + script.until.unwrap_or(last))
    }

    /// Fires what is due until an instant, in the order of the due times.
    fn fire_until(&mut self, end: Timestamp) -> Result<(), String> {
        for _ in 0..MAX_COMMANDS {
            let Some((timer, due)) = self.state.next_timer().map(|(id, timer)| (id, timer.due_at))
            else {
                return Ok(());
            };
            if due > end {
                return Ok(());
            }
            self.command(&Command::FireTimer { timer, scheduled: due }, due)
                .map_err(|refusal| refused("timer", &refusal))?;
        }
        Err(format!("more than {MAX_COMMANDS} timers fired"))
    }

    fn step(&mut self, step: &Step, at: Timestamp) -> Result<(), String> {
        if let Some(command) = told(step)? {
            return self.command(&command, at).map_err(|refusal| refused("step", &refusal));
        }
        let element = step.complete.as_ref().ok_or("a step completes something")?;
        let with = self.answers(element, step)?;
        let task = self.state.tasks.iter().find(|(_, task)| task.element == *element);
        let job = self.state.jobs.iter().find(|(_, job)| job.element == *element);
        let command = match (task, job) {
            (Some((task, held)), _) => match held.kind {
                TaskKind::Form => Command::CompleteTask { task: *task, outputs: with },
                TaskKind::Decision => Command::CompleteDecision { task: *task, inputs: with },
            },
            (None, Some((job, _))) => Command::CompleteJob { job: *job, outputs: with },
            (None, None) => match self.model.element(element).map(|element| &element.kind) {
                Some(Kind::Receive { message }) => Command::Correlate {
                    name: message.name.clone(),
                    key: step.key.clone(),
                    variables: with,
                    ttl: Duration::ZERO,
                },
                _ => return Err(format!("nothing waits at {element}")),
            },
        };
        self.command(&command, at).map_err(|refusal| refused(element.as_str(), &refusal))
    }

    /// The answers of a step, without words: these are kept beside the entry and not read by a model.
    fn answers(&self, element: &Code, step: &Step) -> Result<Variables, String> {
        let marks = self.model.element(element).map(|element| &element.marks);
        let mut answers = Variables::new();
        for (key, value) in &step.with {
            let name: Code = key.parse().map_err(|_| format!("{key:?} is no name"))?;
            let field = marks.and_then(|marks| marks.field(&name));
            if field.is_some_and(|field| field.kind == FieldType::Text) {
                continue;
            }
            let value: Value =
                serde_json::from_value(value.clone()).map_err(|error| format!("{key}: {error}"))?;
            answers.insert(name, value);
        }
        Ok(answers)
    }

    fn command(&mut self, command: &Command, now: Timestamp) -> Result<(), Refusal> {
        let events = advance(self.model, &mut self.state, command, now, self.host)?;
        self.entries.extend(events.into_iter().map(|event| (now, event)));
        Ok(())
    }

    fn print(&self, as_json: bool, refused: Option<&str>) -> Result<(), Cannot> {
        let entry = |(at, event): &(Timestamp, Event)| json!({ "at": at, "type": event.kind(), "data": event.data() });
        if as_json {
            let entries: Vec<Json> = self.entries.iter().map(entry).collect();
            return say_json(&json!({
                "status": status(self.state.status),
                "entries": entries,
                "variables": self.state.root(),
                "waiting": self.state.active(),
                "refused": refused,
            }));
        }
        for (at, event) in &self.entries {
            say(&format!("{at} {} {}", event.kind(), event.data()))?;
        }
        say(status(self.state.status))
    }
}

/// The model with the processes it calls: those of the command line, and those of its own file.
fn composed(args: &Args) -> Result<Model, Cannot> {
    let read = |file: &std::path::Path, id: Option<&str>| {
        let text = input::text(file)?;
        let model = match id {
            None => Model::read(&text),
            Some(id) => Model::read_process(&text, id),
        };
        let model = model.map_err(|findings| {
            let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
            Cannot::input(input::name(file), texts.join("\n"))
        })?;
        Ok((model, evidence::sha256(text.as_bytes())))
    };
    let (model, _) = read(&args.file, None)?;
    let mut wrong = None;
    let composed = model.compose(&mut |element| {
        let Kind::Call { process: Some(name), .. } = &element.kind else { return None };
        let given = args.called.iter().find(|bound| bound.name == *name);
        let found = match given {
            Some(given) => read(&given.file, None),
            None => read(&args.file, Some(name.as_str())),
        };
        match found {
            Ok((model, sha256)) => {
                let bound = model::Bound { process: name.clone(), version: 0, sha256 };
                Some(model::Called { bound, model: std::sync::Arc::new(model) })
            }
            // One that is given and cannot be read is told; one that is not there parks its token.
            Err(cannot) => {
                wrong = wrong.take().or(given.map(|_| cannot));
                None
            }
        }
    });
    match wrong {
        Some(cannot) => Err(cannot),
        None => composed.map_err(|why| Cannot::input(input::name(&args.file), why.to_string())),
    }
}

/// What a step tells the instance from outside, where it completes nothing.
fn told(step: &Step) -> Result<Option<Command>, String> {
    let variables = || {
        let pairs = step.with.iter().map(|(key, value)| {
            let name: Code = key.parse().map_err(|_| format!("{key:?} is no name"))?;
            let value = serde_json::from_value(value.clone());
            Ok((name, value.map_err(|error| format!("{key}: {error}"))?))
        });
        pairs.collect::<Result<Variables, String>>()
    };
    Ok(Some(if let Some(name) = step.message.clone() {
        Command::Correlate { name, key: step.key.clone(), variables: variables()?, ttl: KEPT }
    } else if let Some(name) = step.signal.clone() {
        Command::Broadcast { name, variables: variables()? }
    } else if let Some(code) = step.error.clone() {
        let element = step.at_element.clone().ok_or("an error wants at_element")?;
        Command::ThrowError { element, code }
    } else if let Some(element) = step.activate.clone() {
        Command::Activate { element }
    } else if let Some(element) = step.finish.clone() {
        Command::FinishAdHoc { element }
    } else {
        return Ok(None);
    }))
}

fn status(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::Running => "running",
        Status::Completed => "completed",
        Status::Cancelled => "cancelled",
    }
}

fn refused(what: &str, refusal: &Refusal) -> String {
    format!("{what}: {refusal} ({})", refusal.code())
}
