//! One task of the process: its form, its approvals, and the way past it by exception.

use askama::Template;

use super::{
    Choice, Clock, Input, Place, Shell, Time, Words, filters,
    samples::{at, clocks, shell},
};

/// What a field of a process form holds.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// One of these codes.
    Choice(Vec<Choice>),
    /// Any of these codes.
    Choices(Vec<Choice>),
    /// Yes or no.
    Boolean,
    /// A whole number.
    Integer,
    /// A decimal number.
    Decimal,
    /// A day.
    Date,
    /// An instant.
    Instant,
    /// Words of a person.
    Text,
}

/// One field, from the process model.
#[derive(Debug, Clone)]
pub struct TaskField {
    /// Its key; posted as `field.{key}`.
    pub key: String,
    /// What it is called, from the model.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it must be answered.
    pub required: bool,
    /// What helps to answer it, from the model; may be empty.
    pub help: String,
    /// What was typed, what is wrong.
    pub input: Input,
}

/// Approvals by several persons.
#[derive(Debug, Clone)]
pub struct Approvals {
    /// How many distinct persons are wanted.
    pub wanted: u32,
    /// Who approved, and when.
    pub given: Vec<(String, Time)>,
    /// What they approve: name and value of each answer.
    pub shown: Vec<(String, Words)>,
    /// SHA-256 of what is shown, posted back so that nobody approves something else.
    pub digest: String,
    /// Whether the reader may approve.
    pub may: bool,
    /// Why not: `own` (made it), `given` (did already), `role`, `new` (account too new); or empty.
    pub why_not: String,
    /// What was typed as a comment.
    pub comment: Input,
}

/// The page `/tasks/{reference}/{task}`.
#[derive(Debug, Clone, Template)]
#[template(path = "task.html")]
pub struct TaskPage {
    /// Around it.
    pub shell: Shell,
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub incident: Words,
    /// The task's number in its process.
    pub task: String,
    /// The element's name, from the model.
    pub name: String,
    /// The element's id: `approve_failover`.
    pub element: String,
    /// What to do, from the model.
    pub instruction: Option<String>,
    /// The phase.
    pub phase: String,
    /// The process and its version.
    pub process: String,
    /// Who owns it, as people write it.
    pub roles: Vec<String>,
    /// Until when.
    pub clock: Option<Clock>,
    /// The form; empty where nothing is asked.
    pub fields: Vec<TaskField>,
    /// What completing it causes, from the model.
    pub consequence: Option<String>,
    /// The approvals, where it wants some.
    pub approvals: Option<Approvals>,
    /// The exception codes with which it may be passed.
    pub exceptions: Vec<Choice>,
    /// Exception: which.
    pub code: Input,
    /// Exception: why.
    pub rationale: Input,
    /// Whether it is done: then nothing can be posted.
    pub done: bool,
    /// Whether the reader may complete it.
    pub may: bool,
    /// Who is on it; `None` where it is over.
    pub hold: Option<Hold>,
}

/// Who is on a task, and the form that delegates it.
#[derive(Debug, Clone, Default)]
pub struct Hold {
    /// Who is on it.
    pub holder: Option<String>,
    /// Since when.
    pub since: Option<Time>,
    /// From whom, and until when, where it was delegated.
    pub delegated: Option<(String, Time)>,
    /// Whether the reader is on it.
    pub mine: bool,
    /// Whether the reader may claim, give back or delegate it.
    pub may: bool,
    /// To whom it can be delegated.
    pub people: Vec<Choice>,
    /// To whom.
    pub to: Input,
    /// Until when.
    pub until_at: Input,
    /// Why.
    pub reason: Input,
}

impl Hold {
    /// Claimed by the reader.
    fn sample() -> Self {
        Self {
            holder: Some("K. Brandt".to_owned()),
            since: Some(at("02:20:00")),
            delegated: Some(("T. Weiss".to_owned(), at("06:00:00"))),
            mine: true,
            may: true,
            people: vec![Choice::new("per_tw", "T. Weiss")],
            until_at: Input::of("2026-11-17T08:00"),
            ..Self::default()
        }
    }
}

impl TaskPage {
    /// The path of the task.
    pub fn path(&self) -> String {
        format!("/tasks/{}/{}", self.reference, self.task)
    }

    /// A form with every kind of field.
    pub fn sample() -> Self {
        let field = |key: &str, label: &str, kind, required, input| TaskField {
            key: key.to_owned(),
            label: label.to_owned(),
            kind,
            required,
            help: String::new(),
            input,
        };
        let choices = vec![
            Choice::new("real", "A real incident"),
            Choice::new("false_positive", "A false positive"),
        ];
        Self {
            shell: shell(Place::Tasks, "/tasks/INC-2026-0042/17"),
            reference: "INC-2026-0042".to_owned(),
            incident: Words::known("Instant payments rejected: core ledger gateway times out"),
            task: "17".to_owned(),
            name: "Confirm the incident".to_owned(),
            element: "confirm_incident".to_owned(),
            instruction: Some("Look at two independent signals before you confirm.".to_owned()),
            phase: "triage".to_owned(),
            process: "incident-response v3".to_owned(),
            roles: vec!["Responder".to_owned()],
            clock: clocks().into_iter().nth(1),
            fields: vec![
                field(
                    "confirmed",
                    "What is it?",
                    FieldKind::Choice(choices),
                    true,
                    Input::of("real"),
                ),
                field(
                    "customers_feel_it",
                    "Do customers feel it?",
                    FieldKind::Boolean,
                    true,
                    Input::default(),
                ),
                field(
                    "clients",
                    "How many clients?",
                    FieldKind::Integer,
                    false,
                    Input::of("many").refused("A whole number, without a unit."),
                ),
                field("began", "When did it begin?", FieldKind::Instant, false, Input::default()),
                field("observation", "What do you see?", FieldKind::Text, true, Input::default()),
            ],
            consequence: Some(
                "A false positive ends the process; a real one starts triage.".to_owned(),
            ),
            approvals: None,
            exceptions: vec![
                Choice::new("URG-1", "URG-1").noted("clients are losing money"),
                Choice::new("OFF-1", "OFF-1").noted("the system was unreachable"),
            ],
            code: Input::default(),
            rationale: Input::default(),
            done: false,
            may: true,
            hold: Some(Hold::sample()),
        }
    }

    /// A task that wants two persons.
    pub fn sample_approval() -> Self {
        Self {
            name: "Approve failover of the ledger gateway to site B".to_owned(),
            element: "approve_failover".to_owned(),
            fields: Vec::new(),
            consequence: Some(
                "Ends about 1 180 open payment sessions. Undo takes about 12 minutes.".to_owned(),
            ),
            approvals: Some(Approvals {
                wanted: 2,
                given: vec![("T. Weiss".to_owned(), at("02:29:11"))],
                shown: vec![
                    ("Action".to_owned(), Words::known("Fail over to site B")),
                    (
                        "Reason".to_owned(),
                        Words::known("Site B has the patched firmware. Lag is two seconds."),
                    ),
                ],
                digest: "9f3c71e0b2d84f0c6be1a1c740d241d802bb0ec02f9a4471c90355d17c5a1d00"
                    .to_owned(),
                may: true,
                why_not: String::new(),
                comment: Input::default(),
            }),
            ..Self::sample()
        }
    }
}
