//! Reading configuration: documents, integrations, legal entities, services.

use base::{Code, Digest, Id, Timestamp, id};
use db::{Conn, Rows, Stmt};
use domain::document::DocumentKind;

use crate::{StoreError, log::one, project::name_of, word};

stmt!(
    NEWEST,
    Rows::AtMost(1),
    "SELECT version, sha256, stream, seq FROM document WHERE kind = $1 AND name = $2
     ORDER BY version DESC LIMIT 1"
);
stmt!(
    VERSION,
    Rows::AtMost(1),
    "SELECT version, sha256, stream, seq FROM document
     WHERE kind = $1 AND name = $2 AND version = $3"
);
stmt!(
    WITH,
    Rows::AtMost(1),
    "SELECT version, sha256, stream, seq FROM document WHERE kind = $1 AND name = $2
     AND seq <= (SELECT MIN(seq) FROM document WHERE kind = $1 AND sha256 = $3)
     ORDER BY version DESC LIMIT 1"
);
// An incident keeps what was in force when its process version began to govern it.
stmt!(
    GOVERNING,
    Rows::AtMost(1),
    "SELECT version, sha256, stream, seq FROM document
     WHERE kind = $1 AND name = $2 AND published_at <=
     (SELECT since FROM incident_process WHERE incident = $3)
     ORDER BY version DESC LIMIT 1"
);
stmt!(
    NEWEST_ALL,
    Rows::Any,
    "SELECT d.kind, d.name, d.sha256 FROM document d WHERE d.version =
     (SELECT MAX(n.version) FROM document n WHERE n.kind = d.kind AND n.name = d.name)
     ORDER BY d.kind, d.name LIMIT 2000"
);
stmt!(CONFIG_SEQ, Rows::Exactly(1), "SELECT COALESCE(MAX(seq), 0) FROM document");
stmt!(
    INTEGRATIONS,
    Rows::Any,
    "SELECT i.id, i.source, i.policy, i.entity, i.declares, i.word, s.last_seen, s.requests,
     s.quarantined, s.ignored, i.acknowledges, i.heartbeat_seconds, i.settings FROM integration i
     LEFT JOIN integration_seen s ON s.integration = i.id ORDER BY i.added_at, i.id LIMIT 1000"
);
stmt!(
    INTEGRATION,
    Rows::AtMost(1),
    "SELECT i.id, i.source, i.policy, i.entity, i.declares, i.word, s.last_seen, s.requests,
     s.quarantined, s.ignored, i.acknowledges, i.heartbeat_seconds, i.settings FROM integration i
     LEFT JOIN integration_seen s ON s.integration = i.id WHERE i.id = $1"
);
stmt!(
    POLICIES,
    Rows::Any,
    "SELECT DISTINCT name FROM document WHERE kind = 'policy' ORDER BY name LIMIT 1000"
);
stmt!(
    ENTITIES,
    Rows::Any,
    "SELECT id, word, home FROM legal_entity WHERE retired = 0 ORDER BY home DESC, id LIMIT 1000"
);
stmt!(
    SERVICES,
    Rows::Any,
    "SELECT id, entity, word, critical FROM service WHERE retired = 0
     ORDER BY critical DESC, id LIMIT 10000"
);

pub(crate) static ALL: &[&Stmt] = &[
    &NEWEST,
    &VERSION,
    &WITH,
    &NEWEST_ALL,
    &CONFIG_SEQ,
    &POLICIES,
    &GOVERNING,
    &INTEGRATIONS,
    &INTEGRATION,
    &ENTITIES,
    &SERVICES,
];

/// A published version of a document.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its version.
    pub version: i64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its stream.
    pub stream: Id<id::Document>,
}

/// A door in, with what was last seen of it.
#[derive(Debug, Clone)]
pub struct Integration {
    /// The integration.
    pub id: Id<id::Integration>,
    /// The source it speaks.
    pub source: Code,
    /// The escalation policy of its groups.
    pub policy: Code,
    /// The legal entity its incidents belong to.
    pub entity: Id<id::LegalEntity>,
    /// Whether a critical alert declares an incident at once.
    pub declares: bool,
    /// What people call it.
    pub name: String,
    /// The labels its alerts are grouped by.
    pub group_by: Vec<String>,
    /// When something last arrived.
    pub last_seen: Option<Timestamp>,
    /// How many requests arrived.
    pub requests: i64,
    /// How many of them were quarantined.
    pub quarantined: i64,
    /// How many signals said nothing about an open alert.
    pub ignored: i64,
    /// Whether an answer at the sender's side stops our ladder.
    pub acknowledges: bool,
    /// How long a heartbeat may stay away, in seconds; 0 where the source is none.
    pub heartbeat_seconds: i64,
    /// How it reads what comes, as the word of its newest configuration.
    pub settings: Option<serde_json::Value>,
}

/// A legal entity or a service, by name.
#[derive(Debug, Clone)]
pub struct NamedPart<K: base::Kind> {
    /// Its id.
    pub id: Id<K>,
    /// What people call it.
    pub name: String,
    /// Whether it is the home entity, or a critical service.
    pub first: bool,
}

