//! The projection: how an entry becomes rows.
//!
//! One code for two callers: `log::append` in the turn that writes the entry, and `rebuild`, which folds
//! the whole log again. What it writes must therefore depend on the entries up to this one alone, never
//! on how many of them are folded in one go: rows are set per entry, folded states at `finish`.

pub(crate) mod alerts;
pub(crate) mod documents;
pub(crate) mod escalations;
pub(crate) mod incidents;
pub(crate) mod moving;
pub(crate) mod organisation;
pub(crate) mod people;
pub(crate) mod servers;
pub(crate) mod webhooks;

pub use alerts::key_digest;

use std::collections::BTreeMap;

use base::{Code, Digest, Id, id};
use db::Conn;
use domain::{
    Meta,
    change::ChangeSet,
    document,
    entity::EntityDescribed,
    escalation::Escalation,
    function::FunctionDescribed,
    incident::Incident,
    integration::Integration,
    moving::Plan,
    organisation::{Part, Scale},
    page::Page,
    person::Person,
    service::ServiceDescribed,
    team::TeamDescribed,
    webhook::Webhook,
};
use evidence::entry::{Entry, Tail};

use crate::{
    StoreError, aggregate, clock,
    log::{fresh, tail},
    word::Words,
};

/// The folded states that one turn, or one stretch of a rebuild, has read, and the clocks it has set.
///
/// A turn is alone while it lasts, so what it has folded once stays true until its end.
#[derive(Default)]
pub struct Projection {
    streams: BTreeMap<Code, Folded>,
    clocks: BTreeMap<Code, clock::Clock>,
}

struct Folded {
    length: i64,
    head: Option<Digest>,
    state: State,
    /// Whether entries were folded that its row does not tell of yet.
    changed: bool,
}

/// The state of an aggregate, by kind of stream.
pub(crate) enum State {
    None,
    Incident(Box<Incident>),
    Escalation(Box<Escalation>),
    Page(Box<Page>),
    Person(Box<Person>),
    Document(Box<document::Document>),
    Integration(Box<Integration>),
    Entity(Box<Part<EntityDescribed>>),
    Function(Box<Part<FunctionDescribed>>),
    Team(Box<Part<TeamDescribed>>),
    Service(Box<Part<ServiceDescribed>>),
    Scale(Box<Scale>),
    Webhook(Box<Webhook>),
    Changes(Box<ChangeSet>),
    CaseMove(Box<Plan>),
}

/// An entry in its place in the log, with its words as far as they are not erased.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'a> {
    pub(crate) seq: i64,
    pub(crate) entry: &'a Entry,
    pub(crate) leaf: Digest,
    pub(crate) words: &'a Words,
}

impl Projection {
    /// Where the next entry of `stream` stands.
    pub(crate) fn tail(&mut self, conn: &mut Conn, stream: &Code) -> Result<Tail, StoreError> {
        let folded = self.folded(conn, stream)?;
        Ok(match folded.head {
            Some(head) => Tail { stream_seq: folded.length, prev: Some(head) },
            None => fresh(),
        })
    }

    /// Folds one entry and writes its rows.
    pub(crate) fn entry(
        &mut self,
        conn: &mut Conn,
        Placed { seq, entry, leaf, words }: Placed<'_>,
    ) -> Result<(), StoreError> {
        let state = std::mem::replace(&mut self.folded(conn, &entry.stream)?.state, State::None);
        let meta = Meta {
            seq,
            occurred_at: entry.occurred_at,
            recorded_at: entry.recorded_at,
            actor: entry.actor.clone(),
            fields: entry.committed.keys().cloned().collect(),
        };
        let mut step = Step { conn, seq, entry, meta: &meta, words, clocks: &mut self.clocks };
        let state = step.apply(state)?;
        incidents::timeline(conn, entry, seq)?;
        let folded = self.folded(conn, &entry.stream)?;
        (folded.state, folded.length, folded.head) = (state, entry.stream_seq + 1, Some(leaf));
        folded.changed = true;
        Ok(())
    }

    /// The folded state of an incident, as the entries so far leave it.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn incident(
        &mut self,
        conn: &mut Conn,
        id: Id<id::Incident>,
    ) -> Result<Option<Incident>, StoreError> {
        let stream = id.to_string().parse().expect("invariant: an id is a code");
        Ok(match &self.folded(conn, &stream)?.state {
            State::Incident(state) => Some((**state).clone()),
            _ => None,
        })
    }

    /// Writes the folded states and the clocks that changed.
    pub(crate) fn finish(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        for (stream, folded) in &mut self.streams {
            let Some(head) = folded.head.filter(|_| folded.changed) else { continue };
            folded.changed = false;
            // An intake ends with its request: its tail is read from the log when it is asked for.
            if !stream.as_str().starts_with("int_") {
                let state = folded.state.print(stream.as_str())?;
                let row = aggregate::Stored { length: folded.length, head, state };
                aggregate::store(conn, stream.as_str(), &row)?;
            }
        }
        for clock in std::mem::take(&mut self.clocks).values() {
            clock::upsert(conn, clock)?;
        }
        Ok(())
    }

    fn folded(&mut self, conn: &mut Conn, stream: &Code) -> Result<&mut Folded, StoreError> {
        if !self.streams.contains_key(stream) {
            let folded = load(conn, stream)?;
            self.streams.insert(stream.clone(), folded);
        }
        Ok(self.streams.get_mut(stream).expect("invariant: inserted above"))
    }
}

