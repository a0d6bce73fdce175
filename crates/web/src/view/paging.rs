//! Proof of paging: the log of messages, one message, the ladder of an incident.

use askama::Template;

use super::{
    Chip, Choice, Input, Place, Reach, Row, Shell, Time, Words, filters,
    lists::chip,
    part::Pager,
    samples::{at, line, row, shell},
};

/// One page to one person.
#[derive(Debug, Clone)]
pub struct Message {
    /// `pag_…`.
    pub id: String,
    /// To whom.
    pub person: String,
    /// What it is about, and its page.
    pub about: Option<(String, String)>,
    /// The rung that sent it, from 1.
    pub step: u32,
    /// The channel of the newest attempt.
    pub channel: Option<String>,
    /// `queued`, `handed_over`, `acknowledged`, `failed`, `withdrawn`.
    pub state: String,
    /// When it was queued.
    pub queued: Time,
    /// When a relay accepted it.
    pub handed_over: Option<Time>,
    /// When the person answered.
    pub answered: Option<Time>,
    /// How long that took.
    pub took: Option<String>,
    /// Why the newest attempt failed, as a code.
    pub reason: Option<String>,
}

/// The page `/paging`.
#[derive(Debug, Clone, Template)]
#[template(path = "paging.html")]
pub struct PagingPage {
    /// Around it.
    pub shell: Shell,
    /// Filters: `any`, and the states.
    pub states: Vec<Chip>,
    /// The state in force.
    pub state: String,
    /// People to choose.
    pub people: Vec<Choice>,
    /// To whom.
    pub person: Input,
    /// From when.
    pub from_at: Input,
    /// Until when.
    pub to_at: Input,
    /// Whether only the reader's own are shown.
    pub own: bool,
    /// Newest first.
    pub rows: Vec<Message>,
    /// Where it goes on.
    pub pager: Pager,
    /// The same as CSV.
    pub csv: String,
}

/// Why a page was sent.
#[derive(Debug, Clone)]
pub struct Why {
    /// The ladder and its version.
    pub policy: String,
    /// When the ladder began.
    pub began: Time,
    /// The rung, from 1.
    pub step: u32,
    /// Whether it is the last resort.
    pub last_resort: bool,
    /// Whom the rung names.
    pub named: Vec<String>,
}

/// The page `/paging/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "message-proof.html")]
pub struct MessagePage {
    /// Around it.
    pub shell: Shell,
    /// The message.
    pub message: Message,
    /// Its entries, oldest first.
    pub rows: Vec<Row>,
    /// Why it was sent.
    pub why: Option<Why>,
    /// Whether the reader may open entries.
    pub reads_log: bool,
}

/// Whether a rung was climbed.
#[derive(Debug, Clone)]
pub enum RungState {
    /// Then.
    Taken(Time),
    /// It comes then, unless somebody answers.
    Due(Time),
    /// It was not, and is not next.
    NotClimbed,
}

/// Somebody a rung paged.
#[derive(Debug, Clone)]
pub struct Paged {
    /// The message.
    pub id: String,
    /// The person.
    pub person: String,
    /// Whether they were reached.
    pub reach: Reach,
    /// How far the message came.
    pub state: String,
    /// How long the answer took.
    pub took: Option<String>,
}

/// A rung of a ladder.
#[derive(Debug, Clone)]
pub struct Rung {
    /// From 1.
    pub number: u32,
    /// Whether it is the last resort.
    pub last_resort: bool,
    /// Whom it names.
    pub targets: Vec<String>,
    /// How long after the beginning it comes while nobody answers.
    pub after: String,
    /// Whether it was climbed.
    pub state: RungState,
    /// Whom it paged.
    pub paged: Vec<Paged>,
}

/// A ladder.
#[derive(Debug, Clone)]
pub struct Ladder {
    /// The policy and its version.
    pub policy: String,
    /// When it began.
    pub began: Time,
    /// Whether it is over.
    pub ended: bool,
    /// Who answered last, and when.
    pub acknowledged: Option<(String, Time)>,
    /// Its rungs.
    pub rungs: Vec<Rung>,
}

/// Why somebody was paged by a ladder, or not.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Paged by this rung, then.
    Paged(u32, Time),
    /// This rung named them, but there is no way of reaching them.
    NoChannel(u32),
    /// No rung names them or a role of theirs.
    NotNamed,
    /// This rung names them, and was not climbed: somebody answered then.
    AnsweredBefore(u32, String, Time),
    /// This rung names them; the ladder ended before.
    EndedBefore(u32),
    /// This rung was climbed, when they did not hold the role.
    NotHeldThen(u32),
    /// This rung names them, and comes then unless somebody answers.
    Ahead(u32, Time),
    /// It cannot be told.
    Unknown,
}