/// The newest version of a document.
pub fn newest(
    conn: &mut Conn,
    kind: DocumentKind,
    name: &str,
) -> Result<Option<Published>, StoreError> {
    published(&conn.query(&NEWEST, args![name_of(&kind), name])?)
}

/// The newest version of every document: its kind, name and bytes' digest.
pub fn newest_documents(conn: &mut Conn) -> Result<Vec<(DocumentKind, Code, Digest)>, StoreError> {
    let mut found = Vec::new();
    for row in conn.query(&NEWEST_ALL, args![])? {
        let kind =
            DocumentKind::ALL.iter().find(|kind| name_of(*kind) == row.text(0).unwrap_or(""));
        if let Some(kind) = kind {
            found.push((*kind, row.code(1)?, row.digest(2)?));
        }
    }
    Ok(found)
}

/// One version of a document.
pub fn version(
    conn: &mut Conn,
    kind: DocumentKind,
    name: &str,
    version: i64,
) -> Result<Option<Published>, StoreError> {
    published(&conn.query(&VERSION, args![name_of(&kind), name, version])?)
}

/// The version of a document that was the newest when the one with `beside` was first published: what
/// a call that is bound at deployment means.
pub fn published_beside(
    conn: &mut Conn,
    kind: DocumentKind,
    name: &str,
    beside: Digest,
) -> Result<Option<Published>, StoreError> {
    published(&conn.query(&WITH, args![name_of(&kind), name, beside])?)
}

/// The version of a document that an incident keeps: the one in force when its process began to govern
/// it. The newest where the document is younger than that, or the incident has no process yet.
pub fn governing(
    conn: &mut Conn,
    (kind, name): (DocumentKind, &str),
    incident: Id<id::Incident>,
) -> Result<Option<Published>, StoreError> {
    let kept = published(&conn.query(&GOVERNING, args![name_of(&kind), name, incident])?)?;
    match kept {
        Some(kept) => Ok(Some(kept)),
        None => newest(conn, kind, name),
    }
}

/// The configuration's version: the position of the newest published document.
pub fn config_version(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(one(conn.query(&CONFIG_SEQ, args![])?, &CONFIG_SEQ)?.int(0)?)
}

/// The names of all ladders that were published.
pub fn policies(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    conn.query(&POLICIES, args![])?.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

/// All doors in.
pub fn integrations(conn: &mut Conn) -> Result<Vec<Integration>, StoreError> {
    let rows = conn.query(&INTEGRATIONS, args![])?;
    rows.iter().map(|row| integration(conn, row)).collect()
}

/// One door in.
pub fn load_integration(
    conn: &mut Conn,
    id: Id<id::Integration>,
) -> Result<Option<Integration>, StoreError> {
    let rows = conn.query(&INTEGRATION, args![id])?;
    rows.first().map(|row| integration(conn, row)).transpose()
}

/// All legal entities that are still ours, the home entity first.
pub fn entities(conn: &mut Conn) -> Result<Vec<NamedPart<id::LegalEntity>>, StoreError> {
    let rows = conn.query(&ENTITIES, args![])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let name = word::text(conn, row.int(1)?, "name")?;
        found.push(NamedPart { id: row.id(0)?, name, first: row.flag(2)? });
    }
    Ok(found)
}

/// All services that are not switched off, the critical ones first.
pub fn services(conn: &mut Conn) -> Result<Vec<NamedPart<id::Service>>, StoreError> {
    let rows = conn.query(&SERVICES, args![])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let name = word::text(conn, row.int(2)?, "name")?;
        found.push(NamedPart { id: row.id(0)?, name, first: row.flag(3)? });
    }
    Ok(found)
}

fn published(rows: &[db::Row]) -> Result<Option<Published>, StoreError> {
    let read = |row: &db::Row| {
        Ok(Published { version: row.int(0)?, sha256: row.digest(1)?, stream: row.id(2)? })
    };
    rows.first().map(read).transpose()
}

fn integration(conn: &mut Conn, row: &db::Row) -> Result<Integration, StoreError> {
    let seq = row.int(5)?;
    let group_by = match word::value(conn, seq, "group_by")? {
        Some(evidence::entry::Erasable::Known(value)) => {
            serde_json::from_value(value).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let settings = match row.opt_int(12)? {
        Some(seq) => match word::value(conn, seq, "settings")? {
            Some(evidence::entry::Erasable::Known(value)) => Some(value),
            _ => None,
        },
        None => None,
    };
    Ok(Integration {
        id: row.id(0)?,
        source: row.code(1)?,
        policy: row.code(2)?,
        entity: row.id(3)?,
        declares: row.flag(4)?,
        name: word::text(conn, seq, "name")?,
        group_by,
        last_seen: row.opt_int(6)?.map(Timestamp::from_micros),
        requests: row.opt_int(7)?.unwrap_or(0),
        quarantined: row.opt_int(8)?.unwrap_or(0),
        ignored: row.opt_int(9)?.unwrap_or(0),
        acknowledges: row.flag(10)?,
        heartbeat_seconds: row.int(11)?,
        settings,
    })
}
