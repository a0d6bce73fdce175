//! One incident: what is broken, how bad and why, who is there, what comes next, which clocks run,
//! what the log says, and the forms to act.

use askama::Template;

use super::{
    Chip, Choice, Clock, Count, Evidence, EvidenceState, Input, Level, Mode, Person, Place, Reach,
    Row, Sev, Shell, Time, Words, filters,
    samples::{absent, at, clocks, count, line, present, row, shell},
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

/// What the reader may do here. A form that is not permitted is not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct May {
    /// Notes, facts, scope, awareness, severity.
    pub respond: bool,
    /// Command, roles, links, merge, close, reopen.
    pub command: bool,
    /// Export a pack.
    pub export: bool,
}

/// What was typed, where a form came back; all empty otherwise.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Note.
    pub text: Input,
    /// Note: `note` or `action`.
    pub kind: Input,
    /// Note: when.
    pub occurred_at: Input,
    /// Fact: its name.
    pub fact: Input,
    /// Fact: its value.
    pub value: Input,
    /// Fact: `actual` or `estimate`.
    pub certainty: Input,
    /// Fact: where from.
    pub source: Input,
    /// Fact: as of when.
    pub as_of: Input,
    /// Scope: services, by code, separated by spaces.
    pub service: Input,
    /// Scope: Member States.
    pub states: Input,
    /// Scope: why.
    pub scope_reason: Input,
    /// Awareness: since when.
    pub aware_at: Input,
    /// Awareness: why.
    pub aware_reason: Input,
    /// Take command: why.
    pub take_reason: Input,
    /// Close or reopen: why.
    pub close_reason: Input,
    /// Merge: into which.
    pub into: Input,
    /// Merge: why.
    pub merge_reason: Input,
    /// Link: to which.
    pub other: Input,
    /// Link: how.
    pub relation: Input,
    /// Empty, for choices that propose nothing.
    pub none: Input,
}

/// What can be chosen in the forms.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// People who may take part: by id.
    pub people: Vec<Choice>,
    /// Roles: by code.
    pub roles: Vec<Choice>,
    /// Services: by id.
    pub services: Vec<Choice>,
    /// Legal entities: by id.
    pub entities: Vec<Choice>,
    /// Names of facts that reports ask for.
    pub facts: Vec<Choice>,
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
    /// The clocks, soonest first.
    pub clocks: Vec<Clock>,
    /// The log.
    pub story: Story,
    /// Facts, by name.
    pub facts: Vec<Fact>,
    /// Awareness, by legal entity.
    pub awareness: Vec<Awareness>,
    /// What is affected.
    pub scope: Scope,
    /// Other incidents and alerts.
    pub links: Vec<Link>,
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

impl IncidentPage {
    /// INC-2026-0042, fifty minutes old.
    pub fn sample() -> Self {
        let reference = "INC-2026-0042";
        Self {
            shell: Shell {
                live: Some("/live?about=inc_42&from=48213".to_owned()),
                ..shell(Place::Incidents, "/incidents/INC-2026-0042")
            },
            head: Head::sample(reference),
            phases: PhaseTab::samples(),
            panel: PhasePanel::sample(),
            crew: Crew::sample(),
            next: Some(NextStep {
                name: "Approve failover of the ledger gateway to site B".to_owned(),
                href: "/tasks/INC-2026-0042/17".to_owned(),
                mine: true,
                waiting: Some("5 m".to_owned()),
                due: Some(at("02:41:40")),
                due_in: Some("10 m".to_owned()),
                pressing: false,
                consequence: Some(
                    "Ends about 1 180 open payment sessions. Undo takes about 12 minutes."
                        .to_owned(),
                ),
                roles: vec!["Incident commander".to_owned()],
            }),
            tasks: vec![NextStep::sample("Notify the provider", "18", "28 m", false)],
            clocks: clocks(),
            story: Story::sample(),
            facts: Fact::samples(),
            awareness: vec![
                Awareness {
                    entity: "Nordhaven Bank AG".to_owned(),
                    at: Some(at("01:49:20")),
                    entry: Some(48_151),
                },
                Awareness { entity: "Nordhaven Leasing".to_owned(), at: None, entry: None },
            ],
            scope: Scope {
                services: vec!["Instant payments".to_owned()],
                entities: vec!["Nordhaven Bank AG".to_owned()],
                states: vec!["DE".to_owned()],
                entry: Some(48_166),
            },
            links: vec![Link {
                relation: "alert".to_owned(),
                text: "LedgerGatewayTimeouts, 3 alerts".to_owned(),
                href: "/alerts/alt_1".to_owned(),
            }],
            may: May { respond: true, command: true, export: true },
            typed: Typed::default(),
            choices: Choices::sample(),
        }
    }

