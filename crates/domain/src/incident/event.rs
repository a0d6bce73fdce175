//! The entries of an incident.

use std::collections::BTreeMap;

use base::{Code, Digest, Id, Timestamp, id, leaf};

use super::{
    exception::{ExceptionJudged, RatificationWanted},
    measure::{ActionTaken, MeasureEnded, MeasureExtended, MeasureTaken},
    migrate::CaseMigrated,
};
use crate::access::Role;

leaf! {
    /// How bad it is, by the decision table.
    pub enum Severity {
        /// Critical.
        S1,
        /// High.
        S2,
        /// Moderate.
        S3,
        /// Low.
        S4,
    }

    /// How it began.
    pub enum Cause {
        /// A person reported it.
        Person,
        /// A rule on an alert declared it.
        AlertRule,
        /// A provider's notice.
        ThirdParty,
    }

    /// How sure a fact is.
    #[derive(schemars::JsonSchema)]
    pub enum Certainty {
        /// Measured or confirmed.
        Actual,
        /// An estimate.
        Estimate,
    }

    /// Where a fact comes from.
    #[derive(schemars::JsonSchema)]
    pub enum Source {
        /// A person said so.
        Person,
        /// A monitoring system.
        Monitoring,
        /// A provider.
        ThirdParty,
    }

    /// What awareness rests on (ground rule G7).
    pub enum AwarenessBasis {
        /// The earliest alert.
        EarliestAlert,
        /// A person's report.
        Report,
        /// A provider's notice.
        ProviderNotice,
        /// Decided by a person, with a reason.
        Decided,
    }

    /// How somebody came into command.
    pub enum How {
        /// Was offered it and accepted.
        Accepted,
        /// Took it over, with a reason.
        TookOver,
    }

    /// How two incidents belong together.
    #[derive(schemars::JsonSchema)]
    pub enum Relation {
        /// They have to do with each other.
        Related,
        /// The other one is the cause.
        CausedBy,
        /// The other one is the parent.
        Parent,
        /// The other one is a child.
        Child,
    }

    /// It begins; words `title`, `description`, `provider`.
    pub struct IncidentDeclared {
        /// `INC-2026-0042`: without gaps within a year.
        pub reference: Code,
        /// How it began.
        pub cause: Cause,
        /// The legal entity it happened to.
        pub entity: Id<id::LegalEntity>,
        /// The service it began with.
        pub service: Option<Id<id::Service>>,
        /// The alerts it began with.
        pub group: Option<Id<id::Group>>,
        /// The process it runs, and that version's number.
        pub process: Code,
        /// The version.
        pub process_version: i64,
        /// SHA-256 of the version's bytes.
        pub process_sha256: Digest,
    }

    /// A fact; word `value`.
    pub struct FactRecorded {
        /// Its name.
        pub fact: Code,
        /// How sure it is.
        pub certainty: Certainty,
        /// Where it comes from.
        pub source: Source,
        /// As of when it holds.
        pub as_of: Timestamp,
    }

    /// A note or an action somebody took; word `text`.
    pub struct NoteAdded {
        /// Whether it tells of something done.
        pub action: bool,
    }

    /// When the entity became aware; word `reason`.
    pub struct AwarenessDecided {
        /// The legal entity.
        pub entity: Id<id::LegalEntity>,
        /// The instant.
        pub aware_at: Timestamp,
        /// What it rests on.
        pub basis: AwarenessBasis,
    }

    /// What is affected; word `reason`.
    pub struct ScopeDecided {
        /// Services.
        pub services: Vec<Id<id::Service>>,
        /// The business functions they support.
        #[serde(default)]
        pub functions: Vec<Id<id::Function>>,
        /// Legal entities.
        pub entities: Vec<Id<id::LegalEntity>>,
        /// Member States, as ISO 3166-1 alpha-2 codes.
        pub member_states: Vec<Code>,
    }

    /// How bad it is, by which rule; word `rationale`.
    pub struct SeverityDecided {
        /// The outcome.
        pub severity: Severity,
        /// Whether it holds at once; a lowered one waits for approval (ground rule G3).
        pub effective: bool,
        /// Until when a second person should approve it; absent where none is wanted.
        pub approve_by: Option<Timestamp>,
        /// The table, its version and its bytes.
        pub table: Code,
        /// The version.
        pub table_version: i64,
        /// SHA-256 of the version's bytes.
        pub table_sha256: Digest,
        /// The rules that matched.
        pub matched_rules: Vec<Code>,
        /// The answers it rests on.
        pub inputs: BTreeMap<Code, Code>,
    }

    /// A second person approved it; word `comment`.
    pub struct SeverityApproved {
        /// The entry of the decision.
        pub decision: i64,
    }

    /// Somebody is offered command.
    pub struct CommandOffered {
        /// The person.
        pub to: Id<id::Person>,
    }

    /// Somebody is in command; word `reason`.
    pub struct CommandTaken {
        /// The person.
        pub by: Id<id::Person>,
        /// How.
        pub how: How,
        /// Who was in command before.
        pub from: Option<Id<id::Person>>,
        /// Tasks open at that moment: what the hand-over hands over.
        pub open_tasks: u32,
    }

    /// Somebody has a role in it.
    pub struct RoleAssigned {
        /// The role.
        pub role: Role,
        /// The person.
        pub person: Id<id::Person>,
    }

    /// Alerts belong to it.
    pub struct AlertsAttached {
        /// Their group.
        pub group: Id<id::Group>,
    }

    /// It has to do with another one.
    pub struct IncidentLinked {
        /// The other one.
        pub other: Id<id::Incident>,
        /// How.
        pub relation: Relation,
    }

    /// It goes on under another number; word `reason`.
    pub struct IncidentMerged {
        /// The other one.
        pub into: Id<id::Incident>,
    }

    /// It goes on after all; word `reason`.
    pub struct IncidentReopened {
        /// How often it was reopened, this time included.
        pub times: u32,
    }

    /// It is over; word `reason`.
    pub struct IncidentClosed {
        /// Whether it turned out to be a false positive.
        pub false_positive: bool,
    }

    /// The process entered a phase.
    pub struct PhaseEntered {
        /// detect, triage, contain, recover or learn.
        pub phase: Code,
    }

    /// One of several approvers approved an answer to a task; word per text field of the form.
    pub struct TaskApproved {
        /// The task.
        pub task: u32,
        /// Its element.
        pub element: Code,
        /// The answer that was approved.
        pub answer: ::process::Variables,
        /// How many distinct persons must approve it.
        pub wanted: u32,
    }

    /// Somebody is on a task.
    pub struct TaskClaimed {
        /// The task.
        pub task: u32,
        /// Its element.
        pub element: Code,
        /// The person.
        pub by: Id<id::Person>,
    }

    /// Nobody is on a task any more.
    pub struct TaskReleased {
        /// The task.
        pub task: u32,
        /// Its element.
        pub element: Code,
    }

    /// Somebody else is on a task for a time (ground rule G4).
    pub struct TaskDelegated {
        /// The task.
        pub task: u32,
        /// Its element.
        pub element: Code,
        /// Who delegates it, and is on it again afterwards.
        pub from: Id<id::Person>,
        /// Who is on it.
        pub to: Id<id::Person>,
        /// Until when.
        pub until: Timestamp,
    }

    /// A variable of the process was set from outside a task.
    pub struct VariableSet {
        /// Its name.
        pub name: Code,
        /// Its value, a code.
        pub value: Code,
    }

    /// A clock of the incident ran out.
    pub struct ClockBreached {
        /// The clock's id.
        pub clock: Code,
        /// When it was due.
        pub due_at: Timestamp,
    }
}

