//! Now: what is open, who is on call, which clocks run, whether the engine works.

use askama::Template;

use super::{Chip, Clock, Count, Level, Reach, Sev, Shell, Time, filters};

/// An open incident as a row.
#[derive(Debug, Clone)]
pub struct IncidentRow {
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: String,
    /// How bad.
    pub sev: Sev,
    /// Whether it is an exercise.
    pub exercise: bool,
    /// Since when.
    pub since: Time,
    /// Who has it: the commander, or whom the ladder tries.
    pub holder: Option<String>,
    /// Whether that person was reached.
    pub reach: Reach,
    /// The next step's name.
    pub next: Option<String>,
    /// What is left for it, or how late with a minus: `8 m`.
    pub due_in: Option<String>,
    /// Whether that is late or nearly so.
    pub pressing: bool,
    /// Its evidence so far.
    pub evidence: Count,
}

/// The open incidents of one phase.
#[derive(Debug, Clone)]
pub struct PhaseGroup {
    /// detect, triage, contain, recover or learn.
    pub phase: String,
    /// Oldest first.
    pub incidents: Vec<IncidentRow>,
}

/// How many are open at a level.
#[derive(Debug, Clone, Copy)]
pub struct LevelCount {
    /// The level; `None` for undecided.
    pub sev: Sev,
    /// How many.
    pub open: u32,
}

/// Somebody on call.
#[derive(Debug, Clone)]
pub struct OnCall {
    /// The name.
    pub name: String,
    /// For what: a policy's or role's name.
    pub duty: String,
    /// Whether this person can be reached, as far as is proven.
    pub reach: Reach,
    /// When that was proven.
    pub proven: Option<Time>,
}

/// The incident that loses something now.
#[derive(Debug, Clone)]
pub struct Losing {
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: String,
    /// How bad.
    pub sev: Sev,
    /// Since when.
    pub since: Time,
    /// The next step.
    pub next: Option<String>,
    /// What is left for it.
    pub due_in: Option<String>,
}

/// The page `/`.
#[derive(Debug, Clone, Template)]
#[template(path = "now.html", blocks = ["board"])]
pub struct NowPage {
    /// Around it.
    pub shell: Shell,
    /// What loses something now, worst first; usually none.
    pub losing: Vec<Losing>,
    /// Open by severity: four levels, and undecided where there are any.
    pub levels: Vec<LevelCount>,
    /// On call.
    pub on_call: Vec<OnCall>,
    /// The soonest clocks, at most three.
    pub clocks: Vec<Clock>,
    /// Inputs in quarantine.
    pub quarantine: u32,
    /// Filters: `all`, `mine`, `losing`, `exercise`.
    pub chips: Vec<Chip>,
    /// Open incidents by phase; phases without any are left out.
    pub groups: Vec<PhaseGroup>,
    /// Whether this person may declare.
    pub may_declare: bool,
}

impl LevelCount {
    /// The list behind the number.
    pub fn href(&self) -> &'static str {
        match self.sev.level {
            Some(Level::S1) => "/incidents?severity=S1",
            Some(Level::S2) => "/incidents?severity=S2",
            Some(Level::S3) => "/incidents?severity=S3",
            Some(Level::S4) => "/incidents?severity=S4",
            None => "/incidents?severity=none",
        }
    }
}
