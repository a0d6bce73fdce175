//! Operational: hashes of keys, tokens, links, passwords and sessions. Never the secrets themselves.

use base::{Digest, Timestamp};
use db::{Conn, Rows, Stmt};

use crate::{StoreError, log::one};

stmt!(
    ADD,
    Rows::Exactly(1),
    "INSERT INTO credential (hash, kind, subject, role, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)"
);
stmt!(
    FIND,
    Rows::AtMost(1),
    "SELECT kind, subject, role, created_at, expires_at FROM credential WHERE hash = $1"
);
stmt!(SPEND, Rows::AtMost(1), "DELETE FROM credential WHERE hash = $1");
stmt!(SPEND_TOKENS, Rows::Any, "DELETE FROM credential WHERE subject = $1 AND kind = 'token'");
stmt!(
    SET_PASSWORD,
    Rows::Exactly(1),
    "INSERT INTO password (person, hash, set_at) VALUES ($1, $2, $3)
     ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at"
);
stmt!(PASSWORD, Rows::AtMost(1), "SELECT hash FROM password WHERE person = $1");
stmt!(
    OPEN_SESSION,
    Rows::Exactly(1),
    "INSERT INTO session (hash, person, csrf, created_at, confirmed_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6)"
);
stmt!(
    SESSION,
    Rows::AtMost(1),
    "SELECT person, csrf, confirmed_at, expires_at FROM session WHERE hash = $1"
);
stmt!(CONFIRM, Rows::AtMost(1), "UPDATE session SET confirmed_at = $2 WHERE hash = $1");
stmt!(CLOSE_SESSION, Rows::AtMost(1), "DELETE FROM session WHERE hash = $1");
stmt!(CLOSE_EXPIRED, Rows::Any, "DELETE FROM session WHERE expires_at <= $1");
stmt!(
    FAILED,
    Rows::Exactly(1),
    "INSERT INTO sign_in_failure (subject, count, first_at) VALUES ($1, 1, $2)
     ON CONFLICT (subject) DO UPDATE SET count = sign_in_failure.count + 1"
);
stmt!(FAILURES, Rows::AtMost(1), "SELECT count, first_at FROM sign_in_failure WHERE subject = $1");
stmt!(FORGIVE, Rows::AtMost(1), "DELETE FROM sign_in_failure WHERE subject = $1");

stmt!(
    FAILURES_BEFORE,
    Rows::Exactly(1),
    "SELECT COUNT(*), CAST(COALESCE(SUM(count), 0) AS BIGINT), MIN(first_at) FROM sign_in_failure
     WHERE first_at < $1"
);
stmt!(FORGIVE_BEFORE, Rows::Any, "DELETE FROM sign_in_failure WHERE first_at < $1");

pub(crate) static ALL: &[&Stmt] = &[
    &ADD,
    &FIND,
    &SPEND,
    &SPEND_TOKENS,
    &SET_PASSWORD,
    &PASSWORD,
    &OPEN_SESSION,
    &SESSION,
    &CONFIRM,
    &CLOSE_SESSION,
    &CLOSE_EXPIRED,
    &FAILED,
    &FAILURES,
    &FORGIVE,
    &FAILURES_BEFORE,
    &FORGIVE_BEFORE,
];

/// A key, token or link, known by the SHA-256 of its secret.
#[derive(Debug, Clone)]
pub struct Credential {
    /// `integration`, `token`, `set_up` or `acknowledge`.
    pub kind: String,
    /// The id of what it opens.
    pub subject: String,
    /// The role that a token carries.
    pub role: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; never where absent.
    pub expires_at: Option<Timestamp>,
}