macro_rules! incident_events {
    ($($(#[$meta:meta])* $variant:ident = $kind:literal,)*) => {
        /// What happened to an incident: its own entries, and those of the process it runs.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($(#[$meta])* $variant($variant),)*
            /// An entry of the running process.
            Process(Box<::process::Event>),
        }

        impl Event {
            /// The entry types of the incident itself, without those of its process.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// Reads an entry's data; what is not the incident's own is read as the process's.
            pub fn parse(kind: &str, data: &serde_json::Value) -> Result<Self, crate::Unreadable> {
                use serde::Deserialize as _;
                let unreadable = |reason: String| crate::Unreadable { kind: kind.to_owned(), reason };
                match kind {
                    $($kind => <$variant>::deserialize(data)
                        .map(Self::$variant)
                        .map_err(|e| unreadable(e.to_string())),)*
                    _ => ::process::Event::parse(kind, data)
                        .map(|event| Self::Process(Box::new(event)))
                        .map_err(|e| unreadable(e.to_string())),
                }
            }

            /// A draft of the entry.
            pub fn draft(&self, stream: Id<id::Incident>, at: Timestamp) -> evidence::entry::Draft {
                use evidence::entry::Draft;
                match self {
                    $(Self::$variant(data) => Draft::new($kind, stream, at, data),)*
                    Self::Process(event) => super::process::draft(event, stream, at),
                }
            }
        }

        $(impl From<$variant> for Event {
            fn from(data: $variant) -> Self {
                Self::$variant(data)
            }
        })*
    };
}

incident_events! {
    /// It begins.
    IncidentDeclared = "incident_declared",
    /// A fact.
    FactRecorded = "fact_recorded",
    /// A note or an action.
    NoteAdded = "note_added",
    /// When the entity became aware.
    AwarenessDecided = "awareness_decided",
    /// What is affected.
    ScopeDecided = "scope_decided",
    /// How bad it is.
    SeverityDecided = "severity_decided",
    /// A second person approved it.
    SeverityApproved = "severity_approved",
    /// Somebody is offered command.
    CommandOffered = "command_offered",
    /// Somebody is in command.
    CommandTaken = "command_taken",
    /// Somebody has a role in it.
    RoleAssigned = "role_assigned",
    /// Alerts belong to it.
    AlertsAttached = "alerts_attached",
    /// It has to do with another one.
    IncidentLinked = "incident_linked",
    /// It goes on under another number.
    IncidentMerged = "incident_merged",
    /// It goes on after all.
    IncidentReopened = "incident_reopened",
    /// It is over.
    IncidentClosed = "incident_closed",
    /// The process entered a phase.
    PhaseEntered = "phase_entered",
    /// One of several approvers approved an answer.
    TaskApproved = "task_approved",
    /// Somebody is on a task.
    TaskClaimed = "task_claimed",
    /// Nobody is on a task any more.
    TaskReleased = "task_released",
    /// Somebody else is on a task for a time.
    TaskDelegated = "task_delegated",
    /// A variable was set from outside a task.
    VariableSet = "variable_set",
    /// A clock ran out.
    ClockBreached = "clock_breached",
    /// A step was passed by exception and is to be ratified.
    RatificationWanted = "ratification_wanted",
    /// A second person judged an exception.
    ExceptionJudged = "exception_judged",
    /// A temporary measure stands.
    MeasureTaken = "measure_taken",
    /// It stands longer.
    MeasureExtended = "measure_extended",
    /// It stands no more.
    MeasureEnded = "measure_ended",
    /// Somebody did something.
    ActionTaken = "action_taken",
    /// It runs on another version of its process.
    CaseMigrated = "case_migrated",
}

impl Severity {
    /// The word beside the letter.
    pub const fn word(self) -> &'static str {
        match self {
            Self::S1 => "Critical",
            Self::S2 => "High",
            Self::S3 => "Moderate",
            Self::S4 => "Low",
        }
    }

    /// `S1` to `S4`.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::S4 => "S4",
        }
    }

    /// The severity with this letter, in either case.
    pub fn from_letter(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.letter().eq_ignore_ascii_case(text))
    }
}
