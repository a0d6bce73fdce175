//! Everything a person sees of one incident, read in one snapshot.

use std::sync::Arc;

use base::{Code, Id, Timestamp, id};
use db::Conn;
use domain::incident::{Incident, unknown_incident};
use process::{
    Model,
    evidence::{PhaseSummary, Recorded, phases},
};
use store::{StoreError, clock, incident as incidents, log, page, word};

use crate::{App, Error, escalation::pages_of, turn::Stop};

/// How many entries of the timeline a page shows at once.
pub const TIMELINE: i64 = 60;

/// An open task with its element of the model.
#[derive(Debug, Clone)]
pub struct TaskSeen {
    /// The task's number.
    pub number: u32,
    /// Its element.
    pub element: process::Element,
    /// What is wanted.
    pub kind: process::engine::TaskKind,
    /// When it is due.
    pub due_at: Option<Timestamp>,
}

/// Entries as a timeline shows them: as stored, as read, and their words by field.
pub type Timeline = Vec<(log::Stored, evidence::Entry, Vec<(Code, String)>)>;

/// An incident with all its page shows.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The incident.
    pub id: Id<id::Incident>,
    /// Its state.
    pub state: Incident,
    /// live, exercise or retrospective.
    pub mode: String,
    /// Its title.
    pub title: String,
    /// Its description.
    pub description: String,
    /// The process it runs.
    pub model: Arc<Model>,
    /// The five phases with their evidence.
    pub phases: Vec<PhaseSummary>,
    /// Open tasks.
    pub tasks: Vec<TaskSeen>,
    /// Clocks.
    pub clocks: Vec<clock::Clock>,
    /// Pages about it, and about the groups that belong to it.
    pub pages: Vec<page::Listed>,
    /// The newest entries of its timeline, newest first, with their words.
    pub timeline: Timeline,
    /// How many entries its timeline has.
    pub entries: i64,
}

impl App {
    /// Reads all that an incident's page shows; the timeline starts before `before`.
    ///
    /// # Errors
    /// `INC-004` where there is no such incident.
    pub async fn see_incident(&self, reference: &str, before: i64) -> Result<Seen, Error> {
        let (app, reference) = (self.clone(), reference.to_owned());
        self.read(move |conn| {
            let id = incidents::by_reference(conn, &reference)?.ok_or_else(unknown_incident)?;
            Ok(see(&app, conn, id, before)?)
        })
        .await
    }
}

fn see(app: &App, conn: &mut Conn, id: Id<id::Incident>, before: i64) -> Result<Seen, Stop> {
    let state = incidents::load(conn, id)?.ok_or_else(unknown_incident)?;
    let model = app.documents().running(conn, &state.process)?;
    let recorded: Vec<Recorded> = recorded(&state);
    let phases = phases(&model, &state.process.state, &recorded, app.now());
    let tasks = state.process.state.tasks.iter().filter_map(|(number, task)| {
        let element = model.element(&task.element)?.clone();
        Some(TaskSeen { number: *number, element, kind: task.kind, due_at: task.due_at })
    });
    let tasks = tasks.collect();
    let mut pages = pages_of(conn, &id.to_string())?;
    for group in &state.groups {
        pages.extend(pages_of(conn, &group.to_string())?);
    }
    let text = id.to_string();
    let first = log::entry(conn, state.declared)?.map(|stored| stored.entry()).transpose()?;
    Ok(Seen {
        id,
        mode: first.map_or_else(|| "live".to_owned(), |entry| store::project::name_of(&entry.mode)),
        title: word::text(conn, state.declared, "title")?,
        description: word::text(conn, state.declared, "description")?,
        phases,
        tasks,
        clocks: clock::of_target(conn, &text)?,
        pages,
        timeline: timeline(conn, &text, before)?,
        entries: log::count_of_incident(conn, &text)?,
        model,
        state,
    })
}

fn recorded(state: &Incident) -> Vec<Recorded> {
    let mark = |(name, mark): (&Code, &domain::incident::Mark)| Recorded {
        name: name.clone(),
        recorded_at: mark.recorded_at,
        occurred_at: mark.occurred_at,
    };
    state.evidence.iter().map(mark).collect()
}

fn timeline(conn: &mut Conn, incident: &str, before: i64) -> Result<Timeline, StoreError> {
    let mut shown = Vec::new();
    for stored in log::of_incident(conn, incident, before, TIMELINE)? {
        let entry = stored.entry()?;
        let words = words(conn, stored.seq)?;
        shown.push((stored, entry, words));
    }
    Ok(shown)
}

/// The words of an entry as text.
///
/// # Errors
/// Faults of the store.
pub fn words(conn: &mut Conn, seq: i64) -> Result<Vec<(Code, String)>, StoreError> {
    let mut words = Vec::new();
    for stored in word::of_entry(conn, seq)? {
        let text = word::text(conn, seq, stored.field.as_str())?;
        words.push((stored.field, text));
    }
    Ok(words)
}