/// The page `/incidents/{reference}/paging`.
#[derive(Debug, Clone, Template)]
#[template(path = "ladder.html")]
pub struct LadderPage {
    /// Around it.
    pub shell: Shell,
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// The ladders, oldest first.
    pub ladders: Vec<Ladder>,
    /// One a ladder: why the person was paged, or not.
    pub verdicts: Vec<Verdict>,
    /// Whether that is the reader.
    pub me: bool,
    /// The person.
    pub name: String,
    /// The person, as chosen.
    pub person: Input,
    /// Who can be asked about.
    pub people: Vec<Choice>,
}

impl Message {
    fn sample(person: &str, state: &str) -> Self {
        let acknowledged = state == "acknowledged";
        Self {
            id: "pag_01".to_owned(),
            person: person.to_owned(),
            about: Some(("INC-2026-0042".to_owned(), "/incidents/INC-2026-0042".to_owned())),
            step: 1,
            channel: Some("mail".to_owned()),
            state: state.to_owned(),
            queued: at("01:41:08"),
            handed_over: (state != "queued").then(|| at("01:41:10")),
            answered: acknowledged.then(|| at("01:41:51")),
            took: acknowledged.then(|| "43 s".to_owned()),
            reason: (state == "failed").then(|| "smtp.5xx".to_owned()),
        }
    }
}

impl PagingPage {
    /// One of each state.
    pub fn sample() -> Self {
        Self {
            shell: shell(Place::Paging, "/paging"),
            states: ["any", "queued", "handed_over", "acknowledged", "failed", "withdrawn"]
                .map(|code| chip(code, "/paging?state", code == "any"))
                .into(),
            state: "any".to_owned(),
            people: vec![Choice::new("per_kb", "K. Brandt")],
            person: Input::default(),
            from_at: Input::default(),
            to_at: Input::default(),
            own: false,
            rows: vec![
                Message::sample("A. Lindqvist", "acknowledged"),
                Message::sample("T. Weiss", "handed_over"),
                Message { channel: None, ..Message::sample("R. Duval", "failed") },
                Message::sample("M. Board", "queued"),
                Message::sample("K. Brandt", "withdrawn"),
            ],
            pager: Pager { shown: 5, ..Pager::default() },
            csv: "/paging.csv?state=any".to_owned(),
        }
    }

    /// Nobody was ever paged.
    pub fn sample_empty() -> Self {
        Self { rows: Vec::new(), own: true, pager: Pager::default(), ..Self::sample() }
    }
}

impl MessagePage {
    /// Answered in 43 seconds.
    pub fn sample() -> Self {
        let said = |kind: &str, value: &str, count| line(kind, "", "A. Lindqvist", value, count);
        Self {
            shell: shell(Place::Paging, "/paging/pag_01"),
            message: Message::sample("A. Lindqvist", "acknowledged"),
            rows: vec![
                row("01:41:08", 48_101, said("page_queued", "", 0), None),
                row("01:41:10", 48_102, said("page_handed_over", "mail", 1), None),
                row("01:41:51", 48_105, said("page_acknowledged", "link", 0), None),
            ],
            why: Some(Why {
                policy: "default v3".to_owned(),
                began: at("01:41:08"),
                step: 1,
                last_resort: false,
                named: vec!["Responder".to_owned()],
            }),
            reads_log: true,
        }
    }
}

impl LadderPage {
    /// Answered on the second rung.
    pub fn sample() -> Self {
        let paged = |person: &str, reach, state: &str, took: Option<&str>| Paged {
            id: "pag_01".to_owned(),
            person: person.to_owned(),
            reach,
            state: state.to_owned(),
            took: took.map(str::to_owned),
        };
        let rung = |number, targets: &[&str], after: &str, state, paged| Rung {
            number,
            last_resort: number == 3,
            targets: targets.iter().map(|name| (*name).to_owned()).collect(),
            after: after.to_owned(),
            state,
            paged,
        };
        Self {
            shell: shell(Place::Incidents, "/incidents/INC-2026-0042/paging"),
            reference: "INC-2026-0042".to_owned(),
            title: Words::known("Instant payments rejected: core ledger gateway times out"),
            ladders: vec![Ladder {
                policy: "default v3".to_owned(),
                began: at("01:41:08"),
                ended: false,
                acknowledged: Some(("T. Weiss".to_owned(), at("01:46:51"))),
                rungs: vec![
                    rung(
                        1,
                        &["Responder"],
                        "0 s",
                        RungState::Taken(at("01:41:08")),
                        vec![paged("A. Lindqvist", Reach::Trying, "handed_over", None)],
                    ),
                    rung(
                        2,
                        &["Incident commander"],
                        "5 m",
                        RungState::Taken(at("01:46:08")),
                        vec![paged("T. Weiss", Reach::Reached, "acknowledged", Some("43 s"))],
                    ),
                    rung(3, &["Management"], "15 m", RungState::Due(at("02:46:08")), Vec::new()),
                ],
            }],
            verdicts: vec![Verdict::AnsweredBefore(3, "T. Weiss".to_owned(), at("01:46:51"))],
            me: true,
            name: "M. Board".to_owned(),
            person: Input::of("per_mb"),
            people: vec![Choice::new("per_mb", "M. Board"), Choice::new("per_tw", "T. Weiss")],
        }
    }
}
