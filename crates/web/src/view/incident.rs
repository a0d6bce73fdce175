//! One incident: what is broken, how bad and why, who is there, what comes next, which clocks run,
//! what the log says, and the forms to act.

use askama::Template;

pub use super::acting::{Choices, May, Typed};
use super::{
    Chip, Clock, Count, Evidence, Mode, Person, Row, Sev, Shell, Time, Words, audit::AuditPoint,
    filters,
};

/// Whether work goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Work goes on.
    Open,
    /// Over; `true` where it turned out to be a false positive.
    Closed(bool),
    /// Continues under this reference.
    Merged(String),
}

/// Whether a second person stands behind the severity.
#[derive(Debug, Clone)]
pub enum Approval {
    /// Not wanted.
    NotWanted,
    /// Given, by this person.
    Given(String),
    /// Wanted until then.
    Wanted {
        /// Until when.
        until: Time,
        /// The entry of the decision.
        decision: i64,
        /// Whether the reader may give it.
        may: bool,
    },
}

/// The severity decision in force, or the lowered one that waits.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The rules that matched.
    pub rules: Vec<String>,
    /// The table's name and version: `severity v12`.
    pub table: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Time,
    /// The entry.
    pub entry: i64,
    /// Why, in the person's words.
    pub rationale: Words,
    /// The second person.
    pub approval: Approval,
    /// The severity proposed, where a lower one waits for approval.
    pub proposed: Option<Sev>,
}

/// The head that stays in sight.
#[derive(Debug, Clone)]
pub struct Head {
    /// The id, for live updates: `inc_…`.
    pub id: String,
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// More of it.
    pub description: Option<Words>,
    /// How bad.
    pub sev: Sev,
    /// The phase.
    pub phase: String,
    /// Whether work goes on.
    pub status: Status,
    /// Live or exercise.
    pub mode: Mode,
    /// Who is in command.
    pub commander: Option<String>,
    /// Since when, and how long.
    pub since: Time,
    /// How long: `50 m 32 s`.
    pub elapsed: String,
    /// The decision behind the severity.
    pub decision: Option<Decision>,
}

/// How far a phase is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseState {
    /// Behind.
    Done,
    /// Work goes on in it.
    On,
    /// Not begun.
    Ahead,
}

/// One of the five phases in the bar.
#[derive(Debug, Clone)]
pub struct PhaseTab {
    /// detect, triage, contain, recover or learn.
    pub phase: String,
    /// How far.
    pub state: PhaseState,
    /// Since when.
    pub begun: Option<Time>,
    /// Its evidence.
    pub evidence: Count,
    /// Whether its panel is the one shown.
    pub shown: bool,
}

/// The panel of the phase that is shown.
#[derive(Debug, Clone)]
pub struct PhasePanel {
    /// Which.
    pub phase: String,
    /// Its evidence, counted.
    pub evidence: Count,
    /// Where decisions are taken.
    pub points: Vec<Evidence>,
    /// What they leave behind.
    pub trail: Vec<Evidence>,
}

/// The one sentence about paging.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// This person answered after so long, by this channel.
    Reached(String, String, String),
    /// People are being paged, for so long; the next step comes then.
    Trying(String, Option<Time>),
    /// Nobody answered, after so long.
    Nobody(String),
    /// Nobody was paged.
    NotPaged,
}

/// One attempt in the paging trail.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Whom.
    pub person: String,
    /// The channel: `mail`.
    pub channel: String,
    /// `queued`, `handed_over`, `acknowledged`, `failed`, `withdrawn`.
    pub state: String,
    /// When.
    pub at: Time,
    /// The receiving server's id of it, or why it failed.
    pub proof: Option<String>,
    /// The entry.
    pub entry: i64,
}

/// People and paging.
#[derive(Debug, Clone)]
pub struct Crew {
    /// In one sentence.
    pub verdict: Verdict,
    /// The people.
    pub people: Vec<Person>,
    /// Every attempt, oldest first.
    pub attempts: Vec<Attempt>,
    /// To whom command is offered.
    pub offered_to: Option<String>,
    /// Whether it is offered to the reader.
    pub offered_to_me: bool,
    /// Whether the reader is in command.
    pub mine: bool,
}

/// What to do next.
#[derive(Debug, Clone)]
pub struct NextStep {
    /// Its name.
    pub name: String,
    /// Where it is done.
    pub href: String,
    /// Whether it waits for the reader.
    pub mine: bool,
    /// How long it has waited.
    pub waiting: Option<String>,
    /// Until when.
    pub due: Option<Time>,
    /// What is left, or how late with a minus.
    pub due_in: Option<String>,
    /// Whether it is late or nearly so.
    pub pressing: bool,
    /// What doing it causes, where it is known.
    pub consequence: Option<String>,
    /// Roles it belongs to.
    pub roles: Vec<String>,
}

