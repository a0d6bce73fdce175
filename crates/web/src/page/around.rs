//! What every page has around it: who reads, how the engine is, the log's head, what waits.

use app::{Caller, Health, identity::Keys};
use base::Timestamp;
use db::Conn;
use domain::access::Permission;
use store::{StoreError, alert, config, incident, tree};

use super::{
    parts::{initials, is_losing, roles_of, severity},
    work,
};
use crate::{
    health,
    trouble::Trouble,
    view::{
        Mode, Place, Shell,
        shell::{Badges, Engine, Head, Me},
        time::{Reader, length},
    },
    visit::Visit,
};

/// What is read for every page.
struct Around {
    house: Option<String>,
    head: Head,
    badges: Badges,
}

/// Everything around a page.
///
/// # Errors
/// Faults of the store.
pub(crate) async fn shell(visit: &Visit, place: Place) -> Result<Shell, Trouble> {
    let reader = visit.reader();
    let health = visit.web.app().health().await?;
    let engine = engine(&health, visit.now());
    let caller = visit.session.as_ref().map(|session| session.caller.clone());
    let caller = caller.filter(|_| visit.may(Permission::Read));
    let around = {
        let (reader, now) = (reader.clone(), visit.now());
        visit.web.app().look(move |conn| around(conn, &reader, caller.as_ref(), now))
    };
    let around = around.await?;
    let shell = bare(visit, place, &reader, engine);
    let house = around.house.unwrap_or_else(|| shell.house.clone());
    Ok(Shell { house, head: around.head, badges: around.badges, ..shell })
}

/// The frame without anything read: for a page that says that reading failed.
pub(crate) fn plain(visit: &Visit) -> Shell {
    let engine = Engine {
        well: false,
        last_tick: "unknown".to_owned(),
        oldest_unsent: "unknown".to_owned(),
    };
    bare(visit, Place::Elsewhere, &visit.reader(), engine)
}

fn bare(visit: &Visit, place: Place, reader: &Reader, engine: Engine) -> Shell {
    let options = visit.web.app().options();
    let session = visit.session.as_ref();
    Shell {
        house: options.name.clone(),
        mode: if options.demo { Mode::Demo } else { Mode::Live },
        theme: visit.theme,
        place,
        me: session.map(|session| Me {
            name: session.name.clone(),
            initials: initials(&session.name),
            href: format!("/people/{}", session.person),
            roles: roles_of(&session.caller.grants)
                .into_iter()
                .map(|role| role.name().to_owned())
                .collect(),
        }),
        csrf: session.map(|session| session.csrf.clone()).unwrap_or_default(),
        here: visit.here.clone(),
        now: reader.now(),
        zone: reader.zone(),
        engine,
        head: Head { size: 0, root: String::new(), checkpoint: None, witnesses: 0 },
        badges: Badges::default(),
        flash: visit.outcome.as_ref().map(crate::flash::Outcome::flash),
        letters: session.is_none_or(|session| session.keys == Keys::On),
        live: None,
    }
}

fn engine(health: &Health, now: Timestamp) -> Engine {
    let since = |at: Option<Timestamp>, none: &str| match at {
        Some(at) => length((now - at).as_micros()),
        None => none.to_owned(),
    };
    let unsent = health.unsent.0;
    let late = unsent.is_some_and(|at| now - at > health::UNSENT_WITHIN);
    Engine {
        well: health::is_ready(health, now) && !late,
        last_tick: since(health.ticked_at, "never"),
        oldest_unsent: since(unsent, "0 s"),
    }
}

fn around(
    conn: &mut Conn,
    reader: &Reader,
    caller: Option<&Caller>,
    now: Timestamp,
) -> Result<Around, StoreError> {
    let newest = tree::newest(conn)?;
    let head = Head {
        size: store::log::size(conn)?,
        root: newest.as_ref().map(|n| shortened(&n.root.to_string())).unwrap_or_default(),
        checkpoint: newest.map(|newest| reader.time(newest.signed_at)),
        witnesses: 0,
    };
    let house = config::entities(conn)?.into_iter().next().map(|home| home.name);
    // A stranger is not told what waits.
    let Some(caller) = caller else { return Ok(Around { house, head, badges: Badges::default() }) };
    let losing = incident::open(conn)?.into_iter().filter(|row| {
        row.mode == "live" && is_losing(severity(row.severity.as_deref()), &row.phase, true)
    });
    let losing = losing.count();
    let badges = Badges {
        incidents: u32::try_from(losing).unwrap_or(u32::MAX),
        tasks: u32::try_from(work::count(conn, caller, now)?).unwrap_or(u32::MAX),
        quarantine: u32::try_from(alert::quarantine_count(conn)?).unwrap_or(u32::MAX),
    };
    Ok(Around { house, head, badges })
}

/// `9f3c 71e0 … 5a1d`.
fn shortened(hex: &str) -> String {
    match (hex.get(..4), hex.get(4..8), hex.len().checked_sub(4).and_then(|at| hex.get(at..))) {
        (Some(a), Some(b), Some(z)) => format!("{a} {b} … {z}"),
        _ => hex.to_owned(),
    }
}
