//! `GET /settings`: what the reader chose, what the house is, and how its log stands.

use app::identity::{Choice as Chosen, Keys};
use base::{Code, Timestamp};
use db::Conn;
use domain::{access::Permission, server::STREAM};
use jiff::tz::{self, TimeZone};
use store::{StoreError, config, log, tree};

use crate::{
    answer::{self, Answer, then},
    flash::Outcome,
    page::{around::shell, incident::flash},
    trouble::Trouble,
    view::{
        Choice, Input, Place, Time,
        settings::{LogState, SettingsPage},
        time::{Reader, length},
    },
    visit::Visit,
};

/// The kind of entry that tells of a backup.
const HOST_COMMAND: Code = Code::fixed("host_command");
/// How many stretches of the log are looked through for the newest backup.
const STRETCHES: usize = 4;

/// `GET /settings`.
pub(crate) async fn show(visit: Visit) -> Answer {
    let page = settings(&visit).await?;
    answer::page(&visit, &page)
}

/// `POST /settings/zone`.
pub(crate) async fn zone(visit: Visit) -> Answer {
    let asked = visit.form.text("zone");
    if !asked.is_empty() && TimeZone::get(&asked).is_err() {
        let trouble = Trouble::unreadable("There is no time zone of this name.");
        let mut page = settings(&visit).await?;
        page.zone = Input::of(asked).refused(trouble.detail.clone());
        page.shell.flash = Some(flash(&trouble));
        return answer::refused(&visit, &page, &trouble);
    }
    visit.web.app().choose(visit.session()?, Chosen::Zone(asked)).await?;
    then(&visit, "/settings", &Outcome::done("Times are shown in this zone from now on."))
}

/// `POST /settings/keys`.
pub(crate) async fn keys(visit: Visit) -> Answer {
    let keys = Keys::from_code(visit.form.get("keys"));
    visit.web.app().choose(visit.session()?, Chosen::Keys(keys)).await?;
    let told = match keys {
        Keys::On => "Single letters act as keys.",
        Keys::Off => "Single letters do nothing any more.",
    };
    then(&visit, "/settings", &Outcome::done(told))
}

async fn settings(visit: &Visit) -> Result<SettingsPage, Trouble> {
    let shell = shell(visit, Place::Settings).await?;
    let session = visit.session()?;
    let (reader, now) = (visit.reader(), visit.now());
    let app = visit.web.app();
    let health = app.health().await?;
    let reads_log = visit.may(Permission::ReadLog);
    let vkey = app.keeper().vkey().to_string();
    let unsigned = health.unsigned_since.map(|at| length((now - at).as_micros()));
    let signing = health.signing.sentence();
    let found = app.look(move |conn| {
        let entities = config::entities(conn)?;
        let services = config::services(conn)?.len();
        let log = LogState {
            vkey,
            checkpoint: checkpoint(conn, &reader)?,
            signing,
            unsigned,
            backup: backup(conn)?.map(|at| reader.time(at)),
        };
        Ok((entities, services, log))
    });
    let (entities, services, log) = found.await?;
    let options = app.options();
    Ok(SettingsPage {
        zones: zones(),
        zone: Input::of(session.zone.clone().unwrap_or_default()),
        house_zone: visit.web.options().zone.iana_name().unwrap_or("UTC").to_owned(),
        keys: session.keys == Keys::On,
        name: options.name.clone(),
        base_url: options.base_url.clone(),
        node: options.node.clone(),
        origin: options.origin.clone(),
        entities: entities.into_iter().map(|entity| entity.name).collect(),
        services,
        log: reads_log.then_some(log),
        shell,
    })
}

fn checkpoint(conn: &mut Conn, reader: &Reader) -> Result<Option<(i64, Time)>, StoreError> {
    Ok(tree::newest(conn)?.map(|newest| (newest.size, reader.time(newest.signed_at))))
}

/// When the newest backup was recorded, as far back as is looked.
fn backup(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    let mut before = i64::MAX;
    for _ in 0..STRETCHES {
        let found = log::of_stream(conn, &STREAM.to_string(), &HOST_COMMAND, before)?;
        for stored in &found {
            if stored.entry()?.data["command"] == "backup" {
                return Ok(Some(stored.recorded_at));
            }
        }
        match found.last() {
            Some(last) => before = last.seq,
            None => break,
        }
    }
    Ok(None)
}

/// Every zone with a place in its name, and UTC.
fn zones() -> Vec<Choice> {
    let known = tz::db().available().map(|name| name.as_str().to_owned());
    let mut named: Vec<String> = known.filter(|name| is_a_place(name)).collect();
    named.sort();
    let utc = std::iter::once(Choice::new("UTC", "UTC"));
    utc.chain(named.into_iter().map(|name| Choice::new(name.clone(), name.replace('_', " "))))
        .collect()
}

fn is_a_place(name: &str) -> bool {
    const AREAS: [&str; 9] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    AREAS.iter().any(|area| name.starts_with(area))
}
