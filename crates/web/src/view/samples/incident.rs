//! The samples of the incident page: INC-2026-0042 at fifty minutes, at two, and closed.

use super::{absent, at, clocks, count, line, present, row, shell};
use crate::view::{
    Chip, Choice, Evidence, EvidenceState, Input, Level, Mode, Person, Place, Reach, Sev, Shell,
    Words,
    audit::AuditPoint,
    incident::{
        Approval, Attempt, Awareness, Choices, Crew, Decision, Fact, Head, IncidentPage, Link, May,
        Measure, NextStep, PhasePanel, PhaseState, PhaseTab, Scope, Status, Story, Typed, Verdict,
    },
};

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
            asks: 1,
            clocks: clocks(),
            story: Story::sample(),
            measures: Measure::samples(),
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
            audit: AuditPoint::samples(),
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
        Self { head, next: None, tasks: Vec::new(), asks: 0, clocks: Vec::new(), ..sample }
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

impl Measure {
    fn samples() -> Vec<Self> {
        let measure = |entry, kind: &str, text: &str, left: &str| Self {
            entry,
            kind: kind.to_owned(),
            text: Words::known(text),
            owner: "A. Lindqvist".to_owned(),
            since: at("02:10:00"),
            until: at("02:40:00"),
            left: left.to_owned(),
            over: left.starts_with('−'),
        };
        vec![
            measure(48_181, "check_disabled", "sanctions screening in batch, not inline", "−4 m"),
            measure(48_190, "firewall_opened", "ledger gateway reaches site B", "3 h 8 m"),
        ]
    }
}

impl Choices {
    fn sample() -> Self {
        let of = |pairs: &[(&str, &str)]| -> Vec<Choice> {
            pairs.iter().map(|(code, label)| Choice::new(*code, *label)).collect()
        };
        Self {
            startable: of(&[("communication_wanted", "Another message")]),
            pageable: of(&[
                ("role:legal", "Legal and compliance"),
                ("person:per_al", "A. Lindqvist"),
            ]),
            people: of(&[("per_al", "A. Lindqvist"), ("per_tw", "T. Weiss")]),
            roles: of(&[("commander", "Incident commander"), ("legal", "Legal and compliance")]),
            services: of(&[("srv_ip", "Instant payments"), ("srv_ca", "Cards")]),
            entities: of(&[("ent_nb", "Nordhaven Bank AG"), ("ent_nl", "Nordhaven Leasing")]),
            facts: Vec::new(),
        }
    }
}
