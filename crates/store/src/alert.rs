//! Reading alerts, groups and the quarantine.

use base::{Digest, Id, Timestamp, id};
use db::{Conn, Rows, Stmt};

use crate::{StoreError, log::one};

stmt!(
    BY_KEY,
    Rows::AtMost(1),
    "SELECT id, severity, alert_group FROM alert
     WHERE integration = $1 AND dedup = $2 AND state = 'open'"
);
stmt!(
    OPEN_GROUP,
    Rows::AtMost(1),
    "SELECT id, open_alerts FROM alert_group
     WHERE integration = $1 AND group_key = $2 AND state = 'open'"
);
stmt!(
    NEWEST,
    Rows::Any,
    "SELECT a.id, a.integration, a.state, a.severity, a.alert_group, a.opened_at, a.resolved_at,
     a.word, a.field, r.count, r.last_seen, g.incident FROM alert a
     LEFT JOIN alert_repeat r ON r.alert = a.id LEFT JOIN alert_group g ON g.id = a.alert_group
     WHERE a.opened_at < $1 ORDER BY a.opened_at DESC, a.id DESC LIMIT 100"
);
stmt!(
    PAGE,
    Rows::Any,
    "SELECT a.id, a.integration, a.state, a.severity, a.alert_group, a.opened_at, a.resolved_at,
     a.word, a.field, r.count, r.last_seen, g.incident FROM alert a
     LEFT JOIN alert_repeat r ON r.alert = a.id LEFT JOIN alert_group g ON g.id = a.alert_group
     WHERE ($1 = '' OR a.state = $1) AND ($2 = '' OR a.severity = $2)
     AND ($3 = '' OR a.alert_group = $3) AND ($4 = '' OR a.integration = $4)
     AND a.opened_at >= $5 AND a.opened_at < $6 AND (a.opened_at, a.id) < ($7, $8)
     ORDER BY a.opened_at DESC, a.id DESC LIMIT 100"
);
stmt!(
    ONE,
    Rows::AtMost(1),
    "SELECT a.id, a.integration, a.state, a.severity, a.alert_group, a.opened_at, a.resolved_at,
     a.word, a.field, r.count, r.last_seen, g.incident FROM alert a
     LEFT JOIN alert_repeat r ON r.alert = a.id LEFT JOIN alert_group g ON g.id = a.alert_group
     WHERE a.id = $1"
);
stmt!(
    OF_GROUP,
    Rows::Any,
    "SELECT a.id, a.integration, a.state, a.severity, a.alert_group, a.opened_at, a.resolved_at,
     a.word, a.field, r.count, r.last_seen, g.incident FROM alert a
     LEFT JOIN alert_repeat r ON r.alert = a.id LEFT JOIN alert_group g ON g.id = a.alert_group
     WHERE a.alert_group = $1 ORDER BY a.opened_at, a.id LIMIT 100"
);
stmt!(
    GROUP,
    Rows::AtMost(1),
    "SELECT id, integration, state, severity, open_alerts, opened_at, next_due_at, escalation,
     incident, word, field FROM alert_group WHERE id = $1"
);
stmt!(
    OPEN_GROUPS,
    Rows::Any,
    "SELECT id, integration, state, severity, open_alerts, opened_at, next_due_at, escalation,
     incident, word, field FROM alert_group WHERE state = 'open'
     ORDER BY opened_at DESC, id LIMIT 100"
);
stmt!(
    COUNTS,
    Rows::Any,
    "SELECT severity, COUNT(*) FROM alert WHERE state = 'open' GROUP BY severity ORDER BY severity"
);
stmt!(
    QUARANTINED,
    Rows::Any,
    "SELECT intake, integration, source, reason, body, received_at, seq, settled, outcome
     FROM quarantine WHERE seq < $1 AND settled IS NULL ORDER BY seq DESC LIMIT 100"
);
stmt!(
    QUARANTINED_ONE,
    Rows::AtMost(1),
    "SELECT intake, integration, source, reason, body, received_at, seq, settled, outcome
     FROM quarantine WHERE intake = $1"
);
stmt!(QUARANTINE_COUNT, Rows::Exactly(1), "SELECT COUNT(*) FROM quarantine WHERE settled IS NULL");
stmt!(
    QUARANTINED_OF,
    Rows::Exactly(1),
    "SELECT COUNT(*) FROM quarantine WHERE integration = $1 AND settled IS NULL"
);
stmt!(EVER, Rows::Exactly(1), "SELECT COUNT(*) FROM alert WHERE integration = $1 AND dedup = $2");
stmt!(
    CHANGES,
    Rows::Any,
    "SELECT intake, number, integration, received_at, seq FROM change_event
     WHERE received_at < $1 ORDER BY received_at DESC, seq DESC, number DESC LIMIT 100"
);
stmt!(
    SILENT,
    Rows::Exactly(1),
    "SELECT COUNT(*) FROM alert_group
     WHERE state = 'open' AND next_due_at IS NULL AND incident IS NULL"
);

