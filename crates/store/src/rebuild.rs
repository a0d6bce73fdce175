//! Folding the log again: `rebuild --check` compares every derived row with what the log says, and a
//! newer release folds it in place where its rows have another shape.

use std::collections::BTreeSet;

use db::{CommitError, Conn, Db, Lane, Rows, Stmt};

use crate::{
    StoreError,
    log::{self, copy, one},
    project::{Placed, Projection},
    word,
};

/// How many entries are folded before their states are written.
const STRETCH: i64 = 1000;

macro_rules! derived {
    ($($name:ident: $table:literal, $columns:literal, $order:literal;)*) => {
        $(stmt!($name, Rows::Any, concat!("SELECT ", $columns, " FROM ", $table, " ORDER BY ", $order));)*
        /// Each derived table with the statement that reads all of its rows in order.
        static DERIVED: &[(&str, &Stmt)] = &[$(($table, &$name)),*];
        /// The statements that empty them.
        static EMPTY: &[Stmt] = &[$(Stmt {
            name: concat!("store::rebuild::EMPTY ", $table),
            sql: concat!("DELETE FROM ", $table),
            rows: Rows::Any,
        }),*];
        pub(crate) static ALL: &[&Stmt] = &[&ENTRY_COUNT, &FOLDED, &FOLDED_NOW, $(&$name),*];
    };
}

/// The shape of the derived rows that this release folds. Raise it with every change of a fold, a
/// projection or a folded state after a golden log was recorded: its test says when it was forgotten.
pub const FOLD: i64 = 4;

stmt!(FOLDED, Rows::Exactly(1), "SELECT version FROM fold WHERE id = 1");
stmt!(FOLDED_NOW, Rows::Exactly(1), "UPDATE fold SET version = $1 WHERE id = 1");
stmt!(ENTRY_COUNT, Rows::Exactly(1), "SELECT COUNT(*) FROM log_entry");

derived! {
    AGGREGATE: "aggregate", "stream, length, head, state_version, state", "stream";
    LEGAL_ENTITY: "legal_entity", "id, word, home, retired", "id";
    SERVICE: "service", "id, entity, word, critical, retired", "id";
    PERSON: "person", "id, kind, word, elevated_at", "id";
    PERSON_ROLE: "person_role", "person, role, entity", "person, role, entity";
    PERSON_CONTACT: "person_contact", "person, position, channel, word", "person, position";
    DOCUMENT: "document", "kind, name, version, stream, sha256, published_at, seq", "kind, name, version";
    DOCUMENT_NAME: "document_name", "kind, name, stream", "kind, name";
    DOCUMENT_DRAFT: "document_draft", "stream, draft, stage, revision, base, sha256, word, checked, refusing, advising, saved_by, saved_at, changed_at", "stream, draft";
    INTEGRATION: "integration", "id, source, policy, entity, declares, word, added_at, acknowledges, heartbeat_seconds, settings", "id";
    ALERT: "alert", "id, integration, dedup, state, severity, alert_group, opened_at, changed_at, resolved_at, word, field", "id";
    ALERT_GROUP: "alert_group", "id, integration, group_key, state, severity, open_alerts, opened_at, next_due_at, escalation, incident, word, field", "id";
    QUARANTINE: "quarantine", "intake, integration, source, reason, body, received_at, seq, settled, outcome", "intake";
    CHANGE_EVENT: "change_event", "intake, number, integration, received_at, seq", "intake, number";
    INCIDENT: "incident", "id, reference, mode, entity, status, phase, severity, commander, declared_at, word, updated_at, version", "id";
    INCIDENT_NUMBER: "incident_number", "year, last", "year";
    INCIDENT_ENTRY: "incident_entry", "incident, seq", "incident, seq";
    INCIDENT_STREAM: "incident_stream", "stream, incident", "stream";
    INCIDENT_TASK: "incident_task", "incident, task, element, role, created_at, due_at, holder, held_until, delegated_by, approved", "incident, task";
    INCIDENT_EXCEPTION: "incident_exception", "incident, seq, element, code, person, authority, invoked_at, ratify_by, judgement, judged", "incident, seq";
    INCIDENT_PROCESS: "incident_process", "incident, process, version, since", "incident";
    MOVE_PLAN: "move_plan", "id, process, from_version, to_version, standing, cases, moved, stay, proposed_by, proposed_at, word, judged", "id";
    ESCALATION: "escalation", "id, target, target_id, phase, next_step, due_at, started_at, acknowledged_by, acknowledged_at", "id";
    PAGE: "page", "id, escalation, person, step, state, position, attempt, due_at, queued_at, handed_over_at, acknowledged_at, last_reason", "id";
    CLOCK: "clock", "id, kind, target, generation, started_at, due_at, state, rule", "id";
    EXPORT: "export", "seq, incident, taken_at", "seq";
    WEBHOOK: "webhook", "id, standing, types, generation, word, added_at", "id";
    ERASURE: "erasure", "request, person, basis, requested_by, performed", "request";
}

