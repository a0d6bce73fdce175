//! `process run`: a model from its start through a script, timers included, in virtual time.

use std::path::PathBuf;

use base::{Code, Duration, Timestamp};
use process::{
    Command, Event, Model, Refusal, State, Value, Variables, apply, decide,
    engine::{Status, TaskKind},
    model::FieldType,
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
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// A run so far.
struct Run<'a> {
    model: &'a Model,
    host: &'a Scripted,
    state: State,
    entries: Vec<(Timestamp, Event)>,
}

/// Runs and says every entry; a step that is refused ends the run and says why.
pub fn run(args: &Args) -> Outcome {
    let model = Model::read(&input::text(&args.file)?).map_err(|findings| {
        let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
        Cannot::input(input::name(&args.file), texts.join("\n"))
    })?;
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
        if step.message.is_some() || step.key.is_some() {
            return Err("no model of this version waits for messages".to_owned());
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
            (None, None) => return Err(format!("nothing waits at {element}")),
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
        for event in decide(self.model, &self.state, command, now, self.host)? {
            apply(&mut self.state, &event);
            self.entries.push((now, event));
        }
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