pub(crate) static ALL: &[&Stmt] = &[
    &BY_KEY,
    &OPEN_GROUP,
    &NEWEST,
    &PAGE,
    &ONE,
    &OF_GROUP,
    &GROUP,
    &OPEN_GROUPS,
    &COUNTS,
    &QUARANTINED,
    &QUARANTINED_ONE,
    &QUARANTINE_COUNT,
    &QUARANTINED_OF,
    &EVER,
    &CHANGES,
    &SILENT,
];

/// Which alerts a page of the list holds; an empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// open or resolved.
    pub state: String,
    /// The sender's severity.
    pub severity: String,
    /// The group.
    pub group: String,
    /// The door it came through.
    pub integration: String,
    /// Opened at this instant or later.
    pub from: Option<Timestamp>,
    /// Opened before this instant.
    pub to: Option<Timestamp>,
}

/// An alert as the list shows it.
#[derive(Debug, Clone)]
pub struct Alert {
    /// The alert.
    pub id: Id<id::Alert>,
    /// The door it came through.
    pub integration: Id<id::Integration>,
    /// open or resolved.
    pub state: String,
    /// The sender's severity.
    pub severity: String,
    /// Its group.
    pub group: Id<id::Group>,
    /// When it was first received.
    pub opened_at: Timestamp,
    /// When its end was received.
    pub resolved_at: Option<Timestamp>,
    /// The entry with its words.
    pub word: i64,
    /// The field of its words.
    pub field: String,
    /// How often it was repeated.
    pub repeats: i64,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// The incident it belongs to.
    pub incident: Option<Id<id::Incident>>,
}

/// A group of alerts.
#[derive(Debug, Clone)]
pub struct Group {
    /// The group.
    pub id: Id<id::Group>,
    /// The door its alerts come through.
    pub integration: Id<id::Integration>,
    /// open or closed.
    pub state: String,
    /// The worst severity in it.
    pub severity: String,
    /// How many of its alerts are open.
    pub open_alerts: i64,
    /// When it began.
    pub opened_at: Timestamp,
    /// When something is next due.
    pub next_due_at: Option<Timestamp>,
    /// Its escalation.
    pub escalation: Option<Id<id::Escalation>>,
    /// The incident it belongs to.
    pub incident: Option<Id<id::Incident>>,
    /// The entry with the words of its first alert.
    pub word: i64,
    /// The field of those words.
    pub field: String,
}

/// Input that could not be read.
#[derive(Debug, Clone)]
pub struct Quarantined {
    /// The request.
    pub intake: Id<id::Intake>,
    /// The door it came through.
    pub integration: Id<id::Integration>,
    /// The source's name.
    pub source: String,
    /// The code of the reason.
    pub reason: String,
    /// SHA-256 of the bytes.
    pub body: Digest,
    /// When it was received.
    pub received_at: Timestamp,
    /// The entry.
    pub seq: i64,
    /// The entry that settled it: read again, or put away.
    pub settled: Option<i64>,
    /// `replayed` or `dismissed`.
    pub outcome: Option<String>,
}

