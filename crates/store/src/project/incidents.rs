//! Rows of incidents: the list row, open tasks, clocks, and which entries the timeline shows.

use base::{Code, Timestamp};
use db::{Conn, Rows, Stmt};
use domain::{
    escalation::{EscalationStarted, TargetKind},
    incident::{self, Event, ExceptionHeld, Incident, Status},
};
use evidence::entry::Entry;

use super::{State, Step, name_of};
use crate::{StoreError, clock::Clock};

stmt!(
    INCIDENT,
    Rows::Exactly(1),
    "INSERT INTO incident (id, reference, mode, entity, status, phase, severity, commander,
     declared_at, word, updated_at, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
);
stmt!(
    CHANGED,
    Rows::Exactly(1),
    "UPDATE incident SET status = $2, phase = $3, severity = $4, commander = $5, updated_at = $6,
     version = $7 WHERE id = $1"
);
stmt!(
    NUMBER,
    Rows::Exactly(1),
    "INSERT INTO incident_number (year, last) VALUES ($1, $2)
     ON CONFLICT (year) DO UPDATE SET last = excluded.last"
);
stmt!(
    TASK,
    Rows::Exactly(1),
    "INSERT INTO incident_task (incident, task, element, role, created_at, due_at)
     VALUES ($1, $2, $3, $4, $5, $6)"
);
stmt!(
    TASK_HELD,
    Rows::AtMost(1),
    "UPDATE incident_task SET holder = $3, held_until = $4, delegated_by = $5
     WHERE incident = $1 AND task = $2"
);
stmt!(
    TASK_MOVED,
    Rows::AtMost(1),
    "UPDATE incident_task SET element = $3, role = $4 WHERE incident = $1 AND task = $2"
);
stmt!(
    TASK_APPROVED,
    Rows::AtMost(1),
    "UPDATE incident_task SET approved = $3 WHERE incident = $1 AND task = $2"
);
stmt!(
    EXCEPTION,
    Rows::Exactly(1),
    "INSERT INTO incident_exception (incident, seq, element, code, person, authority, invoked_at,
     ratify_by, judgement, judged) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (incident, seq) DO UPDATE SET authority = excluded.authority,
     ratify_by = excluded.ratify_by, judgement = excluded.judgement, judged = excluded.judged"
);
stmt!(TASK_DONE, Rows::AtMost(1), "DELETE FROM incident_task WHERE incident = $1 AND task = $2");
stmt!(
    GOVERNED,
    Rows::Exactly(1),
    "INSERT INTO incident_process (incident, process, version, since) VALUES ($1, $2, $3, $4)
     ON CONFLICT (incident) DO UPDATE SET process = excluded.process,
     version = excluded.version, since = excluded.since"
);
stmt!(STREAM_OF, Rows::AtMost(1), "SELECT incident FROM incident_stream WHERE stream = $1");
stmt!(
    ADOPT,
    Rows::AtMost(1),
    "INSERT INTO incident_stream (stream, incident) VALUES ($1, $2) ON CONFLICT (stream) DO NOTHING"
);
stmt!(
    ADD,
    Rows::AtMost(1),
    "INSERT INTO incident_entry (incident, seq) VALUES ($1, $2)
     ON CONFLICT (incident, seq) DO NOTHING"
);
stmt!(
    ADD_STREAM,
    Rows::Any,
    "INSERT INTO incident_entry (incident, seq)
     SELECT $1, seq FROM log_entry WHERE stream = $2 AND seq <= $3
     ON CONFLICT (incident, seq) DO NOTHING"
);
stmt!(CLAIM_GROUP, Rows::AtMost(1), "UPDATE alert_group SET incident = $2 WHERE id = $1");
stmt!(
    ADD_INTAKES,
    Rows::Any,
    "INSERT INTO incident_entry (incident, seq)
     SELECT DISTINCT $1, word FROM alert WHERE alert_group = $2 AND word <= $3
     ON CONFLICT (incident, seq) DO NOTHING"
);
stmt!(GROUP_ESCALATIONS, Rows::Any, "SELECT id FROM escalation WHERE target_id = $1");
stmt!(ESCALATION_PAGES, Rows::Any, "SELECT id FROM page WHERE escalation = $1");
stmt!(
    INCIDENT_OF_GROUP,
    Rows::AtMost(1),
    "SELECT incident FROM alert_group WHERE id = $1 AND incident IS NOT NULL"
);

