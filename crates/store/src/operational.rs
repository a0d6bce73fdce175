//! Operational rows: inbound bytes, counters, the high-water mark of the clock.

use base::{Digest, Id, Timestamp, id};
use db::{Conn, Rows, Stmt};

use crate::{StoreError, log::one};

stmt!(
    KEEP,
    Rows::Exactly(1),
    "INSERT INTO inbound (intake, integration, received_at, sha256, content_type, bytes, about)
     VALUES ($1, $2, $3, $4, $5, $6, $7)"
);
stmt!(
    INBOUND,
    Rows::AtMost(1),
    "SELECT integration, received_at, sha256, content_type, bytes, about FROM inbound
     WHERE intake = $1"
);
stmt!(
    REPEAT,
    Rows::Exactly(1),
    "INSERT INTO alert_repeat (alert, count, last_seen, body) VALUES ($1, 1, $2, $3)
     ON CONFLICT (alert) DO UPDATE SET count = alert_repeat.count + 1,
     last_seen = excluded.last_seen, body = excluded.body"
);
stmt!(
    SEEN,
    Rows::Exactly(1),
    "INSERT INTO integration_seen (integration, last_seen, requests, quarantined, ignored)
     VALUES ($1, $2, 1, $3, $4) ON CONFLICT (integration) DO UPDATE SET
     last_seen = excluded.last_seen, requests = integration_seen.requests + 1,
     quarantined = integration_seen.quarantined + excluded.quarantined,
     ignored = integration_seen.ignored + excluded.ignored"
);
stmt!(HIGH_WATER, Rows::Exactly(1), "SELECT high_water FROM node_clock WHERE id = 1");
stmt!(
    RAISE_HIGH_WATER,
    Rows::AtMost(1),
    "UPDATE node_clock SET high_water = $1 WHERE id = 1 AND high_water < $1"
);
stmt!(
    ERASURES,
    Rows::Any,
    "SELECT request, person, basis, requested_by FROM erasure WHERE performed = 0
     ORDER BY request LIMIT 100"
);
stmt!(
    WORDS_OF_PERSON,
    Rows::Any,
    "SELECT w.seq, w.field FROM word w JOIN log_entry e ON e.seq = w.seq
     WHERE e.stream = $1 AND w.erased_by IS NULL ORDER BY w.seq, w.field LIMIT 10000"
);

stmt!(
    DOORS,
    Rows::Any,
    "SELECT i.id, i.source, s.requests, s.quarantined, s.ignored, s.last_seen FROM integration i
     LEFT JOIN integration_seen s ON s.integration = i.id ORDER BY i.id LIMIT 1000"
);
stmt!(
    OPEN_INCIDENTS,
    Rows::Any,
    "SELECT COALESCE(severity, 'undecided'), COUNT(*) FROM incident WHERE status = 'open'
     GROUP BY severity ORDER BY 1"
);
stmt!(OPEN_GROUPS, Rows::Exactly(1), "SELECT COUNT(*) FROM alert_group WHERE state = 'open'");

pub(crate) static ALL: &[&Stmt] = &[
    &KEEP,
    &INBOUND,
    &REPEAT,
    &SEEN,
    &HIGH_WATER,
    &RAISE_HIGH_WATER,
    &ERASURES,
    &WORDS_OF_PERSON,
    &DOORS,
    &OPEN_INCIDENTS,
    &OPEN_GROUPS,
];

/// What one door has taken.
#[derive(Debug, Clone)]
pub struct DoorSeen {
    /// The integration.
    pub id: Id<id::Integration>,
    /// The source it speaks.
    pub source: base::Code,
    /// Requests, those of them that were quarantined, signals that were ignored.
    pub counts: [i64; 3],
    /// When something last arrived.
    pub last_seen: Option<Timestamp>,
}

/// What `/metrics` tells of the rows.
#[derive(Debug, Clone)]
pub struct Counts {
    /// By door.
    pub doors: Vec<DoorSeen>,
    /// Open incidents by severity; `undecided` where none was decided.
    pub incidents: Vec<(String, i64)>,
    /// Open groups of alerts.
    pub groups: i64,
}