/// A change at a sender's side.
#[derive(Debug, Clone)]
pub struct Change {
    /// The request.
    pub intake: Id<id::Intake>,
    /// Its number in the request; its word is `c.<number>`.
    pub number: i64,
    /// The door it came through.
    pub integration: Id<id::Integration>,
    /// When it was received.
    pub received_at: Timestamp,
    /// The entry with its words.
    pub seq: i64,
}

/// An open alert as a signal finds it: its id, severity and group.
pub type Found = (Id<id::Alert>, String, Id<id::Group>);

/// The open alert of each key, in the order of the keys.
pub fn by_keys(
    conn: &mut Conn,
    integration: Id<id::Integration>,
    keys: &[Digest],
) -> Result<Vec<Option<Found>>, StoreError> {
    let each: Vec<_> = keys.iter().map(|key| row![integration, key]).collect();
    let found = conn.query_each(&BY_KEY, &each)?;
    let read = |row: &db::Row| Ok((row.id(0)?, row.text(1)?.to_owned(), row.id(2)?));
    found.iter().map(|rows| rows.first().map(read).transpose()).collect()
}

/// The open group with this key, and how many of its alerts are open.
pub fn open_group(
    conn: &mut Conn,
    integration: Id<id::Integration>,
    key: Digest,
) -> Result<Option<(Id<id::Group>, i64)>, StoreError> {
    let rows = conn.query(&OPEN_GROUP, args![integration, key])?;
    rows.first().map(|row| Ok((row.id(0)?, row.int(1)?))).transpose()
}

/// Alerts opened before an instant, newest first, at most 100.
pub fn before(conn: &mut Conn, at: Timestamp) -> Result<Vec<Alert>, StoreError> {
    conn.query(&NEWEST, args![at])?.iter().map(alert).collect()
}

/// A page of the alerts that fit, newest first, after a row's instant and id; at most 100.
pub fn page(
    conn: &mut Conn,
    wanted: &Wanted,
    after: Option<(i64, String)>,
) -> Result<Vec<Alert>, StoreError> {
    let (at, id) = after.unwrap_or((i64::MAX, "~".to_owned()));
    let args = args![
        wanted.state.as_str(),
        wanted.severity.as_str(),
        wanted.group.as_str(),
        wanted.integration.as_str(),
        wanted.from.map_or(i64::MIN, Timestamp::micros),
        wanted.to.map_or(i64::MAX, Timestamp::micros),
        at,
        id.as_str(),
    ];
    conn.query(&PAGE, args)?.iter().map(alert).collect()
}

/// One alert.
pub fn load(conn: &mut Conn, id: Id<id::Alert>) -> Result<Option<Alert>, StoreError> {
    conn.query(&ONE, args![id])?.first().map(alert).transpose()
}

/// The alerts of a group, oldest first, at most 100.
pub fn of_group(conn: &mut Conn, group: Id<id::Group>) -> Result<Vec<Alert>, StoreError> {
    conn.query(&OF_GROUP, args![group])?.iter().map(alert).collect()
}

/// One group.
pub fn load_group(conn: &mut Conn, id: Id<id::Group>) -> Result<Option<Group>, StoreError> {
    conn.query(&GROUP, args![id])?.first().map(group).transpose()
}

/// Open groups, newest first, at most 100.
pub fn open_groups(conn: &mut Conn) -> Result<Vec<Group>, StoreError> {
    conn.query(&OPEN_GROUPS, args![])?.iter().map(group).collect()
}

/// How many alerts are open, by severity.
pub fn counts(conn: &mut Conn) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = conn.query(&COUNTS, args![])?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).collect()
}

