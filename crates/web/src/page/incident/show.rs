//! `GET /incidents/{reference}`.

use app::{App, Caller, incident::Seen};
use axum::extract::Path;
use base::Timestamp;
use db::Conn;
use domain::{access::Permission, incident::Relation};
use serde_json::Value;
use store::{StoreError, alert, incident, log, word};

use super::{audit, crew::crew, head::head, measures, phases};
use crate::{
    answer::{self, Answer},
    page::{
        around::shell,
        parts::{clock, entities, label, live, people, roles, roles_of, services},
        process::asked_places,
        rows::step,
        tell::{Teller, words},
    },
    trouble::Trouble,
    view::{
        Chip, Clock, Flash, FlashKind, Mode, Place, Row, Shell, Tone,
        audit::AuditPoint,
        incident::{
            Awareness, Choices, Crew, Fact, Head, IncidentPage, Link, May, Measure, NextStep,
            PhasePanel, PhaseTab, Scope, Story, Typed,
        },
        time::Reader,
    },
    visit::Visit,
};

/// What a reader of the page is and asks for.
pub(super) struct Asked {
    pub(super) app: App,
    pub(super) caller: Caller,
    pub(super) reader: Reader,
    pub(super) now: Timestamp,
    phase: String,
    log: String,
}

/// What is read for the page.
struct Built {
    head: Head,
    phases: Vec<PhaseTab>,
    panel: PhasePanel,
    crew: Crew,
    steps: Vec<NextStep>,
    clocks: Vec<Clock>,
    rows: Vec<Row>,
    measures: Vec<Measure>,
    facts: Vec<Fact>,
    awareness: Vec<Awareness>,
    scope: Scope,
    links: Vec<Link>,
    audit: Vec<AuditPoint>,
    choices: Choices,
}

/// `GET /incidents/{reference}?phase=&log=`.
pub(crate) async fn show(visit: Visit, Path(reference): Path<String>) -> Answer {
    let page = incident_page(&visit, &reference, Typed::default()).await?;
    answer::page(&visit, &page)
}

/// The page again, with what was typed in it, because a form of it was refused.
pub(super) async fn again(
    visit: &Visit,
    reference: &str,
    typed: Typed,
    trouble: &Trouble,
) -> Answer {
    let mut page = incident_page(visit, reference, typed).await?;
    page.shell.flash = Some(flash(trouble));
    answer::refused(visit, &page, trouble)
}

/// A refusal as the message on top of a page.
pub(crate) fn flash(trouble: &Trouble) -> Flash {
    // A state that does not allow it is a refusal; somebody being first has a code of its own.
    let conflict = trouble.code == "WEB-007";
    Flash {
        kind: if conflict { FlashKind::Conflict } else { FlashKind::Refused },
        text: trouble.detail.clone(),
        code: Some(trouble.code.clone()),
        entry: None,
    }
}

async fn incident_page(
    visit: &Visit,
    reference: &str,
    typed: Typed,
) -> Result<IncidentPage, Trouble> {
    let seen = visit.web.app().see_incident(reference, i64::MAX).await?;
    let (id, total) = (seen.id.to_string(), seen.entries);
    let mode = seen.mode.clone();
    let asks = asked_places(&seen);
    let asked = Asked {
        app: visit.web.app().clone(),
        caller: visit.caller()?.clone(),
        reader: visit.reader(),
        now: visit.now(),
        phase: visit.query.text("phase"),
        log: visit.query.text("log"),
    };
    let built = visit.web.app().look(move |conn| build(conn, &seen, &asked)).await?;
    let shell = shell(visit, Place::Incidents).await?;
    let mode = if mode == "exercise" { Mode::Exercise } else { shell.mode };
    let mut steps = built.steps.into_iter();
    Ok(IncidentPage {
        head: built.head,
        phases: built.phases,
        panel: built.panel,
        crew: built.crew,
        next: steps.next(),
        tasks: steps.collect(),
        asks,
        clocks: built.clocks,
        story: Story {
            chips: chips(reference, visit.query.get("log")),
            rows: built.rows,
            total,
            href: format!("/log?about={reference}"),
        },
        measures: built.measures,
        facts: built.facts,
        awareness: built.awareness,
        scope: built.scope,
        links: built.links,
        audit: built.audit,
        may: May {
            respond: visit.may(Permission::Respond),
            command: visit.may(Permission::Command),
            export: visit.may(Permission::Export),
        },
        typed,
        choices: built.choices,
        shell: Shell { mode, live: live(&id, shell.head.size), ..shell },
    })
}

