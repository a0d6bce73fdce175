//! Processes: the library, one process, what changed between its versions, its story, its text.

use askama::Template;

use super::{Input, Shell, Time, Words, asks::Asks, filters, moving::PlanLine};

/// A draft in a list.
#[derive(Debug, Clone)]
pub struct DraftLine {
    /// Its page.
    pub href: String,
    /// What it configures: `process`, `table`, `policy`.
    pub kind: String,
    /// The document's name.
    pub name: String,
    /// Its number.
    pub number: u32,
    /// drafted, returned, submitted, reviewed, approved, published, withdrawn.
    pub stage: String,
    /// The version it begins from.
    pub base: i64,
    /// Whether another version was published since.
    pub conflicts: bool,
    /// How many findings forbid it.
    pub refusing: i64,
    /// Who saved it last.
    pub by: String,
    /// When it last moved on.
    pub changed: Time,
}

/// A process as a row of the library.
#[derive(Debug, Clone)]
pub struct ProcessRow {
    /// Its name.
    pub name: String,
    /// What it calls itself.
    pub title: String,
    /// Its newest version; 0 before the first.
    pub version: i64,
    /// Open incidents on it.
    pub running: i64,
    /// How many of them on an older version.
    pub older: i64,
    /// Its open drafts.
    pub drafts: Vec<DraftLine>,
    /// When it last changed.
    pub changed: Option<Time>,
}

/// The page `/processes`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/list.html")]
pub struct ProcessesPage {
    /// Around it.
    pub shell: Shell,
    /// By name.
    pub rows: Vec<ProcessRow>,
    /// Drafts of anything that wait for a person.
    pub waiting: Vec<DraftLine>,
    /// Whether the reader may begin a draft.
    pub may: bool,
}

/// A published version as a line.
#[derive(Debug, Clone)]
pub struct VersionLine {
    /// Its number.
    pub version: i64,
    /// When it was published.
    pub published: Time,
    /// The entry.
    pub entry: i64,
    /// Its digest, shortened.
    pub digest: String,
    /// Open incidents on it.
    pub running: i64,
}

/// A step in words: the twin of a shape.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// The element's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is: `user task`.
    pub kind: String,
    /// What is to be done, as the model says it.
    pub text: String,
    /// Who does it.
    pub roles: Vec<String>,
    /// Evidence that must exist.
    pub evidence: Vec<String>,
    /// Within what time.
    pub due: Option<String>,
    /// How many persons approve.
    pub approvals: Option<u32>,
    /// With which codes it may be passed.
    pub exceptions: Vec<String>,
    /// The bound decision.
    pub decision: Option<String>,
    /// The bound action.
    pub action: Option<String>,
    /// The fields of its form.
    pub fields: Vec<String>,
    /// Where it leads: the name of the flow, where it has one, and the next element.
    pub next: Vec<(String, String)>,
    /// Whether governance happens here.
    pub decides: bool,
    /// Tokens of open cases here.
    pub tokens: u32,
}

/// The steps of one phase.
#[derive(Debug, Clone, Default)]
pub struct Phase {
    /// Its code; empty for what belongs to none.
    pub code: String,
    /// In the order in which a token may meet them.
    pub steps: Vec<Step>,
}

/// The picture of a process, and what an island needs to draw it again.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// The SVG; empty where the model has no drawing.
    pub svg: String,
    /// Where the model's bytes are.
    pub src: String,
    /// Paint by element as JSON: `{"id":{"class":"…","badge":"…"}}`.
    pub paints: String,
}

/// The page `/processes/{name}`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/show.html")]
pub struct ProcessPage {
    /// Around it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// What it calls itself.
    pub title: String,
    /// What it says of itself.
    pub text: String,
    /// The version shown; 0 where none was published.
    pub version: i64,
    /// The newest version.
    pub newest: i64,
    /// The digest of the version shown.
    pub digest: String,
    /// Open incidents on the version shown.
    pub running: i64,
    /// The picture.
    pub picture: Picture,
    /// Its twin.
    pub phases: Vec<Phase>,
    /// All versions, newest first.
    pub versions: Vec<VersionLine>,
    /// All drafts, newest first.
    pub drafts: Vec<DraftLine>,
    /// The newest plans to move cases of it.
    pub moves: Vec<PlanLine>,
    /// Whether the reader may begin a draft, and propose to move cases.
    pub may: bool,
}

