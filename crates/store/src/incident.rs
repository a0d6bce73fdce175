//! Reading incidents.

use base::{Code, Id, Timestamp, id};
use db::{Conn, Rows, Stmt};
use domain::incident::Incident;

use crate::{StoreError, aggregate, log::one};

stmt!(BY_REFERENCE, Rows::AtMost(1), "SELECT id FROM incident WHERE reference = $1");
stmt!(LAST_NUMBER, Rows::AtMost(1), "SELECT last FROM incident_number WHERE year = $1");
stmt!(
    OPEN,
    Rows::Any,
    "SELECT id, reference, mode, entity, status, phase, severity, commander, declared_at, word,
     updated_at FROM incident WHERE status = 'open' ORDER BY declared_at DESC, id DESC LIMIT 200"
);
stmt!(
    NEWEST,
    Rows::Any,
    "SELECT id, reference, mode, entity, status, phase, severity, commander, declared_at, word,
     updated_at FROM incident WHERE declared_at < $1 ORDER BY declared_at DESC, id DESC LIMIT 100"
);
stmt!(
    PAGE_NEWEST,
    Rows::Any,
    "SELECT id, reference, mode, entity, status, phase, severity, commander, declared_at, word,
     updated_at FROM incident WHERE ($1 = '' OR status = $1)
     AND ($2 = '' OR COALESCE(severity, 'none') = $2) AND ($3 = '' OR phase = $3)
     AND ($4 = '' OR mode = $4) AND declared_at >= $5 AND declared_at < $6
     AND (declared_at, id) < ($7, $8) ORDER BY declared_at DESC, id DESC LIMIT 100"
);
stmt!(
    PAGE_OLDEST,
    Rows::Any,
    "SELECT id, reference, mode, entity, status, phase, severity, commander, declared_at, word,
     updated_at FROM incident WHERE ($1 = '' OR status = $1)
     AND ($2 = '' OR COALESCE(severity, 'none') = $2) AND ($3 = '' OR phase = $3)
     AND ($4 = '' OR mode = $4) AND declared_at >= $5 AND declared_at < $6
     AND (declared_at, id) > ($7, $8) ORDER BY declared_at, id LIMIT 100"
);
stmt!(
    PAGE_UPDATED,
    Rows::Any,
    "SELECT id, reference, mode, entity, status, phase, severity, commander, declared_at, word,
     updated_at FROM incident WHERE ($1 = '' OR status = $1)
     AND ($2 = '' OR COALESCE(severity, 'none') = $2) AND ($3 = '' OR phase = $3)
     AND ($4 = '' OR mode = $4) AND declared_at >= $5 AND declared_at < $6
     AND (updated_at, id) < ($7, $8) ORDER BY updated_at DESC, id DESC LIMIT 100"
);
stmt!(
    TASKS,
    Rows::Any,
    "SELECT t.incident, t.task, t.element, t.role, t.created_at, t.due_at, i.reference, i.severity,
     i.word, t.holder, t.held_until, t.delegated_by, t.approved FROM incident_task t JOIN incident i ON i.id = t.incident
     WHERE i.status = 'open' ORDER BY t.due_at NULLS LAST, t.incident, t.task LIMIT 500"
);
stmt!(
    UNAPPROVED,
    Rows::Any,
    "SELECT c.target, c.generation, c.due_at FROM clock c JOIN incident i ON i.id = c.target
     WHERE c.kind = 'severity_approval' AND c.state <> 'met' AND i.status = 'open'
     ORDER BY c.due_at, c.target LIMIT 100"
);
stmt!(COUNT, Rows::Exactly(1), "SELECT COUNT(*) FROM incident");
stmt!(
    STREAMS,
    Rows::Any,
    "SELECT stream FROM incident_stream WHERE incident = $1 ORDER BY stream LIMIT 10000"
);
stmt!(
    BESIDE,
    Rows::Any,
    "SELECT DISTINCT e.stream FROM incident_entry i JOIN log_entry e ON e.seq = i.seq
     WHERE i.incident = $1 AND e.kind IN ('alerts_received', 'move_proposed')
     ORDER BY e.stream LIMIT 10000"
);

pub(crate) static ALL: &[&Stmt] = &[
    &BY_REFERENCE,
    &LAST_NUMBER,
    &OPEN,
    &NEWEST,
    &PAGE_NEWEST,
    &PAGE_OLDEST,
    &PAGE_UPDATED,
    &TASKS,
    &UNAPPROVED,
    &COUNT,
    &STREAMS,
    &BESIDE,
];

