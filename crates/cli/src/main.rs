//! The binary `watchkeeper`: the server and its commands.
//!
//! One file a command under `commands`. Only this crate reads the system clock (`clock`) and entropy
//! (`entropy`). Exit codes: 0 done, 1 a check failed, 2 cannot be done or decided.

mod clock;
mod commands;
mod entropy;
mod installation;
mod logging;
mod outcome;
mod settings;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The system's allocator spends a seventh of a turn's time on small pieces; this one a third of that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The command line.
#[derive(Parser)]
#[command(
    name = "watchkeeper",
    version,
    about = "Incident response with evidence: alerts, escalation, process, log",
    max_term_width = 100
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve(commands::serve::Args),
    /// Check configuration, database, clock, disk, keys, channels and who can be reached
    Doctor(commands::doctor::Args),
    /// People, tokens, integrations and the log's key
    #[command(subcommand)]
    Admin(commands::admin::Command),
    /// Apply a folder of configuration: at once at the first set-up, as drafts afterwards
    Apply(commands::apply::Args),
    /// The running configuration
    #[command(subcommand)]
    Config(commands::config::Command),
    /// Take a pack of evidence
    Export(commands::export::Args),
    /// Verify a pack or a log, without a server
    Verify(verify::VerifyArgs),
    /// Fold the log again and compare every derived row
    Rebuild(commands::rebuild::Args),
    /// Copy the embedded database while the server runs
    Backup(commands::backup::Args),
    /// Put a copy of the embedded database back
    Restore(commands::restore::Args),
    /// Answer a decision table
    Decide(commands::decide::Args),
    /// Check, count and run process models
    #[command(subcommand)]
    Process(commands::process::Command),
    /// Send one alert to a server, kept on disk until it is taken
    Notify(commands::notify::Args),
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Serve(args) => commands::serve::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Admin(command) => commands::admin::run(command),
        Command::Apply(args) => commands::apply::run(args),
        Command::Config(command) => commands::config::run(command),
        Command::Export(args) => commands::export::run(&args),
        Command::Verify(args) => return verify::run(args),
        Command::Rebuild(args) => commands::rebuild::run(&args),
        Command::Backup(args) => commands::backup::run(&args),
        Command::Restore(args) => commands::restore::run(&args),
        Command::Decide(args) => commands::decide::run(&args),
        Command::Process(command) => commands::process::run(&command),
        Command::Notify(args) => commands::notify::run(&args),
    };
    outcome::exit(outcome)
}
