//! The parts that pages are made of: severity, evidence, people, clocks, rows of the log.

use super::Time;

/// S1 to S4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Critical.
    S1,
    /// High.
    S2,
    /// Moderate.
    S3,
    /// Low.
    S4,
}

/// The severity of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sev {
    /// What was decided; `None` where nothing was yet.
    pub level: Option<Level>,
    /// Whether something is being lost now: shown red. Only for what loses now.
    pub losing: bool,
}

impl Sev {
    /// A severity that was decided.
    pub const fn of(level: Level, losing: bool) -> Self {
        Self { level: Some(level), losing }
    }

    /// Not decided yet.
    pub const UNDECIDED: Self = Self { level: None, losing: false };
}

/// How bad the sender of an alert says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertLevel {
    /// A service is lost.
    Critical,
    /// A service is hurt.
    High,
    /// Something is about to hurt.
    Warning,
    /// For information.
    Info,
    /// The sender did not say.
    Unknown,
}

/// Words a person or sender wrote: kept beside the log, and erasable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// As written.
    Known(String),
    /// Erased; the log still proves that there were words.
    Erased,
}

impl Words {
    /// Words as written.
    pub fn known(text: impl Into<String>) -> Self {
        Self::Known(text.into())
    }
}

/// Evidence, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// There.
    pub present: u32,
    /// There, but written down later than the step allows.
    pub late: u32,
    /// Due and not there.
    pub missing: u32,
    /// Passed by exception.
    pub excepted: u32,
    /// Not due yet.
    pub ahead: u32,
}

/// Whether a piece of evidence is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceState {
    /// There.
    Present,
    /// There, but written down later than the step allows.
    Late,
    /// Due and not there.
    Missing,
    /// Passed by exception.
    Excepted,
    /// Not due yet.
    Ahead,
}

/// A decision point or a piece of evidence.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Whether it is there.
    pub state: EvidenceState,
    /// Its name: `severity_decision`.
    pub key: String,
    /// What the entry says.
    pub line: Option<Line>,
    /// Words that belong to it.
    pub words: Option<Words>,
    /// The entry.
    pub entry: Option<i64>,
    /// When it was recorded.
    pub at: Option<Time>,
    /// Until when it is due, and how long that is from now.
    pub due: Option<Time>,
    /// The task that brings it.
    pub task: Option<String>,
}

/// Whether somebody was reached. Only the person's own act proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Answered.
    Reached,
    /// Being tried.
    Trying,
    /// Every way was tried in vain.
    Failed,
    /// Not told yet, or not checked.
    Unknown,
}

/// Somebody with a part in it.
#[derive(Debug, Clone)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Two letters of it.
    pub initials: String,
    /// The roles here, as people write them.
    pub roles: Vec<String>,
    /// Whether the person was reached.
    pub reach: Reach,
    /// How long it took, or how long it is tried already: `58 s`.
    pub took: Option<String>,
    /// The channel of the last attempt: `mail`.
    pub channel: Option<String>,
    /// When that was, or when the next attempt comes.
    pub at: Option<Time>,
    /// Whether this is the reader.
    pub me: bool,
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    /// Runs.
    Running,
    /// Runs, and the warning point is passed.
    Warned,
    /// Ran out.
    Breached,
    /// Met.
    Met,
    /// No longer wanted.
    Cancelled,
}

/// One line of a clock's derivation.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it rests on, a code: `declared`, `decided`, `aware`, `classified`, `created`, `answered`.
    pub what: String,
    /// When that was.
    pub at: Time,
    /// The entry that says so.
    pub entry: Option<i64>,
}

/// A clock that can hurt, with its derivation.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Its code: `severity_approval`, `task_due`, `escalation_step`; the template names it.
    pub kind: String,
    /// What it is about: a task's name, a policy. May be empty.
    pub about: String,
    /// How it stands.
    pub state: ClockState,
    /// When it is due.
    pub due: Time,
    /// What is left, or how late: `8 m 20 s`.
    pub left: String,
    /// How much of the time is used, 0 to 100.
    pub used_percent: u8,
    /// The rule, as its source says it.
    pub rule: String,
    /// What it is derived from, in order.
    pub steps: Vec<Step>,
    /// The incident, on lists: `INC-2026-0042`.
    pub incident: Option<String>,
}

/// How a row of the log is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A decision or an approval.
    Decision,
    /// An exception.
    Exception,
    /// Somebody was reached or took over.
    Reached,
    /// Something was lost or failed for good.
    Loss,
    /// An action.
    Act,
    /// A person's note or fact.
    Note,
    /// Pages and messages.
    Message,
    /// A clock.
    Clock,
    /// The machine.
    System,
}

