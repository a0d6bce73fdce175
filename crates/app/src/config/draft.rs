//! Drafts of documents: saved, checked, submitted, reviewed, approved, published, withdrawn.

use base::{Code, Digest, Id, id};
use domain::{
    Refused,
    access::{Permission, Scope},
    document::{
        self as rules, Document, DocumentKind, NewDraft, Seen, Verdict, unknown_document,
        unknown_draft,
    },
    person::token_cannot_approve,
};
use evidence::entry::{Attachment, Draft, MediaType};
use store::{document, word};

use super::check::{Objection, check, counted};
use crate::{
    App, Caller, Credentials, Error,
    turn::{Stop, Turn},
};

/// The most bytes of a document: 2 MiB.
pub const MAX_DOCUMENT: usize = process::xml::MAX_BYTES;

/// Which document.
pub type Which = (DocumentKind, Code);

/// A draft as somebody saves it.
#[derive(Debug, Clone)]
pub struct DraftToSave {
    /// What it configures.
    pub kind: DocumentKind,
    /// The document's name; a new one begins a document.
    pub name: Code,
    /// The draft that is saved again; a new one where absent.
    pub draft: Option<u32>,
    /// The version it begins from; the newest where absent.
    pub base: Option<i64>,
    /// Why it is changed.
    pub rationale: String,
    /// The document, byte for byte.
    pub bytes: Vec<u8>,
}

/// A draft that was saved, with what the checks say of it.
#[derive(Debug, Clone)]
pub struct SavedDraft {
    /// Its number.
    pub draft: u32,
    /// Its revision.
    pub revision: u32,
    /// The version it begins from.
    pub base: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// What the checks say.
    pub findings: Vec<Objection>,
}

impl App {
    /// Saves a draft and checks it. Findings do not stop a draft from being saved, only from being
    /// submitted.
    ///
    /// # Errors
    /// `PER-008`, `DOC-003`, `DOC-005`, `DOC-009`, `DOC-011`, `DOC-012`, `DOC-014` beyond
    /// [`MAX_DOCUMENT`].
    pub async fn save_draft(&self, caller: &Caller, new: DraftToSave) -> Result<SavedDraft, Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        if new.bytes.len() > MAX_DOCUMENT {
            return Err(rules::too_large().into());
        }
        let command = move |turn: &mut Turn<'_>| save(turn, &new);
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Hands a draft to a reviewer.
    ///
    /// # Errors
    /// `PER-008`, and those of [`domain::document::submit`].
    pub async fn submit_draft(
        &self,
        caller: &Caller,
        which: Which,
        (seen, note): (Seen, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        self.judge(caller, which, move |stream, state, now| {
            rules::submit((stream, state), seen, &note, now)
        })
        .await
    }

    /// Accepts a draft for approval, or returns it with a reason. A person who may approve does,
    /// in a session.
    ///
    /// # Errors
    /// `PER-008`, `PER-011` for a token, and those of [`domain::document::review`].
    pub async fn review_draft(
        &self,
        caller: &Caller,
        which: Which,
        seen: Seen,
        (verdict, reason): (Verdict, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Approve, Scope::House)?;
        if !matches!(caller.credentials, Credentials::Session { .. }) {
            return Err(token_cannot_approve().into());
        }
        let by = caller.someone()?;
        self.judge(caller, which, move |stream, state, now| {
            rules::review((stream, state), seen, (verdict, &reason), by, now)
        })
        .await
    }

    /// Approves exactly these bytes, as a second person (ground rules G11, G21).
    ///
    /// # Errors
    /// `PER-008`, `PER-009` to `PER-011`, and those of [`domain::document::approve`].
    pub async fn approve_draft(
        &self,
        caller: &Caller,
        which: Which,
        (seen, comment): (Seen, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Approve, Scope::House)?;
        let by = self.approver(caller, self.now())?;
        self.judge(caller, which, move |stream, state, now| {
            rules::approve((stream, state), seen, &comment, by, now)
        })
        .await
    }

    /// Publishes an approved draft; answers the number of the version.
    ///
    /// # Errors
    /// `PER-008`, and those of [`domain::document::publish`].
    pub async fn publish_draft(
        &self,
        caller: &Caller,
        which: Which,
        draft: u32,
    ) -> Result<i64, Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        let command = move |turn: &mut Turn<'_>| {
            let (stream, state) = load(turn, &which)?;
            let entry = rules::publish((stream, &state), draft, turn.now)?;
            let bytes = state.drafts.get(&draft).map(|draft| draft.sha256);
            let attachment = again(turn, bytes.ok_or_else(unknown_draft)?)?;
            turn.record(vec![entry.attachment(attachment)])?;
            Ok(state.version + 1)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Gives a draft up.
    ///
    /// # Errors
    /// `PER-008`, `DOC-003`, `DOC-009`.
    pub async fn withdraw_draft(
        &self,
        caller: &Caller,
        which: Which,
        (draft, reason): (u32, String),
    ) -> Result<(), Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        self.judge(caller, which, move |stream, state, now| {
            rules::withdraw((stream, state), draft, &reason, now)
        })
        .await
    }