/// Which incidents a page of the list holds; an empty text asks nothing.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// open, closed or merged.
    pub status: String,
    /// `S1` to `S4`, or none.
    pub severity: String,
    /// detect, triage, contain, recover or learn.
    pub phase: String,
    /// live, exercise or retrospective.
    pub mode: String,
    /// Declared at this instant or later.
    pub from: Option<Timestamp>,
    /// Declared before this instant.
    pub to: Option<Timestamp>,
    /// In which order.
    pub order: Order,
}

/// The order of a list of incidents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// The one that changed last first.
    Updated,
}

/// A row of the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The incident.
    pub id: Id<id::Incident>,
    /// `INC-2026-0042`.
    pub reference: Code,
    /// live, exercise or retrospective.
    pub mode: String,
    /// The legal entity it happened to.
    pub entity: Id<id::LegalEntity>,
    /// open, closed or merged.
    pub status: String,
    /// detect, triage, contain, recover or learn.
    pub phase: String,
    /// `S1` to `S4`.
    pub severity: Option<String>,
    /// Who is in command.
    pub commander: Option<String>,
    /// When it was declared.
    pub declared_at: Timestamp,
    /// The entry whose words are its title and description.
    pub word: i64,
    /// When its newest entry was recorded.
    pub updated_at: Timestamp,
}

/// An open task of an open incident.
#[derive(Debug, Clone)]
pub struct OpenTask {
    /// The incident.
    pub incident: Id<id::Incident>,
    /// The task's number in it.
    pub task: i64,
    /// The element of the process.
    pub element: Code,
    /// The roles it waits for, any of them; none where it is for everybody.
    pub roles: Vec<String>,
    /// Since when it waits.
    pub created_at: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The incident's reference.
    pub reference: Code,
    /// The incident's severity.
    pub severity: Option<String>,
    /// The entry with the incident's title.
    pub word: i64,
    /// Who claimed it or was given it.
    pub holder: Option<Id<id::Person>>,
    /// Until when and by whom it was delegated; then it is that person's again.
    pub delegated: Option<(Timestamp, Id<id::Person>)>,
    /// Who approved the answer that stands there.
    pub approved: Vec<Id<id::Person>>,
}

/// A severity decision that wants a second person.
#[derive(Debug, Clone)]
pub struct Unapproved {
    /// The incident.
    pub incident: Id<id::Incident>,
    /// The entry of the decision.
    pub decision: i64,
    /// Until when.
    pub due_at: Timestamp,
}

impl OpenTask {
    /// Who is on it at `now`.
    pub fn holder(&self, now: Timestamp) -> Option<Id<id::Person>> {
        match self.delegated {
            Some((until, from)) if until <= now => Some(from),
            _ => self.holder,
        }
    }

    /// Whether a task waits for somebody with these roles: nobody else is on it, and it is for one of
    /// them or for everybody; or it is in this person's hands. Whoever approved its answer is done.
    pub fn is_for(&self, me: Option<Id<id::Person>>, roles: &[&str], now: Timestamp) -> bool {
        match self.holder(now) {
            _ if me.is_some_and(|me| self.approved.contains(&me)) => false,
            Some(holder) => Some(holder) == me,
            None => {
                self.roles.is_empty()
                    || self.roles.iter().any(|wanted| roles.contains(&wanted.as_str()))
            }
        }
    }
}

/// The folded state.
pub fn load(conn: &mut Conn, id: Id<id::Incident>) -> Result<Option<Incident>, StoreError> {
    aggregate::load(conn, &id.to_string())
}

/// The incident with this reference.
pub fn by_reference(
    conn: &mut Conn,
    reference: &str,
) -> Result<Option<Id<id::Incident>>, StoreError> {
    let rows = conn.query(&BY_REFERENCE, args![reference])?;
    Ok(rows.first().map(|row| row.id(0)).transpose()?)
}

/// The last number given in a year; 0 before the first.
pub fn last_number(conn: &mut Conn, year: i64) -> Result<i64, StoreError> {
    let rows = conn.query(&LAST_NUMBER, args![year])?;
    Ok(rows.first().map(|row| row.int(0)).transpose()?.unwrap_or(0))
}

