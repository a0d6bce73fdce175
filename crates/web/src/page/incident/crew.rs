//! People and paging: who is here, who was told, who answered, what comes next.

use app::incident::Seen;
use base::Timestamp;
use domain::{access::Role, escalation::Phase};
use store::{StoreError, escalation, page::Listed};

use super::show::Asked;
use crate::{
    page::{parts::initials, rows::reach, tell::Teller},
    view::{
        Person, Reach,
        incident::{Attempt, Crew, Verdict},
        time::length,
    },
};

/// The people and the pages of an incident.
pub(super) fn crew(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
) -> Result<Crew, StoreError> {
    let me = asked.caller.person;
    let offered_to = match seen.state.offered_to {
        Some(person) => Some(teller.person(&person.to_string())?),
        None => None,
    };
    Ok(Crew {
        verdict: verdict(teller, seen, asked)?,
        people: people(teller, seen, asked)?,
        attempts: attempts(teller, seen, asked)?,
        offered_to,
        offered_to_me: me.is_some() && seen.state.offered_to == me,
        mine: me.is_some() && seen.state.commander == me,
    })
}

fn verdict(teller: &mut Teller<'_>, seen: &Seen, asked: &Asked) -> Result<Verdict, StoreError> {
    let answered = seen.pages.iter().filter(|page| page.acknowledged_at.is_some());
    if let Some(page) = answered.min_by_key(|page| page.acknowledged_at) {
        let name = teller.person(&page.person.to_string())?;
        let first = seen.pages.iter().map(|page| page.queued_at).min().unwrap_or(page.queued_at);
        let at = page.acknowledged_at.unwrap_or(page.queued_at);
        let took = length((at - first).as_micros());
        return Ok(Verdict::Reached(name, took, "link".to_owned()));
    }
    let Some(first) = seen.pages.iter().map(|page| page.queued_at).min() else {
        return Ok(Verdict::NotPaged);
    };
    let tried = length((asked.now - first).as_micros());
    let mut targets = vec![seen.id.to_string()];
    targets.extend(seen.state.groups.iter().map(ToString::to_string));
    for target in targets {
        for (_, ladder) in escalation::of_target(teller.conn(), &target)? {
            if ladder.phase == Phase::Running {
                let next = ladder.due_at.map(|at| asked.reader.time(at));
                return Ok(Verdict::Trying(tried, next));
            }
        }
    }
    Ok(Verdict::Nobody(tried))
}

/// Commander, holders of roles, and everybody who was paged, each once.
fn people(teller: &mut Teller<'_>, seen: &Seen, asked: &Asked) -> Result<Vec<Person>, StoreError> {
    let mut order: Vec<String> = Vec::new();
    let commander = seen.state.commander.iter().map(ToString::to_string);
    let holders = seen.state.roles.iter().map(|(_, person)| person.to_string());
    let paged = seen.pages.iter().map(|page| page.person.to_string());
    for id in commander.chain(holders).chain(paged) {
        if !order.contains(&id) {
            order.push(id);
        }
    }
    let mut people = Vec::with_capacity(order.len());
    for id in order {
        people.push(person(teller, seen, asked, &id)?);
    }
    Ok(people)
}

fn person(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
    id: &str,
) -> Result<Person, StoreError> {
    let name = teller.person(id)?;
    let mut mine = seen.pages.iter().filter(|page| page.person.to_string() == id);
    let page =
        mine.clone().find(|page| page.acknowledged_at.is_some()).or_else(|| mine.next_back());
    let commands = seen.state.commander.is_some_and(|person| person.to_string() == id);
    let mut roles: Vec<String> = Vec::new();
    if commands {
        roles.push(Role::Commander.name().to_owned());
    }
    let given = seen.state.roles.iter().filter(|(_, person)| person.to_string() == id);
    roles.extend(given.map(|(role, _)| role.name().to_owned()));
    roles.dedup();
    let reached = if commands { Reach::Reached } else { Reach::Unknown };
    Ok(Person {
        initials: initials(&name),
        name,
        roles,
        reach: page.map_or(reached, |page| if commands { reached } else { reach(&page.state) }),
        took: page.map(|page| length((last(page, asked.now) - page.queued_at).as_micros())),
        channel: None,
        at: page.map(|page| asked.reader.time(last(page, page.queued_at))),
        me: asked.caller.person.is_some_and(|person| person.to_string() == id),
    })
}

/// When the page was answered; otherwise `open`.
fn last(page: &Listed, open: Timestamp) -> Timestamp {
    page.acknowledged_at.unwrap_or(open)
}

/// Every recorded attempt of the newest stretch of the log, oldest first.
fn attempts(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
) -> Result<Vec<Attempt>, StoreError> {
    let mut attempts = Vec::new();
    for (stored, entry, _) in seen.timeline.iter().rev() {
        let state = match entry.kind.as_str() {
            "page_queued" => "queued",
            "page_handed_over" => "handed_over",
            "page_attempt_failed" => "failed",
            "page_acknowledged" => "acknowledged",
            "page_withdrawn" => "withdrawn",
            _ => continue,
        };
        let line = teller.line(entry)?;
        let text = |key: &str| entry.data[key].as_str().map(str::to_owned);
        attempts.push(Attempt {
            person: line.subject,
            channel: text("channel").or_else(|| text("via")).unwrap_or_default(),
            state: state.to_owned(),
            at: asked.reader.time(entry.recorded_at),
            proof: text("reason"),
            entry: stored.seq,
        });
    }
    Ok(attempts)
}
