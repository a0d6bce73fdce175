//! `GET /tasks`: my work, overdue first.

mod gather;

use base::Timestamp;

pub(crate) use gather::{Work, count, work};

use super::{
    around::shell,
    parts::{is_losing, level, live, pager, presses, until},
    rows::role_names,
};
use crate::{
    answer::{Answer, page},
    csv::Csv,
    view::{
        Chip, Place, Sev, Shell,
        time::Reader,
        work::{WorkGroup, WorkPage, WorkRow},
    },
    visit::Visit,
};

/// Whose work is shown.
const WHOSE: [&str; 3] = ["mine", "held", "all"];
/// Which kinds are shown.
const KINDS: [&str; 5] = ["any", "task", "decision", "approval", "ratification"];

/// The filters of the list, out of the query.
struct Filter {
    whose: &'static str,
    kind: &'static str,
}

impl Filter {
    fn of(visit: &Visit) -> Self {
        let one = |name: &str, all: &'static [&'static str]| {
            let asked = visit.query.get(name);
            all.iter().copied().find(|code| *code == asked).unwrap_or(all[0])
        };
        Self { whose: one("show", &WHOSE), kind: one("kind", &KINDS) }
    }

    fn shows(&self, work: &Work) -> bool {
        let whose = match self.whose {
            "held" => work.held,
            "all" => true,
            _ => work.mine,
        };
        let kind = match (self.kind, work.kind) {
            ("any", _) | ("approval", "severity" | "move") | ("task", "command") => true,
            (wanted, kind) => wanted == kind,
        };
        whose && kind
    }

    fn query(&self) -> String {
        format!("show={}&kind={}", self.whose, self.kind)
    }
}

/// `GET /tasks?show=&kind=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Tasks).await?;
    let all = all(&visit).await?;
    let filter = Filter::of(&visit);
    let (reader, now) = (visit.reader(), visit.now());
    let shown: Vec<WorkRow> =
        all.iter().filter(|work| filter.shows(work)).map(|work| row(work, &reader, now)).collect();
    let count = shown.len();
    let stream = live("*", shell.head.size);
    let list = WorkPage {
        whose: chips(&all, &WHOSE, |code| Filter { whose: code, ..filter }, filter.whose),
        kinds: chips(&all, &KINDS, |code| Filter { kind: code, ..filter }, filter.kind),
        groups: groups(shown),
        pager: pager("/tasks", count, None, i64::try_from(count).ok()),
        csv: format!("/tasks.csv?{}", filter.query()),
        elsewhere: !all.is_empty(),
        shell: Shell { live: stream, ..shell },
    };
    page(&visit, &list)
}

/// `GET /tasks.csv?show=&kind=`.
pub(crate) async fn csv(visit: Visit) -> Answer {
    let all = all(&visit).await?;
    let filter = Filter::of(&visit);
    let mut table = Csv::new(&[
        "kind",
        "task",
        "incident",
        "title",
        "severity",
        "phase",
        "roles",
        "holder",
        "delegated_until",
        "waits_since",
        "due",
    ]);
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    for work in all.iter().filter(|work| filter.shows(work)) {
        table.row(&[
            work.kind.to_owned(),
            work.name.clone(),
            work.reference.clone(),
            work.title.clone(),
            work.severity.map(|severity| severity.letter().to_owned()).unwrap_or_default(),
            work.phase.clone(),
            work.roles.join(" "),
            work.holder.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
            text(work.delegated.as_ref().map(|(until, _)| *until)),
            work.since.to_string(),
            text(work.due),
        ]);
    }
    table.file("my-work")
}

async fn all(visit: &Visit) -> Result<Vec<Work>, crate::trouble::Trouble> {
    let (app, caller) = (visit.web.app().clone(), visit.caller()?.clone());
    Ok(visit.web.app().look(move |conn| work(conn, &app, &caller)).await?)
}

fn chips(
    all: &[Work],
    codes: &'static [&'static str],
    with: impl Fn(&'static str) -> Filter,
    on: &str,
) -> Vec<Chip> {
    let chip = |code: &&'static str| {
        let filter = with(code);
        let count = all.iter().filter(|work| filter.shows(work)).count();
        let href = format!("/tasks?{}", filter.query());
        Chip { code, href, on: on == *code, count: i64::try_from(count).ok() }
    };
    codes.iter().map(chip).collect()
}

fn groups(rows: Vec<WorkRow>) -> Vec<WorkGroup> {
    let empty = |when| WorkGroup { when, rows: Vec::new() };
    let mut groups = [empty("late"), empty("due"), empty("open")];
    for row in rows {
        let at = match (row.late, row.due.is_some()) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        groups[at].rows.push(row);
    }
    groups.into_iter().filter(|group| !group.rows.is_empty()).collect()
}

fn row(work: &Work, reader: &Reader, now: Timestamp) -> WorkRow {
    let level = work.severity.map(level);
    let roles: Vec<_> = work.roles.iter().filter_map(|role| role.parse().ok()).collect();
    let delegated = work.delegated.as_ref();
    WorkRow {
        kind: work.kind,
        name: work.name.clone(),
        href: work.href.clone(),
        reference: work.reference.clone(),
        title: work.title.clone(),
        sev: Sev { level, losing: is_losing(level, &work.phase, true) },
        roles: role_names(&roles),
        since: reader.time(work.since),
        due: work.due.map(|due| reader.time(due)),
        left: work.due.map(|due| until(due, now)),
        late: work.due.is_some_and(|due| due < now),
        pressing: work.due.is_some_and(|due| presses(due, now)),
        mine: work.mine,
        holder: work.holder.as_ref().map(|(_, name)| name.clone()),
        held: work.held,
        delegated: delegated.map(|(until, from)| (from.clone(), reader.time(*until))),
        approved: work.approved,
        path: work.task.map(|task| format!("/tasks/{}/{task}", work.reference)),
        may_claim: work.mine && work.holder.is_none(),
    }
}
