//! What a person chooses for the pages: kept for them, and no entry of the log.

use store::setting;

use super::Session;
use crate::{App, Error, turn::Turn};

/// A choice, with what it comes to.
#[derive(Debug, Clone)]
pub enum Choice {
    /// The time zone of the pages, by its IANA name; the house's own where empty.
    Zone(String),
    /// Whether single letters act as keys on the pages.
    Keys(Keys),
}

/// Whether single letters act as keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keys {
    /// They do.
    #[default]
    On,
    /// They do not: speech input and some aids press letters by themselves.
    Off,
}

impl Keys {
    /// As it is kept.
    pub const fn code(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }

    /// Reads what is kept; on for anything else.
    pub fn from_code(code: &str) -> Self {
        if code == "off" { Self::Off } else { Self::On }
    }
}

impl App {
    /// Remembers a choice of the person in this session.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn choose(&self, session: &Session, choice: Choice) -> Result<(), Error> {
        let person = session.person;
        let command = move |turn: &mut Turn<'_>| {
            let chosen = match &choice {
                Choice::Zone(zone) => (setting::ZONE, zone.as_str()),
                Choice::Keys(keys) => (setting::KEYS, keys.code()),
            };
            Ok(setting::set(turn.conn, person, chosen)?)
        };
        self.commit(db::Lane::Normal, &session.caller, command).await
    }
}
