//! A set of changes as it is kept, and as people see it.

use base::{Id, id};
use db::Conn;
use domain::{
    change::{ChangeSet, Standing},
    entity::EntityDescribed,
    function::FunctionDescribed,
    organisation::{Details, Level},
    service::ServiceDescribed,
    team::TeamDescribed,
};
use evidence::entry::Erasable;
use serde::{Deserialize, Serialize};
use store::{StoreError, change, word};

use super::{plan::Line, text::IntegrationText};
use crate::{App, Error, organisation::Described};

/// What a thing is to be, and which state of it this was decided on.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Put<D: Details> {
    pub(super) id: Id<D::Kind>,
    /// The length of its stream; 0 where it is new.
    pub(super) version: i64,
    pub(super) described: Described<D>,
}

/// What is to end, and which state of it this was decided on.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Gone<D: Details> {
    pub(super) id: Id<D::Kind>,
    pub(super) version: i64,
}

/// What happens to a kind.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Of<D: Details> {
    pub(super) put: Vec<Put<D>>,
    pub(super) retire: Vec<Gone<D>>,
}

impl<D: Details> Of<D> {
    fn is_empty(&self) -> bool {
        self.put.is_empty() && self.retire.is_empty()
    }
}

impl<D: Details> Default for Of<D> {
    fn default() -> Self {
        Self { put: Vec::new(), retire: Vec::new() }
    }
}

/// Changes that take effect together.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Changes {
    pub(super) scale: Option<Vec<(Level, String)>>,
    pub(super) entities: Of<EntityDescribed>,
    pub(super) functions: Of<FunctionDescribed>,
    pub(super) teams: Of<TeamDescribed>,
    pub(super) services: Of<ServiceDescribed>,
    pub(super) integrations: Vec<IntegrationText>,
}

impl Changes {
    /// Whether nothing changes.
    pub(super) fn is_empty(&self) -> bool {
        self.scale.is_none()
            && self.entities.is_empty()
            && self.functions.is_empty()
            && self.teams.is_empty()
            && self.services.is_empty()
            && self.integrations.is_empty()
    }
}

/// The word of a proposal: the changes, and the plan as people read it.
#[derive(Deserialize)]
pub(super) struct Kept {
    pub(super) lines: Vec<Line>,
    pub(super) changes: Changes,
}

/// What came of applying a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The set of changes, where the organisation or a door changes.
    pub change_set: Option<Id<id::ChangeSet>>,
    /// Whether it took effect: at the first set-up only. Otherwise a second person approves it.
    pub in_effect: bool,
    /// What became of each document: `process major-incident: saved as a draft`.
    pub documents: Vec<String>,
}

/// A set of changes as people see it.
#[derive(Debug, Clone)]
pub struct ChangeSeen {
    /// Its id.
    pub id: Id<id::ChangeSet>,
    /// Where it stands.
    pub state: ChangeSet,
    /// The plan; empty where its words were erased.
    pub lines: Vec<Line>,
}

impl App {
    /// All sets of changes, those that wait first, then the newest.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn change_sets(&self) -> Result<Vec<ChangeSeen>, Error> {
        let all = self.look(|conn| {
            let all = change::all(conn)?.into_iter();
            all.map(|(id, state)| seen(conn, id, state)).collect::<Result<Vec<_>, _>>()
        });
        let mut all = all.await?;
        let waits = |set: &ChangeSeen| set.state.standing == Standing::Proposed;
        all.sort_by_key(|set| (!waits(set), std::cmp::Reverse(set.state.proposed_at)));
        Ok(all)
    }

    /// One set of changes.
    ///
    /// # Errors
    /// `CFG-005`; faults of the store.
    pub async fn change_set(&self, id: Id<id::ChangeSet>) -> Result<ChangeSeen, Error> {
        let found = self.look(move |conn| {
            let state = change::load(conn, id)?;
            state.map(|state| seen(conn, id, state)).transpose()
        });
        Ok(found.await?.ok_or_else(domain::change::unknown)?)
    }
}

fn seen(
    conn: &mut Conn,
    id: Id<id::ChangeSet>,
    state: ChangeSet,
) -> Result<ChangeSeen, StoreError> {
    let lines = kept(conn, &state)?.map_or_else(Vec::new, |kept| kept.lines);
    Ok(ChangeSeen { id, state, lines })
}

/// What a proposal kept; `None` where it was erased.
pub(super) fn kept(conn: &mut Conn, state: &ChangeSet) -> Result<Option<Kept>, StoreError> {
    let seq = state.word;
    match word::value(conn, seq, "changes")? {
        Some(Erasable::Known(value)) => serde_json::from_value(value)
            .map(Some)
            .map_err(|e| StoreError::Entry { seq, reason: format!("word changes: {e}") }),
        _ => Ok(None),
    }
}
