//! What the program says on stderr while it runs: events with fields, never personal data.

use std::io;

use tracing_subscriber::EnvFilter;

/// How the lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Begins logging: `level` is `info`, `debug`, or a filter such as `info,app=debug`.
///
/// # Errors
/// The filter does not parse.
pub fn begin(form: Form, level: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(level).map_err(|error| error.to_string())?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let begun = match form {
        Form::Text => lines.with_ansi(false).try_init(),
        Form::Json => lines.json().try_init(),
    };
    begun.map_err(|error| error.to_string())
}
