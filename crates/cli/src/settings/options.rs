//! The options of the command line that say how an installation is set, and their variables.

use std::path::PathBuf;

use crate::logging::Form;

/// Which installation a command works on: the same for every command.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Place {
    /// The directory of keys and, unless --database says otherwise, of the database [default: ./data]
    #[arg(long, value_name = "DIR", env = "WATCHKEEPER_DATA")]
    pub data: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://… [default: watchkeeper.db in the data directory]
    #[arg(long, value_name = "URL", env = "WATCHKEEPER_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// The configuration file [default: watchkeeper.toml in the data directory]
    #[arg(long, value_name = "FILE", env = "WATCHKEEPER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where people reach the server, as in the links of messages
    #[arg(long, value_name = "URL", env = "WATCHKEEPER_BASE_URL")]
    pub base_url: Option<String>,
    /// The log's origin, chosen once, at the first start [default: watchkeeper.local/log]
    #[arg(long, value_name = "ORIGIN", env = "WATCHKEEPER_ORIGIN")]
    pub origin: Option<String>,
}

/// Where messages may go.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Ways {
    /// The relay for mail: smtp://user:pass@host:port?from=ADDRESS
    #[arg(long, value_name = "URL", env = "WATCHKEEPER_SMTP", hide_env_values = true)]
    pub smtp: Option<String>,
    /// A host and port inside the house that messages may go to; may be repeated
    #[arg(
        long,
        value_name = "HOST:PORT",
        env = "WATCHKEEPER_ALLOW_PRIVATE",
        value_delimiter = ','
    )]
    pub allow_private: Vec<String>,
}

/// What only `serve` takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Serving {
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "WATCHKEEPER_LISTEN")]
    pub listen: Option<String>,
    /// What this node is called among several on one database [default: the host's name]
    #[arg(long, value_name = "NAME", env = "WATCHKEEPER_NODE")]
    pub node: Option<String>,
    /// What the installation is called on each page [default: Watchkeeper]
    #[arg(long, value_name = "NAME", env = "WATCHKEEPER_NAME")]
    pub name: Option<String>,
    /// The time zone of the pages [default: Europe/Brussels]
    #[arg(long, value_name = "ZONE", env = "WATCHKEEPER_ZONE")]
    pub zone: Option<String>,
    /// A further name under which the server may be addressed; may be repeated
    #[arg(long, value_name = "NAME", env = "WATCHKEEPER_HOST", value_delimiter = ',')]
    pub host: Vec<String>,
    /// Load the sample organisation; loopback only
    #[arg(long, env = "WATCHKEEPER_DEMO",
          value_parser = clap::builder::FalseyValueParser::new())]
    pub demo: bool,
    /// The file that lines go to instead of stderr; SIGHUP opens it again
    #[arg(long, value_name = "FILE", env = "WATCHKEEPER_LOG_FILE")]
    pub log_file: Option<PathBuf>,
    /// How the lines on stderr look [default: text]
    #[arg(long, value_enum, value_name = "FORM", env = "WATCHKEEPER_LOG")]
    pub log: Option<Form>,
    /// Which of them are written: error, warn, info, debug, or a filter [default: info]
    #[arg(long, value_name = "LEVEL", env = "WATCHKEEPER_LOG_LEVEL")]
    pub log_level: Option<String>,
}
