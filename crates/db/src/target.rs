//! Which database, and how to open it.

use std::{fmt, path::PathBuf, str::FromStr};

use crate::Fault;

/// Where the database is: `sqlite:PATH`, `sqlite::memory:` or `postgres://…`.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A database that lives and dies with the process, on one connection: for the simulator.
    Memory,
    /// A PostgreSQL address with everything in it, the password too.
    Postgres(String),
}

impl FromStr for Target {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        if text == "sqlite::memory:" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let missing = || Fault::Target { reason: "sqlite: wants a path".to_owned() };
            return if path.is_empty() { Err(missing()) } else { Ok(Self::Sqlite(path.into())) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(Fault::Target { reason: "it begins with sqlite: or postgres://".to_owned() })
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Memory => f.write_str("sqlite::memory:"),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// How to open a database.
#[derive(Debug, Clone)]
pub struct Options {
    /// What this process is called in `node_turn`: 1 to 64 characters of `A-Z a-z 0-9 _ . -`.
    pub node: String,
    /// How many connections read, 1 to `MAX_READERS`.
    pub readers: usize,
    /// Where jobs and reads run.
    pub mode: Mode,
}

/// Where jobs and reads run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On threads of the database: the server.
    Threads,
    /// At once on the calling thread, over one connection: the simulator. SQLite only, and always
    /// so in memory.
    Inline,
}

/// The most reading connections.
pub const MAX_READERS: usize = 32;

impl Default for Options {
    fn default() -> Self {
        Self { node: "node".to_owned(), readers: 3, mode: Mode::Threads }
    }
}

impl Options {
    /// The default with this node name.
    pub fn node(name: impl Into<String>) -> Self {
        Self { node: name.into(), ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Fault> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        if self.node.is_empty() || self.node.len() > 64 || !self.node.bytes().all(plain) {
            let reason = "a node's name is 1 to 64 characters of A-Z a-z 0-9 _ . -";
            return Err(Fault::Target { reason: reason.to_owned() });
        }
        Ok(())
    }
}