/// A session, known by the SHA-256 of its cookie.
#[derive(Debug, Clone)]
pub struct Session {
    /// The person.
    pub person: String,
    /// The token that each form repeats.
    pub csrf: String,
    /// When the password was last given.
    pub confirmed_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Adds a credential.
pub fn add(conn: &mut Conn, hash: Digest, credential: &Credential) -> Result<(), StoreError> {
    let (kind, subject) = (credential.kind.as_str(), credential.subject.as_str());
    let (role, until) = (credential.role.clone(), credential.expires_at);
    conn.execute(&ADD, args![hash, kind, subject, role, credential.created_at, until])?;
    Ok(())
}

/// The credential with this hash, expired or not.
pub fn find(conn: &mut Conn, hash: Digest) -> Result<Option<Credential>, StoreError> {
    let rows = conn.query(&FIND, args![hash])?;
    let read = |row: &db::Row| {
        Ok(Credential {
            kind: row.text(0)?.to_owned(),
            subject: row.text(1)?.to_owned(),
            role: row.opt_text(2)?.map(str::to_owned),
            created_at: row.instant(3)?,
            expires_at: row.opt_int(4)?.map(Timestamp::from_micros),
        })
    };
    rows.first().map(read).transpose()
}

/// Takes a credential away.
pub fn spend(conn: &mut Conn, hash: Digest) -> Result<(), StoreError> {
    conn.execute(&SPEND, args![hash])?;
    Ok(())
}

/// Takes every token of a person or service away; answers how many there were.
pub fn spend_tokens(conn: &mut Conn, subject: &str) -> Result<u64, StoreError> {
    Ok(conn.execute(&SPEND_TOKENS, args![subject])?)
}

/// Sets a password's hash (PHC string of Argon2id).
pub fn set_password(
    conn: &mut Conn,
    person: &str,
    hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.execute(&SET_PASSWORD, args![person, hash, now])?;
    Ok(())
}

/// A password's hash.
pub fn password(conn: &mut Conn, person: &str) -> Result<Option<String>, StoreError> {
    let rows = conn.query(&PASSWORD, args![person])?;
    Ok(rows.first().map(|row| row.text(0).map(str::to_owned)).transpose()?)
}

/// Opens a session.
pub fn open_session(
    conn: &mut Conn,
    hash: Digest,
    session: &Session,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (person, csrf) = (session.person.as_str(), session.csrf.as_str());
    let (confirmed, expires) = (session.confirmed_at, session.expires_at);
    conn.execute(&CLOSE_EXPIRED, args![now])?;
    conn.execute(&OPEN_SESSION, args![hash, person, csrf, now, confirmed, expires])?;
    Ok(())
}

/// The session with this hash, expired or not.
pub fn session(conn: &mut Conn, hash: Digest) -> Result<Option<Session>, StoreError> {
    let rows = conn.query(&SESSION, args![hash])?;
    let read = |row: &db::Row| {
        Ok(Session {
            person: row.text(0)?.to_owned(),
            csrf: row.text(1)?.to_owned(),
            confirmed_at: row.instant(2)?,
            expires_at: row.instant(3)?,
        })
    };
    rows.first().map(read).transpose()
}

/// The password was given again.
pub fn confirm(conn: &mut Conn, hash: Digest, now: Timestamp) -> Result<(), StoreError> {
    conn.execute(&CONFIRM, args![hash, now])?;
    Ok(())
}

/// Ends a session.
pub fn close_session(conn: &mut Conn, hash: Digest) -> Result<(), StoreError> {
    conn.execute(&CLOSE_SESSION, args![hash])?;
    Ok(())
}

/// Counts a failed sign-in; the subject is the digest of what was typed.
pub fn failed(conn: &mut Conn, subject: Digest, now: Timestamp) -> Result<(), StoreError> {
    conn.execute(&FAILED, args![subject, now])?;
    Ok(())
}

/// How many sign-ins failed since when.
pub fn failures(conn: &mut Conn, subject: Digest) -> Result<Option<(i64, Timestamp)>, StoreError> {
    let rows = conn.query(&FAILURES, args![subject])?;
    rows.first().map(|row| Ok((row.int(0)?, row.instant(1)?))).transpose()
}

/// Failed sign-ins that began before an instant: addresses, attempts, the first of them.
pub fn failures_before(
    conn: &mut Conn,
    before: Timestamp,
) -> Result<(i64, i64, Option<Timestamp>), StoreError> {
    let row = one(conn.query(&FAILURES_BEFORE, args![before])?, &FAILURES_BEFORE)?;
    Ok((row.int(0)?, row.int(1)?, row.opt_int(2)?.map(Timestamp::from_micros)))
}

/// Forgets failed sign-ins that began before an instant.
pub fn forgive_before(conn: &mut Conn, before: Timestamp) -> Result<(), StoreError> {
    conn.execute(&FORGIVE_BEFORE, args![before])?;
    Ok(())
}

/// Forgets failed sign-ins.
pub fn forgive(conn: &mut Conn, subject: Digest) -> Result<(), StoreError> {
    conn.execute(&FORGIVE, args![subject])?;
    Ok(())
}
