//! What waits for whom: open tasks, severities that want a second person, command that is offered.

use std::collections::{HashMap, HashSet};

use app::{App, Caller};
use base::{Id, Timestamp, id};
use db::Conn;
use domain::{
    access::Permission,
    incident::{Incident, Severity},
};
use process::{Element, Kind};
use store::{
    StoreError,
    exception::{self, Wanted},
    incident, moving, person, word,
};

use crate::{page::rows::place_of, visit::holds};

/// Something that waits.
pub(crate) struct Work {
    /// `task`, `decision`, `approval`, `severity`, `command`, `ratification`, `move`.
    pub(crate) kind: &'static str,
    /// The element's name; empty where the kind says it.
    pub(crate) name: String,
    /// The task's number.
    pub(crate) task: Option<u32>,
    /// Where it is done.
    pub(crate) href: String,
    /// The incident's reference; empty where it is about none in particular.
    pub(crate) reference: String,
    /// What is broken; why cases are to move.
    pub(crate) title: String,
    /// How bad.
    pub(crate) severity: Option<Severity>,
    /// The phase.
    pub(crate) phase: String,
    /// The roles it belongs to, by code.
    pub(crate) roles: Vec<String>,
    /// Since when it waits.
    pub(crate) since: Timestamp,
    /// Until when.
    pub(crate) due: Option<Timestamp>,
    /// Who is on it.
    pub(crate) holder: Option<(Id<id::Person>, String)>,
    /// Until when and by whom it was delegated.
    pub(crate) delegated: Option<(Timestamp, String)>,
    /// How many approved its answer.
    pub(crate) approved: usize,
    /// Whether it waits for whoever asks.
    pub(crate) mine: bool,
    /// Whether whoever asks is on it.
    pub(crate) held: bool,
}

/// Everything that waits, soonest due first.
pub(crate) fn work(conn: &mut Conn, app: &App, caller: &Caller) -> Result<Vec<Work>, StoreError> {
    let mut seeker = Seeker { conn, app, caller, now: app.now(), incidents: HashMap::new() };
    let mut found = seeker.tasks()?;
    found.extend(seeker.severities()?);
    found.extend(seeker.ratifications()?);
    found.extend(seeker.moves()?);
    found.extend(seeker.offers()?);
    found.sort_by_key(|work| (work.due.is_none(), work.due, work.since));
    Ok(found)
}

/// How much waits for whoever asks, for the number on the rail: without command that is offered.
pub(crate) fn count(conn: &mut Conn, caller: &Caller, now: Timestamp) -> Result<usize, StoreError> {
    let (me, roles) = (caller.person, codes(caller));
    let tasks = incident::tasks(conn)?;
    let mut mine = tasks.iter().filter(|task| task.is_for(me, &roles, now)).count();
    if holds(caller, Permission::Ratify) {
        let unjudged = exception::before(conn, Wanted::Unjudged, i64::MAX)?;
        mine += unjudged.iter().filter(|held| is_anothers(held, me)).count();
    }
    if !holds(caller, Permission::Approve) {
        return Ok(mine);
    }
    let mut waiting = 0;
    for open in incident::unapproved(conn)? {
        let state = incident::load(conn, open.incident)?;
        let decided = state.and_then(|state| state.severity.waiting().cloned());
        waiting += usize::from(decided.is_some_and(|decided| decided.by != me));
    }
    waiting +=
        moving::waiting(conn)?.iter().filter(|plan| is_proposed_by_another(plan, me)).count();
    Ok(mine + waiting)
}

/// The codes of the roles that whoever asks holds.
fn codes(caller: &Caller) -> Vec<&'static str> {
    caller.grants.iter().map(|grant| grant.role.code()).collect()
}

struct Seeker<'a> {
    conn: &'a mut Conn,
    app: &'a App,
    caller: &'a Caller,
    now: Timestamp,
    incidents: HashMap<Id<id::Incident>, Option<(Incident, String)>>,
}

