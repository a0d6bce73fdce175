//! Signing in, and giving the password once more before an approval.

use base::{Duration, Id, id};
use domain::person::{
    Event, SignInsFailed, SignedIn as SignedInEvent, too_many_attempts, wrong_credentials,
};
use store::{credential, person};

use super::{password, secret, session::Session};
use crate::{App, Caller, Error, turn::Turn};

/// Failed attempts on one address before it must wait.
const ATTEMPTS: i64 = 8;
/// How long it must wait, in minutes.
const WAIT_MINUTES: i64 = 5;
/// How long a session lasts, in hours.
const SESSION_HOURS: i64 = 12;

/// A session that was opened: the cookie's secret, which is kept nowhere else.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub person: Id<id::Person>,
    /// What the cookie holds.
    pub secret: String,
}

impl App {
    /// Signs in by e-mail address and password.
    ///
    /// # Errors
    /// `PER-002` for a wrong pair, `PER-005` after too many.
    pub async fn sign_in(&self, email: &str, given: String) -> Result<SignedIn, Error> {
        let email = email.trim().to_lowercase();
        let subject = evidence::sha256(email.as_bytes());
        let now = self.now();
        let held = self
            .read(move |conn| {
                if let Some((count, first)) = credential::failures(conn, subject)?
                    && count >= ATTEMPTS
                    && now - first < Duration::minutes(WAIT_MINUTES)
                {
                    return Err(too_many_attempts().into());
                }
                let found = person::all(conn)?.into_iter().find(|p| p.email == email);
                let hash = match &found {
                    Some(person) => credential::password(conn, &person.id.to_string())?,
                    None => None,
                };
                Ok(found.map(|person| person.id).zip(hash))
            })
            .await?;
        let hash = held.as_ref().map(|(_, hash)| hash.clone());
        let check = tokio::task::spawn_blocking(move || password::fits(&given, hash.as_deref()));
        let fits = check.await.map_err(|e| Error::Fault(e.to_string()))?;
        match held.filter(|_| fits) {
            Some((id, _)) => self.open_session(id).await,
            None => {
                let command = move |turn: &mut Turn<'_>| {
                    Ok(credential::failed(turn.conn, subject, turn.now)?)
                };
                self.commit(db::Lane::Normal, &Caller::host(), command).await?;
                Err(wrong_credentials().into())
            }
        }
    }

    /// Opens a session for somebody who proved to be this person.
    ///
    /// Failed attempts before it are recorded together, as one entry (ground rule G22).
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn open_session(&self, id: Id<id::Person>) -> Result<SignedIn, Error> {
        let command = move |turn: &mut Turn<'_>| {
            let (cookie, hash) = secret("", turn.entropy());
            let (csrf, _) = secret("", turn.entropy());
            let now = turn.now;
            let session = credential::Session {
                person: id.to_string(),
                csrf,
                confirmed_at: now,
                expires_at: now + Duration::hours(SESSION_HOURS),
            };
            credential::open_session(turn.conn, hash, &session, now)?;
            let mut drafts = Vec::new();
            let email = person::all(turn.conn)?.into_iter().find(|p| p.id == id).map(|p| p.email);
            let subject = evidence::sha256(email.unwrap_or_default().as_bytes());
            if let Some((count, first_at)) = credential::failures(turn.conn, subject)? {
                drafts.push(Event::from(SignInsFailed { count, first_at }).draft(id, now));
                credential::forgive(turn.conn, subject)?;
            }
            drafts.push(Event::from(SignedInEvent { again: false }).draft(id, now));
            turn.record(drafts)?;
            Ok(SignedIn { person: id, secret: cookie })
        };
        self.commit(db::Lane::Normal, &Caller::link(id), command).await
    }

    /// Gives the password once more: approvals are open for a while.
    ///
    /// # Errors
    /// `PER-002` for a wrong one.
    pub async fn confirm_session(&self, session: &Session, given: String) -> Result<(), Error> {
        let (id, hash) = (session.person, session.hash);
        let held = self.look(move |conn| credential::password(conn, &id.to_string())).await?;
        let check = tokio::task::spawn_blocking(move || password::fits(&given, held.as_deref()));
        if !check.await.map_err(|e| Error::Fault(e.to_string()))? {
            return Err(wrong_credentials().into());
        }
        let command = move |turn: &mut Turn<'_>| {
            credential::confirm(turn.conn, hash, turn.now)?;
            let event = Event::from(SignedInEvent { again: true });
            turn.record(vec![event.draft(id, turn.now)])?;
            Ok(())
        };
        self.commit(db::Lane::Normal, &session.caller, command).await
    }
}
