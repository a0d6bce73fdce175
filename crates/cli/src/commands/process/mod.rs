//! Process models without a server: checked, counted, run through in virtual time.

mod inspect;
mod lint;
mod run;
mod script;
mod scripted;

use clap::Subcommand;

use crate::outcome::Outcome;

/// `watchkeeper process …`.
#[derive(Subcommand)]
pub enum Command {
    /// Say what stands in the way of running a model
    Lint(lint::Args),
    /// Count what a model holds
    Inspect(inspect::Args),
    /// Run a model through a script, in virtual time
    Run(run::Args),
}

/// Runs the command.
pub fn run(command: &Command) -> Outcome {
    match command {
        Command::Lint(args) => lint::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Run(args) => run::run(args),
    }
}