    /// The same, closed.
    pub fn sample_closed() -> Self {
        let sample = Self::sample();
        let head = Head { status: Status::Closed(false), phase: "learn".to_owned(), ..sample.head };
        Self { head, next: None, tasks: Vec::new(), clocks: Vec::new(), ..sample }
    }

    /// Two minutes old: nothing decided, nobody has answered, an exercise, a note refused.
    pub fn sample_young() -> Self {
        let sample = Self::sample();
        let head = Head {
            sev: Sev::UNDECIDED,
            phase: "detect".to_owned(),
            mode: Mode::Exercise,
            commander: None,
            elapsed: "2 m 4 s".to_owned(),
            decision: None,
            description: None,
            ..sample.head
        };
        let crew = Crew {
            verdict: Verdict::Trying("1 m 40 s".to_owned(), Some(at("02:36:40"))),
            people: vec![Person {
                reach: Reach::Trying,
                at: Some(at("02:36:40")),
                ..Crew::person("A. Lindqvist", "AL", "Responder", Reach::Trying)
            }],
            attempts: Vec::new(),
            offered_to: None,
            offered_to_me: false,
            mine: false,
        };
        let text = Input::of("").refused("Write something first.");
        Self { head, crew, facts: Vec::new(), typed: Typed { text, ..Typed::default() }, ..sample }
    }
}

impl Head {
    fn sample(reference: &str) -> Self {
        Self {
            id: "inc_42".to_owned(),
            reference: reference.to_owned(),
            title: Words::known("Instant payments rejected: core ledger gateway times out"),
            description: Some(Words::known(
                "38 % of outgoing instant payments are rejected; about 41 200 retail and 310 \
                 corporate clients cannot pay. Cards and branches work.",
            )),
            sev: Sev::of(Level::S1, true),
            phase: "triage".to_owned(),
            status: Status::Open,
            mode: Mode::Live,
            commander: Some("K. Brandt".to_owned()),
            since: at("01:41:08"),
            elapsed: "50 m 32 s".to_owned(),
            decision: Some(Decision {
                rules: vec!["R3".to_owned()],
                table: "severity v12".to_owned(),
                by: "A. Lindqvist".to_owned(),
                at: at("02:04:52"),
                entry: 48_170,
                rationale: Words::known("Payments are bouncing, not queueing."),
                approval: Approval::Wanted { until: at("02:34:52"), decision: 48_170, may: true },
                proposed: None,
            }),
        }
    }
}

impl PhaseTab {
    fn samples() -> Vec<Self> {
        let tab = |phase: &str, state, begun: Option<&str>, evidence| Self {
            phase: phase.to_owned(),
            state,
            begun: begun.map(at),
            evidence,
            shown: phase == "triage",
        };
        vec![
            tab("detect", PhaseState::Done, Some("01:41:08"), count(6, 0, 0, 0)),
            tab("triage", PhaseState::On, Some("01:52:00"), count(5, 1, 1, 0)),
            tab("contain", PhaseState::On, Some("02:12:02"), count(3, 2, 0, 0)),
            tab("recover", PhaseState::Ahead, None, count(0, 0, 0, 5)),
            tab("learn", PhaseState::Ahead, None, count(0, 0, 0, 7)),
        ]
    }
}