fn load(conn: &mut Conn, stream: &Code) -> Result<Folded, StoreError> {
    let name = stream.as_str();
    if name.starts_with("int_") {
        let (length, head) = tail(conn, name)?.unzip();
        let length = length.unwrap_or(0);
        return Ok(Folded { length, head, state: State::None, changed: false });
    }
    let Some(row) = aggregate::row(conn, name)? else {
        return Ok(Folded { length: 0, head: None, state: State::None, changed: false });
    };
    let state = row.state.as_deref().map(|text| State::parse(name, text)).transpose()?;
    let state = state.unwrap_or(State::None);
    Ok(Folded { length: row.length, head: Some(row.head), state, changed: false })
}

/// One entry on its way into rows.
pub(crate) struct Step<'a> {
    pub(crate) conn: &'a mut Conn,
    pub(crate) seq: i64,
    pub(crate) entry: &'a Entry,
    pub(crate) meta: &'a Meta,
    pub(crate) words: &'a Words,
    pub(crate) clocks: &'a mut BTreeMap<Code, clock::Clock>,
}

impl Step<'_> {
    /// Folds the entry by the kind of its stream: the three letters before the underscore.
    fn apply(&mut self, state: State) -> Result<State, StoreError> {
        match self.entry.stream.as_str().split('_').next() {
            Some("inc") => self.incident(state),
            Some("esc") => self.escalation(state),
            Some("pag") => self.page(state),
            Some("per") => self.person(state),
            Some("doc") => self.document(state),
            Some("itg") => self.integration(state),
            Some("int") => self.intake().map(|()| State::None),
            Some("ent") => self.entity(state),
            Some("fun") => self.function(state),
            Some("tem") => self.team(state),
            Some("svc") => self.service(state),
            Some("org") => self.scale(),
            Some("hok") => self.webhook(state),
            Some("chg") => self.changes(state),
            Some("mov") => self.case_move(state),
            Some("nod") => self.server().map(|()| State::None),
            _ => Err(domain::Unreadable {
                kind: self.entry.kind.to_string(),
                reason: format!("unknown kind of stream {}", self.entry.stream),
            }
            .into()),
        }
    }

    /// Sets the clocks of a stream to what its state says now, given what it said before.
    ///
    /// A clock that is gone was met, unless it ran out before. A new one runs since this entry.
    pub(crate) fn set_clocks(&mut self, before: &[clock::Clock], after: Vec<clock::Clock>) {
        for gone in before.iter().filter(|old| !after.iter().any(|new| new.id == old.id)) {
            let mut gone = gone.clone();
            if gone.state == "running" {
                "met".clone_into(&mut gone.state);
            }
            self.set_clock(gone);
        }
        for mut set in after.into_iter().filter(|set| !before.contains(set)) {
            set.started_at = self.entry.recorded_at;
            self.set_clock(set);
        }
    }

    /// The start of a clock is set once: by the row that is there, or by the first in this stretch.
    fn set_clock(&mut self, mut clock: clock::Clock) {
        if let Some(pending) = self.clocks.get(&clock.id) {
            clock.started_at = pending.started_at;
        }
        self.clocks.insert(clock.id.clone(), clock);
    }
}

impl State {
    fn parse(stream: &str, text: &str) -> Result<Self, StoreError> {
        use aggregate::parse;
        Ok(match stream.split('_').next() {
            Some("inc") => Self::Incident(parse(stream, text)?),
            Some("esc") => Self::Escalation(parse(stream, text)?),
            Some("pag") => Self::Page(parse(stream, text)?),
            Some("per") => Self::Person(parse(stream, text)?),
            Some("doc") => Self::Document(parse(stream, text)?),
            Some("itg") => Self::Integration(parse(stream, text)?),
            Some("ent") => Self::Entity(parse(stream, text)?),
            Some("fun") => Self::Function(parse(stream, text)?),
            Some("tem") => Self::Team(parse(stream, text)?),
            Some("svc") => Self::Service(parse(stream, text)?),
            Some("org") => Self::Scale(parse(stream, text)?),
            Some("hok") => Self::Webhook(parse(stream, text)?),
            Some("chg") => Self::Changes(parse(stream, text)?),
            Some("mov") => Self::CaseMove(parse(stream, text)?),
            _ => Self::None,
        })
    }

    fn print(&self, stream: &str) -> Result<Option<String>, StoreError> {
        use aggregate::print;
        Ok(Some(match self {
            Self::None => return Ok(None),
            Self::Incident(state) => print(stream, state)?,
            Self::Escalation(state) => print(stream, state)?,
            Self::Page(state) => print(stream, state)?,
            Self::Person(state) => print(stream, state)?,
            Self::Document(state) => print(stream, state)?,
            Self::Integration(state) => print(stream, state)?,
            Self::Entity(state) => print(stream, state)?,
            Self::Function(state) => print(stream, state)?,
            Self::Team(state) => print(stream, state)?,
            Self::Service(state) => print(stream, state)?,
            Self::Scale(state) => print(stream, state)?,
            Self::Webhook(state) => print(stream, state)?,
            Self::Changes(state) => print(stream, state)?,
            Self::CaseMove(state) => print(stream, state)?,
        }))
    }
}

/// The text of an enum as its leaf writes it.
pub fn name_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}