/// Counts, without a word of anybody.
pub fn counts(conn: &mut Conn) -> Result<Counts, StoreError> {
    let mut doors = Vec::new();
    for row in conn.query(&DOORS, args![])? {
        let count = |at| Ok::<_, db::Fault>(row.opt_int(at)?.unwrap_or(0));
        doors.push(DoorSeen {
            id: row.id(0)?,
            source: row.code(1)?,
            counts: [count(2)?, count(3)?, count(4)?],
            last_seen: row.opt_int(5)?.map(Timestamp::from_micros),
        });
    }
    let incidents = conn.query(&OPEN_INCIDENTS, args![])?;
    let incident = |row: &db::Row| Ok((row.text(0)?.to_owned(), row.int(1)?));
    let incidents = incidents.iter().map(incident).collect::<Result<_, db::Fault>>()?;
    let groups = one(conn.query(&OPEN_GROUPS, args![])?, &OPEN_GROUPS)?.int(0)?;
    Ok(Counts { doors, incidents, groups })
}

/// What arrived, byte for byte.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// The door it came through.
    pub integration: Id<id::Integration>,
    /// When.
    pub received_at: Timestamp,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
    /// What the sender says it is.
    pub content_type: Option<String>,
    /// The bytes, without secrets that the sender sent along.
    pub bytes: Vec<u8>,
    /// Headers that say what the body is, and the query of a request without a body, as JSON.
    pub about: Option<String>,
}

/// An erasure that waits for its second person.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// The entry of the request.
    pub request: i64,
    /// Whose words.
    pub person: Id<id::Person>,
    /// The legal basis.
    pub basis: base::Code,
    /// Who asked.
    pub requested_by: String,
}

/// Keeps what arrived.
pub fn keep(conn: &mut Conn, intake: Id<id::Intake>, inbound: &Inbound) -> Result<(), StoreError> {
    conn.put(
        &KEEP,
        row![
            intake,
            inbound.integration,
            inbound.received_at,
            inbound.sha256,
            inbound.content_type.clone(),
            inbound.bytes.as_slice(),
            inbound.about.clone(),
        ],
    )?;
    Ok(())
}

/// What arrived in a request, until its retention ends.
pub fn inbound(conn: &mut Conn, intake: Id<id::Intake>) -> Result<Option<Inbound>, StoreError> {
    let rows = conn.query(&INBOUND, args![intake])?;
    let read = |row: &db::Row| {
        Ok(Inbound {
            integration: row.id(0)?,
            received_at: row.instant(1)?,
            sha256: row.digest(2)?,
            content_type: row.opt_text(3)?.map(str::to_owned),
            bytes: row.blob(4)?.to_vec(),
            about: row.opt_text(5)?.map(str::to_owned),
        })
    };
    rows.first().map(read).transpose()
}

/// Counts a repeat of an open alert and keeps the hash of the newest body.
pub fn repeat(
    conn: &mut Conn,
    alert: Id<id::Alert>,
    body: Digest,
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.put(&REPEAT, row![alert, now, body])?;
    Ok(())
}

/// Counts a request of an integration.
pub fn seen(
    conn: &mut Conn,
    integration: Id<id::Integration>,
    (quarantined, ignored): (i64, i64),
    now: Timestamp,
) -> Result<(), StoreError> {
    conn.put(&SEEN, row![integration, now, quarantined, ignored])?;
    Ok(())
}

/// The latest instant that was ever recorded: time does not run backwards past it.
pub fn high_water(conn: &mut Conn) -> Result<Timestamp, StoreError> {
    Ok(one(conn.query(&HIGH_WATER, args![])?, &HIGH_WATER)?.instant(0)?)
}

/// Raises the high-water mark.
pub fn raise_high_water(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    conn.execute(&RAISE_HIGH_WATER, args![now])?;
    Ok(())
}

/// Erasures that wait for their second person.
pub fn erasures(conn: &mut Conn) -> Result<Vec<Erasure>, StoreError> {
    let read = |row: &db::Row| {
        Ok(Erasure {
            request: row.int(0)?,
            person: row.id(1)?,
            basis: row.code(2)?,
            requested_by: row.text(3)?.to_owned(),
        })
    };
    conn.query(&ERASURES, args![])?.iter().map(read).collect()
}

/// The words on a person's own stream that are not erased yet.
pub fn words_of_person(
    conn: &mut Conn,
    person: Id<id::Person>,
) -> Result<Vec<(i64, base::Code)>, StoreError> {
    let rows = conn.query(&WORDS_OF_PERSON, args![person])?;
    rows.iter().map(|row| Ok((row.int(0)?, row.code(1)?))).collect()
}
