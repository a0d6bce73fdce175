//! What can be wrong with the configuration. No sentence holds a password.

use std::{io, net::SocketAddr, path::PathBuf};

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file is not what it must be.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// Where and why; holds no value of the file.
        reason: String,
    },
    /// Not a database.
    #[error("database: {0}")]
    Database(#[source] db::Fault),
    /// A database that ends with the process.
    #[error("database: sqlite::memory: keeps nothing; name a file")]
    Memory,
    /// Not a relay.
    #[error("smtp: {0}")]
    Smtp(#[from] connect::outbound::mail::NotSmtp),
    /// Not a door.
    #[error("allow-private {text:?}: {source}")]
    Door {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: connect::outbound::guard::NotADoor,
    },
    /// Not the address of a server.
    #[error("base-url {text:?}: {reason}")]
    BaseUrl {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Not an address to listen on.
    #[error("listen {text:?}: {source}")]
    Listen {
        /// What was given.
        text: String,
        /// What is wrong with it.
        source: io::Error,
    },
    /// Not a time zone.
    #[error("zone {text:?}: there is no time zone of this name")]
    Zone {
        /// What was given.
        text: String,
    },
    /// The sample organisation is for this machine only.
    #[error(
        "--demo listens on this machine only: {0} is no loopback address. Use 127.0.0.1, or leave \
         --demo out"
    )]
    DemoOutside(SocketAddr),
}