fn build(conn: &mut Conn, seen: &Seen, asked: &Asked) -> Result<Built, StoreError> {
    let mut teller = Teller::new(conn, &asked.app, &asked.reader);
    let head = head(&mut teller, seen, asked)?;
    let (phases, panel) = phases::phases(&mut teller, seen, asked, &asked.phase)?;
    let crew = crew(&mut teller, seen, asked)?;
    let everybody = people(teller.conn())?;
    Ok(Built {
        head,
        phases,
        panel,
        crew,
        steps: steps(seen, asked),
        clocks: clocks(seen, asked),
        rows: rows(&mut teller, seen, &asked.log)?,
        measures: measures::standing(&mut teller, seen, asked)?,
        facts: facts(&mut teller, seen, asked)?,
        awareness: awareness(&mut teller, seen, asked)?,
        scope: scope(&mut teller, seen)?,
        links: links(&mut teller, seen)?,
        audit: audit::points(seen, &asked.reader),
        choices: Choices {
            startable: measures::startable(seen),
            pageable: measures::pageable(&everybody, &roles()),
            people: everybody,
            roles: roles(),
            services: services(teller.conn())?,
            entities: entities(teller.conn())?,
            facts: Vec::new(),
        },
    })
}

/// Open tasks, those of the reader first, then the soonest due.
fn steps(seen: &Seen, asked: &Asked) -> Vec<NextStep> {
    let held = roles_of(&asked.caller.grants);
    let commands = seen.state.commander.is_some() && seen.state.commander == asked.caller.person;
    let mut tasks: Vec<_> = seen
        .tasks
        .iter()
        .map(|task| {
            let wanted = &task.element.marks.roles;
            let has = |code: &base::Code| held.iter().any(|role| role.code() == code.as_str());
            (commands || wanted.is_empty() || wanted.iter().any(has), task)
        })
        .collect();
    tasks.sort_by_key(|(mine, task)| (!mine, task.due_at.is_none(), task.due_at, task.number));
    let reference = seen.state.reference.to_string();
    let shown = tasks.into_iter().map(|(mine, task)| {
        let place = (mine, &asked.reader, asked.now);
        step(&reference, (task.number, &task.element), task.due_at, place)
    });
    shown.collect()
}

fn clocks(seen: &Seen, asked: &Asked) -> Vec<Clock> {
    let running = seen.clocks.iter().filter(|held| held.state != "met");
    let shown = running.map(|held| {
        let about = held.id.as_str().rsplit(':').next().unwrap_or_default();
        let task = about.parse().ok().and_then(|number: u32| {
            seen.tasks.iter().find(|task| task.number == number && held.kind == "task_due")
        });
        let about = task.map_or_else(String::new, |task| task.element.name.clone());
        clock(held, (about, None), &asked.reader, asked.now)
    });
    shown.collect()
}

/// Whether a row is shown under a filter; the machine's own steps only under `all`.
fn is_shown(filter: &str, row: &Row) -> bool {
    match filter {
        "all" => true,
        "decisions" => matches!(row.tone, Tone::Decision | Tone::Exception),
        "actions" => matches!(row.tone, Tone::Note | Tone::Act),
        "pages" => matches!(row.tone, Tone::Message | Tone::Reached),
        _ => row.tone != Tone::System || row.line.kind == "phase_entered",
    }
}

