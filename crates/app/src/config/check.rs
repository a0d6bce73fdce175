//! What the checks say of a document before it may be published: by kind, in one place.
//!
//! A process is read, linted, and its conditions, decisions and actions are looked for; a table is read
//! and asked for gaps and overlaps; a policy must reach somebody.

use db::Conn;
use dmn::Deployed;
use domain::{
    Refused,
    document::{Checked, DocumentKind, case_fails, not_executable, table_incomplete},
    escalation::Policy,
};
use process::{Finding, Kind, Model, model::Throw};
use serde::{Deserialize, Serialize};

use crate::{App, Error, incident::ACTIONS_KNOWN, turn::Stop};

/// One thing that a check has to say: where, by which rule, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// The element, rule or cell.
    pub id: String,
    /// The line, from 1; 0 where it has none.
    pub line: u32,
    /// The column, from 1; 0 where it has none.
    pub column: u32,
    /// The rule's name.
    pub rule: String,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether it forbids publication; otherwise it advises.
    pub refuses: bool,
}

impl From<Finding> for Objection {
    fn from(finding: Finding) -> Self {
        let refuses = finding.refuses();
        let Finding { id, line, column, rule, message } = finding;
        Self { id, line, column, rule: rule.to_owned(), message, refuses }
    }
}

impl Objection {
    fn plain(rule: &str, message: String) -> Self {
        let (id, rule) = (String::new(), rule.to_owned());
        Self { id, line: 0, column: 0, rule, message, refuses: true }
    }
}

impl App {
    /// What the checks say of a document as it is; records nothing.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn check_document(
        &self,
        kind: DocumentKind,
        bytes: Vec<u8>,
    ) -> Result<Vec<Objection>, Error> {
        let app = self.clone();
        self.read(move |conn| check(&app, conn, kind, &bytes).map_err(Error::from)).await
    }
}

/// What the checks say, against what is published now.
pub(crate) fn check(
    app: &App,
    conn: &mut Conn,
    kind: DocumentKind,
    bytes: &[u8],
) -> Result<Vec<Objection>, Stop> {
    match kind {
        DocumentKind::Process => {
            let model = match model(bytes) {
                Ok(model) => model,
                Err(found) => return Ok(found),
            };
            let host = bound(app, conn, &model)?;
            let mut found = process(&model);
            let bindings = process::lint::check_bindings(&model, &host).into_iter();
            found.extend(bindings.map(Objection::from));
            Ok(found)
        }
        DocumentKind::Table => Ok(table(bytes)),
        DocumentKind::Policy => Ok(policy(bytes)),
    }
}

/// As `check`, without what else is published: at the first set-up the table a process binds may come
/// after it.
///
/// # Errors
/// `DOC-001`, for a table also `DOC-030` and `DOC-031`, with everything that forbids it.
pub(super) fn alone(kind: DocumentKind, bytes: &[u8]) -> Result<(), Refused> {
    let found = forbidding(kind, bytes);
    let forbids: Vec<String> = found
        .iter()
        .map(|f| format!("{}:{} {} [{}] {}", f.line, f.column, f.id, f.rule, f.message))
        .collect();
    let mut refused = match found.first().map(|f| f.rule.as_str()) {
        None => return Ok(()),
        Some("case-failed") => case_fails(),
        Some("gap" | "overlap") => table_incomplete(),
        Some(_) => not_executable(),
    };
    refused.message = format!("{} {}", refused.message, forbids.join("; "));
    Err(refused)
}

/// What forbids a document, whatever else is published.
pub(crate) fn forbidding(kind: DocumentKind, bytes: &[u8]) -> Vec<Objection> {
    let mut found = match kind {
        DocumentKind::Process => model(bytes).map_or_else(|found| found, |model| process(&model)),
        DocumentKind::Table => table(bytes),
        DocumentKind::Policy => policy(bytes),
    };
    found.retain(|found| found.refuses);
    found
}

/// How many forbid and how many advise.
pub(super) fn counted(found: &[Objection]) -> Checked {
    let count = |refuses| {
        let of = found.iter().filter(|found| found.refuses == refuses).count();
        u32::try_from(of).unwrap_or(u32::MAX)
    };
    Checked { refusing: count(true), advising: count(false) }
}

fn text(bytes: &[u8]) -> Result<&str, Vec<Objection>> {
    std::str::from_utf8(bytes).map_err(|e| vec![Objection::plain("not-utf8", e.to_string())])
}

fn model(bytes: &[u8]) -> Result<Model, Vec<Objection>> {
    let found = |found: Vec<Finding>| found.into_iter().map(Objection::from).collect::<Vec<_>>();
    Model::read(text(bytes)?).map_err(found)
}

fn process(model: &Model) -> Vec<Objection> {
    let lint = process::lint::lint(model).into_iter().map(Objection::from);
    let actions = model.elements().iter().filter_map(|element| match &element.kind {
        Kind::Service { action: Some(action) }
        | Kind::Send { action: Some(action), .. }
        | Kind::Throw { what: Throw::Message(_, Some(action)), .. }
            if !ACTIONS_KNOWN.contains(&action.as_str()) =>
        {
            let known = ACTIONS_KNOWN.join(", ");
            let message = format!("the action {action} does not exist; there are {known}");
            let found =
                Finding::new("unknown-action", element.id.as_str(), element.position, message);
            Some(Objection::from(found))
        }
        _ => None,
    });
    lint.chain(actions).collect()
}

fn table(bytes: &[u8]) -> Vec<Objection> {
    dmn::check(bytes).into_iter().map(Objection::from).collect()
}

fn policy(bytes: &[u8]) -> Vec<Objection> {
    let read = serde_json::from_slice::<Policy>(bytes).map_err(|e| e.to_string());
    let checked = read.and_then(|policy| policy.check().map_err(|e| e.to_string()));
    checked.err().map(|message| Objection::plain("policy", message)).into_iter().collect()
}

/// The published tables that a model binds; one that is not published is left out, and found.
fn bound(app: &App, conn: &mut Conn, model: &Model) -> Result<Deployed, Stop> {
    let mut host = Deployed::new();
    for element in model.elements() {
        let Kind::Rule { decision: Some(name) } = &element.kind else { continue };
        match app.documents().table(conn, name.as_str()) {
            Ok(table) => host = host.with(name.clone(), table.number, table.document),
            Err(Stop::Refused(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(host)
}
