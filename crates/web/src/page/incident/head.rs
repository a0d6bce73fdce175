//! The head of an incident's page: what is broken, how bad and why, who stands behind it.

use app::incident::Seen;
use domain::{access::Permission, incident as domain_incident};
use store::{StoreError, incident, log, word};

use super::show::{Asked, data};
use crate::{
    page::{
        parts::{is_losing, level},
        tell::{Teller, words},
    },
    view::{
        Mode, Sev,
        incident::{Approval, Decision, Head, Status},
        time::length,
    },
    visit::holds,
};

/// The head.
pub(super) fn head(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
) -> Result<Head, StoreError> {
    let state = &seen.state;
    let open = state.status == domain_incident::Status::Open;
    let first = log::entry(teller.conn(), state.declared)?;
    let first = first.map(|stored| stored.entry()).transpose()?;
    let began = first.map_or(state.declared_at, |entry| entry.occurred_at);
    let held = state.severity.now().map(level);
    let losing = is_losing(held, state.phase.as_str(), open);
    let commander = match state.commander {
        Some(person) => Some(teller.person(&person.to_string())?),
        None => None,
    };
    let description = Some(seen.description.clone()).filter(|text| !text.is_empty());
    Ok(Head {
        id: seen.id.to_string(),
        reference: state.reference.to_string(),
        title: words(seen.title.clone()),
        description: description.map(words),
        sev: Sev { level: held, losing },
        phase: state.phase.to_string(),
        status: status(teller, seen)?,
        mode: if seen.mode == "exercise" { Mode::Exercise } else { Mode::Live },
        commander,
        since: asked.reader.time(began),
        elapsed: length((asked.now - began).as_micros()),
        decision: decision(teller, seen, asked)?,
    })
}

fn status(teller: &mut Teller<'_>, seen: &Seen) -> Result<Status, StoreError> {
    Ok(match seen.state.status {
        domain_incident::Status::Open => Status::Open,
        domain_incident::Status::Closed => {
            let mut closed = seen.timeline.iter().map(|(_, entry, _)| entry);
            let closed = closed.find(|entry| entry.kind.as_str() == "incident_closed");
            Status::Closed(closed.is_some_and(|entry| entry.data["false_positive"] == true))
        }
        domain_incident::Status::Merged => {
            let into = match seen.state.merged_into {
                Some(id) => incident::load(teller.conn(), id)?,
                None => None,
            };
            Status::Merged(into.map(|into| into.reference.to_string()).unwrap_or_default())
        }
    })
}

fn decision(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
) -> Result<Option<Decision>, StoreError> {
    let held = &seen.state.severity;
    let Some(decided) = held.proposed.as_ref().or(held.effective.as_ref()) else { return Ok(None) };
    let Some(stored) = log::entry(teller.conn(), decided.seq)? else { return Ok(None) };
    let data = data(teller.conn(), decided.seq)?;
    let rules = data["matched_rules"].as_array().into_iter().flatten();
    let rules = rules.filter_map(|rule| rule.as_str().map(str::to_owned)).collect();
    let by = match decided.by {
        Some(person) => teller.person(&person.to_string())?,
        None => "the host operator".to_owned(),
    };
    let table = data["table"].as_str().unwrap_or_default();
    let may = holds(&asked.caller, Permission::Approve)
        && asked.caller.person.is_some()
        && decided.by != asked.caller.person;
    let approval = match decided.approve_by {
        Some(until) => {
            Approval::Wanted { until: asked.reader.time(until), decision: decided.seq, may }
        }
        None if decided.approved => Approval::Given(approver(teller, seen, decided.seq)?),
        None => Approval::NotWanted,
    };
    Ok(Some(Decision {
        rules,
        table: format!("{table} v{}", data["table_version"]),
        by,
        at: asked.reader.time(stored.recorded_at),
        entry: decided.seq,
        rationale: words(word::text(teller.conn(), decided.seq, "rationale")?),
        approval,
        proposed: held.proposed.as_ref().map(|p| Sev::of(level(p.severity), false)),
    }))
}

fn approver(teller: &mut Teller<'_>, seen: &Seen, decision: i64) -> Result<String, StoreError> {
    let mut entries = seen.timeline.iter().map(|(_, entry, _)| entry);
    let approved = entries.find(|entry| {
        entry.kind.as_str() == "severity_approved" && entry.data["decision"] == decision
    });
    match approved {
        Some(entry) => Ok(teller.who(entry)?.unwrap_or_default()),
        None => Ok("a second person".to_owned()),
    }
}