impl NextStep {
    /// Where it is done with a thumb: the severity one question at a time.
    pub fn thumb(&self) -> String {
        let severity = self.href.starts_with("/incidents/") && self.href.ends_with("/severity");
        if severity { format!("{}/steps", self.href) } else { self.href.clone() }
    }
}

/// The log of the incident.
#[derive(Debug, Clone)]
pub struct Story {
    /// Filters: `important`, `decisions`, `actions`, `pages`, `all`.
    pub chips: Vec<Chip>,
    /// Newest first.
    pub rows: Vec<Row>,
    /// All entries of the incident.
    pub total: i64,
    /// The whole log of it.
    pub href: String,
}

/// The newest value of a fact.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Words,
    /// Whether it is an estimate.
    pub estimate: bool,
    /// `person`, `monitoring` or `third_party`.
    pub source: String,
    /// As of when.
    pub as_of: Time,
    /// The entry.
    pub entry: i64,
}

/// When a legal entity became aware.
#[derive(Debug, Clone)]
pub struct Awareness {
    /// The legal entity.
    pub entity: String,
    /// Since when; `None` where it was not decided.
    pub at: Option<Time>,
    /// The entry.
    pub entry: Option<i64>,
}

/// A temporary measure that stands.
#[derive(Debug, Clone)]
pub struct Measure {
    /// The entry that took it.
    pub entry: i64,
    /// Its kind: `firewall_opened`.
    pub kind: String,
    /// What is different.
    pub text: Words,
    /// Who sees to its end.
    pub owner: String,
    /// Since when.
    pub since: Time,
    /// Until when.
    pub until: Time,
    /// What is left, or how late with a minus.
    pub left: String,
    /// Whether its time is over.
    pub over: bool,
}

/// What is affected.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Services.
    pub services: Vec<String>,
    /// Legal entities.
    pub entities: Vec<String>,
    /// Member States.
    pub states: Vec<String>,
    /// The entry of the decision.
    pub entry: Option<i64>,
}

/// Something the incident has to do with.
#[derive(Debug, Clone)]
pub struct Link {
    /// `related`, `caused_by`, `parent`, `child`, `alert`.
    pub relation: String,
    /// What it is called.
    pub text: String,
    /// Its page.
    pub href: String,
}

/// The page `/incidents/{reference}`.
#[derive(Debug, Clone, Template)]
#[template(path = "incident.html")]
pub struct IncidentPage {
    /// Around it.
    pub shell: Shell,
    /// The head.
    pub head: Head,
    /// The bar of five.
    pub phases: Vec<PhaseTab>,
    /// The phase that is shown.
    pub panel: PhasePanel,
    /// People and paging.
    pub crew: Crew,
    /// The next step; `None` where nothing waits.
    pub next: Option<NextStep>,
    /// Further open tasks.
    pub tasks: Vec<NextStep>,
    /// At how many places the case waits for people beside its tasks.
    pub asks: usize,
    /// The clocks, soonest first.
    pub clocks: Vec<Clock>,
    /// The log.
    pub story: Story,
    /// Temporary measures that stand, soonest end first.
    pub measures: Vec<Measure>,
    /// Facts, by name.
    pub facts: Vec<Fact>,
    /// Awareness, by legal entity.
    pub awareness: Vec<Awareness>,
    /// What is affected.
    pub scope: Scope,
    /// Other incidents and alerts.
    pub links: Vec<Link>,
    /// The four questions of an audit.
    pub audit: Vec<AuditPoint>,
    /// What the reader may do.
    pub may: May,
    /// What was typed.
    pub typed: Typed,
    /// What can be chosen.
    pub choices: Choices,
}

impl IncidentPage {
    /// The path of this incident, without a slash at the end.
    pub fn path(&self) -> String {
        format!("/incidents/{}", self.head.reference)
    }

    /// Whether work goes on.
    pub fn open(&self) -> bool {
        self.head.status == Status::Open
    }

    /// Whether it is over.
    pub const fn closed(&self) -> bool {
        matches!(self.head.status, Status::Closed(_))
    }

    /// Whether it continues under another number.
    pub const fn merged(&self) -> bool {
        matches!(self.head.status, Status::Merged(_))
    }
}

impl PhaseTab {
    /// The icon of its state.
    pub const fn icon(&self) -> &'static str {
        match self.state {
            PhaseState::Done => "check",
            PhaseState::On => "ring",
            PhaseState::Ahead => "none",
        }
    }

    /// The class of its state.
    pub const fn class(&self) -> &'static str {
        match self.state {
            PhaseState::Done => "is-done",
            PhaseState::On => "is-on",
            PhaseState::Ahead => "is-ahead",
        }
    }
}