/// The page `/processes/{name}/text`: the process as a standard operating procedure.
#[derive(Debug, Clone, Template)]
#[template(path = "process/text.html")]
pub struct TextPage {
    /// Around it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// What it calls itself.
    pub title: String,
    /// What it says of itself.
    pub text: String,
    /// The version.
    pub version: i64,
    /// Its digest.
    pub digest: String,
    /// When it was published.
    pub published: Option<Time>,
    /// The picture.
    pub picture: Picture,
    /// Phase by phase.
    pub phases: Vec<Phase>,
}

/// How an element fared, as a row.
#[derive(Debug, Clone, Default)]
pub struct StoryRow {
    /// The element's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// Tokens here now.
    pub tokens: u32,
    /// How often entered.
    pub entered: u32,
    /// How often done.
    pub completed: u32,
    /// How often passed by exception.
    pub exceptions: u32,
    /// How often stuck.
    pub faults: u32,
    /// The stay in the middle.
    pub median: Option<String>,
    /// The longest stay.
    pub longest: Option<String>,
}

/// The page `/processes/{name}/insights`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/insights.html")]
pub struct InsightsPage {
    /// Around it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// The version whose elements are told.
    pub version: i64,
    /// How many cases were read.
    pub cases: usize,
    /// How many of them are open.
    pub open: usize,
    /// Whether there are more than were read.
    pub limited: bool,
    /// What the colours of the picture mean: `time`, `exceptions`, `visits`.
    pub heat: Input,
    /// The picture, painted.
    pub picture: Picture,
    /// By element, in the order of the model.
    pub rows: Vec<StoryRow>,
    /// Elements that no case has met.
    pub never: Vec<StoryRow>,
}

/// What happened to an element between two texts.
#[derive(Debug, Clone)]
pub struct ChangeRow {
    /// Its id.
    pub id: String,
    /// Its tag.
    pub tag: String,
    /// Its name.
    pub name: String,
    /// added, changed, moved, removed.
    pub what: String,
    /// Field, before, after.
    pub fields: Vec<(String, Option<String>, Option<String>)>,
}

/// A line of the comparison.
#[derive(Debug, Clone)]
pub struct DiffLine {
    /// ` `, `-`, `+`, or `…` for lines left out.
    pub sign: char,
    /// Its number before.
    pub old: Option<usize>,
    /// Its number after.
    pub new: Option<usize>,
    /// What it says.
    pub text: String,
}

/// Two texts side by side.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// Element by element.
    pub changes: Vec<ChangeRow>,
    /// Line by line.
    pub lines: Vec<DiffLine>,
    /// How many lines were left out at the end.
    pub cut: usize,
    /// The older picture, with what is gone.
    pub before: Picture,
    /// The newer picture, with what is new, changed or moved.
    pub after: Picture,
}

/// The page `/processes/{name}/versions`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/versions.html")]
pub struct VersionsPage {
    /// Around it.
    pub shell: Shell,
    /// Its name.
    pub name: String,
    /// All versions, newest first.
    pub versions: Vec<VersionLine>,
    /// The older one.
    pub from: Input,
    /// The newer one.
    pub to: Input,
    /// What differs.
    pub difference: Difference,
    /// Whether the reader may propose to move cases.
    pub may: bool,
}

/// The page `/processes/{name}/edit`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/edit.html")]
pub struct EditPage {
    /// Around it.
    pub shell: Shell,
    /// Its name; empty for a new process.
    pub name: Input,
    /// The draft that is saved again; a new one where absent.
    pub draft: Option<u32>,
    /// The version it begins from.
    pub base: i64,
    /// The newest version.
    pub newest: i64,
    /// The model.
    pub document: Input,
    /// Why it is changed.
    pub rationale: Input,
    /// What the panel offers: roles, phases, decisions, actions, as JSON.
    pub offers: String,
}

