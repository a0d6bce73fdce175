//! Erasing a person's words: asked by one, confirmed by another, one of them data protection (G18).

use base::{Code, Id, id};
use domain::{
    access::{Permission, Role, Scope},
    server::{
        ErasurePerformed, ErasureRequested, Event, STREAM, WordRef, no_request, nothing_to_erase,
        same_person,
    },
};
use store::operational;

use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// The most words one entry lists.
pub(super) const WORDS: usize = 200;

impl App {
    /// Asks for the erasure of a person's words; answers the request's number.
    ///
    /// # Errors
    /// `PER-008`, `ERA-003`.
    pub async fn request_erasure(
        &self,
        caller: &Caller,
        (person, basis): (Id<id::Person>, Code),
    ) -> Result<i64, Error> {
        caller.needs(Permission::Erase, Scope::House)?;
        caller.someone()?;
        let command = move |turn: &mut Turn<'_>| {
            if operational::words_of_person(turn.conn, person)?.is_empty() {
                return Err(nothing_to_erase().into());
            }
            let event = Event::from(ErasureRequested { person, basis: basis.clone() });
            let seqs = turn.record(vec![event.draft(STREAM, turn.now)])?;
            Ok(seqs.first().copied().unwrap_or_default())
        };
        self.commit(db::Lane::Normal, caller, command).await
    }

    /// Confirms an erasure: the words are gone for good, every proof stays valid.
    ///
    /// # Errors
    /// `PER-008` to `PER-011`, `ERA-001`, `ERA-002`.
    pub async fn perform_erasure(&self, caller: &Caller, request: i64) -> Result<(), Error> {
        caller.needs(Permission::Erase, Scope::House)?;
        let second = self.approver(caller, self.now())?;
        let protects = caller.grants.iter().any(|grant| grant.role == Role::DataProtection);
        let command = move |turn: &mut Turn<'_>| perform(turn, request, second, protects);
        self.commit(db::Lane::Normal, caller, command).await?;
        // From here on a restored copy of before cannot bring the words back.
        self.keep_erasures().await.map(drop)
    }
}

fn perform(
    turn: &mut Turn<'_>,
    request: i64,
    second: Id<id::Person>,
    protects: bool,
) -> Result<(), Stop> {
    let open = operational::erasures(turn.conn)?.into_iter().find(|e| e.request == request);
    let open = open.ok_or_else(no_request)?;
    let first: Option<Id<id::Person>> = open.requested_by.parse().ok();
    if first == Some(second) {
        return Err(same_person().into());
    }
    let first_protects = match first {
        Some(first) => store::person::load(turn.conn, first)?
            .is_some_and(|p| p.grants.iter().any(|grant| grant.role == Role::DataProtection)),
        None => false,
    };
    if !protects && !first_protects {
        return Err(domain::person::forbidden().into());
    }
    let words = operational::words_of_person(turn.conn, open.person)?;
    let parts = u32::try_from(words.len().div_ceil(WORDS).max(1)).unwrap_or(u32::MAX);
    let drafts = (1..).zip(words.chunks(WORDS)).map(|(part, chunk)| {
        let words = chunk.iter().map(|(seq, field)| WordRef { seq: *seq, field: field.clone() });
        let event = ErasurePerformed {
            person: open.person,
            basis: open.basis.clone(),
            request,
            part,
            parts,
            words: words.collect(),
        };
        Event::from(event).draft(STREAM, turn.now)
    });
    let drafts = drafts.collect();
    turn.record(drafts)?;
    Ok(())
}
