//! Process models: checked, counted and run through without a server; brought as drafts, and their cases
//! moved to other versions, with one.

mod inspect;
mod lint;
mod migrate;
mod publish;
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
    /// Save a process, table or policy as a draft; people approve and publish it
    Publish(publish::Args),
    /// Propose to move running cases to another version; people approve it
    Migrate(migrate::Args),
    /// Run a model through a script, in virtual time
    Run(run::Args),
}

/// Runs the command.
pub fn run(command: &Command) -> Outcome {
    match command {
        Command::Lint(args) => lint::run(args),
        Command::Inspect(args) => inspect::run(args),
        Command::Publish(args) => publish::run(args),
        Command::Migrate(args) => migrate::run(args),
        Command::Run(args) => run::run(args),
    }
}