/// A derived row that the log does not bear out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row as it is, or as the log says, whichever exists.
    pub row: String,
    /// What is wrong with it.
    pub what: &'static str,
}

/// What a rebuild found.
#[derive(Debug, Clone, Default)]
pub struct Rebuilt {
    /// Entries folded.
    pub entries: i64,
    /// Derived rows compared.
    pub rows: u64,
    /// Rows that differ.
    pub differences: Vec<Difference>,
}

/// Whether another release folded the derived rows, so that this one has to do it again.
pub fn is_stale(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(one(conn.query(&FOLDED, args![])?, &FOLDED)?.int(0)? != FOLD)
}

/// Folds the whole log in place where another release folded it last; answers whether it did.
///
/// One transaction: a crash leaves the rows as they were. Runs inside a turn, so no other command of
/// this release is decided on half-folded rows; no older release may run on the database meanwhile.
pub fn fold_again(conn: &mut Conn) -> Result<bool, StoreError> {
    if !is_stale(conn)? {
        return Ok(false);
    }
    for table in EMPTY {
        conn.execute(table, args![])?;
    }
    let size = log::size(conn)?;
    let mut from = 0;
    while from < size {
        let to = (from + STRETCH).min(size);
        let (entries, words) = (log::range(conn, from, to)?, word::range(conn, from, to)?);
        fold(conn, &entries, &words, Target::Place)?;
        from = to;
    }
    conn.execute(&FOLDED_NOW, args![FOLD])?;
    Ok(true)
}

/// Where a stretch of the log is folded.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// Where it is.
    Place,
    /// An empty database beside it, which gets the entries and words as well.
    Beside,
}

/// Folds the log of `conn` into the empty database `beside` and compares every derived row.
///
/// `beside` is a fresh database with the same migrations; nothing in `conn` changes. All reads are of
/// one snapshot, so a server may be running.
pub fn check(conn: &mut Conn, beside: &Db) -> Result<Rebuilt, StoreError> {
    let entries = refold(conn, beside)?;
    let mut found = Rebuilt { entries, ..Rebuilt::default() };
    for (table, stmt) in DERIVED {
        let held = conn.query(stmt, args![])?;
        let folded = beside.read_now(|beside| Ok::<_, StoreError>(beside.query(stmt, args![])?))?;
        found.rows += held.len() as u64;
        compare(table, &held, &folded, &mut found.differences);
    }
    Ok(found)
}

fn refold(conn: &mut Conn, beside: &Db) -> Result<i64, StoreError> {
    let size = log::size(conn)?;
    let count = one(conn.query(&ENTRY_COUNT, args![])?, &ENTRY_COUNT)?.int(0)?;
    if count != size {
        let reason = format!("the head says {size} entries, the log holds {count}");
        return Err(StoreError::Entry { seq: count.min(size), reason });
    }
    let mut from = 0;
    while from < size {
        let to = (from + STRETCH).min(size);
        let entries = log::range(conn, from, to)?;
        let words = word::range(conn, from, to)?;
        let folded = beside
            .submit_now(Lane::Normal, move |beside| fold(beside, &entries, &words, Target::Beside));
        folded.map_err(|error| match error {
            CommitError::Refused(error) => error,
            other => StoreError::State { stream: format!("{from}.."), reason: other.to_string() },
        })?;
        from = to;
    }
    Ok(size)
}

fn fold(
    conn: &mut Conn,
    entries: &[log::Stored],
    words: &[word::StoredWord],
    target: Target,
) -> Result<(), StoreError> {
    let mut projection = Projection::default();
    let mut words = words.iter().peekable();
    for stored in entries {
        let entry = stored.entry()?;
        let mut held = word::Words::new();
        while let Some(word) = words.next_if(|word| word.seq == stored.seq) {
            if target == Target::Beside {
                word::copy(conn, word)?;
            }
            if let Some(value) = &word.value {
                held.insert(word.field.clone(), value.clone());
            }
        }
        if target == Target::Beside {
            copy(conn, stored, &entry)?;
        }
        let (seq, leaf) = (stored.seq, stored.leaf);
        projection.entry(conn, Placed { seq, entry: &entry, leaf, words: &held })?;
    }
    projection.finish(conn)
}

fn compare(
    table: &'static str,
    held: &[db::Row],
    folded: &[db::Row],
    differences: &mut Vec<Difference>,
) {
    let print =
        |rows: &[db::Row]| rows.iter().map(|row| format!("{row:?}")).collect::<BTreeSet<_>>();
    let (held, folded) = (print(held), print(folded));
    let mut differ = |row: &String, what| {
        differences.push(Difference { table, row: row.clone(), what });
    };
    held.difference(&folded).for_each(|row| differ(row, "is there; the log does not say so"));
    folded
        .difference(&held)
        .for_each(|row| differ(row, "is missing or different; the log says so"));
}
