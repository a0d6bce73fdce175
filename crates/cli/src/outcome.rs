//! How a command ends: its exit code, and why it could not be done.

use std::{io, path::PathBuf, process::ExitCode};

use serde::Serialize;

/// How a command that ran to its end ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Done, or computed: 0.
    Well,
    /// A check failed: 1.
    CheckFailed,
    /// Some of it could not be decided; what could was said: 2.
    Undecided,
}

/// Why a command could not be done: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum Cannot {
    /// The configuration is wrong.
    #[error("configuration: {0}")]
    Settings(#[from] crate::settings::Wrong),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// What was given to the command is not what it takes.
    #[error("{what}: {reason}")]
    Input {
        /// Which argument or file.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] db::Fault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keeper(#[from] app::log::KeeperError),
    /// Refused, or failed.
    #[error(transparent)]
    App(#[from] app::Error),
    /// The operating system refused something that is no file.
    #[error("{what}: {source}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What went wrong.
        source: io::Error,
    },
    /// The relay for mail cannot be used.
    #[error("smtp: {0}")]
    Relay(#[from] connect::outbound::mail::NoRelay),
    /// Another process works here.
    #[error("{0}")]
    Occupied(String),
}

/// What every command answers.
pub type Outcome = Result<Done, Cannot>;

impl Cannot {
    /// A fault with a file.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    /// Something wrong with an argument or an input file.
    #[expect(clippy::needless_pass_by_value, reason = "a sentence made on the spot")]
    pub fn input(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Input { what: what.into(), reason: reason.to_string() }
    }

    /// A refusal of the operating system.
    pub fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}

/// The exit code, after the reason went to stderr.
pub fn exit(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::CheckFailed) => ExitCode::from(1),
        Ok(Done::Undecided) => ExitCode::from(2),
        Err(cannot) => {
            note(&cannot.to_string());
            ExitCode::from(2)
        }
    }
}

/// A line on stdout: what the command was asked for.
///
/// # Errors
/// Nobody reads it, or there is no room.
pub fn say(line: &str) -> Result<(), Cannot> {
    use io::Write as _;
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Cannot::system("standard output"))
}

/// A JSON value on stdout, in one line.
///
/// # Errors
/// As [`say`].
pub fn say_json(value: &impl Serialize) -> Result<(), Cannot> {
    let text = serde_json::to_string(value)
        .map_err(|error| Cannot::input("standard output", error.to_string()))?;
    say(&text)
}

/// A line on stderr, for the person who started the command.
pub fn note(line: &str) {
    use io::Write as _;
    // Nobody is left to be told when stderr is gone.
    drop(writeln!(io::stderr().lock(), "watchkeeper: {line}"));
}
