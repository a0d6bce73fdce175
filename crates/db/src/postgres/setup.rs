//! How a session is set up, and what the server's database must be like.

use std::time::Duration;

use tokio_postgres::Config;

use super::Postgres;
use crate::Fault;

/// How long to wait for a connection, and then for the session's set-up.
pub(super) const CONNECT: Duration = Duration::from_secs(3);
/// How long data may stay unacknowledged by the server's machine.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Turns: waits a while for the turn lock, and loses it when its process hangs.
    Turns,
    /// Reads and migrations.
    Other,
}

impl Role {
    /// How long to wait for an answer: longer than the `statement_timeout`, after which a server
    /// that is well has answered.
    pub(super) const fn longest_answer(self) -> Duration {
        match self {
            Self::Turns => Duration::from_secs(12),
            Self::Other => Duration::from_secs(25),
        }
    }
}

pub(super) fn timeouts(mut config: Config) -> Config {
    config.connect_timeout(CONNECT).tcp_user_timeout(UNACKNOWLEDGED).keepalives(true);
    config.keepalives_idle(Duration::from_secs(20)).keepalives_interval(Duration::from_secs(5));
    if config.get_application_name().is_none() {
        config.application_name("watchkeeper");
    }
    config
}

/// A commit that was answered is on disk, whatever the server's default; text is compared by bytes.
pub(super) fn prepare_session(session: &mut Postgres, role: Role) -> Result<(), Fault> {
    let limits = match role {
        Role::Turns => {
            "SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '20s';
             SET statement_timeout = '10s';"
        }
        Role::Other => "SET statement_timeout = '20s';",
    };
    let setup = format!(
        "{limits} SET standard_conforming_strings = on;
         SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') = 'off';
         SELECT datcollate || ' ' || pg_encoding_to_char(encoding) FROM pg_database
         WHERE datname = current_database()"
    );
    let found = session.script(&setup).map_err(|trouble| trouble.of("db.session"))?;
    let found = found.unwrap_or_default();
    if found == "C UTF8" || found == "POSIX UTF8" {
        return Ok(());
    }
    let wanted = "C UTF8: create it with TEMPLATE template0 LC_COLLATE 'C' ENCODING 'UTF8'";
    Err(Fault::Setup { what: "collation and encoding", found, wanted })
}