    async fn judge(
        &self,
        caller: &Caller,
        which: Which,
        decide: impl Fn(Id<id::Document>, &Document, base::Timestamp) -> Result<Draft, Refused>
        + Send
        + 'static,
    ) -> Result<(), Error> {
        let command = move |turn: &mut Turn<'_>| {
            let (stream, state) = load(turn, &which)?;
            let draft = decide(stream, &state, turn.now)?;
            turn.record(vec![draft])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }
}

/// Saves inside a turn, checked against what is published at this moment.
pub(super) fn save(turn: &mut Turn<'_>, new: &DraftToSave) -> Result<SavedDraft, Stop> {
    let (kind, name) = (new.kind, new.name.clone());
    let held = document::stream(turn.conn, kind, name.as_str())?;
    let stream: Id<id::Document> = held.unwrap_or_else(|| turn.mint());
    let state = document::load(turn.conn, stream)?;
    let base = new.base.unwrap_or_else(|| state.as_ref().map_or(0, |state| state.version));
    let findings = check(turn.app, turn.conn, kind, &new.bytes)?;
    let attachment = kept(turn, kind, &new.bytes)?;
    let sha256 = attachment.hash;
    let wanted = NewDraft { kind, name, draft: new.draft, base, sha256 };
    let said = (counted(&findings), serde_json::json!(findings));
    let mut drafts =
        rules::save((stream, state.as_ref()), &wanted, &new.rationale, said, turn.now)?;
    drafts[0].attachments.push(attachment);
    turn.record(drafts)?;
    let state = document::load(turn.conn, stream)?.ok_or_else(unknown_document)?;
    let number = new.draft.unwrap_or(state.drafted);
    let revision = state.drafts.get(&number).map_or(1, |draft| draft.revision);
    Ok(SavedDraft { draft: number, revision, base, sha256, findings })
}

fn load(turn: &mut Turn<'_>, (kind, name): &Which) -> Result<(Id<id::Document>, Document), Stop> {
    let stream = document::stream(turn.conn, *kind, name.as_str())?;
    let stream = stream.ok_or_else(unknown_document)?;
    let state = document::load(turn.conn, stream)?.ok_or_else(unknown_document)?;
    Ok((stream, state))
}

/// Keeps the bytes of a document, and names them for its entry.
pub(super) fn kept(
    turn: &mut Turn<'_>,
    kind: DocumentKind,
    bytes: &[u8],
) -> Result<Attachment, Stop> {
    let sha256 = evidence::sha256(bytes);
    word::keep_artifact(turn.conn, sha256, kind.media_type(), bytes)?;
    Ok(attachment(sha256, bytes.len(), kind.media_type()))
}

/// The bytes that are kept already, named for another entry.
fn again(turn: &mut Turn<'_>, sha256: Digest) -> Result<Attachment, Stop> {
    let (bytes, media) =
        word::artifact(turn.conn, sha256)?.ok_or_else(|| store::StoreError::State {
            stream: sha256.to_string(),
            reason: "a draft's bytes are missing".to_owned(),
        })?;
    Ok(attachment(sha256, bytes.len(), &media))
}

fn attachment(hash: Digest, length: usize, media: &str) -> Attachment {
    Attachment {
        hash,
        size: i64::try_from(length).unwrap_or(i64::MAX),
        media_type: media.parse::<MediaType>().expect("invariant: a media type of ours"),
    }
}