impl PhasePanel {
    fn sample() -> Self {
        let by = "A. Lindqvist";
        let rationale =
            Words::known("Payments are bouncing, not queueing. Waiting makes it worse.");
        let excepted = Evidence {
            entry: Some(48_188),
            line: Some(line("exception_invoked", "C. Moreau", "Review the text", "URG-2", 0)),
            at: Some(at("02:14:30")),
            ..absent(EvidenceState::Excepted, "comms_approval", None, None)
        };
        let task = Some("/tasks/INC-2026-0042/16");
        Self {
            phase: "triage".to_owned(),
            evidence: count(5, 1, 1, 0),
            points: vec![
                present(
                    "confirmed",
                    48_163,
                    line("task_completed", by, "Confirm", "real", 0),
                    "01:58:11",
                ),
                present(
                    "severity_decision",
                    48_170,
                    line("severity_decided", by, "R3", "S1", 0),
                    "02:04:52",
                ),
                present(
                    "commander",
                    48_176,
                    line("command_taken", "", "K. Brandt", "", 2),
                    "02:06:31",
                ),
            ],
            trail: vec![
                Evidence {
                    words: Some(rationale),
                    ..present(
                        "rationale",
                        48_170,
                        line("severity_decided", by, "R3", "S1", 0),
                        "02:04:52",
                    )
                },
                absent(EvidenceState::Missing, "approver", Some("02:34:52"), task),
                excepted,
                present(
                    "scope",
                    48_166,
                    line("scope_decided", by, "Instant payments", "DE", 0),
                    "02:01:00",
                ),
                absent(EvidenceState::Ahead, "closure", None, None),
            ],
        }
    }
}

impl Crew {
    fn person(name: &str, initials: &str, role: &str, reach: Reach) -> Person {
        Person {
            name: name.to_owned(),
            initials: initials.to_owned(),
            roles: vec![role.to_owned()],
            reach,
            took: None,
            channel: None,
            at: None,
            me: initials == "KB",
        }
    }

    fn sample() -> Self {
        let reached = |name: &str, initials: &str, role: &str, took: &str, time: &str| Person {
            took: Some(took.to_owned()),
            channel: Some("link".to_owned()),
            at: Some(at(time)),
            ..Self::person(name, initials, role, Reach::Reached)
        };
        let attempt = |person: &str, state: &str, time: &str, proof: Option<&str>, entry| Attempt {
            person: person.to_owned(),
            channel: "mail".to_owned(),
            state: state.to_owned(),
            at: at(time),
            proof: proof.map(str::to_owned),
            entry,
        };
        Self {
            verdict: Verdict::Reached("K. Brandt".to_owned(), "58 s".to_owned(), "link".to_owned()),
            people: vec![
                reached("K. Brandt", "KB", "Incident commander", "58 s", "02:06:31"),
                reached("A. Lindqvist", "AL", "Responder", "43 s", "01:41:51"),
                Person {
                    at: Some(at("02:33:00")),
                    channel: Some("webhook".to_owned()),
                    took: Some("4 m".to_owned()),
                    ..Self::person("R. Duval", "RD", "Legal and compliance", Reach::Trying)
                },
                Self::person("B. Nowak", "BN", "Management", Reach::Unknown),
                Self::person("J. Ferro", "JF", "Service desk", Reach::Failed),
            ],
            attempts: vec![
                attempt(
                    "K. Brandt",
                    "handed_over",
                    "02:05:33",
                    Some("250 2.0.0 Ok: queued as 4F1A"),
                    48_173,
                ),
                attempt("K. Brandt", "acknowledged", "02:06:31", None, 48_176),
                attempt(
                    "J. Ferro",
                    "failed",
                    "02:08:02",
                    Some("550 5.1.1 no such mailbox"),
                    48_179,
                ),
            ],
            offered_to: None,
            offered_to_me: false,
            mine: true,
        }
    }
}