/// A finding of the checks.
#[derive(Debug, Clone)]
pub struct FindingRow {
    /// The element or rule.
    pub id: String,
    /// `12:4`; empty where it has no place.
    pub place: String,
    /// The rule.
    pub rule: String,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether it forbids publication.
    pub refuses: bool,
}

/// What somebody did with a draft.
#[derive(Debug, Clone)]
pub struct JudgementRow {
    /// The entry's type.
    pub kind: String,
    /// `accepted` or `returned`, for a review.
    pub verdict: String,
    /// Who.
    pub who: String,
    /// When.
    pub at: Time,
    /// Their words, where they gave any.
    pub words: Option<Words>,
    /// The entry.
    pub entry: i64,
}

/// The page of a draft, of whatever kind.
#[derive(Debug, Clone, Template)]
#[template(path = "process/draft.html")]
pub struct DraftPage {
    /// Around it.
    pub shell: Shell,
    /// The draft.
    pub line: DraftLine,
    /// Its path, without the number: `/drafts/process/major-incident`.
    pub path: String,
    /// Where it is written on.
    pub edit: String,
    /// The newest published version.
    pub newest: i64,
    /// Its revision.
    pub revision: u32,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// Why it is changed.
    pub rationale: Words,
    /// What the checks say.
    pub findings: Vec<FindingRow>,
    /// Against the version it begins from.
    pub difference: Difference,
    /// Everything that happened to it.
    pub judgements: Vec<JudgementRow>,
    /// Whether the reader may write, submit, publish and withdraw.
    pub may: bool,
    /// Whether the reader may review and approve.
    pub may_judge: bool,
    /// Why not, where they hold the permission: `own`; empty otherwise.
    pub why_not: String,
    /// The reviewer's or approver's words, or the reason to withdraw.
    pub words: Input,
}

/// The page `/incidents/{reference}/process`.
#[derive(Debug, Clone, Template)]
#[template(path = "process/case.html")]
pub struct CasePage {
    /// Around it.
    pub shell: Shell,
    /// The incident's reference.
    pub reference: String,
    /// Its title.
    pub title: Words,
    /// The process.
    pub process: String,
    /// The version that governs it.
    pub version: i64,
    /// Its digest.
    pub digest: String,
    /// Which versions governed it, the first one first.
    pub governed: Vec<Governed>,
    /// The picture, with the tokens.
    pub picture: Picture,
    /// Where it stands: element, `now`, `done` or `excepted`, how often it was entered.
    pub rows: Vec<CaseRow>,
    /// What it asks of people beside its tasks.
    pub asks: Asks,
}

/// A version that governed a case.
#[derive(Debug, Clone)]
pub struct Governed {
    /// The version.
    pub version: i64,
    /// Since when.
    pub since: Time,
    /// The entry.
    pub entry: i64,
    /// The plan that moved it there; absent for the version that it began with.
    pub plan: Option<MovedBy>,
}

/// The plan that moved a case.
#[derive(Debug, Clone)]
pub struct MovedBy {
    /// Its page.
    pub href: String,
    /// Who proposed it.
    pub by: String,
    /// Who approved it.
    pub approved_by: String,
    /// Why.
    pub reason: Words,
}

/// An element in a case.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// Its name.
    pub name: String,
    /// `now`, `done`, `excepted`.
    pub standing: String,
    /// How often it was entered.
    pub entered: u32,
    /// The exception's code.
    pub code: Option<String>,
}

impl CasePage {
    /// Its path; its forms post below it.
    pub fn path(&self) -> String {
        format!("/incidents/{}/process", self.reference)
    }
}

impl DraftPage {
    /// The forms' path.
    pub fn own(&self) -> String {
        format!("{}/{}", self.path, self.line.number)
    }

    /// Whether it still waits for something.
    pub fn is_open(&self) -> bool {
        !matches!(self.line.stage.as_str(), "published" | "withdrawn")
    }

    /// How many findings forbid it.
    pub fn refusing(&self) -> usize {
        self.findings.iter().filter(|finding| finding.refuses).count()
    }
}

impl EditPage {
    /// Where it is saved.
    pub fn action(&self) -> String {
        if self.name.value.is_empty() {
            "/drafts/process".to_owned()
        } else {
            format!("/drafts/process/{}", self.name.value)
        }
    }
}
