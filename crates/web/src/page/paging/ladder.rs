//! `GET /incidents/{reference}/paging`: every ladder of an incident, rung by rung, and why somebody
//! was paged or not.

use app::App;
use axum::extract::Path;
use base::{Duration, Id, Timestamp, id};
use domain::escalation::{Escalation, Phase, Policy, Step, Target};
use store::{
    StoreError, escalation,
    page::{self, Listed},
    person,
};

use super::message::targets;
use crate::{
    answer::{Answer, page as answer},
    page::{
        around::shell,
        parts::people,
        rows::reach,
        tell::{Teller, words},
    },
    view::{
        Choice, Input, Place,
        paging::{Ladder, LadderPage, Paged, Rung, RungState, Verdict},
        time::{Reader, length},
    },
    visit::Visit,
};

/// What is asked about whom.
struct Asked {
    app: App,
    reader: Reader,
    now: Timestamp,
    person: Option<Id<id::Person>>,
}

/// The page.
pub(crate) async fn show(visit: Visit, Path(reference): Path<String>) -> Answer {
    let seen = visit.web.app().see_incident(&reference, i64::MAX).await?;
    let chosen: Option<Id<id::Person>> = visit.query.get("person").parse().ok();
    let me = visit.caller()?.person;
    let asked = Asked {
        app: visit.web.app().clone(),
        reader: visit.reader(),
        now: visit.now(),
        person: chosen.or(me),
    };
    let mut about = vec![seen.id.to_string()];
    about.extend(seen.state.groups.iter().map(ToString::to_string));
    let title = words(seen.title.clone());
    let built = visit.web.app().look(move |conn| {
        let mut ladders = Vec::new();
        let mut verdicts = Vec::new();
        for target in &about {
            for (id, state) in escalation::of_target(conn, target)? {
                let (ladder, verdict) = ladder(conn, &asked, id, &state)?;
                ladders.push(ladder);
                verdicts.push(verdict);
            }
        }
        let name = match asked.person {
            Some(person) => person::name(conn, person)?,
            None => String::new(),
        };
        Ok((ladders, verdicts, name, people(conn)?))
    });
    let (ladders, verdicts, name, people): (Vec<Ladder>, Vec<Verdict>, String, Vec<Choice>) =
        built.await?;
    let own = chosen.or(me).map(|person| person.to_string()).unwrap_or_default();
    let page = LadderPage {
        shell: shell(&visit, Place::Incidents).await?,
        reference,
        title,
        ladders,
        verdicts,
        me: chosen.is_none() || chosen == me,
        name,
        person: Input::of(own),
        people,
    };
    answer(&visit, &page)
}

fn ladder(
    conn: &mut db::Conn,
    asked: &Asked,
    id: Id<id::Escalation>,
    state: &Escalation,
) -> Result<(Ladder, Verdict), StoreError> {
    let version = Some(state.policy_version);
    let policy = asked.app.documents().policy(conn, &state.policy, version);
    let policy = policy.ok().map(|policy| policy.document);
    let pages = page::of_escalation(conn, id)?;
    let verdict = verdict(conn, asked, state, (policy.as_deref(), &pages))?;
    let mut teller = Teller::new(conn, &asked.app, &asked.reader);
    let acknowledged = match &state.acknowledged {
        Some((person, at)) => Some((teller.person(&person.to_string())?, asked.reader.time(*at))),
        None => None,
    };
    let rungs = match policy.as_deref() {
        Some(policy) => rungs(&mut teller, asked, state, (policy, &pages))?,
        None => Vec::new(),
    };
    let ladder = Ladder {
        policy: format!("{} v{}", state.policy, state.policy_version),
        began: asked.reader.time(state.started_at),
        ended: state.phase == Phase::Ended,
        acknowledged,
        rungs,
    };
    Ok((ladder, verdict))
}

fn rungs(
    teller: &mut Teller<'_>,
    asked: &Asked,
    state: &Escalation,
    (policy, pages): (&Policy, &[Listed]),
) -> Result<Vec<Rung>, StoreError> {
    let last = u32::try_from(policy.steps.len()).unwrap_or(u32::MAX);
    let mut rungs = Vec::new();
    for step in 0..=last {
        let (rung, last_resort) = policy.rung(step);
        let mine = pages.iter().filter(|page| page.step == i64::from(step));
        let mut paged = Vec::new();
        for page in mine.clone() {
            paged.push(Paged {
                id: page.id.to_string(),
                person: teller.person(&page.person.to_string())?,
                reach: reach(&page.state),
                state: page.state.clone(),
                took: page.acknowledged_at.map(|at| length((at - page.queued_at).as_micros())),
            });
        }
        let taken = mine.map(|page| page.queued_at).min();
        let waiting = taken.is_none() && state.next_step == step && state.phase == Phase::Running;
        rungs.push(Rung {
            number: step + 1,
            last_resort,
            targets: targets(teller, rung)?,
            after: length(after(policy, step).as_micros()),
            state: match (taken, waiting, state.due_at) {
                (Some(at), ..) => RungState::Taken(asked.reader.time(at)),
                (None, true, Some(due)) => RungState::Due(asked.reader.time(due)),
                _ => RungState::NotClimbed,
            },
            paged,
        });
    }
    Ok(rungs)
}

/// How long after the beginning a rung comes while nobody answers.
fn after(policy: &Policy, step: u32) -> Duration {
    between(policy, 0, step)
}

/// How long it takes from one rung to a later one.
fn between(policy: &Policy, from: u32, to: u32) -> Duration {
    let rungs = policy.steps.iter().take(to as usize).skip(from as usize);
    Duration::seconds(rungs.map(|rung| rung.wait_seconds).sum())
}

/// Why the person asked about was paged, or not.
fn verdict(
    conn: &mut db::Conn,
    asked: &Asked,
    state: &Escalation,
    (policy, pages): (Option<&Policy>, &[Listed]),
) -> Result<Verdict, StoreError> {
    let (Some(person), Some(policy)) = (asked.person, policy) else { return Ok(Verdict::Unknown) };
    if let Some(page) = pages.iter().find(|page| page.person == person) {
        let step = u32::try_from(page.step + 1).unwrap_or(u32::MAX);
        return Ok(match page.last_reason.as_deref() {
            Some("no_channel") => Verdict::NoChannel(step),
            _ => Verdict::Paged(step, asked.reader.time(page.queued_at)),
        });
    }
    let held = person::load(conn, person)?.map(|person| person.grants).unwrap_or_default();
    let names = |rung: &Step| {
        rung.targets.iter().any(|target| match target {
            Target::Person(named) => *named == person,
            Target::Role(role) => held.iter().any(|grant| grant.role == *role),
        })
    };
    let last = u32::try_from(policy.steps.len()).unwrap_or(u32::MAX);
    let named = (0..=last).find(|step| names(policy.rung(*step).0));
    let Some(step) = named else { return Ok(Verdict::NotNamed) };
    Ok(match (&state.acknowledged, state.phase) {
        (Some((by, at)), _) => {
            let by = person::name(conn, *by)?;
            Verdict::AnsweredBefore(step + 1, by, asked.reader.time(*at))
        }
        (None, Phase::Ended) => Verdict::EndedBefore(step + 1),
        (None, _) if step < state.next_step => Verdict::NotHeldThen(step + 1),
        (None, _) => {
            let due = state.due_at.unwrap_or(asked.now);
            let wait = between(policy, state.next_step, step);
            Verdict::Ahead(step + 1, asked.reader.time(due + wait))
        }
    })
}
