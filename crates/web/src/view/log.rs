//! The log: its entries, and one entry with its bytes, its words and its proof.

use askama::Template;

use super::{
    Choice, Input, Line, Place, Row, Shell, Time, Words, filters,
    part::Pager,
    samples::{at, line, row, shell},
};

/// The page `/log`.
#[derive(Debug, Clone, Template)]
#[template(path = "log.html")]
pub struct LogPage {
    /// Around it.
    pub shell: Shell,
    /// Filter: the type.
    pub kind: Input,
    /// Filter: who.
    pub actor: Input,
    /// Filter: what it is about, an id or a reference.
    pub about: Input,
    /// Filter: from when.
    pub from_at: Input,
    /// Filter: to when.
    pub to_at: Input,
    /// The types there are.
    pub kinds: Vec<Choice>,
    /// The people there are.
    pub actors: Vec<Choice>,
    /// Newest first.
    pub rows: Vec<Row>,
    /// Where it goes on.
    pub pager: Pager,
}

/// A word of an entry, with its commitment.
#[derive(Debug, Clone)]
pub struct Word {
    /// The field.
    pub field: String,
    /// The commitment in the entry, hexadecimal.
    pub commitment: String,
    /// The salt; `None` where the word was erased.
    pub salt: Option<String>,
    /// The word.
    pub value: Words,
    /// Whether salt and word give the commitment.
    pub matches: bool,
}

/// One step of an inclusion proof.
#[derive(Debug, Clone)]
pub struct ProofStep {
    /// The level, from 0.
    pub level: u32,
    /// Whether the sibling stands to the right.
    pub right: bool,
    /// Its hash, hexadecimal.
    pub hash: String,
}

/// Proof that an entry is in the log.
#[derive(Debug, Clone)]
pub struct Proof {
    /// How many entries the checkpoint covers.
    pub size: i64,
    /// Its root, hexadecimal.
    pub root: String,
    /// When it was signed.
    pub signed: Time,
    /// Who signed it: the log, and the witnesses.
    pub signers: Vec<String>,
    /// The siblings, from the leaf up.
    pub path: Vec<ProofStep>,
    /// Whether it was checked just now and held.
    pub holds: bool,
}

/// The page `/log/entries/{seq}`.
#[derive(Debug, Clone, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// Around it.
    pub shell: Shell,
    /// The entry's number.
    pub seq: i64,
    /// What it says.
    pub line: Line,
    /// When it was recorded.
    pub recorded: Time,
    /// When it happened.
    pub occurred: Time,
    /// Who did it; `None` for the machine.
    pub actor: Option<String>,
    /// What it is about: text and page.
    pub about: Option<(String, String)>,
    /// Under what it was decided: `process`, `version`, `element`, `table`…, and the value.
    pub under: Vec<(String, String)>,
    /// The entry's bytes with line breaks, for reading.
    pub pretty: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// The leaf hash, hexadecimal.
    pub leaf: String,
    /// Its words.
    pub words: Vec<Word>,
    /// Proof that it is in the log; `None` where no checkpoint covers it yet.
    pub proof: Option<Proof>,
    /// The entry before.
    pub before: Option<i64>,
    /// The entry after.
    pub after: Option<i64>,
}

impl LogPage {
    /// The newest entries.
    pub fn sample() -> Self {
        let incident = super::incident::IncidentPage::sample();
        let about = ("INC-2026-0042".to_owned(), "/incidents/INC-2026-0042".to_owned());
        let mut rows = incident.story.rows;
        for each in &mut rows {
            each.about = Some(about.clone());
        }
        rows.push(row("01:41:08", 48_141, line("alerts_received", "", "prometheus", "", 3), None));
        Self {
            shell: shell(Place::Log, "/log"),
            kind: Input::default(),
            actor: Input::default(),
            about: Input::default(),
            from_at: Input::default(),
            to_at: Input::default(),
            kinds: vec![Choice::new("severity_decided", "severity_decided")],
            actors: incident.choices.people,
            pager: Pager {
                older: Some("/log?before=48141".to_owned()),
                shown: rows.len(),
                total: Some(48_213),
                ..Pager::default()
            },
            rows,
        }
    }
}

impl EntryPage {
    /// A severity decision.
    pub fn sample() -> Self {
        let word = |field: &str, value: Words, salt: Option<&str>| Word {
            field: field.to_owned(),
            commitment: "41d802bb9a4471c9c02f9a4471c90355d17c5a1d009f3c71e0b2d84f0c6be1a1"
                .to_owned(),
            salt: salt.map(str::to_owned),
            matches: salt.is_some(),
            value,
        };
        Self {
            shell: shell(Place::Log, "/log/entries/48170"),
            seq: 48_170,
            line: line("severity_decided", "A. Lindqvist", "R3", "S1", 0),
            recorded: at("02:04:52"),
            occurred: at("02:04:52"),
            actor: Some("A. Lindqvist".to_owned()),
            about: Some(("INC-2026-0042".to_owned(), "/incidents/INC-2026-0042".to_owned())),
            under: vec![
                ("table".to_owned(), "severity".to_owned()),
                ("table_version".to_owned(), "12".to_owned()),
            ],
            pretty: "{\n  \"data\": {\n    \"severity\": \"S1\",\n    \"matched_rules\": [\"R3\"]\n  },\n  \"seq\": 48170\n}".to_owned(),
            bytes: 812,
            leaf: "9f3c71e0b2d84f0c6be1a1c740d241d802bb0ec02f9a4471c90355d17c5a1d00".to_owned(),
            words: vec![
                word("rationale", Words::known("Payments are bouncing, not queueing."), Some("a81f77ab02c9")),
                word("comment", Words::Erased, None),
            ],
            proof: Some(Proof {
                size: 48_213,
                root: "c02f9a4471c90355d17c5a1d009f3c71e0b2d84f0c6be1a141d802bb9a4471c9".to_owned(),
                signed: at("02:30:00"),
                signers: vec!["nordhaven.example/log".to_owned(), "witness-a".to_owned(), "witness-b".to_owned()],
                path: (0..3)
                    .map(|level| ProofStep {
                        level,
                        right: level != 1,
                        hash: "41d802bb0e9a4471c903".to_owned(),
                    })
                    .collect(),
                holds: true,
            }),
            before: Some(48_169),
            after: Some(48_171),
        }
    }
}
