//! Who cannot be reached: the people on the default ladder without a way to them.

use std::collections::BTreeSet;

use base::{Id, id};
use db::{Conn, Db};
use domain::{
    document::DocumentKind,
    escalation::{Policy, Step, Target},
    page::Channel,
};
use store::{StoreError, config, person, word};

use super::Line;
use crate::{commands::serve::keeps_mail, settings::Settings};

/// The policy that every installation starts with.
const POLICY: &str = "default";

pub(super) async fn check(db: &Db, settings: &Settings) -> Vec<Line> {
    let mail = settings.smtp.is_some() || keeps_mail(settings);
    match db.read(move |conn| look(conn, mail)).await {
        Ok(lines) => lines,
        Err(error) => vec![Line::fail("readiness", error, "look at the database")],
    }
}

fn look(conn: &mut Conn, mail: bool) -> Result<Vec<Line>, StoreError> {
    if person::count(conn)? == 0 {
        let remedy = "open the link that `watchkeeper serve` prints";
        return Ok(vec![Line::warn("readiness", "nobody has an account", remedy)]);
    }
    let Some(policy) = policy(conn)? else {
        let remedy = "start `watchkeeper serve` once: it publishes one";
        return Ok(vec![Line::fail("readiness", "there is no escalation policy", remedy)]);
    };
    let rungs = policy.steps.iter().zip(1..).map(|(step, at)| (format!("step {at}"), step));
    let last = std::iter::once(("the last resort".to_owned(), &policy.last_resort));
    let (mut lines, mut unreachable) = (Vec::new(), BTreeSet::new());
    for (name, step) in rungs.chain(last) {
        lines.push(rung(conn, (&name, step), mail, &mut unreachable)?);
    }
    for id in unreachable {
        let found = format!("{} cannot be reached", person::name(conn, id)?);
        let remedy = "give them a contact on a channel that is set up";
        lines.push(Line::warn("readiness", found, remedy));
    }
    Ok(lines)
}

fn policy(conn: &mut Conn) -> Result<Option<Policy>, StoreError> {
    let Some(newest) = config::newest(conn, DocumentKind::Policy, POLICY)? else { return Ok(None) };
    let bytes = word::artifact(conn, newest.sha256)?;
    Ok(bytes.and_then(|(bytes, _)| serde_json::from_slice(&bytes).ok()))
}

/// How many of a rung can be reached; the others are added to `unreachable`.
fn rung(
    conn: &mut Conn,
    (name, step): (&str, &Step),
    mail: bool,
    unreachable: &mut BTreeSet<Id<id::Person>>,
) -> Result<Line, StoreError> {
    let mut people = BTreeSet::new();
    for target in &step.targets {
        match target {
            Target::Person(person) => drop(people.insert(*person)),
            Target::Role(role) => people.extend(person::holders(conn, *role)?),
        }
    }
    let mut reached = 0;
    for id in &people {
        let held = person::load(conn, *id)?;
        let ways = held.iter().flat_map(|person| &person.contacts);
        if ways.filter(|way| way.channel != Channel::Mail || mail).count() > 0 {
            reached += 1;
        } else {
            unreachable.insert(*id);
        }
    }
    let found = format!("{name} reaches {reached} of {}", people.len());
    Ok(match reached {
        0 => Line::fail("readiness", found, "give its roles to people with contacts"),
        _ => Line::ok("readiness", found),
    })
}