impl Tone {
    /// The tone of an entry by its type.
    pub fn of(kind: &str) -> Self {
        match kind {
            "severity_decided" | "severity_approved" | "scope_decided" | "awareness_decided"
            | "task_completed" | "task_approved" | "decision_evaluated" | "incident_declared"
            | "incident_closed" | "incident_reopened" | "incident_merged" | "case_migrated"
            | "move_proposed" | "move_approved" | "move_rejected" | "move_withdrawn" => {
                Self::Decision
            }
            "exception_invoked" | "exception_judged" => Self::Exception,
            "page_acknowledged"
            | "escalation_acknowledged"
            | "escalation_answered_at_sender"
            | "command_taken" => Self::Reached,
            "clock_breached"
            | "fault_raised"
            | "page_attempt_failed"
            | "evidence_awaited"
            | "error_thrown"
            | "message_expired" => Self::Loss,
            "note_added" | "fact_recorded" => Self::Note,
            "page_queued" | "page_handed_over" | "page_withdrawn" | "step_taken" => Self::Message,
            "measure_taken" | "measure_extended" | "measure_ended" | "action_taken"
            | "command_offered" | "role_assigned" | "incident_linked" | "task_claimed"
            | "task_released" | "task_delegated" | "fault_resolved" | "element_activated" => {
                Self::Act
            }
            _ => Self::System,
        }
    }

    /// The icon.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Exception => "exc",
            Self::Reached => "oncall",
            Self::Loss => "warn",
            Self::Act => "act",
            Self::Note => "note",
            Self::Message => "mail",
            Self::Clock => "clock",
            Self::System => "sys",
        }
    }

    /// The class after `tl--`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Exception => "exception",
            Self::Reached => "reached",
            Self::Loss => "loss",
            Self::Act => "act",
            Self::Note => "note",
            Self::Message => "message",
            Self::Clock => "clock",
            Self::System => "system",
        }
    }
}

/// What an entry says, without its words: the template `line.html` turns it into a sentence.
///
/// | type | `subject` | `value` | `count` |
/// | --- | --- | --- | --- |
/// | `incident_declared` | cause code | process and version | |
/// | `severity_decided` | rules | `S1`…; with `?` in front where it waits for approval | |
/// | `fact_recorded` | fact | certainty | |
/// | `awareness_decided` | legal entity | the instant, local | |
/// | `scope_decided` | services | member states | |
/// | `command_offered`, `command_taken`, `role_assigned` | person | role | open tasks |
/// | `incident_linked`, `incident_merged` | reference | relation | |
/// | `incident_reopened` | | | times |
/// | `incident_closed` | | `false_positive` or empty | |
/// | `phase_entered` | | phase | |
/// | `clock_breached` | clock | due, local | |
/// | `task_created`, `task_completed`, `decision_evaluated` | the element's name | answers | |
/// | `evidence_awaited` | the element's name | the missing records | |
/// | `fault_raised`, `fault_resolved` | the element's name | why; how it ended | |
/// | `element_activated` | the element's name | | |
/// | `message_correlated`, `signal_caught` | the element's name | the message's or signal's name | |
/// | `task_claimed`, `task_released` | the element's name | | |
/// | `task_delegated` | the element's name | person | |
/// | `exception_invoked` | the element's name | code | |
/// | `ratification_wanted` | the element's name | until, local | 1 where the role was not held |
/// | `exception_judged` | | `ratified`, `refused` | entry of the exception |
/// | `measure_taken` | owner | kind | |
/// | `measure_extended`, `measure_ended` | | until, local; how | entry of the measure |
/// | `action_taken` | what for | result | |
/// | `escalation_started` | policy | | version |
/// | `step_taken` | | `last_resort` or empty | pages |
/// | `page_queued`, `page_acknowledged`, `page_withdrawn` | person | channel or way | |
/// | `page_handed_over`, `page_attempt_failed` | person | channel, reason | attempt |
/// | `alerts_received` | source | | transitions |
/// | `case_migrated` | the version before | the version from here on | |
/// | `move_proposed` | process | from which version to which | cases |
/// | `move_cases_listed`, `move_approved`, `move_rejected`, `move_withdrawn` | | | cases |
/// | `move_case_settled` | reference | outcome | places where it is stuck |
/// | anything else | what it is about | | |
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The entry's type: `severity_decided`.
    pub kind: String,
    /// Who did it; `None` for the machine.
    pub who: Option<String>,
    /// See the table.
    pub subject: String,
    /// See the table.
    pub value: String,
    /// See the table.
    pub count: i64,
}

/// A row of the log.
#[derive(Debug, Clone)]
pub struct Row {
    /// When it was recorded.
    pub at: Time,
    /// When it happened, where that is another instant.
    pub happened: Option<Time>,
    /// How it is drawn.
    pub tone: Tone,
    /// What it says.
    pub line: Line,
    /// The words of the entry, each with the name of its field.
    pub words: Vec<(String, Words)>,
    /// The entry's number.
    pub entry: i64,
    /// What it is about, on lists over everything: a reference, and its page.
    pub about: Option<(String, String)>,
}

/// A filter: a link that is on or off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Its code; the template names it.
    pub code: &'static str,
    /// The page with this filter.
    pub href: String,
    /// Whether it is on.
    pub on: bool,
    /// How many rows it would show, where known.
    pub count: Option<i64>,
}

/// Where a list goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The page of newer rows.
    pub newer: Option<String>,
    /// The page of older rows.
    pub older: Option<String>,
    /// How many rows stand on this page.
    pub shown: usize,
    /// How many there are, where known.
    pub total: Option<i64>,
}
