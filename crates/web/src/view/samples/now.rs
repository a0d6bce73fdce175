//! The samples of Now: ten incidents in five phases, and a quiet day.

use super::{at, clocks, count, shell};
use crate::view::{
    Chip, Level, Place, Reach, Sev, Shell,
    now::{IncidentRow, LevelCount, Losing, NowPage, OnCall, PhaseGroup},
};

/// Phase, number, level, title, since, holder, next step, due in.
const INCIDENTS: &str = "\
detect|45|S3|Halden Hosting notice: storage maintenance overran|17T02:26:00|Vendor desk|Confirm it|12 m
detect|44|S4|Card authorisation latency above seasonal band|17T02:22:00|M. Salo|Confirm it|8 m
triage|42|S1|Instant payments rejected: core ledger gateway times out|17T01:41:08|K. Brandt|Approve failover|8 m
triage|43|S3|Mobile login: one-time codes delayed for one carrier|17T01:58:00|J. Ferro|Decide severity|27 m
contain|41|S3|Phishing site imitates online banking|16T18:12:00|Cyber desk|Takedown check|1 h 28 m
contain|39|S4|Branch printers offline after firmware push|16T14:40:00||Roll back firmware|6 h 8 m
recover|36|S2|SWIFT gateway certificate rollover failed|14T05:31:00|T. Weiss|Integrity check|5 h 58 m
recover|37|S4|Card controls drill: loss of the tokenisation site|16T09:00:00|Exercise team|Validate restore|9 h
learn|33|S2|Online banking unavailable for 71 minutes|09T13:00:00|Review board|Approve review|2 d
learn|29|S3|Market data feed gap, fallback prices used|02T10:00:00|Treasury IT|Close remediation|−4 d";

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
    /// Ten incidents in five phases.
    pub fn samples() -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for line in INCIDENTS.lines() {
            let cells: Vec<&str> = line.split('|').collect();
            let [phase, rest @ ..] = cells.as_slice() else { continue };
            let Some(incident) = IncidentRow::sample(rest) else { continue };
            match groups.last_mut().filter(|group| group.phase == *phase) {
                Some(group) => group.incidents.push(incident),
                None => groups.push(Self { phase: (*phase).to_owned(), incidents: vec![incident] }),
            }
        }
        groups
    }
}

impl IncidentRow {
    fn sample(cells: &[&str]) -> Option<Self> {
        let [number, level, title, since, holder, next, due] = cells else { return None };
        let level = match *level {
            "S1" => Level::S1,
            "S2" => Level::S2,
            "S3" => Level::S3,
            _ => Level::S4,
        };
        Some(Self {
            reference: format!("INC-2026-00{number}"),
            title: (*title).to_owned(),
            sev: Sev::of(level, *number == "42"),
            exercise: *number == "37",
            since: at(&format!("2026-11-{since}Z")),
            holder: (!holder.is_empty()).then(|| (*holder).to_owned()),
            reach: match *number {
                "39" => Reach::Unknown,
                "45" => Reach::Trying,
                _ => Reach::Reached,
            },
            next: Some((*next).to_owned()),
            due_in: Some((*due).to_owned()),
            pressing: matches!(*number, "42" | "29"),
            evidence: match *number {
                "42" => count(16, 3, 1, 0),
                "36" => count(22, 0, 1, 0),
                "43" | "29" => count(5, 1, 0, 0),
                _ => count(8, 0, 0, 0),
            },
        })
    }
}