fn rows(teller: &mut Teller<'_>, seen: &Seen, filter: &str) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for (stored, entry, _) in &seen.timeline {
        let row = teller.row(stored, entry)?;
        if is_shown(filter, &row) {
            rows.push(row);
        }
    }
    Ok(rows)
}

fn chips(reference: &str, log: &str) -> Vec<Chip> {
    let chip = |code: &'static str| Chip {
        code,
        href: format!("/incidents/{reference}?log={code}#log"),
        on: log == code || (log.is_empty() && code == "important"),
        count: None,
    };
    ["important", "decisions", "actions", "pages", "all"].map(chip).into()
}

fn facts(teller: &mut Teller<'_>, seen: &Seen, asked: &Asked) -> Result<Vec<Fact>, StoreError> {
    let mut facts = Vec::new();
    for (name, held) in &seen.state.facts {
        let data = data(teller.conn(), held.seq)?;
        facts.push(Fact {
            name: name.to_string(),
            value: words(word::text(teller.conn(), held.seq, "value")?),
            estimate: held.certainty == domain::incident::Certainty::Estimate,
            source: data["source"].as_str().unwrap_or("person").to_owned(),
            as_of: asked.reader.time(held.as_of),
            entry: held.seq,
        });
    }
    Ok(facts)
}

fn awareness(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
) -> Result<Vec<Awareness>, StoreError> {
    let mut shown = Vec::new();
    let own = std::iter::once(&seen.state.entity);
    let others = seen.state.awareness.keys().filter(|entity| **entity != seen.state.entity);
    for entity in own.chain(others) {
        let decided = seen.state.awareness.get(entity);
        shown.push(Awareness {
            entity: teller.parts(&[entity.to_string()])?.join(""),
            at: decided.map(|(at, _)| asked.reader.time(*at)),
            entry: decided.map(|(_, entry)| *entry),
        });
    }
    Ok(shown)
}

fn scope(teller: &mut Teller<'_>, seen: &Seen) -> Result<Scope, StoreError> {
    let services: Vec<String> = seen.state.services.iter().map(ToString::to_string).collect();
    let data = match seen.state.scope {
        Some(seq) => data(teller.conn(), seq)?,
        None => Value::Null,
    };
    let listed = |key: &str| -> Vec<String> {
        let items = data[key].as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    Ok(Scope {
        services: teller.parts(&services)?,
        entities: teller.parts(&listed("entities"))?,
        states: listed("member_states"),
        entry: seen.state.scope,
    })
}

fn links(teller: &mut Teller<'_>, seen: &Seen) -> Result<Vec<Link>, StoreError> {
    let mut links = Vec::new();
    for (relation, other) in &seen.state.links {
        let Some(state) = incident::load(teller.conn(), *other)? else { continue };
        let title = word::text(teller.conn(), state.declared, "title")?;
        links.push(Link {
            relation: relation_code(*relation).to_owned(),
            text: format!("{} {title}", state.reference),
            href: format!("/incidents/{}", state.reference),
        });
    }
    for group in &seen.state.groups {
        for held in alert::of_group(teller.conn(), *group)? {
            let said = app::intake::words_of(teller.conn(), held.word, &held.field)?;
            let href = format!("/alerts/{}", held.id);
            links.push(Link { relation: "alert".to_owned(), text: said.title, href });
        }
    }
    Ok(links)
}

const fn relation_code(relation: Relation) -> &'static str {
    match relation {
        Relation::Related => "related",
        Relation::CausedBy => "caused_by",
        Relation::Parent => "parent",
        Relation::Child => "child",
    }
}

/// The data of an entry; nothing where there is no such entry.
pub(super) fn data(conn: &mut Conn, seq: i64) -> Result<Value, StoreError> {
    let stored = log::entry(conn, seq)?;
    let entry = stored.map(|stored| stored.entry()).transpose()?;
    Ok(entry.map_or(Value::Null, |entry| entry.data))
}

/// A label for an element that has no name.
pub(super) fn named(name: &str, code: &str) -> String {
    if name.is_empty() { label(code) } else { name.to_owned() }
}
