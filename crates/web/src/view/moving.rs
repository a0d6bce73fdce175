//! Moving running cases to another version of their process: the form with its dry run, and a plan.

use askama::Template;

use super::{Choice, Input, Shell, Time, Words, filters, process::VersionLine};

/// A place where cases stand, or an event that they wait for.
#[derive(Debug, Clone)]
pub struct PlaceRow {
    /// The element's or flow's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many cases.
    pub cases: i64,
    /// Why they are stuck: a code of the engine; empty where they are not.
    pub reason: String,
    /// Its counterpart; empty where there is none.
    pub to: Input,
    /// What it may be mapped to.
    pub choices: Vec<Choice>,
}

/// A place where a case is stuck.
#[derive(Debug, Clone)]
pub struct StuckRow {
    /// The element's or flow's name.
    pub name: String,
    /// Why: a code of the engine.
    pub reason: String,
}

/// A case as it would move.
#[derive(Debug, Clone)]
pub struct CaseAheadRow {
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// Whether it could move.
    pub movable: bool,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Whether its process is over.
    pub over: bool,
    /// Tokens that would move.
    pub tokens: u32,
    /// Events that go on waiting.
    pub kept: u32,
    /// Events that are waited for no longer.
    pub ended: u32,
    /// Events that are waited for from then on.
    pub begun: u32,
    /// Where it is stuck.
    pub stuck: Vec<StuckRow>,
    /// How many more places there are.
    pub more: u32,
}

/// The page `/processes/{name}/move`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/move.html")]
pub struct MovePage {
    /// Around it.
    pub shell: Shell,
    /// The process.
    pub name: String,
    /// Its versions, newest first.
    pub versions: Vec<VersionLine>,
    /// From which.
    pub from: Input,
    /// To which.
    pub to: Input,
    /// Whether the dry run was made.
    pub previewed: bool,
    /// Where cases stand.
    pub places: Vec<PlaceRow>,
    /// What they would wait for from then on: name, and how many cases.
    pub begun: Vec<(String, i64)>,
    /// The cases.
    pub rows: Vec<CaseAheadRow>,
    /// Whether there are too many to choose from one by one: then all that can move do.
    pub all: bool,
    /// How many are not shown.
    pub hidden: i64,
    /// How many could move, and how many stay.
    pub counts: (i64, i64),
    /// Why.
    pub reason: Input,
}

/// A case of a plan.
#[derive(Debug, Clone)]
pub struct PlanCaseRow {
    /// `INC-2026-0042`.
    pub reference: String,
    /// What is broken.
    pub title: Words,
    /// Tokens that would move, by the dry run.
    pub tokens: u32,
    /// `waits`, `moved`, `stuck`, `over`, `elsewhere`, `refused`; `stays` where the dry run was stuck.
    pub state: String,
    /// Where it is stuck, by the dry run or when its turn came.
    pub stuck: Vec<StuckRow>,
    /// How many more places there are.
    pub more: u32,
    /// The code of a refusal.
    pub code: Option<String>,
    /// The entry that says what became of it.
    pub entry: Option<i64>,
}

/// The page `/moves/{id}`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/plan.html")]
pub struct PlanPage {
    /// Around it.
    pub shell: Shell,
    /// The plan.
    pub id: String,
    /// The process.
    pub process: String,
    /// From which version, and the digest of its bytes.
    pub from: (i64, String),
    /// To which.
    pub to: (i64, String),
    /// proposed, moving, done, rejected, withdrawn.
    pub standing: String,
    /// Why.
    pub reason: Words,
    /// Who proposed it, when, the entry.
    pub proposed: (String, Time, i64),
    /// Who judged it, when, the entry, and what they said.
    pub judged: Option<(String, Time, i64, Option<Words>)>,
    /// What is called otherwise there: old and new, each with its name and id.
    pub mapping: Vec<[(String, String); 2]>,
    /// The cases, the oldest first.
    pub rows: Vec<PlanCaseRow>,
    /// How many have moved, how many stay.
    pub counts: (i64, i64),
    /// Whether the reader may approve or reject.
    pub may_judge: bool,
    /// Whether the reader proposed it, and so cannot approve it.
    pub own: bool,
    /// Whether the reader may withdraw it.
    pub may: bool,
    /// The comment or the reason.
    pub words: Input,
}

/// A plan in a list.
#[derive(Debug, Clone)]
pub struct PlanLine {
    /// Its page.
    pub href: String,
    /// From which version.
    pub from: i64,
    /// To which.
    pub to: i64,
    /// proposed, moving, done, rejected, withdrawn.
    pub standing: String,
    /// How many cases it names.
    pub cases: i64,
    /// How many have moved.
    pub moved: i64,
    /// Who proposed it.
    pub by: String,
    /// When.
    pub at: Time,
}

impl MovePage {
    /// What stands beside the button.
    pub fn could_move(&self) -> bool {
        self.counts.0 > 0
    }
}

impl PlanPage {
    /// How many cases it names.
    pub fn total(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    /// How many wait for their turn.
    pub fn waiting(&self) -> i64 {
        self.total() - self.counts.0 - self.counts.1
    }
}
