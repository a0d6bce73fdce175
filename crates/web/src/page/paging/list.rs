//! `GET /paging`: every page that was sent, how far it came, and whether somebody is proven reached.

use app::App;
use base::{Id, Timestamp, id};
use db::Conn;
use domain::access::Permission;
use store::{
    StoreError, alert,
    page::{self, Logged, Wanted},
};

use crate::{
    answer::{Answer, page as answer},
    api::{after, cursor},
    csv::Csv,
    page::{
        around::shell,
        parts::{live, pager, people},
        tell::Teller,
    },
    trouble::Trouble,
    view::{
        Chip, Choice, Input, Place, Shell,
        paging::{Message, PagingPage},
        time::{Reader, length},
    },
    visit::Visit,
};

/// The states that can be asked for.
const STATES: [&str; 6] = ["any", "queued", "handed_over", "acknowledged", "failed", "withdrawn"];
/// How many rows the store answers at once.
const PAGE: usize = 100;
/// The order of the list: by when they were queued.
const ORDER: char = 'q';
/// How many times the store is asked for one file.
const STRETCHES: usize = 20;

/// What is looked for, as the query says it.
struct Asked {
    state: &'static str,
    person: Option<Id<id::Person>>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    /// Without the permission to read the log, one sees the pages to oneself (ground rule G18).
    own: bool,
}

impl Asked {
    fn of(visit: &Visit) -> Result<Self, Trouble> {
        let query = &visit.query;
        let own = !visit.may(Permission::ReadLog);
        let chosen = query.get("person").parse().ok();
        let instant = |name: &str| query.instant(name, &visit.zone()).ok().flatten();
        let state = STATES.iter().copied().find(|code| *code == query.get("state"));
        Ok(Self {
            state: state.unwrap_or("any"),
            person: if own { visit.caller()?.person } else { chosen },
            from: instant("from_at"),
            to: instant("to_at"),
            own,
        })
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            state: (self.state != "any").then(|| self.state.to_owned()),
            person: self.person,
            from: self.from,
        }
    }

    fn query(&self, visit: &Visit, state: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", state);
        for name in ["person", "from_at", "to_at"] {
            let value = visit.query.get(name);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// `GET /paging?state=&person=&from_at=&to_at=&after=`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let asked = Asked::of(&visit)?;
    let (wanted, to) = (asked.wanted(), asked.to);
    let begins = Some(visit.query.get("after")).filter(|cursor| !cursor.is_empty());
    let end = to.map_or(i64::MAX, Timestamp::micros);
    let (at, id) = after(ORDER, begins)?.unwrap_or((end, String::new()));
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let found = visit.web.app().look(move |conn| {
        let found = page::logged(conn, &wanted, (Timestamp::from_micros(at), &id))?;
        let last = found.last().filter(|_| found.len() == PAGE);
        let next = last.map(|last| cursor(ORDER, last.queued_at.micros(), &last.id.to_string()));
        Ok((messages(conn, &app, &reader, &found)?, next, people(conn)?))
    });
    let (rows, next, people): (Vec<Message>, Option<String>, Vec<Choice>) = found.await?;
    let shell = shell(&visit, Place::Paging).await?;
    let path = format!("/paging?{}", asked.query(&visit, asked.state));
    let chip = |code: &'static str| Chip {
        code,
        href: format!("/paging?{}", asked.query(&visit, code)),
        on: asked.state == code,
        count: None,
    };
    let stream = live("*", shell.head.size);
    let typed = |name: &str| Input::of(visit.query.get(name));
    let list = PagingPage {
        states: STATES.map(chip).into(),
        state: asked.state.to_owned(),
        people,
        person: typed("person"),
        from_at: typed("from_at"),
        to_at: typed("to_at"),
        own: asked.own,
        pager: pager(&path, rows.len(), next, None),
        rows,
        csv: format!("/paging.csv?{}", asked.query(&visit, asked.state)),
        shell: Shell { live: stream, ..shell },
    };
    answer(&visit, &list)
}

/// `GET /paging.csv?state=&person=&from_at=&to_at=`.
pub(crate) async fn csv(visit: Visit) -> Answer {
    let asked = Asked::of(&visit)?;
    let (wanted, end) = (asked.wanted(), asked.to.unwrap_or(Timestamp::from_micros(i64::MAX)));
    let (app, reader) = (visit.web.app().clone(), visit.reader());
    let table = visit.web.app().look(move |conn| {
        let mut table = Csv::new(&[
            "page",
            "person",
            "about",
            "step",
            "channel",
            "state",
            "queued_at",
            "handed_over_at",
            "answered_at",
            "seconds_to_answer",
            "reason",
        ]);
        let mut before = (end, String::new());
        for _ in 0..STRETCHES {
            let found = page::logged(conn, &wanted, (before.0, &before.1))?;
            let whole = found.len() == PAGE;
            before = found.last().map_or(before, |last| (last.queued_at, last.id.to_string()));
            for row in &found {
                let shown = message(conn, &app, &reader, row)?;
                table.row(&cells(row, &shown));
            }
            if !whole {
                break;
            }
        }
        Ok(table)
    });
    table.await?.file("paging")
}

fn cells(row: &Logged, shown: &Message) -> [String; 11] {
    let text = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let took = row.acknowledged_at.map(|at| (at - row.queued_at).as_micros() / 1_000_000);
    [
        row.id.to_string(),
        shown.person.clone(),
        shown.about.as_ref().map(|(text, _)| text.clone()).unwrap_or_default(),
        (row.step + 1).to_string(),
        row.channel.clone().unwrap_or_default(),
        row.state.clone(),
        row.queued_at.to_string(),
        text(row.handed_over_at),
        text(row.acknowledged_at),
        took.map(|seconds| seconds.to_string()).unwrap_or_default(),
        row.last_reason.clone().unwrap_or_default(),
    ]
}

/// Pages as rows of the log of messages.
pub(super) fn messages(
    conn: &mut Conn,
    app: &App,
    reader: &Reader,
    found: &[Logged],
) -> Result<Vec<Message>, StoreError> {
    found.iter().map(|row| message(conn, app, reader, row)).collect()
}

pub(super) fn message(
    conn: &mut Conn,
    app: &App,
    reader: &Reader,
    row: &Logged,
) -> Result<Message, StoreError> {
    let mut teller = Teller::new(conn, app, reader);
    let person = teller.person(&row.person.to_string())?;
    let about = about(&mut teller, row)?;
    Ok(Message {
        id: row.id.to_string(),
        person,
        about,
        step: u32::try_from(row.step + 1).unwrap_or(u32::MAX),
        channel: row.channel.clone(),
        state: row.state.clone(),
        queued: reader.time(row.queued_at),
        handed_over: row.handed_over_at.map(|at| reader.time(at)),
        answered: row.acknowledged_at.map(|at| reader.time(at)),
        took: row.acknowledged_at.map(|at| length((at - row.queued_at).as_micros())),
        reason: row.last_reason.clone(),
    })
}

/// What a page is about: its incident, or the first alert of its group.
fn about(teller: &mut Teller<'_>, row: &Logged) -> Result<Option<(String, String)>, StoreError> {
    if row.of_incident {
        let reference = teller.reference(&row.target)?;
        return Ok(Some((reference.clone(), format!("/incidents/{reference}"))));
    }
    let Ok(group) = row.target.parse() else { return Ok(None) };
    let Some(first) = alert::of_group(teller.conn(), group)?.into_iter().next() else {
        return Ok(None);
    };
    let said = app::intake::words_of(teller.conn(), first.word, &first.field)?;
    Ok(Some((said.title, format!("/alerts/{}", first.id))))
}