impl NextStep {
    /// A task in the list.
    pub fn sample(name: &str, task: &str, due: &str, pressing: bool) -> Self {
        Self {
            name: name.to_owned(),
            href: format!("/tasks/INC-2026-0042/{task}"),
            mine: false,
            waiting: None,
            due: None,
            due_in: Some(due.to_owned()),
            pressing,
            consequence: None,
            roles: vec!["Vendor manager".to_owned()],
        }
    }
}

impl Story {
    fn sample() -> Self {
        let chip = |code: &'static str, count: i64| Chip {
            code,
            href: format!("/incidents/INC-2026-0042?log={code}#log"),
            on: code == "important",
            count: (count > 0).then_some(count),
        };
        let al = "A. Lindqvist";
        Self {
            chips: vec![
                chip("important", 0),
                chip("decisions", 5),
                chip("actions", 4),
                chip("pages", 9),
                chip("all", 62),
            ],
            rows: vec![
                row(
                    "02:31:15",
                    48_212,
                    line("clock_breached", "", "Provider’s first answer", "03:31:15", 0),
                    None,
                ),
                row("02:26:40", 48_204, line("task_created", "", "Approve failover", "", 0), None),
                row(
                    "02:14:30",
                    48_188,
                    line("exception_invoked", "C. Moreau", "Review the text", "URG-2", 0),
                    Some("Clients were already posting. Silence was the bigger harm."),
                ),
                row(
                    "02:12:02",
                    48_184,
                    line("note_added", al, "", "action", 0),
                    Some(
                        "Runbook RB-17: outgoing instant payments throttled to 20 %. Rejects fell from 61 % to 38 %.",
                    ),
                ),
                row("02:06:31", 48_176, line("command_taken", "", "K. Brandt", "", 2), None),
                row(
                    "02:06:31",
                    48_175,
                    line("page_acknowledged", "", "K. Brandt", "link", 0),
                    None,
                ),
                row("02:05:33", 48_173, line("page_handed_over", "", "K. Brandt", "mail", 1), None),
                row(
                    "02:04:52",
                    48_170,
                    line("severity_decided", al, "R3", "S1", 0),
                    Some("Payments are bouncing, not queueing. Waiting makes it worse."),
                ),
                row(
                    "01:53:08",
                    48_158,
                    line("incident_declared", "", "alert_rule", "incident-response v3", 0),
                    None,
                ),
            ],
            total: 62,
            href: "/log?about=INC-2026-0042".to_owned(),
        }
    }
}

impl Fact {
    fn samples() -> Vec<Self> {
        let fact = |name: &str, value: &str, estimate, source: &str, entry| Self {
            name: name.to_owned(),
            value: Words::known(value),
            estimate,
            source: source.to_owned(),
            as_of: at("02:20:00"),
            entry,
        };
        vec![
            fact("clients_affected", "41 200 of 282 000", true, "monitoring", 48_194),
            fact("reject_rate", "38 %", false, "monitoring", 48_193),
            Self { value: Words::Erased, ..fact("first_caller", "", false, "person", 48_150) },
        ]
    }
}

impl Choices {
    fn sample() -> Self {
        let of = |pairs: &[(&str, &str)]| -> Vec<Choice> {
            pairs.iter().map(|(code, label)| Choice::new(*code, *label)).collect()
        };
        Self {
            people: of(&[("per_al", "A. Lindqvist"), ("per_tw", "T. Weiss")]),
            roles: of(&[("commander", "Incident commander"), ("legal", "Legal and compliance")]),
            services: of(&[("srv_ip", "Instant payments"), ("srv_ca", "Cards")]),
            entities: of(&[("ent_nb", "Nordhaven Bank AG"), ("ent_nl", "Nordhaven Leasing")]),
            facts: Vec::new(),
        }
    }
}
