//! Measures the release build beside a peer and beside the engines it stands on, in one run.
//!
//! A figure alone says more about the machine than about us, so each stands next to what the same
//! machine does a moment earlier for Prometheus Alertmanager, SQLite or PostgreSQL, and the ratio
//! is what counts. Everything stays on loopback and in `target/bench`. Leaves out any judgement:
//! what to aim for is not decided here.

mod alerts;
mod client;
mod clock;
mod commands;
mod decide;
mod furnish;
mod incident;
mod live;
mod million;
mod postgres;
mod process;
mod server;
mod start;
mod table;
mod tasks;
mod tools;
mod webhook;

use std::{fs, path::Path, path::PathBuf, str::FromStr};

use crate::{Failure, Outcome};

/// How often each measurement is repeated; the median counts.
const DEFAULT_ROUNDS: usize = 3;
/// The most rounds one may ask for.
const MAX_ROUNDS: usize = 20;

/// What every step needs.
struct Bench {
    /// The repository.
    root: PathBuf,
    /// Where servers keep their data and logs; emptied before each step.
    scratch: PathBuf,
    /// The load generator and the floors.
    tools: tools::Tools,
    /// The release build of the server.
    binary: PathBuf,
    /// How often each measurement is repeated.
    rounds: usize,
}

/// One thing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Alerts,
    Commands,
    Decide,
    Start,
    Incident,
    Postgres,
    Million,
    Webhook,
    Process,
    Live,
    Tasks,
}

const ALL: [Step; 11] = [
    Step::Alerts,
    Step::Commands,
    Step::Decide,
    Step::Start,
    Step::Incident,
    Step::Postgres,
    Step::Million,
    Step::Webhook,
    Step::Process,
    Step::Live,
    Step::Tasks,
];

impl FromStr for Step {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Self, Failure> {
        match name {
            "alerts" => Ok(Self::Alerts),
            "commands" => Ok(Self::Commands),
            "decide" => Ok(Self::Decide),
            "start" => Ok(Self::Start),
            "incident" => Ok(Self::Incident),
            "postgres" => Ok(Self::Postgres),
            "million" => Ok(Self::Million),
            "webhook" => Ok(Self::Webhook),
            "process" => Ok(Self::Process),
            "live" => Ok(Self::Live),
            "tasks" => Ok(Self::Tasks),
            _ => {
                let known = "all, alerts, commands, decide, start, incident, postgres, million, process, \
                             live or tasks";
                Err(format!("no step {name}: {known}").into())
            }
        }
    }
}

impl Step {
    fn run(self, bench: &Bench) -> Result<String, Failure> {
        match self {
            Self::Alerts => alerts::run(bench),
            Self::Commands => commands::run(bench),
            Self::Decide => decide::run(bench),
            Self::Start => start::run(bench),
            Self::Incident => incident::run(bench),
            Self::Postgres => postgres::run(bench),
            Self::Million => million::run(bench),
            Self::Webhook => webhook::run(bench),
            Self::Process => process::run(bench),
            Self::Live => live::run(bench),
            Self::Tasks => tasks::run(bench),
        }
    }
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    steps: Vec<Step>,
    rounds: usize,
    output: Option<PathBuf>,
}

/// Runs the steps and prints (with `-o` also writes) their tables.
///
/// # Errors
/// When an option is wrong, a tool or the release build is missing, or a server does not start.
pub fn run(root: &Path, args: &[String]) -> Result<Outcome, Failure> {
    let asked = parse(args)?;
    let bench = prepare(root, asked.rounds)?;
    let mut text = tools::machine();
    println!("{text}");
    for step in asked.steps {
        eprintln!("bench: {step:?} …");
        bench.sweep()?;
        let table = step.run(&bench)?;
        println!("{table}");
        text.push_str(&table);
        // What was measured stays, should a later step fail.
        if let Some(file) = &asked.output {
            fs::write(file, &text)?;
        }
    }
    bench.sweep()?;
    Ok(Outcome::Clean)
}

fn parse(args: &[String]) -> Result<Asked, Failure> {
    let mut asked = Asked { steps: Vec::new(), rounds: DEFAULT_ROUNDS, output: None };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} wants a value"));
        match arg.as_str() {
            "-o" => asked.output = Some(value()?.into()),
            "--rounds" => asked.rounds = value()?.parse::<usize>()?.clamp(1, MAX_ROUNDS),
            "all" => asked.steps.extend(ALL),
            name => asked.steps.push(name.parse()?),
        }
    }
    if asked.steps.is_empty() {
        asked.steps = ALL.to_vec();
    }
    Ok(asked)
}

fn prepare(root: &Path, rounds: usize) -> Result<Bench, Failure> {
    let release = || root.join("target/release/watchkeeper");
    let binary = std::env::var_os("WATCHKEEPER_BIN").map_or_else(release, PathBuf::from);
    if !binary.is_file() {
        let name = binary.display();
        return Err(format!("{name} is missing: cargo build --release first").into());
    }
    let tools = tools::Tools::build(root)?;
    let scratch = root.join("target/bench");
    Ok(Bench { root: root.to_owned(), scratch, tools, binary, rounds })
}

impl Bench {
    /// Empties the scratch folder.
    fn sweep(&self) -> Result<(), Failure> {
        if self.scratch.exists() {
            fs::remove_dir_all(&self.scratch)?;
        }
        Ok(fs::create_dir_all(&self.scratch)?)
    }

    /// A fresh folder of this name.
    fn folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = self.scratch.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> Result<Asked, String> {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        parse(&args).map_err(|failure| failure.to_string())
    }

    #[test]
    fn without_a_step_all_of_them_run() {
        assert_eq!(asked(&[]).unwrap().steps, ALL);
        assert_eq!(asked(&["all"]).unwrap().steps, ALL);
        assert_eq!(asked(&["start", "alerts"]).unwrap().steps, [Step::Start, Step::Alerts]);
    }

    #[test]
    fn rounds_have_a_limit_and_steps_have_names() {
        assert_eq!(asked(&["--rounds", "900"]).unwrap().rounds, MAX_ROUNDS);
        assert!(asked(&["-o"]).is_err());
        assert!(asked(&["speed"]).unwrap_err().contains("no step speed"));
    }
}
