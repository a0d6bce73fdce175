//! Now: what is open, who is on call, which clocks run, whether the engine works.

use askama::Template;

use super::{
    Chip, Clock, Count, Level, Place, Reach, Sev, Shell, Time, filters,
    samples::{at, clocks, count, shell},
};

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

impl NowPage {
    /// The night of INC-2026-0042.
    pub fn sample() -> Self {
        Self {
            shell: Shell { live: Some("/live?from=48213".to_owned()), ..shell(Place::Now, "/") },
            losing: vec![Losing {
                reference: "INC-2026-0042".to_owned(),
                title: "Instant payments rejected".to_owned(),
                sev: Sev::of(Level::S1, true),
                since: at("01:41:08"),
                next: Some("Approve failover".to_owned()),
                due_in: Some("8 m".to_owned()),
            }],
            levels: [(Level::S1, 1), (Level::S2, 2), (Level::S3, 5), (Level::S4, 5)]
                .map(|(level, open)| LevelCount { sev: Sev::of(level, level == Level::S1), open })
                .into(),
            on_call: vec![
                OnCall::sample("A. Lindqvist", "Payments", Reach::Reached, Some("01:41:51")),
                OnCall::sample("K. Brandt", "Commander", Reach::Reached, Some("02:06:31")),
                OnCall::sample("R. Duval", "Legal", Reach::Unknown, None),
            ],
            clocks: clocks().into_iter().take(3).collect(),
            quarantine: 2,
            chips: vec![
                Chip { code: "all", href: "/".to_owned(), on: true, count: Some(9) },
                Chip { code: "mine", href: "/?show=mine".to_owned(), on: false, count: Some(3) },
                Chip {
                    code: "losing",
                    href: "/?show=losing".to_owned(),
                    on: false,
                    count: Some(1),
                },
                Chip {
                    code: "exercise",
                    href: "/?show=exercise".to_owned(),
                    on: false,
                    count: Some(1),
                },
            ],
            groups: PhaseGroup::samples(),
            may_declare: true,
        }
    }

    /// A quiet day.
    pub fn sample_empty() -> Self {
        Self {
            losing: Vec::new(),
            levels: Vec::from(
                [Level::S1, Level::S2, Level::S3, Level::S4]
                    .map(|level| LevelCount { sev: Sev::of(level, false), open: 0 }),
            ),
            on_call: Vec::new(),
            clocks: Vec::new(),
            quarantine: 0,
            groups: Vec::new(),
            ..Self::sample()
        }
    }
}

impl OnCall {
    fn sample(name: &str, duty: &str, reach: Reach, proven: Option<&str>) -> Self {
        Self { name: name.to_owned(), duty: duty.to_owned(), reach, proven: proven.map(at) }
    }
}

impl PhaseGroup {
    /// Nine incidents in five phases.
    pub fn samples() -> Vec<Self> {
        let group = |phase: &str, rows: &[(i64, Level, &str, &str, &str, &str, &str)]| Self {
            phase: phase.to_owned(),
            incidents: rows.iter().map(IncidentRow::sample).collect(),
        };
        vec![
            group(
                "detect",
                &[
                    (
                        45,
                        Level::S3,
                        "Halden Hosting notice: storage maintenance overran, region north-2",
                        "02:26:00",
                        "Vendor desk",
                        "Confirm or dismiss",
                        "12 m",
                    ),
                    (
                        44,
                        Level::S4,
                        "Card authorisation latency above seasonal band, no declines seen",
                        "02:22:00",
                        "M. Salo",
                        "Confirm or dismiss",
                        "8 m",
                    ),
                ],
            ),
            group(
                "triage",
                &[
                    (
                        42,
                        Level::S1,
                        "Instant payments rejected: core ledger gateway times out",
                        "01:41:08",
                        "K. Brandt",
                        "Approve failover",
                        "8 m",
                    ),
                    (
                        43,
                        Level::S3,
                        "Mobile login: one-time codes delayed for one carrier",
                        "01:58:00",
                        "J. Ferro",
                        "Decide severity",
                        "27 m",
                    ),
                ],
            ),
            group(
                "contain",
                &[
                    (
                        41,
                        Level::S3,
                        "Phishing site imitates online banking, takedown requested",
                        "2026-11-16T18:12:00Z",
                        "Cyber desk",
                        "Takedown check",
                        "1 h 28 m",
                    ),
                    (
                        39,
                        Level::S4,
                        "Branch printers offline in two branches after firmware push",
                        "2026-11-16T14:40:00Z",
                        "",
                        "Roll back firmware",
                        "6 h 8 m",
                    ),
                ],
            ),
            group(
                "recover",
                &[
                    (
                        36,
                        Level::S2,
                        "SWIFT gateway certificate rollover failed, manual channel used",
                        "2026-11-14T05:31:00Z",
                        "T. Weiss",
                        "Integrity check",
                        "5 h 58 m",
                    ),
                    (
                        37,
                        Level::S4,
                        "Card controls drill: loss of the primary tokenisation site",
                        "2026-11-16T09:00:00Z",
                        "Exercise team",
                        "Validate restore",
                        "9 h",
                    ),
                ],
            ),
            group(
                "learn",
                &[
                    (
                        33,
                        Level::S2,
                        "Online banking unavailable for 71 minutes, expired load balancer key",
                        "2026-11-09T13:00:00Z",
                        "Review board",
                        "Approve review",
                        "2 d",
                    ),
                    (
                        29,
                        Level::S3,
                        "Market data feed gap, fallback prices used for 14 minutes",
                        "2026-11-02T10:00:00Z",
                        "Treasury IT",
                        "Close remediation",
                        "−4 d",
                    ),
                ],
            ),
        ]
    }
}

impl IncidentRow {
    fn sample(
        &(number, level, title, since, holder, next, due): &(
            i64,
            Level,
            &str,
            &str,
            &str,
            &str,
            &str,
        ),
    ) -> Self {
        Self {
            reference: format!("INC-2026-{number:04}"),
            title: title.to_owned(),
            sev: Sev::of(level, number == 42),
            exercise: number == 37,
            since: at(since),
            holder: (!holder.is_empty()).then(|| holder.to_owned()),
            reach: match number {
                39 => Reach::Unknown,
                45 => Reach::Trying,
                _ => Reach::Reached,
            },
            next: Some(next.to_owned()),
            due_in: Some(due.to_owned()),
            pressing: matches!(number, 42 | 29),
            evidence: match number {
                42 => count(16, 3, 1, 0),
                36 => count(22, 0, 1, 0),
                43 | 29 => count(5, 1, 0, 0),
                _ => count(8, 0, 0, 0),
            },
        }
    }
}
