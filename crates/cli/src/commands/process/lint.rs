//! `process lint`: what would be refused at publication, and advice.

use std::path::PathBuf;

use base::Code;
use dmn::Deployed;
use process::{Decided, Decisions, Expressions, Finding, Model, Tested, Untold, Value, Variables};
use serde_json::json;

use crate::{
    commands::{decide, input},
    outcome::{Cannot, Done, Outcome, say, say_json},
};

/// What `process lint` takes.
#[derive(clap::Args)]
pub struct Args {
    /// The model, BPMN 2.0
    #[arg(value_name = "FILE.bpmn")]
    file: PathBuf,
    /// A decision table that the model binds, NAME=FILE.dmn; may be repeated
    #[arg(long, value_name = "NAME=FILE", value_parser = bound)]
    table: Vec<Bound>,
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

/// A table under the name by which models bind it.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The name.
    pub name: Code,
    /// The file.
    pub file: PathBuf,
}

/// Says the findings.
pub fn run(args: &Args) -> Outcome {
    let text = input::text(&args.file)?;
    let host = Offline(deployed(&args.table)?);
    let findings = match Model::read(&text) {
        Ok(model) => {
            let mut findings = process::lint::lint(&model);
            findings.extend(process::lint::check_bindings(&model, &host));
            findings
        }
        Err(findings) => findings,
    };
    if args.json {
        say_json(&json!({ "findings": findings.iter().map(shown).collect::<Vec<_>>() }))?;
    } else {
        findings.iter().try_for_each(|finding| say(&finding.to_string()))?;
    }
    let refused = findings.iter().any(Finding::refuses);
    Ok(if refused { Done::CheckFailed } else { Done::Well })
}

/// The tables of the command line, in version 1.
///
/// # Errors
/// A file that holds no table that may run.
pub fn deployed(tables: &[Bound]) -> Result<Deployed, Cannot> {
    tables.iter().try_fold(Deployed::new(), |deployed, bound| {
        let model = decide::read(&bound.file)?;
        Ok(deployed.with(bound.name.clone(), 1, model))
    })
}

/// `NAME=FILE` of `--table`.
///
/// # Errors
/// A sentence.
pub fn bound(text: &str) -> Result<Bound, String> {
    let (name, file) = text.split_once('=').ok_or("a table is NAME=FILE")?;
    let name = name.parse().map_err(|_| format!("{name:?} is no name"))?;
    Ok(Bound { name, file: file.into() })
}

fn shown(finding: &Finding) -> serde_json::Value {
    let Finding { id, line, column, rule, message } = finding;
    json!({ "id": id, "line": line, "column": column, "rule": rule, "message": message })
}

/// Without a server, what a model binds by name is taken as published; conditions are checked, and
/// tables of the command line are compared with their forms.
struct Offline(Deployed);

impl Expressions for Offline {
    fn check(&self, text: &str) -> Result<(), String> {
        self.0.check(text)
    }

    fn test(&self, text: &str, variables: &Variables) -> Result<Tested, Untold> {
        self.0.test(text, variables)
    }

    fn check_value(&self, text: &str) -> Result<(), String> {
        self.0.check_value(text)
    }

    fn value(&self, text: &str, variables: &Variables) -> Result<Value, Untold> {
        self.0.value(text, variables)
    }
}

impl process::Host for Offline {}

impl Decisions for Offline {
    fn inputs(&self, decision: &Code) -> Option<Vec<Code>> {
        Some(self.0.inputs(decision).unwrap_or_default())
    }

    fn evaluate(&self, decision: &Code, variables: &Variables) -> Result<Decided, Untold> {
        self.0.evaluate(decision, variables)
    }
}