pub(crate) static ALL: &[&Stmt] = &[
    &INCIDENT,
    &CHANGED,
    &NUMBER,
    &TASK,
    &TASK_HELD,
    &TASK_MOVED,
    &TASK_APPROVED,
    &EXCEPTION,
    &TASK_DONE,
    &GOVERNED,
    &STREAM_OF,
    &ADOPT,
    &ADD,
    &ADD_STREAM,
    &CLAIM_GROUP,
    &ADD_INTAKES,
    &GROUP_ESCALATIONS,
    &ESCALATION_PAGES,
    &INCIDENT_OF_GROUP,
];

impl Step<'_> {
    pub(super) fn incident(&mut self, state: State) -> Result<State, StoreError> {
        let event = Event::parse(self.entry.kind.as_str(), &self.entry.data)?;
        let before = match state {
            State::Incident(state) => Some(*state),
            _ => None,
        };
        let id = self.entry.stream.as_str();
        let old_clocks = before.as_ref().map(|state| clocks(id, state)).unwrap_or_default();
        let old_tasks = before.as_ref().map(task_numbers).unwrap_or_default();
        let Some(next) = incident::apply(before, &event, self.meta) else { return Ok(State::None) };
        self.incident_row(&next)?;
        self.set_tasks(&event, &old_tasks, &task_numbers(&next))?;
        self.set_holder(&event)?;
        self.set_approved(&event, &next)?;
        self.set_clocks(&old_clocks, clocks(id, &next));
        self.set_exception(&event, &next)?;
        self.relate(&event, &next)?;
        Ok(State::Incident(Box::new(next)))
    }

    /// The list row: made by the first entry, and of later ones the newest of a turn counts.
    fn incident_row(&mut self, state: &Incident) -> Result<(), StoreError> {
        let id = self.entry.stream.as_str();
        let status = name_of(&state.status);
        let severity = state.severity.now().map(incident::Severity::letter);
        let (phase, commander) = (state.phase.as_str(), state.commander);
        let (updated_at, version) = (self.entry.recorded_at, state.version);
        if state.declared != self.seq {
            let row = row![id, status, phase, severity, commander, updated_at, version];
            return Ok(self.conn.put_last(&CHANGED, row)?);
        }
        let (reference, mode) = (state.reference.as_str(), name_of(&self.entry.mode));
        let (entity, declared_at) = (state.entity, state.declared_at);
        self.conn.put(
            &INCIDENT,
            row![
                id,
                reference,
                mode,
                entity,
                status,
                phase,
                severity,
                commander,
                declared_at,
                state.declared,
                updated_at,
                version,
            ],
        )?;
        Ok(())
    }

    fn set_tasks(
        &mut self,
        event: &Event,
        before: &[i64],
        after: &[i64],
    ) -> Result<(), StoreError> {
        let id = self.entry.stream.as_str();
        for gone in before.iter().filter(|task| !after.contains(task)) {
            self.conn.put(&TASK_DONE, row![id, *gone])?;
        }
        if let Event::Process(event) = event
            && let process::Event::TaskCreated(task) = event.as_ref()
        {
            let (number, element) = (i64::from(task.task), task.element.as_str());
            let (role, at) = (joined(&task.roles), self.entry.recorded_at);
            self.conn.put(&TASK, row![id, number, element, role, at, task.due_at])?;
        }
        if let Event::CaseMigrated(e) = event {
            for task in &e.tasks {
                let (number, element) = (i64::from(task.task), task.element.as_str());
                let row = args![id, number, element, joined(&task.roles)];
                self.conn.execute(&TASK_MOVED, row)?;
            }
        }
        Ok(())
    }

    /// Who is on a task, until when, and for whom.
    fn set_holder(&mut self, event: &Event) -> Result<(), StoreError> {
        let (task, held) = match event {
            Event::TaskClaimed(e) => (e.task, (Some(e.by), None, None)),
            Event::TaskReleased(e) => (e.task, (None, None, None)),
            Event::TaskDelegated(e) => (e.task, (Some(e.to), Some(e.until), Some(e.from))),
            _ => return Ok(()),
        };
        let id = self.entry.stream.as_str();
        let (holder, until, from) = held;
        self.conn.execute(&TASK_HELD, args![id, i64::from(task), holder, until, from])?;
        Ok(())
    }

    /// Who approved the answer that stands there.
    fn set_approved(&mut self, event: &Event, next: &Incident) -> Result<(), StoreError> {
        let Event::TaskApproved(e) = event else { return Ok(()) };
        let by = next.approvals.get(&e.task).into_iter().flat_map(|held| &held.by);
        let by: Vec<String> = by.map(ToString::to_string).collect();
        let id = self.entry.stream.as_str();
        self.conn.execute(&TASK_APPROVED, args![id, i64::from(e.task), by.join(" ")])?;
        Ok(())
    }

    /// The register's row of the exception that the entry is about.
    fn set_exception(&mut self, event: &Event, state: &Incident) -> Result<(), StoreError> {
        let Some((seq, held)) = excepted(event, state, self.seq) else { return Ok(()) };
        let (judgement, judged) = held.judged.unzip();
        self.conn.execute(
            &EXCEPTION,
            args![
                self.entry.stream.as_str(),
                seq,
                held.element.as_str(),
                held.code.as_str(),
                held.by,
                held.authority.as_ref().map(name_of),
                held.invoked_at,
                held.ratify_by,
                judgement.as_ref().map(name_of),
                judged,
            ],
        )?;
        Ok(())
    }

    /// Keeps the numbering, and which streams the timeline shows.
    fn relate(&mut self, event: &Event, state: &Incident) -> Result<(), StoreError> {
        let id = self.entry.stream.as_str();
        match event {
            Event::IncidentDeclared(e) => {
                if let Some((year, number)) = number(&state.reference) {
                    self.conn.put(&NUMBER, row![year, number])?;
                }
                self.conn.put(&ADOPT, row![id, id])?;
                govern(self.conn, id, state, self.entry.recorded_at)?;
                if let Some(group) = e.group {
                    claim_group(self.conn, id, &group.to_string(), self.seq)?;
                }
            }
            Event::AlertsAttached(e) => {
                claim_group(self.conn, id, &e.group.to_string(), self.seq)?;
            }
            Event::CaseMigrated(e) => {
                govern(self.conn, id, state, self.entry.recorded_at)?;
                add(self.conn, id, e.proposed)?;
                add(self.conn, id, e.approved)?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// The exception that an entry invokes, asks to ratify, or judges.
fn excepted<'a>(event: &Event, state: &'a Incident, seq: i64) -> Option<(i64, &'a ExceptionHeld)> {
    let number = match event {
        Event::Process(event) => match event.as_ref() {
            process::Event::ExceptionInvoked(_) => seq,
            _ => return None,
        },
        Event::RatificationWanted(e) => {
            let newest = state.exceptions.iter().rev().find(|(_, held)| held.element == e.element);
            *newest?.0
        }
        Event::ExceptionJudged(e) => e.exception,
        _ => return None,
    };
    Some((number, state.exceptions.get(&number)?))
}

/// Keeps which version of which process governs an incident, and since when.
fn govern(conn: &mut Conn, id: &str, state: &Incident, since: Timestamp) -> Result<(), StoreError> {
    let process = &state.process;
    conn.execute(&GOVERNED, args![id, process.name.as_str(), process.version, since])?;
    Ok(())
}

/// The roles of a task as its row holds them.
fn joined(roles: &[Code]) -> Option<String> {
    let roles: Vec<&str> = roles.iter().map(Code::as_str).collect();
    (!roles.is_empty()).then(|| roles.join(" "))
}

fn task_numbers(state: &Incident) -> Vec<i64> {
    state.process.state.tasks.keys().map(|number| i64::from(*number)).collect()
}

/// The clocks that an incident's state sets; once it is over, those of exceptions nobody has judged.
fn clocks(id: &str, state: &Incident) -> Vec<Clock> {
    let clock = |kind: &str, number: i64, due_at, rule: &str| {
        let name: Code =
            format!("{id}:{kind}:{number}").parse().expect("invariant: parts are codes");
        let rang = state.breached.contains(&name);
        Clock {
            id: name,
            kind: kind.to_owned(),
            target: id.to_owned(),
            generation: number,
            started_at: state.declared_at,
            due_at,
            state: if rang { "breached" } else { "running" }.to_owned(),
            rule: rule.to_owned(),
        }
    };
    let ratification = |(seq, held): (i64, &ExceptionHeld)| {
        Some(clock(incident::RATIFICATION, seq, held.due()?, held.code.as_str()))
    };
    let ratifications: Vec<Clock> = state.unratified().filter_map(ratification).collect();
    if state.status != Status::Open {
        return ratifications;
    }
    let measures = state
        .measures
        .iter()
        .map(|(seq, held)| clock(incident::MEASURE_END, *seq, held.until, "measure_end"));
    let process = &state.process.state;
    let timers = process.timers.iter().map(|(number, timer)| {
        let element = timer.element.as_str();
        clock("process_timer", i64::from(*number), timer.due_at, element)
    });
    let tasks = process.tasks.iter().filter_map(|(number, task)| {
        let element = task.element.as_str();
        Some(clock("task_due", i64::from(*number), task.due_at?, element))
    });
    let approval = incident::severity_clock(state)
        .map(|(seq, due_at)| clock("severity_approval", seq, due_at, "severity_approval"));
    timers.chain(tasks).chain(approval).chain(measures).chain(ratifications).collect()
}

/// The year and the number of `INC-2026-0042`.
fn number(reference: &Code) -> Option<(i64, i64)> {
    let mut parts = reference.as_str().split('-').skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Puts an entry on the timeline of the incident its stream belongs to.
pub(super) fn timeline(conn: &mut Conn, entry: &Entry, seq: i64) -> Result<(), StoreError> {
    let stream = entry.stream.as_str();
    match stream.split('_').next() {
        // An incident's own entries are its timeline.
        Some("inc") => add(conn, stream, seq),
        Some("esc" | "pag") => match incident_of(conn, stream)? {
            Some(incident) => add(conn, &incident, seq),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Puts one entry on an incident's timeline.
pub(super) fn add(conn: &mut Conn, incident: &str, seq: i64) -> Result<(), StoreError> {
    conn.put(&ADD, row![incident, seq])?;
    Ok(())
}

/// An escalation of an incident, or of a group that belongs to one, belongs to its timeline.
pub(super) fn adopt_escalation(
    conn: &mut Conn,
    entry: &Entry,
    started: &EscalationStarted,
    seq: i64,
) -> Result<(), StoreError> {
    let target = started.target_id.as_str();
    let incident = match started.target {
        TargetKind::Incident => Some(target.to_owned()),
        TargetKind::Exception => target.split(':').next().map(str::to_owned),
        TargetKind::Group => {
            let rows = conn.query(&INCIDENT_OF_GROUP, args![target])?;
            rows.first().map(|row| row.text(0).map(str::to_owned)).transpose()?
        }
    };
    match incident {
        Some(incident) => adopt(conn, &incident, entry.stream.as_str(), seq),
        None => Ok(()),
    }
}

/// A child of a stream that belongs to an incident belongs to it too.
pub(super) fn adopt_child(
    conn: &mut Conn,
    parent: &str,
    entry: &Entry,
    seq: i64,
) -> Result<(), StoreError> {
    match incident_of(conn, parent)? {
        Some(incident) => adopt(conn, &incident, entry.stream.as_str(), seq),
        None => Ok(()),
    }
}

fn claim_group(conn: &mut Conn, incident: &str, group: &str, seq: i64) -> Result<(), StoreError> {
    conn.put(&CLAIM_GROUP, row![group, incident])?;
    conn.put(&ADD_INTAKES, row![incident, group, seq])?;
    for row in conn.query(&GROUP_ESCALATIONS, args![group])? {
        let escalation = row.text(0)?.to_owned();
        adopt(conn, incident, &escalation, seq)?;
        for page in conn.query(&ESCALATION_PAGES, args![escalation])? {
            adopt(conn, incident, page.text(0)?, seq)?;
        }
    }
    Ok(())
}

fn adopt(conn: &mut Conn, incident: &str, stream: &str, seq: i64) -> Result<(), StoreError> {
    conn.put(&ADOPT, row![stream, incident])?;
    conn.put(&ADD_STREAM, row![incident, stream, seq])?;
    Ok(())
}

fn incident_of(conn: &mut Conn, stream: &str) -> Result<Option<String>, StoreError> {
    let rows = conn.query(&STREAM_OF, args![stream])?;
    Ok(rows.first().map(|row| row.text(0).map(str::to_owned)).transpose()?)
}
