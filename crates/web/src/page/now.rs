//! `GET /`: what is open, who is on call, which clocks run.

use app::{App, Caller};
use base::Timestamp;
use db::Conn;
use domain::{access::Permission, escalation::Target};
use store::{
    StoreError, alert, clock,
    incident::{self, Listed},
    person,
};

use super::{
    around::shell,
    parts::{clock as clock_of, live, sev, severity},
    rows::{by_phase, name_of, row},
    work::work,
};
use crate::{
    answer::{Answer, page},
    view::{
        Chip, Clock, Level, Place, Reach, Sev,
        now::{IncidentRow, LevelCount, Losing, NowPage, OnCall},
        time::Reader,
    },
    visit::Visit,
};

/// How many clocks stand on the page.
const CLOCKS: usize = 3;
/// The policy whose first rung is on call.
const POLICY: base::Code = base::Code::fixed("default");

/// What is read for the page.
struct Board {
    rows: Vec<(Listed, IncidentRow)>,
    on_call: Vec<OnCall>,
    clocks: Vec<Clock>,
    quarantine: u32,
    waiting: Vec<String>,
}

/// `GET /?show=`.
pub(crate) async fn show(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Now).await?;
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let caller = visit.caller()?.clone();
    let board = visit.web.app().look(move |conn| board(conn, &app, &reader, &caller)).await?;
    let show = visit.query.get("show");
    let counted = |code: &'static str| {
        let count = board.rows.iter().filter(|(listed, _)| shown(code, listed, &board)).count();
        let on = show == code || (show.is_empty() && code == "all");
        let href = if code == "all" { "/".to_owned() } else { format!("/?show={code}") };
        Chip { code, href, on, count: i64::try_from(count).ok() }
    };
    let chips = vec![counted("all"), counted("mine"), counted("losing"), counted("exercise")];
    let live_rows = || board.rows.iter().filter(|(listed, _)| listed.mode != "exercise");
    let losing = live_rows().filter(|(_, row)| row.sev.losing).map(|(_, row)| losing(row));
    let groups = board.rows.iter().filter(|(listed, _)| shown(show, listed, &board));
    let groups = groups.map(|(listed, row)| (listed.phase.clone(), row.clone())).collect();
    let stream = live("*", shell.head.size);
    let now = NowPage {
        losing: losing.collect(),
        levels: levels(&live_rows().map(|(listed, _)| listed).collect::<Vec<_>>()),
        on_call: board.on_call.clone(),
        clocks: board.clocks.clone(),
        quarantine: board.quarantine,
        chips,
        groups: by_phase(groups),
        may_declare: visit.may(Permission::Declare),
        shell: crate::view::Shell { live: stream, ..shell },
    };
    page(&visit, &now)
}

fn board(
    conn: &mut Conn,
    app: &App,
    reader: &Reader,
    caller: &Caller,
) -> Result<Board, StoreError> {
    let now = app.now();
    let mut rows = Vec::new();
    for listed in incident::open(conn)? {
        let row = row(conn, app, &listed, reader)?;
        rows.push((listed, row));
    }
    let waiting = work(conn, app, caller)?.into_iter().filter(|work| work.mine);
    Ok(Board {
        waiting: waiting.map(|work| work.reference).collect(),
        rows,
        on_call: on_call(conn, app, reader)?,
        clocks: clocks(conn, app, reader, now)?,
        quarantine: u32::try_from(alert::quarantine_count(conn)?).unwrap_or(u32::MAX),
    })
}

fn shown(show: &str, listed: &Listed, board: &Board) -> bool {
    match show {
        "mine" => board.waiting.iter().any(|reference| listed.reference == **reference),
        "losing" => sev(listed.severity.as_deref(), &listed.phase, true).losing,
        "exercise" => listed.mode == "exercise",
        _ => true,
    }
}

fn losing(row: &IncidentRow) -> Losing {
    Losing {
        reference: row.reference.clone(),
        title: row.title.clone(),
        sev: row.sev,
        since: row.since.clone(),
        next: row.next.clone(),
        due_in: row.due_in.clone(),
    }
}

fn levels(rows: &[&Listed]) -> Vec<LevelCount> {
    let all = [Some(Level::S1), Some(Level::S2), Some(Level::S3), Some(Level::S4), None];
    let count = |level: Option<Level>| {
        let mine = rows.iter().filter(|row| severity(row.severity.as_deref()) == level);
        let losing = mine.clone().any(|row| sev(row.severity.as_deref(), &row.phase, true).losing);
        let open = u32::try_from(mine.count()).unwrap_or(u32::MAX);
        LevelCount { sev: Sev { level, losing }, open }
    };
    let counted = all.into_iter().map(count);
    counted.filter(|count| count.sev.level.is_some() || count.open > 0).collect()
}

/// Whom the first rung of the default policy reaches.
fn on_call(conn: &mut Conn, app: &App, reader: &Reader) -> Result<Vec<OnCall>, StoreError> {
    let Ok(policy) = app.documents().policy(conn, &POLICY, None) else { return Ok(Vec::new()) };
    let Some(rung) = policy.document.steps.first() else { return Ok(Vec::new()) };
    let mut found: Vec<OnCall> = Vec::new();
    for target in &rung.targets {
        let (people, duty) = match target {
            Target::Person(person) => (vec![*person], String::new()),
            Target::Role(role) => (person::holders(conn, *role)?, role.name().to_owned()),
        };
        for id in people {
            let name = person::name(conn, id)?;
            if found.iter().any(|held| held.name == name) {
                continue;
            }
            let proven = person::last_reached(conn, id)?.map(|at| reader.time(at));
            let reach = if proven.is_some() { Reach::Reached } else { Reach::Unknown };
            found.push(OnCall { name, duty: duty.clone(), reach, proven });
        }
    }
    Ok(found)
}

fn clocks(
    conn: &mut Conn,
    app: &App,
    reader: &Reader,
    now: Timestamp,
) -> Result<Vec<Clock>, StoreError> {
    let mut shown = Vec::new();
    for held in clock::soonest(conn)?.into_iter().take(CLOCKS) {
        let incident = match held.target.parse() {
            Ok(id) => incident::load(conn, id)?,
            Err(_) => None,
        };
        let about = incident.as_ref().and_then(|state| {
            let model = app.documents().running(conn, &state.process).ok()?;
            Some(name_of(&model, &held.rule.parse().ok()?))
        });
        let reference = incident.map(|state| state.reference.to_string());
        shown.push(clock_of(&held, (about.unwrap_or_default(), reference), reader, now));
    }
    Ok(shown)
}
