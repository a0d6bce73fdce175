//! Operational: what belongs to a door in beside its configuration. When its next heartbeat is due, its
//! sealed secret, its keys.

use base::{Duration, Id, Timestamp, id};
use db::{Conn, Rows, Stmt};

use crate::StoreError;

/// How many doors whose heartbeat is due one tick takes at a time.
const DUE_LIMIT: usize = 256;

stmt!(
    EXPECT,
    Rows::Exactly(1),
    "INSERT INTO heartbeat (integration, due_at) VALUES ($1, $2)
     ON CONFLICT (integration) DO UPDATE SET due_at = excluded.due_at"
);
stmt!(
    LATE,
    Rows::Any,
    "SELECT i.id, h.due_at FROM integration i LEFT JOIN heartbeat h ON h.integration = i.id
     WHERE i.heartbeat_seconds > 0 AND (h.due_at IS NULL OR h.due_at <= $1)
     ORDER BY i.id LIMIT 256"
);
stmt!(DUE, Rows::AtMost(1), "SELECT due_at FROM heartbeat WHERE integration = $1");
stmt!(
    SEAL,
    Rows::Exactly(1),
    "INSERT INTO integration_secret (integration, sealed, set_at) VALUES ($1, $2, $3)
     ON CONFLICT (integration) DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at"
);
stmt!(UNSEAL, Rows::AtMost(1), "DELETE FROM integration_secret WHERE integration = $1");
stmt!(SEALED, Rows::AtMost(1), "SELECT sealed FROM integration_secret WHERE integration = $1");
stmt!(
    WITHDRAW_KEYS,
    Rows::Any,
    "DELETE FROM credential WHERE subject = $1 AND kind = 'integration'"
);

pub(crate) static ALL: &[&Stmt] = &[&EXPECT, &LATE, &DUE, &SEAL, &UNSEAL, &SEALED, &WITHDRAW_KEYS];

/// A door whose heartbeat stayed away; `None` where none was expected yet.
pub type Late = (Id<id::Integration>, Option<Timestamp>);

/// The next heartbeat is due this long after `now`.
pub fn expect_heartbeat(
    conn: &mut Conn,
    integration: Id<id::Integration>,
    (now, interval): (Timestamp, Duration),
) -> Result<(), StoreError> {
    conn.execute(&EXPECT, args![integration, now + interval])?;
    Ok(())
}

/// Doors whose heartbeat is due or was never expected, at most 256.
pub fn late_heartbeats(conn: &mut Conn, now: Timestamp) -> Result<Vec<Late>, StoreError> {
    let rows = conn.query(&LATE, args![now])?;
    let read = |row: &db::Row| Ok((row.id(0)?, row.opt_int(1)?.map(Timestamp::from_micros)));
    rows.iter().take(DUE_LIMIT).map(read).collect()
}

/// When a door's next heartbeat is due.
pub fn heartbeat_due(
    conn: &mut Conn,
    integration: Id<id::Integration>,
) -> Result<Option<Timestamp>, StoreError> {
    let rows = conn.query(&DUE, args![integration])?;
    Ok(rows.first().map(|row| row.instant(0)).transpose()?)
}

/// Keeps a sealed secret in the place of the one before, or none.
pub fn set_secret(
    conn: &mut Conn,
    integration: Id<id::Integration>,
    sealed: Option<&[u8]>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match sealed {
        Some(sealed) => conn.execute(&SEAL, args![integration, sealed, now])?,
        None => conn.execute(&UNSEAL, args![integration])?,
    };
    Ok(())
}

/// The sealed secret.
pub fn secret(
    conn: &mut Conn,
    integration: Id<id::Integration>,
) -> Result<Option<Vec<u8>>, StoreError> {
    let rows = conn.query(&SEALED, args![integration])?;
    Ok(rows.first().map(|row| row.blob(0).map(<[u8]>::to_vec)).transpose()?)
}

/// Withdraws every key of a door and answers how many there were.
pub fn withdraw_keys(conn: &mut Conn, integration: Id<id::Integration>) -> Result<u64, StoreError> {
    Ok(conn.execute(&WITHDRAW_KEYS, args![integration])?)
}
