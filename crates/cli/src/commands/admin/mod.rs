//! Acts of the host operator: accounts, tokens, integrations, the log's key. Each is an entry.

mod integration;
mod key;
mod log;
mod token;
mod user;

use clap::Subcommand;
use domain::access::Role;

use crate::outcome::{Outcome, note};

/// `watchkeeper admin …`.
#[derive(Subcommand)]
pub enum Command {
    /// People
    #[command(subcommand)]
    User(User),
    /// Tokens for the API
    #[command(subcommand)]
    Token(Token),
    /// Doors for alerts
    #[command(subcommand)]
    Integration(Integration),
    /// The log's key
    #[command(subcommand)]
    Key(Key),
    /// The log
    #[command(subcommand)]
    Log(Log),
}

/// `watchkeeper admin user …`.
#[derive(Subcommand)]
pub enum User {
    /// Add somebody; prints the one-time link with which they set their password
    Add(user::Args),
}

/// `watchkeeper admin token …`.
#[derive(Subcommand)]
pub enum Token {
    /// Create a token of a named service; prints only the token
    Create(token::Args),
}

/// `watchkeeper admin integration …`.
#[derive(Subcommand)]
pub enum Integration {
    /// Add a door for alerts; prints only its key
    Add(integration::Args),
}

/// `watchkeeper admin key …`.
#[derive(Subcommand)]
pub enum Key {
    /// Print the log's verifier key
    Show(key::show::Args),
    /// Sign with another key from here on; prints its verifier key
    Rotate(key::rotate::Args),
}

/// `watchkeeper admin log …`.
#[derive(Subcommand)]
pub enum Log {
    /// Go on signing after a rollback: names the lost range, with a reason
    Epoch(log::Args),
}

/// Runs the command.
pub fn run(command: Command) -> Outcome {
    match command {
        Command::User(User::Add(args)) => user::run(args),
        Command::Token(Token::Create(args)) => token::run(args),
        Command::Integration(Integration::Add(args)) => integration::run(args),
        Command::Key(Key::Show(args)) => key::show::run(&args),
        Command::Key(Key::Rotate(args)) => key::rotate::run(args),
        Command::Log(Log::Epoch(args)) => log::run(args),
    }
}

/// A role by its code; the refusal lists them all.
fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>().join(", ");
    Role::from_code(text).ok_or_else(|| format!("roles are {}", known()))
}

/// A new account, and one with a new role, cannot approve for a day (ground rule G11).
fn note_young_account() {
    let hours = domain::person::ELEVATION_HOURS;
    note(&format!("this account can approve {hours} hours from now, not earlier"));
}
