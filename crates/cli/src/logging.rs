//! What the program says while it runs, on stderr or in a file: events with fields, never personal data.

use std::{
    fs::File,
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tracing_subscriber::{EnvFilter, fmt::writer::BoxMakeWriter};

/// How the lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The file that lines go to, opened again on demand: whoever rotates it moves it away first.
#[derive(Clone)]
pub struct LogFile {
    path: PathBuf,
    file: Arc<Mutex<File>>,
}

impl LogFile {
    /// Opens the file, made where it is missing, for its owner and group only.
    ///
    /// # Errors
    /// The file system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_path_buf(), file: Arc::new(Mutex::new(append(path)?)) })
    }

    /// Goes on in a new file under the same name.
    ///
    /// # Errors
    /// The file system's; lines go on into the old file.
    pub fn reopen(&self) -> io::Result<()> {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = append(&self.path)?;
        Ok(())
    }
}

impl io::Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

fn append(path: &Path) -> io::Result<File> {
    File::options().create(true).append(true).mode(0o640).open(path)
}

/// Begins logging: `level` is `info`, `debug`, or a filter such as `info,app=debug`; without a file,
/// lines go to stderr.
///
/// # Errors
/// The filter does not parse.
pub fn begin(form: Form, level: &str, file: Option<&LogFile>) -> Result<(), String> {
    let filter = EnvFilter::try_new(level).map_err(|error| error.to_string())?;
    let writer = match file.cloned() {
        Some(file) => BoxMakeWriter::new(move || file.clone()),
        None => BoxMakeWriter::new(io::stderr),
    };
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let begun = match form {
        Form::Text => lines.with_ansi(false).try_init(),
        Form::Json => lines.json().try_init(),
    };
    begun.map_err(|error| error.to_string())
}
