//! Doors in, what is held up, and how old the newest backup is.

use base::{Code, Duration};
use db::{Conn, Db, Target};
use domain::server::{Event, STREAM};
use store::{StoreError, log, operational, page};

use super::Line;
use crate::{clock, settings::Settings};

/// How old the newest backup may be.
const BACKUP_LIMIT: Duration = Duration::hours(26);
/// How long a door may be silent before somebody should send a test.
const SILENT_LIMIT: Duration = Duration::hours(24 * 7);
/// How long a page may wait.
const UNSENT_LIMIT: Duration = Duration::minutes(1);
/// How many acts of the host operator are looked at for the newest backup: pages of 50.
const STRETCHES: usize = 20;

pub(super) async fn check(db: &Db, settings: &Settings) -> Vec<Line> {
    let embedded = matches!(settings.database, Target::Sqlite(_));
    match db.read(move |conn| look(conn, embedded)).await {
        Ok(lines) => lines,
        Err(error) => vec![Line::fail("doors", error, "look at the database")],
    }
}

fn look(conn: &mut Conn, embedded: bool) -> Result<Vec<Line>, StoreError> {
    let mut lines = vec![doors(conn)?, outbox(conn)?];
    if embedded {
        lines.push(backup(conn)?);
    }
    Ok(lines)
}

fn doors(conn: &mut Conn) -> Result<Line, StoreError> {
    let (counts, now) = (operational::counts(conn)?, clock::system());
    let lately = |door: &&operational::DoorSeen| {
        door.last_seen.is_some_and(|seen| now - seen <= SILENT_LIMIT)
    };
    let (all, heard) = (counts.doors.len(), counts.doors.iter().filter(lately).count());
    let found = format!("{heard} of {all} took something in the last 7 days");
    Ok(match all {
        0 => Line::warn("doors", "no alert can come in", "watchkeeper admin integration add"),
        _ if heard < all => Line::warn("doors", found, "send a test from each silent source"),
        _ => Line::ok("doors", found),
    })
}

fn outbox(conn: &mut Conn) -> Result<Line, StoreError> {
    let (oldest, waiting) = page::unsent(conn)?;
    Ok(match oldest.filter(|since| clock::system() - *since > UNSENT_LIMIT) {
        Some(since) => {
            let found = format!("{waiting} pages wait, the oldest since {since}");
            Line::warn("outbox", found, "a running server sends them; see mail and log")
        }
        None => Line::ok("outbox", "no page waits"),
    })
}

fn backup(conn: &mut Conn) -> Result<Line, StoreError> {
    let (kind, mut before) = (Code::fixed("host_command"), i64::MAX);
    let remedy = "watchkeeper backup FILE, each night, copied to another machine";
    for _ in 0..STRETCHES {
        let stretch = log::of_stream(conn, &STREAM.to_string(), &kind, before)?;
        let Some(last) = stretch.last() else { break };
        before = last.seq;
        for stored in &stretch {
            let entry = stored.entry()?;
            let event = Event::parse(entry.kind.as_str(), &entry.data)?;
            if matches!(&event, Event::HostCommand(act) if act.command == *"backup") {
                let found = format!("the newest was taken at {}", stored.recorded_at);
                let young = clock::system() - stored.recorded_at <= BACKUP_LIMIT;
                let line = Line::ok("backup", &found);
                return Ok(if young { line } else { Line::warn("backup", found, remedy) });
            }
        }
    }
    Ok(Line::warn("backup", "none was ever taken", remedy))
}
