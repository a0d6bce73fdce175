//! Rows of configuration: documents with their drafts, and integrations.

use db::{Rows, Stmt};
use domain::{document, integration};

use super::{State, Step};
use crate::StoreError;

stmt!(
    DOCUMENT,
    Rows::Exactly(1),
    "INSERT INTO document (kind, name, version, stream, sha256, published_at, seq)
     VALUES ($1, $2, $3, $4, $5, $6, $7)"
);
stmt!(
    INTEGRATION,
    Rows::Exactly(1),
    "INSERT INTO integration (id, source, policy, entity, declares, word, added_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)"
);
stmt!(
    CONFIGURE,
    Rows::Exactly(1),
    "UPDATE integration SET acknowledges = $2, heartbeat_seconds = $3, settings = $4 WHERE id = $1"
);
stmt!(
    NAME,
    Rows::AtMost(1),
    "INSERT INTO document_name (kind, name, stream) VALUES ($1, $2, $3)
     ON CONFLICT (kind, name) DO NOTHING"
);
stmt!(
    DRAFT,
    Rows::Exactly(1),
    "INSERT INTO document_draft (stream, draft, stage, revision, base, sha256, word, checked,
     refusing, advising, saved_by, saved_at, changed_at)
     VALUES ($1, $2, 'drafted', $3, $4, $5, $6, NULL, 0, 0, $7, $8, $8)
     ON CONFLICT (stream, draft) DO UPDATE SET stage = excluded.stage,
     revision = excluded.revision, base = excluded.base, sha256 = excluded.sha256,
     word = excluded.word, checked = NULL, refusing = 0, advising = 0,
     saved_by = excluded.saved_by, saved_at = excluded.saved_at, changed_at = excluded.changed_at"
);
stmt!(
    CHECKED,
    Rows::Exactly(1),
    "UPDATE document_draft SET checked = $3, refusing = $4, advising = $5
     WHERE stream = $1 AND draft = $2"
);
stmt!(
    STAGE,
    Rows::Exactly(1),
    "UPDATE document_draft SET stage = $3, changed_at = $4 WHERE stream = $1 AND draft = $2"
);

pub(crate) static ALL: &[&Stmt] =
    &[&DOCUMENT, &INTEGRATION, &NAME, &DRAFT, &CHECKED, &STAGE, &CONFIGURE];

impl Step<'_> {
    pub(super) fn document(&mut self, state: State) -> Result<State, StoreError> {
        use document::{Event, Stage, Verdict};
        let event = Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Document(state) => Some(*state),
            _ => None,
        };
        match &event {
            Event::DraftSaved(e) => self.draft_saved(e)?,
            Event::DraftChecked(e) => {
                let stream = self.entry.stream.as_str();
                let counts = (i64::from(e.refusing), i64::from(e.advising));
                let row = args![stream, i64::from(e.draft), self.seq, counts.0, counts.1];
                self.conn.execute(&CHECKED, row)?;
            }
            Event::DraftSubmitted(e) => self.stage(e.draft, Stage::Submitted.code())?,
            Event::DraftReviewed(e) => {
                let accepted = e.verdict == Verdict::Accepted;
                let stage = if accepted { Stage::Reviewed } else { Stage::Returned };
                self.stage(e.draft, stage.code())?;
            }
            Event::DraftApproved(e) => self.stage(e.draft, Stage::Approved.code())?,
            Event::DraftWithdrawn(e) => self.stage(e.draft, "withdrawn")?,
            Event::DocumentPublished(e) => self.published(e)?,
        }
        let next = document::apply(before, &event, self.meta);
        Ok(next.map_or(State::None, |next| State::Document(Box::new(next))))
    }

    fn draft_saved(&mut self, e: &document::DraftSaved) -> Result<(), StoreError> {
        let stream = self.entry.stream.as_str();
        self.conn.execute(&NAME, args![e.kind.code(), e.name.as_str(), stream])?;
        self.conn.execute(
            &DRAFT,
            args![
                stream,
                i64::from(e.draft),
                i64::from(e.revision),
                e.base,
                e.sha256,
                self.seq,
                self.entry.actor.id.as_str(),
                self.entry.recorded_at,
            ],
        )?;
        Ok(())
    }

    fn stage(&mut self, draft: u32, stage: &str) -> Result<(), StoreError> {
        let (stream, at) = (self.entry.stream.as_str(), self.entry.recorded_at);
        self.conn.execute(&STAGE, args![stream, i64::from(draft), stage, at])?;
        Ok(())
    }

    fn published(&mut self, e: &document::DocumentPublished) -> Result<(), StoreError> {
        let (stream, at) = (self.entry.stream.as_str(), self.entry.recorded_at);
        let (kind, name) = (e.kind.code(), e.name.as_str());
        self.conn.execute(&NAME, args![kind, name, stream])?;
        let row = args![kind, name, e.version, stream, e.sha256, at, self.seq];
        self.conn.execute(&DOCUMENT, row)?;
        e.draft.map_or(Ok(()), |draft| self.stage(draft, "published"))
    }

    pub(super) fn integration(&mut self, state: State) -> Result<State, StoreError> {
        let event = integration::Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let (id, at) = (self.entry.stream.as_str(), self.entry.recorded_at);
        match &event {
            integration::Event::IntegrationAdded(e) => {
                let (source, policy) = (e.source.as_str(), e.policy.as_str());
                let args = args![id, source, policy, e.entity, e.declares, self.seq, at];
                self.conn.execute(&INTEGRATION, args)?;
            }
            integration::Event::IntegrationConfigured(e) => {
                let args = args![id, e.acknowledges, e.heartbeat_seconds, self.seq];
                self.conn.execute(&CONFIGURE, args)?;
            }
            integration::Event::IntegrationKeyRenewed(_) => {}
        }
        let before = match state {
            State::Integration(state) => Some(*state),
            _ => None,
        };
        let next = integration::apply(before, &event, self.meta);
        Ok(next.map_or(State::None, |next| State::Integration(Box::new(next))))
    }
}
