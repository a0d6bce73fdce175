//! Reading pages, and claiming them before they are sent.

use base::{Id, Timestamp, id};
use db::{Conn, Rows, Stmt};
use domain::page::Page;

use crate::{StoreError, aggregate, log::one};

/// How many pages one round of sending takes.
pub const ROUND: i64 = 64;

stmt!(
    OF_ESCALATION,
    Rows::Any,
    "SELECT id, person, step, state, queued_at, handed_over_at, acknowledged_at, last_reason
     FROM page WHERE escalation = $1 ORDER BY step, queued_at, id LIMIT 200"
);
stmt!(
    DUE,
    Rows::Any,
    "SELECT p.id FROM page p LEFT JOIN outbox_claim c ON c.page = p.id
     WHERE p.due_at IS NOT NULL AND p.due_at <= $1 AND p.queued_at > $2 AND (c.until_at IS NULL OR c.until_at <= $1)
     ORDER BY p.due_at, p.id LIMIT 64"
);
stmt!(
    CLAIM,
    Rows::AtMost(1),
    "INSERT INTO outbox_claim (page, node, until_at) VALUES ($1, $2, $3)
     ON CONFLICT (page) DO UPDATE SET node = excluded.node, until_at = excluded.until_at
     WHERE outbox_claim.until_at <= $4"
);
stmt!(RELEASE, Rows::AtMost(1), "DELETE FROM outbox_claim WHERE page = $1");
stmt!(
    OLDEST_UNSENT,
    Rows::Exactly(1),
    "SELECT MIN(queued_at), COUNT(*) FROM page WHERE due_at IS NOT NULL"
);
stmt!(
    NEWEST,
    Rows::Any,
    "SELECT id, person, step, state, queued_at, handed_over_at, acknowledged_at, last_reason
     FROM page WHERE queued_at < $1 ORDER BY queued_at DESC, id DESC LIMIT 100"
);

stmt!(
    LOGGED,
    Rows::Any,
    "SELECT p.id, p.person, p.step, p.state, p.queued_at, p.handed_over_at, p.acknowledged_at,
     p.last_reason, p.escalation, e.target, e.target_id, c.channel
     FROM page p JOIN escalation e ON e.id = p.escalation
     LEFT JOIN person_contact c ON c.person = p.person AND c.position = p.position
     WHERE (p.queued_at < $1 OR (p.queued_at = $1 AND p.id < $2)) AND p.queued_at >= $3
     AND ($4 = '' OR p.state = $4) AND ($5 = '' OR p.person = $5)
     ORDER BY p.queued_at DESC, p.id DESC LIMIT 100"
);
stmt!(
    LOGGED_ONE,
    Rows::AtMost(1),
    "SELECT p.id, p.person, p.step, p.state, p.queued_at, p.handed_over_at, p.acknowledged_at,
     p.last_reason, p.escalation, e.target, e.target_id, c.channel
     FROM page p JOIN escalation e ON e.id = p.escalation
     LEFT JOIN person_contact c ON c.person = p.person AND c.position = p.position
     WHERE p.id = $1"
);

pub(crate) static ALL: &[&Stmt] =
    &[&OF_ESCALATION, &DUE, &CLAIM, &RELEASE, &OLDEST_UNSENT, &NEWEST, &LOGGED, &LOGGED_ONE];

/// What is looked for in the log of messages.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The state, where one is asked for.
    pub state: Option<String>,
    /// The person, where one is asked for.
    pub person: Option<Id<id::Person>>,
    /// Not queued before this instant.
    pub from: Option<Timestamp>,
}

/// A page as the log of messages shows it.
#[derive(Debug, Clone)]
pub struct Logged {
    /// The page.
    pub id: Id<id::Page>,
    /// The person.
    pub person: Id<id::Person>,
    /// The rung that sent it, from 0.
    pub step: i64,
    /// queued, `handed_over`, acknowledged, failed or withdrawn.
    pub state: String,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When a relay accepted it.
    pub handed_over_at: Option<Timestamp>,
    /// When the person answered.
    pub acknowledged_at: Option<Timestamp>,
    /// Why the newest failed attempt failed.
    pub last_reason: Option<String>,
    /// The ladder that sent it.
    pub escalation: Id<id::Escalation>,
    /// Whether it is about an incident; otherwise about a group of alerts.
    pub of_incident: bool,
    /// The id of the incident or group.
    pub target: String,
    /// The channel at whose turn it is.
    pub channel: Option<String>,
}

