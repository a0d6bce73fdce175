//! Publishing without a draft: the first set-up, and what is shipped with the program.

use base::{Code, Id, id};
use domain::{
    access::{Permission, Scope},
    document::{DocumentKind, publication_closed, publish_first},
};
use store::{config, document, person};

use super::{
    check::alone,
    draft::{DraftToSave, kept, save},
};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// Why the program saves a draft of its own.
const SHIPPED: &str = "The program brings another version of this document. Compare the two; withdraw \
                       this draft where yours is to stay.";

impl App {
    /// Publishes the first version of a document at the first set-up, before anybody has an account;
    /// answers its number. The same bytes again change nothing.
    ///
    /// # Errors
    /// `PER-008`, `DOC-001` with what cannot be executed, `DOC-006` afterwards.
    pub async fn publish(
        &self,
        caller: &Caller,
        (kind, name): (DocumentKind, Code),
        bytes: Vec<u8>,
    ) -> Result<i64, Error> {
        caller.needs(Permission::Publish, Scope::House)?;
        alone(kind, &bytes)?;
        let command = move |turn: &mut Turn<'_>| {
            let newest = config::newest(turn.conn, kind, name.as_str())?;
            let sha256 = evidence::sha256(&bytes);
            if let Some(same) = newest.filter(|newest| newest.sha256 == sha256) {
                return Ok(same.version);
            }
            if person::count(turn.conn)? > 0 {
                return Err(publication_closed().into());
            }
            first(turn, (kind, name.clone()), &bytes)
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Brings a document that is shipped with the program: as version 1 where there is none of its
    /// name, otherwise as a draft, once, where these bytes were never seen before.
    ///
    /// # Errors
    /// `DOC-001`: a broken build.
    pub async fn ship(
        &self,
        (kind, name): (DocumentKind, Code),
        bytes: Vec<u8>,
    ) -> Result<(), Error> {
        alone(kind, &bytes)?;
        let known = {
            let (name, sha256) = (name.clone(), evidence::sha256(&bytes));
            self.look(move |conn| seen_before(conn, kind, name.as_str(), sha256)).await?
        };
        if known {
            return Ok(());
        }
        let command = move |turn: &mut Turn<'_>| {
            if config::newest(turn.conn, kind, name.as_str())?.is_none() {
                return first(turn, (kind, name.clone()), &bytes).map(drop);
            }
            let new = DraftToSave {
                kind,
                name: name.clone(),
                draft: None,
                base: None,
                rationale: SHIPPED.to_owned(),
                bytes: bytes.clone(),
            };
            save(turn, &new).map(drop)
        };
        self.commit(db::Lane::Normal, &Caller::host(), command).await
    }
}

/// Why a folder saves a draft.
const APPLIED: &str = "Applied from a folder of configuration.";

/// Brings a document out of a folder of configuration, inside a turn: published where there is none of
/// its name and nobody has an account yet, otherwise a draft, once. Answers what became of it.
pub(crate) fn bring(
    turn: &mut Turn<'_>,
    (kind, name): (DocumentKind, Code),
    bytes: &[u8],
    first_set_up: bool,
) -> Result<&'static str, Stop> {
    let fresh = config::newest(turn.conn, kind, name.as_str())?.is_none();
    if fresh && first_set_up {
        first(turn, (kind, name), bytes)?;
        return Ok("published");
    }
    let sha256 = evidence::sha256(bytes);
    if let Some(stream) = document::stream(turn.conn, kind, name.as_str())? {
        let mut drafts = document::drafts(turn.conn, stream)?.into_iter();
        if drafts.any(|draft| draft.is_open() && draft.sha256 == sha256) {
            return Ok("waits as a draft already");
        }
    }
    let (rationale, bytes) = (APPLIED.to_owned(), bytes.to_vec());
    save(turn, &DraftToSave { kind, name, draft: None, base: None, rationale, bytes })?;
    Ok("saved as a draft")
}

/// Whether a version or a draft had these bytes.
fn seen_before(
    conn: &mut db::Conn,
    kind: DocumentKind,
    name: &str,
    sha256: base::Digest,
) -> Result<bool, store::StoreError> {
    let Some(stream) = document::stream(conn, kind, name)? else { return Ok(false) };
    let published = document::versions(conn, kind, name)?;
    let drafts = document::drafts(conn, stream)?;
    Ok(published.iter().any(|version| version.sha256 == sha256)
        || drafts.iter().any(|draft| draft.sha256 == sha256))
}

fn first(
    turn: &mut Turn<'_>,
    (kind, name): (DocumentKind, Code),
    bytes: &[u8],
) -> Result<i64, Stop> {
    let held = document::stream(turn.conn, kind, name.as_str())?;
    let stream: Id<id::Document> = held.unwrap_or_else(|| turn.mint());
    let state = document::load(turn.conn, stream)?;
    let attachment = kept(turn, kind, bytes)?;
    let named = (kind, name);
    let draft = publish_first((stream, state.as_ref()), named, attachment.hash, turn.now)?;
    turn.record(vec![draft.attachment(attachment)])?;
    Ok(1)
}
