//! `decide`: answers a decision table, with the rules that matched.
//!
//! One input from a file, or with `--jsonl` one a line and one answer a line; a line that cannot be
//! decided is answered with an error object in its place.

use std::{
    io::{self, BufRead as _},
    path::{Path, PathBuf},
};

use dmn::{Answer as Answered, Model, said};
use serde_json::{Map, Value as Json, json};

use super::input;
use crate::outcome::{Cannot, Done, Outcome, say, say_json};

/// The longest line of `--jsonl`, in bytes.
const MAX_LINE: usize = 1024 * 1024;

/// What `decide` takes.
#[derive(clap::Args)]
pub struct Args {
    /// The table, DMN 1.3 to 1.5
    #[arg(value_name = "TABLE.dmn")]
    table: PathBuf,
    /// The input, an object of values by name; - for standard input
    #[arg(value_name = "INPUT.json", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    input: Option<PathBuf>,
    /// The decision, by its id
    #[arg(long, value_name = "ID")]
    decision: Option<String>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
    /// Read one input a line from standard input, answer one a line
    #[arg(long)]
    jsonl: bool,
}

/// Decides.
pub fn run(args: &Args) -> Outcome {
    let model = read(&args.table)?;
    let asked = args.decision.as_deref();
    if args.jsonl {
        return lines(&model, asked);
    }
    let path = args.input.as_deref().unwrap_or(Path::new("-"));
    let text = input::text(path)?;
    let answered =
        decide(&model, asked, &text).map_err(|why| Cannot::input(input::name(path), why.1))?;
    if args.json {
        say_json(&shown(&answered))?;
    } else {
        for (name, value) in &answered.outputs {
            say(&format!("{name}: {}", said(value)))?;
        }
        let rules: Vec<_> = answered.matched_rules.iter().map(ToString::to_string).collect();
        say(&format!("rules: {}", rules.join(", ")))?;
    }
    Ok(Done::Well)
}

/// A model that may run.
///
/// # Errors
/// It cannot be read; all findings are in the reason.
pub fn read(path: &Path) -> Result<Model, Cannot> {
    Model::parse(&input::text(path)?).map_err(|findings| {
        let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
        Cannot::input(input::name(path), texts.join("\n"))
    })
}

fn lines(model: &Model, asked: Option<&str>) -> Outcome {
    let mut done = Done::Well;
    for line in io::stdin().lock().lines() {
        let line = line.map_err(Cannot::system("standard input"))?;
        if line.trim().is_empty() {
            continue;
        }
        if line.len() > MAX_LINE {
            return Err(Cannot::input(
                "standard input",
                format!("a line of over {MAX_LINE} bytes"),
            ));
        }
        match decide(model, asked, &line) {
            Ok(answered) => say_json(&shown(&answered))?,
            Err((code, message)) => {
                done = Done::Undecided;
                say_json(&json!({ "error": { "code": code, "message": message } }))?;
            }
        }
    }
    Ok(done)
}

/// The answer, or a code and a sentence.
fn decide(model: &Model, asked: Option<&str>, text: &str) -> Result<Answered, (String, String)> {
    let inputs: Map<String, Json> = serde_json::from_str(text)
        .map_err(|error| ("not_an_input".to_owned(), error.to_string()))?;
    model.answer(asked, &inputs).map_err(|fault| (fault.code().to_string(), fault.to_string()))
}

fn shown(answered: &Answered) -> Json {
    json!({
        "outputs": answered.outputs,
        "matched_rules": answered.matched_rules,
        "table_id": answered.decision,
        "table_sha256": answered.sha256,
        "inputs": answered.inputs,
    })
}