/// Quarantined input before a position, newest first, at most 100.
pub fn quarantined(conn: &mut Conn, before: i64) -> Result<Vec<Quarantined>, StoreError> {
    conn.query(&QUARANTINED, args![before])?.iter().map(quarantine).collect()
}

/// One quarantined request.
pub fn quarantined_one(
    conn: &mut Conn,
    intake: Id<id::Intake>,
) -> Result<Option<Quarantined>, StoreError> {
    conn.query(&QUARANTINED_ONE, args![intake])?.first().map(quarantine).transpose()
}

/// How many requests are in quarantine.
pub fn quarantine_count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&QUARANTINE_COUNT, args![])?, &QUARANTINE_COUNT)?.int(0)?)
}

/// How many requests of an integration wait in quarantine.
pub fn quarantined_of(
    conn: &mut Conn,
    integration: Id<id::Integration>,
) -> Result<i64, StoreError> {
    let rows = conn.query(&QUARANTINED_OF, args![integration])?;
    Ok(one(rows, &QUARANTINED_OF)?.int(0)?)
}

/// Whether an integration ever had an alert with this key.
pub fn ever(
    conn: &mut Conn,
    integration: Id<id::Integration>,
    key: Digest,
) -> Result<bool, StoreError> {
    Ok(one(conn.query(&EVER, args![integration, key])?, &EVER)?.int(0)? > 0)
}

/// Changes received before an instant, newest first, at most 100.
pub fn changes(conn: &mut Conn, before: Timestamp) -> Result<Vec<Change>, StoreError> {
    let read = |row: &db::Row| {
        Ok(Change {
            intake: row.id(0)?,
            number: row.int(1)?,
            integration: row.id(2)?,
            received_at: row.instant(3)?,
            seq: row.int(4)?,
        })
    };
    conn.query(&CHANGES, args![before])?.iter().map(read).collect()
}

/// How many open groups have nothing due and no incident: must be 0, or something went silent.
pub fn silent(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&SILENT, args![])?, &SILENT)?.int(0)?)
}

fn alert(row: &db::Row) -> Result<Alert, StoreError> {
    let opened_at = row.instant(5)?;
    Ok(Alert {
        id: row.id(0)?,
        integration: row.id(1)?,
        state: row.text(2)?.to_owned(),
        severity: row.text(3)?.to_owned(),
        group: row.id(4)?,
        opened_at,
        resolved_at: row.opt_int(6)?.map(Timestamp::from_micros),
        word: row.int(7)?,
        field: row.text(8)?.to_owned(),
        repeats: row.opt_int(9)?.unwrap_or(0),
        last_seen: row.opt_int(10)?.map_or(opened_at, Timestamp::from_micros),
        incident: row.opt_text(11)?.and_then(|text| text.parse().ok()),
    })
}

fn group(row: &db::Row) -> Result<Group, StoreError> {
    Ok(Group {
        id: row.id(0)?,
        integration: row.id(1)?,
        state: row.text(2)?.to_owned(),
        severity: row.text(3)?.to_owned(),
        open_alerts: row.int(4)?,
        opened_at: row.instant(5)?,
        next_due_at: row.opt_int(6)?.map(Timestamp::from_micros),
        escalation: row.opt_text(7)?.and_then(|text| text.parse().ok()),
        incident: row.opt_text(8)?.and_then(|text| text.parse().ok()),
        word: row.int(9)?,
        field: row.text(10)?.to_owned(),
    })
}

fn quarantine(row: &db::Row) -> Result<Quarantined, StoreError> {
    Ok(Quarantined {
        intake: row.id(0)?,
        integration: row.id(1)?,
        source: row.text(2)?.to_owned(),
        reason: row.text(3)?.to_owned(),
        body: row.digest(4)?,
        received_at: row.instant(5)?,
        seq: row.int(6)?,
        settled: row.opt_int(7)?,
        outcome: row.opt_text(8)?.map(str::to_owned),
    })
}
