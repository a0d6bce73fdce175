//! What every page has around it: the rail, the top bar, the flash, the foot with the log's head.

use super::Time;

/// The place in the rail that is marked as current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Home.
    Now,
    /// Incidents.
    Incidents,
    /// Tasks.
    Tasks,
    /// Alerts and quarantine.
    Alerts,
    /// Exceptions.
    Exceptions,
    /// Processes and drafts.
    Processes,
    /// Decision tables.
    Tables,
    /// The log.
    Log,
    /// People and roles.
    People,
    /// Integrations.
    Integrations,
    /// The log of messages.
    Paging,
    /// Services, legal entities, teams, functions.
    Services,
    /// What the reader chose, the house, the log's state.
    Settings,
    /// None of them.
    Elsewhere,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Its code, as in the form and the cookie.
    pub const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme with this code; the system's for anything else.
    pub fn from_code(code: &str) -> Self {
        match code {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// Whether what is shown is real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Real.
    Live,
    /// An exercise: nothing leaves the house.
    Exercise,
    /// A demonstration with made-up data.
    Demo,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Me {
    /// The name.
    pub name: String,
    /// Two letters of it.
    pub initials: String,
    /// The page of this person.
    pub href: String,
    /// The roles held, as people write them.
    pub roles: Vec<String>,
}

/// Whether the engine behind the pages works.
#[derive(Debug, Clone)]
pub struct Engine {
    /// Whether ticks come and messages leave in time.
    pub well: bool,
    /// How long since the last tick: `0.4 s`.
    pub last_tick: String,
    /// How long the oldest unsent message has waited: `0 s`.
    pub oldest_unsent: String,
}

/// The log's newest state.
#[derive(Debug, Clone)]
pub struct Head {
    /// How many entries it has.
    pub size: i64,
    /// Its root, shortened: `9f3c 71e0 … 5a1d`.
    pub root: String,
    /// When the newest checkpoint was signed.
    pub checkpoint: Option<Time>,
    /// How many witnesses signed it.
    pub witnesses: u32,
}

/// What a flash tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlashKind {
    /// Recorded.
    Done,
    /// The house refused; the person can do something.
    Refused,
    /// Somebody was first.
    Conflict,
}

/// The outcome of the last post, shown once.
#[derive(Debug, Clone)]
pub struct Flash {
    /// What it tells.
    pub kind: FlashKind,
    /// The message; for a refusal, the refusal's own text.
    pub text: String,
    /// The refusal's code, such as `TRI-002`.
    pub code: Option<String>,
    /// The entry that recorded it.
    pub entry: Option<i64>,
}

/// What waits, shown as small numbers in the rail; zero is not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Badges {
    /// Open incidents that lose something now.
    pub incidents: u32,
    /// Tasks that wait for this person.
    pub tasks: u32,
    /// Inputs in quarantine.
    pub quarantine: u32,
}

/// Everything around a page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The house's name.
    pub house: String,
    /// Live, exercise or demonstration.
    pub mode: Mode,
    /// Light or dark.
    pub theme: Theme,
    /// The current place.
    pub place: Place,
    /// Who is signed in; `None` on the pages before that.
    pub me: Option<Me>,
    /// The token for the hidden field `csrf` of each form.
    pub csrf: String,
    /// The page's own path and query: where the appearance form comes back to.
    pub here: String,
    /// The moment of the page.
    pub now: Time,
    /// The zone of the times: `CET`.
    pub zone: String,
    /// The engine.
    pub engine: Engine,
    /// The log.
    pub head: Head,
    /// What waits.
    pub badges: Badges,
    /// The outcome of the last post.
    pub flash: Option<Flash>,
    /// Whether single letters act as keys.
    pub letters: bool,
    /// The stream of changes to listen to: `/live?…`; none where the page has nothing live.
    pub live: Option<String>,
}

impl Shell {
    /// Whether this is the current place.
    pub fn is_at(&self, place: Place) -> bool {
        self.place == place
    }
}