/// Open incidents, newest first, at most 200.
pub fn open(conn: &mut Conn) -> Result<Vec<Listed>, StoreError> {
    conn.query(&OPEN, args![])?.iter().map(listed).collect()
}

/// Incidents declared before an instant, newest first, at most 100.
pub fn before(conn: &mut Conn, at: Timestamp) -> Result<Vec<Listed>, StoreError> {
    conn.query(&NEWEST, args![at])?.iter().map(listed).collect()
}

/// A page of the incidents that fit, after a row's instant (of its order) and id; at most 100.
pub fn page(
    conn: &mut Conn,
    wanted: &Wanted,
    after: Option<(i64, String)>,
) -> Result<Vec<Listed>, StoreError> {
    let (stmt, start) = match wanted.order {
        Order::Newest => (&PAGE_NEWEST, (i64::MAX, "~")),
        Order::Oldest => (&PAGE_OLDEST, (i64::MIN, "")),
        Order::Updated => (&PAGE_UPDATED, (i64::MAX, "~")),
    };
    let (at, id) = after.unwrap_or((start.0, start.1.to_owned()));
    let args = args![
        wanted.status.as_str(),
        wanted.severity.as_str(),
        wanted.phase.as_str(),
        wanted.mode.as_str(),
        wanted.from.map_or(i64::MIN, Timestamp::micros),
        wanted.to.map_or(i64::MAX, Timestamp::micros),
        at,
        id.as_str(),
    ];
    conn.query(stmt, args)?.iter().map(listed).collect()
}

/// Open tasks of open incidents, soonest due first, at most 500.
pub fn tasks(conn: &mut Conn) -> Result<Vec<OpenTask>, StoreError> {
    let read = |row: &db::Row| {
        Ok(OpenTask {
            incident: row.id(0)?,
            task: row.int(1)?,
            element: row.code(2)?,
            roles: row
                .opt_text(3)?
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            created_at: row.instant(4)?,
            due_at: row.opt_int(5)?.map(Timestamp::from_micros),
            reference: row.code(6)?,
            severity: row.opt_text(7)?.map(str::to_owned),
            word: row.int(8)?,
            holder: row.opt_text(9)?.and_then(|text| text.parse().ok()),
            delegated: match (row.opt_int(10)?, row.opt_text(11)?) {
                (Some(until), Some(from)) => {
                    from.parse().ok().map(|from| (Timestamp::from_micros(until), from))
                }
                _ => None,
            },
            approved: row
                .opt_text(12)?
                .unwrap_or_default()
                .split_whitespace()
                .filter_map(|text| text.parse().ok())
                .collect(),
        })
    };
    conn.query(&TASKS, args![])?.iter().map(read).collect()
}

/// Severity decisions of open incidents that want a second person, soonest due first, at most 100.
pub fn unapproved(conn: &mut Conn) -> Result<Vec<Unapproved>, StoreError> {
    let read = |row: &db::Row| {
        let (incident, decision, due_at) = (row.id(0)?, row.int(1)?, row.instant(2)?);
        Ok(Unapproved { incident, decision, due_at })
    };
    conn.query(&UNAPPROVED, args![])?.iter().map(read).collect()
}

/// How many incidents there are.
pub fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&COUNT, args![])?, &COUNT)?.int(0)?)
}

/// The streams whose entries make up an incident's evidence: its own, its escalations' and pages', the
/// requests that brought its alerts, and the plans that moved it to another version or meant to.
pub fn streams(conn: &mut Conn, id: Id<id::Incident>) -> Result<Vec<Code>, StoreError> {
    let mut found = Vec::new();
    for stmt in [&STREAMS, &BESIDE] {
        for row in conn.query(stmt, args![id])? {
            found.push(row.code(0)?);
        }
    }
    Ok(found)
}

fn listed(row: &db::Row) -> Result<Listed, StoreError> {
    Ok(Listed {
        id: row.id(0)?,
        reference: row.code(1)?,
        mode: row.text(2)?.to_owned(),
        entity: row.id(3)?,
        status: row.text(4)?.to_owned(),
        phase: row.text(5)?.to_owned(),
        severity: row.opt_text(6)?.map(str::to_owned),
        commander: row.opt_text(7)?.map(str::to_owned),
        declared_at: row.instant(8)?,
        word: row.int(9)?,
        updated_at: row.instant(10)?,
    })
}
