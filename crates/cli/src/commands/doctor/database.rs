//! The database: reached, at the right migration, not older than what was signed, and its clock.

use std::fs;

use app::log::{EARLIER_KEYS, Signing};
use base::Duration;
use db::{Conn, Db, Options, Rows, Stmt, Target};
use evidence::{Checkpoint, Skey, Vkey};
use store::{log, operational, tree};

use super::Line;
use crate::{clock, installation::HOST_NODE, settings::Settings};

/// How far the system clock may be behind what the log knows.
const CLOCK_LIMIT: Duration = Duration::seconds(2);
/// Since when entries may wait for a signature.
const UNSIGNED_LIMIT: Duration = Duration::minutes(1);

static APPLIED: Stmt = Stmt {
    name: "doctor.migrations_applied",
    sql: "SELECT number FROM migration ORDER BY number",
    rows: Rows::Any,
};

/// Opens the database without making one.
pub(super) fn open(settings: &Settings) -> Result<Db, Line> {
    let fail = |found: String, remedy| Err(Line::fail("database", found, remedy));
    if let Target::Sqlite(path) = &settings.database
        && !path.exists()
    {
        return fail(
            format!("{} does not exist", path.display()),
            "start `watchkeeper serve` once",
        );
    }
    let remedy = "look at --database, at the database's server and at the file's owner";
    Db::open(&settings.database, Options::node(HOST_NODE)).or_else(|e| fail(e.to_string(), remedy))
}

pub(super) async fn check(db: &Db, settings: &Settings) -> Vec<Line> {
    let mut lines = vec![migrations(db).await];
    if lines.iter().any(|line| line.standing == super::Standing::Fail) {
        return lines;
    }
    lines.push(time(db).await);
    lines.push(signing(db, settings).await);
    lines
}

async fn migrations(db: &Db) -> Line {
    let numbers = |conn: &mut Conn| -> Result<Vec<i64>, db::Fault> {
        conn.query(&APPLIED, &[])?.iter().map(|row| row.int(0)).collect()
    };
    let wanted: Vec<i64> = store::migrations::ALL.iter().map(|one| one.number).collect();
    let applied = match db.read(numbers).await {
        Ok(applied) => applied,
        Err(error) => return Line::fail("database", error, "look at the database's server"),
    };
    let found = format!("reached, {} of {} migrations", applied.len(), wanted.len());
    if applied == wanted {
        Line::ok("database", found)
    } else if applied.len() > wanted.len() {
        Line::fail("database", found, "a newer program made it; start that one")
    } else {
        Line::fail(
            "database",
            found,
            "start `watchkeeper serve`: it brings the database up to date",
        )
    }
}

async fn time(db: &Db) -> Line {
    let known = match db.read(operational::high_water).await {
        Ok(known) => known,
        Err(error) => return Line::fail("clock", error, "look at the database"),
    };
    let now = clock::system();
    if known - now > CLOCK_LIMIT {
        let found = format!("the system clock says {now}, the log knows {known} already");
        return Line::fail("clock", found, "set the system clock; look at its time service");
    }
    Line::ok("clock", format!("{now}, not behind the log"))
}

/// Whether what was signed last is still there, by the checkpoint held outside the database.
async fn signing(db: &Db, settings: &Settings) -> Line {
    let read = |name| fs::read_to_string(settings.data.join(name)).ok();
    let Some(key) = read("log.key").and_then(|text| text.trim().parse::<Skey>().ok()) else {
        return Line::warn("log", "there is no readable log.key here", "see keys");
    };
    let earlier = read(EARLIER_KEYS).unwrap_or_default();
    let earlier = earlier.lines().filter_map(|line| line.trim().parse().ok());
    let own: Vec<Vkey> = std::iter::once(key.vkey().clone()).chain(earlier).collect();
    let held = read("checkpoint").and_then(|note| Checkpoint::open(&note, &own).ok());
    let held = held.map(|(checkpoint, _)| checkpoint);
    let looked = db.read(move |conn| look(conn, held.as_ref())).await;
    let (found, registered, unsigned) = match looked {
        Ok(found) => found,
        Err(error) => return Line::fail("log", error, "look at the database"),
    };
    if registered.is_some_and(|vkey| vkey != own[0].to_string()) {
        let remedy = "bring log.key from the node that made the database";
        return Line::fail("log", Signing::OtherKey.sentence(), remedy);
    }
    if found != Signing::Well {
        let remedy = "find the newest copy, or say what was lost: watchkeeper admin log epoch \
                      --reason TEXT";
        return Line::fail("log", found.sentence(), remedy);
    }
    match unsigned.filter(|since| clock::system() - *since > UNSIGNED_LIMIT) {
        Some(since) => {
            let found = format!("entries wait for a signature since {since}");
            Line::warn("log", found, "a running server signs them within a second")
        }
        None => Line::ok("log", "nothing that was signed is missing"),
    }
}

type Looked = (Signing, Option<String>, Option<base::Timestamp>);

fn look(conn: &mut Conn, held: Option<&Checkpoint>) -> Result<Looked, store::StoreError> {
    let found = log::size(conn)?;
    let signed = held.map_or(0, |held| held.size.cast_signed());
    let newest = tree::at(conn, signed)?;
    let standing = if signed > found {
        Signing::RolledBack { signed, found }
    } else if newest.is_some_and(|at| held.is_some_and(|held| held.root != at.root)) {
        Signing::Changed { signed }
    } else {
        Signing::Well
    };
    let published = tree::newest(conn)?.map_or(0, |newest| newest.size);
    let unsigned = tree::unsigned_since(conn, published)?;
    Ok((standing, tree::origin(conn)?.map(|origin| origin.vkey), unsigned))
}