impl Seeker<'_> {
    /// An incident with its title, read once.
    fn incident(&mut self, id: Id<id::Incident>) -> Result<Option<(Incident, String)>, StoreError> {
        if let Some(held) = self.incidents.get(&id) {
            return Ok(held.clone());
        }
        let read = match incident::load(self.conn, id)? {
            Some(state) => {
                let title = word::text(self.conn, state.declared, "title")?;
                Some((state, title))
            }
            None => None,
        };
        self.incidents.insert(id, read.clone());
        Ok(read)
    }

    fn tasks(&mut self) -> Result<Vec<Work>, StoreError> {
        let (me, roles) = (self.caller.person, codes(self.caller));
        let mut found = Vec::new();
        for open in incident::tasks(self.conn)? {
            let Some((state, title)) = self.incident(open.incident)? else { continue };
            let model = self.app.documents().running(self.conn, &state.process);
            let Ok(model) = model else { continue };
            let Some(element) = model.element(&open.element) else { continue };
            let number = u32::try_from(open.task).unwrap_or(u32::MAX);
            let holder = match open.holder(self.now) {
                Some(person) => Some((person, person::name(self.conn, person)?)),
                None => None,
            };
            let delegated = match open.delegated.filter(|(until, _)| *until > self.now) {
                Some((until, from)) => Some((until, person::name(self.conn, from)?)),
                None => None,
            };
            let reference = state.reference.to_string();
            found.push(Work {
                kind: kind(element),
                name: crate::page::rows::name_of(&model, &element.id),
                task: Some(number),
                href: place_of(&reference, number, element),
                held: me.is_some() && holder.as_ref().map(|(person, _)| *person) == me,
                mine: open.is_for(me, &roles, self.now),
                approved: open.approved.len(),
                roles: element.marks.roles.iter().map(ToString::to_string).collect(),
                since: open.created_at,
                due: open.due_at,
                holder,
                delegated,
                ..Work::of(&state, title)
            });
        }
        Ok(found)
    }

    fn severities(&mut self) -> Result<Vec<Work>, StoreError> {
        let may = holds(self.caller, Permission::Approve);
        let mut found = Vec::new();
        for open in incident::unapproved(self.conn)? {
            let Some((state, title)) = self.incident(open.incident)? else { continue };
            let Some(decided) = state.severity.waiting() else { continue };
            let since = store::log::entry(self.conn, open.decision)?;
            found.push(Work {
                kind: "severity",
                mine: may && decided.by != self.caller.person,
                since: since.map_or(state.declared_at, |stored| stored.recorded_at),
                due: Some(open.due_at),
                ..Work::of(&state, title)
            });
        }
        Ok(found)
    }

    /// Exceptions that nobody has judged; whoever bypassed does not ratify (ground rule G21).
    fn ratifications(&mut self) -> Result<Vec<Work>, StoreError> {
        let may = holds(self.caller, Permission::Ratify);
        let mut found = Vec::new();
        for held in exception::before(self.conn, Wanted::Unjudged, i64::MAX)? {
            let Some((state, title)) = self.incident(held.incident)? else { continue };
            let model = self.app.documents().model(self.conn, state.process.sha256).ok();
            let step = model.map(|model| crate::page::rows::name_of(&model, &held.element));
            found.push(Work {
                kind: "ratification",
                name: format!("{}: {}", held.code, step.unwrap_or_default()),
                href: format!("/incidents/{}/exceptions/{}", held.reference, held.seq),
                mine: may && is_anothers(&held, self.caller.person),
                since: held.invoked_at,
                due: held.ratify_by,
                ..Work::of(&state, title)
            });
        }
        Ok(found)
    }

    /// Plans to move cases; whoever proposed one does not approve it (ground rule G21).
    fn moves(&mut self) -> Result<Vec<Work>, StoreError> {
        let may = holds(self.caller, Permission::Approve);
        let mut found = Vec::new();
        for plan in moving::waiting(self.conn)? {
            found.push(Work {
                kind: "move",
                name: format!("{} to version {}", plan.process, plan.to),
                task: None,
                href: format!("/moves/{}", plan.id),
                reference: String::new(),
                title: word::text(self.conn, plan.word, "reason")?,
                severity: None,
                phase: String::new(),
                roles: Vec::new(),
                since: plan.proposed_at,
                due: None,
                holder: None,
                delegated: None,
                approved: 0,
                mine: may && is_proposed_by_another(&plan, self.caller.person),
                held: false,
            });
        }
        Ok(found)
    }

    fn offers(&mut self) -> Result<Vec<Work>, StoreError> {
        let known: HashSet<_> = self.incidents.keys().copied().collect();
        for listed in incident::open(self.conn)? {
            if !known.contains(&listed.id) {
                self.incident(listed.id)?;
            }
        }
        let me = self.caller.person;
        let offered = self.incidents.values().flatten();
        let mut found: Vec<Work> = offered
            .filter(|(state, _)| me.is_some() && state.offered_to == me)
            .map(|(state, title)| Work {
                kind: "command",
                mine: true,
                ..Work::of(state, title.clone())
            })
            .collect();
        found.sort_by(|a, b| a.reference.cmp(&b.reference));
        Ok(found)
    }
}

impl Work {
    /// Something about an incident, which nobody is on.
    fn of(state: &Incident, title: String) -> Self {
        Self {
            kind: "task",
            name: String::new(),
            task: None,
            href: format!("/incidents/{}", state.reference),
            reference: state.reference.to_string(),
            title,
            severity: state.severity.now(),
            phase: state.phase.to_string(),
            roles: Vec::new(),
            since: state.declared_at,
            due: None,
            holder: None,
            delegated: None,
            approved: 0,
            mine: false,
            held: false,
        }
    }
}

/// Whether somebody else passed the step.
fn is_anothers(held: &exception::Listed, me: Option<Id<id::Person>>) -> bool {
    held.person != me.map(|me| me.to_string())
}

/// Whether somebody else proposed the plan.
fn is_proposed_by_another(plan: &moving::Listed, me: Option<Id<id::Person>>) -> bool {
    me.is_some_and(|me| plan.proposed_by.as_str() != me.to_string())
}

/// What a task asks for, by its element.
fn kind(element: &Element) -> &'static str {
    let marks = &element.marks;
    match element.kind {
        Kind::User if marks.approvals.is_some() => "approval",
        _ if marks.decision_point => "decision",
        _ => "task",
    }
}