/// A page as the proof of paging shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The page.
    pub id: Id<id::Page>,
    /// The person.
    pub person: Id<id::Person>,
    /// The rung that sent it.
    pub step: i64,
    /// queued, `handed_over`, acknowledged, failed or withdrawn.
    pub state: String,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When a relay accepted it.
    pub handed_over_at: Option<Timestamp>,
    /// When the person answered.
    pub acknowledged_at: Option<Timestamp>,
    /// Why the newest failed attempt failed.
    pub last_reason: Option<String>,
}

/// The folded state.
pub fn load(conn: &mut Conn, id: Id<id::Page>) -> Result<Option<Page>, StoreError> {
    aggregate::load(conn, &id.to_string())
}

/// The pages of an escalation, by rung.
pub fn of_escalation(
    conn: &mut Conn,
    escalation: Id<id::Escalation>,
) -> Result<Vec<Listed>, StoreError> {
    conn.query(&OF_ESCALATION, args![escalation])?.iter().map(listed).collect()
}

/// Pages queued before an instant, newest first, at most 100.
pub fn before(conn: &mut Conn, at: Timestamp) -> Result<Vec<Listed>, StoreError> {
    conn.query(&NEWEST, args![at])?.iter().map(listed).collect()
}

/// Pages that fit, queued before an instant, or at it with a lower id; newest first, at most 100.
pub fn logged(
    conn: &mut Conn,
    wanted: &Wanted,
    (at, id): (Timestamp, &str),
) -> Result<Vec<Logged>, StoreError> {
    let from = wanted.from.unwrap_or(Timestamp::from_micros(i64::MIN));
    let state = wanted.state.clone().unwrap_or_default();
    let person = wanted.person.map(|person| person.to_string()).unwrap_or_default();
    conn.query(&LOGGED, args![at, id, from, state, person])?.iter().map(log_row).collect()
}

/// One page with what it is about.
pub fn logged_one(conn: &mut Conn, page: Id<id::Page>) -> Result<Option<Logged>, StoreError> {
    conn.query(&LOGGED_ONE, args![page])?.first().map(log_row).transpose()
}

/// Pages to be sent now that nobody else is sending, at most [`ROUND`]; those that were queued up to
/// `held` are held back.
pub fn due(
    conn: &mut Conn,
    now: Timestamp,
    held: Option<Timestamp>,
) -> Result<Vec<Id<id::Page>>, StoreError> {
    let held = held.map_or(i64::MIN, Timestamp::micros);
    conn.query(&DUE, args![now, held])?.iter().map(|row| Ok(row.id(0)?)).collect()
}

/// Claims a page until an instant; false where another node holds it.
pub fn claim(
    conn: &mut Conn,
    page: Id<id::Page>,
    node: &str,
    (until, now): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    Ok(conn.execute(&CLAIM, args![page, node, until, now])? == 1)
}

/// Gives a claim back.
pub fn release(conn: &mut Conn, page: Id<id::Page>) -> Result<(), StoreError> {
    conn.execute(&RELEASE, args![page])?;
    Ok(())
}

/// When the oldest unsent page was queued, and how many wait.
pub fn unsent(conn: &mut Conn) -> Result<(Option<Timestamp>, i64), StoreError> {
    let row = one(conn.query(&OLDEST_UNSENT, args![])?, &OLDEST_UNSENT)?;
    Ok((row.opt_int(0)?.map(Timestamp::from_micros), row.int(1)?))
}

fn log_row(row: &db::Row) -> Result<Logged, StoreError> {
    let listed = listed(row)?;
    Ok(Logged {
        id: listed.id,
        person: listed.person,
        step: listed.step,
        state: listed.state,
        queued_at: listed.queued_at,
        handed_over_at: listed.handed_over_at,
        acknowledged_at: listed.acknowledged_at,
        last_reason: listed.last_reason,
        escalation: row.id(8)?,
        of_incident: row.text(9)? == "incident",
        target: row.text(10)?.to_owned(),
        channel: row.opt_text(11)?.map(str::to_owned),
    })
}

fn listed(row: &db::Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.id(0)?,
        person: row.id(1)?,
        step: row.int(2)?,
        state: row.text(3)?.to_owned(),
        queued_at: row.instant(4)?,
        handed_over_at: row.opt_int(5)?.map(Timestamp::from_micros),
        acknowledged_at: row.opt_int(6)?.map(Timestamp::from_micros),
        last_reason: row.opt_text(7)?.map(str::to_owned),
    })
}
