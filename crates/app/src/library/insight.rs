//! How the cases of a process went, element by element, read from their entries.

use std::{collections::BTreeMap, sync::Arc};

use base::{Code, Duration, Timestamp};
use db::Conn;
use domain::document::{DocumentKind, unknown_document};
use evidence::entry::Entry;
use process::Model;
use store::{config, document, governed, incident, log};

use crate::{App, Error, turn::Stop};

/// The newest cases that are read.
pub const CASES: i64 = 100;

/// How one element fared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ElementStory {
    /// Tokens of open cases that stand on it.
    pub tokens: u32,
    /// How often it was entered.
    pub entered: u32,
    /// How often it was done.
    pub completed: u32,
    /// How often it was passed by exception.
    pub exceptions: u32,
    /// How often a token could not go on here.
    pub faults: u32,
    /// How long tokens stayed, in order.
    pub stays: Vec<Duration>,
}

/// How the cases went.
#[derive(Debug, Clone)]
pub struct Story {
    /// The version whose elements are told.
    pub version: i64,
    /// The version as it runs.
    pub model: Arc<Model>,
    /// How many cases were read, open or over; at most [`CASES`].
    pub cases: usize,
    /// How many of them are open.
    pub open: usize,
    /// By element; one that no case met has no story.
    pub elements: BTreeMap<Code, ElementStory>,
}

impl ElementStory {
    /// The stay in the middle.
    pub fn median(&self) -> Option<Duration> {
        self.stays.get(self.stays.len() / 2).copied()
    }

    /// The longest stay.
    pub fn longest(&self) -> Option<Duration> {
        self.stays.last().copied()
    }
}

impl App {
    /// How the newest cases of a process went, on the elements of its newest version or of `version`.
    /// Cases of every version count: an element that kept its id is the same element.
    ///
    /// # Errors
    /// `DOC-002`.
    pub async fn process_story(&self, name: Code, version: Option<i64>) -> Result<Story, Error> {
        let app = self.clone();
        self.read(move |conn| tell(&app, conn, &name, version).map_err(Error::from)).await
    }
}

fn tell(app: &App, conn: &mut Conn, name: &Code, version: Option<i64>) -> Result<Story, Stop> {
    let kind = DocumentKind::Process;
    document::stream(conn, kind, name.as_str())?.ok_or_else(unknown_document)?;
    let found = match version {
        Some(version) => config::version(conn, kind, name.as_str(), version)?,
        None => config::newest(conn, kind, name.as_str())?,
    };
    let found = found.ok_or_else(unknown_document)?;
    let model = app.documents().model(conn, found.sha256)?;
    let mut told = Told::default();
    let cases = governed::cases(conn, name.as_str(), CASES)?;
    for case in &cases {
        let id = case.incident.to_string();
        told.standing.clear();
        for stored in log::stream(conn, &id)? {
            told.entry(&stored.entry()?);
        }
        if case.status == "open"
            && let Some(state) = incident::load(conn, case.incident)?
        {
            for token in state.process.state.tokens.values() {
                told.element(&token.element).tokens += 1;
            }
        }
    }
    told.elements.values_mut().for_each(|element| element.stays.sort_unstable());
    Ok(Story {
        version: found.version,
        model,
        cases: cases.len(),
        open: cases.iter().filter(|case| case.status == "open").count(),
        elements: told.elements,
    })
}

/// What is told so far; `standing` knows where the tokens of the case in hand came to stand, and when.
#[derive(Default)]
struct Told {
    elements: BTreeMap<Code, ElementStory>,
    standing: BTreeMap<u64, (Code, Timestamp)>,
}

impl Told {
    fn element(&mut self, id: &Code) -> &mut ElementStory {
        self.elements.entry(id.clone()).or_default()
    }

    fn entry(&mut self, entry: &Entry) {
        let Some(element) = entry.data["element"].as_str().and_then(|id| id.parse::<Code>().ok())
        else {
            return;
        };
        let token = entry.data["token"].as_u64();
        match entry.kind.as_str() {
            "element_entered" => {
                self.element(&element).entered += 1;
                token.map(|token| self.standing.insert(token, (element, entry.recorded_at)));
            }
            "element_left" | "token_ended" => {
                let story = self.element(&element);
                story.completed += 1;
                self.leave(token, &element, entry.recorded_at);
            }
            "exception_invoked" => {
                self.element(&element).exceptions += 1;
                self.leave(token, &element, entry.recorded_at);
            }
            "fault_raised" => self.element(&element).faults += 1,
            _ => {}
        }
    }

    fn leave(&mut self, token: Option<u64>, element: &Code, at: Timestamp) {
        let stood = token.and_then(|token| self.standing.remove(&token));
        if let Some((_, since)) = stood.filter(|(stood, _)| stood == element) {
            self.element(element).stays.push(at - since);
        }
    }
}
