//! Starting and ending ladders.

use std::sync::Arc;

use base::{Code, Id, id};
use domain::{
    document::DocumentKind,
    escalation::{self, EndReason, Escalation, Policy, Target, TargetKind},
    page::{self, PageWithdrawn},
};
use store::{escalation as escalations, page as pages};

use crate::turn::{Stop, Turn};

/// Starts the ladder of a group of alerts.
pub(crate) fn start_for_group(
    turn: &mut Turn<'_>,
    group: Id<id::Group>,
    policy: &Code,
) -> Result<(), Stop> {
    start(turn, (TargetKind::Group, group.to_string()), policy)
}

/// Starts the ladder of an incident.
pub(crate) fn start_for_incident(
    turn: &mut Turn<'_>,
    incident: Id<id::Incident>,
    policy: &Code,
) -> Result<(), Stop> {
    start(turn, (TargetKind::Incident, incident.to_string()), policy)
}

/// Starts the ladder of an exception that nobody judged in time; its target is the clock that ran out.
/// The default policy serves where the one of the ratifiers is not published.
pub(crate) fn start_for_exception(
    turn: &mut Turn<'_>,
    clock: &Code,
    policy: &Code,
) -> Result<(), Stop> {
    let known = store::config::newest(turn.conn, DocumentKind::Policy, policy.as_str())?;
    let policy = if known.is_some() { policy } else { &crate::incident::POLICY };
    start(turn, (TargetKind::Exception, clock.to_string()), policy)
}

/// Calls one person or role about an incident, outside any policy.
pub(crate) fn call_about(
    turn: &mut Turn<'_>,
    incident: Id<id::Incident>,
    whom: &Target,
) -> Result<(), Stop> {
    let id: Id<id::Escalation> = turn.mint();
    let target = incident.to_string().parse().expect("invariant: an id is a code");
    let draft = escalation::call(id, (TargetKind::Incident, target), whom, turn.now);
    turn.record(vec![draft])?;
    super::climb(turn, id)
}

/// The policy of a ladder in the version it began with; a call brings its own.
pub(super) fn policy_of(turn: &mut Turn<'_>, state: &Escalation) -> Result<Arc<Policy>, Stop> {
    if let Some(policy) = state.call_policy() {
        return Ok(Arc::new(policy));
    }
    let version = Some(state.policy_version);
    Ok(turn.app.documents().policy(turn.conn, &state.policy, version)?.document)
}

fn start(
    turn: &mut Turn<'_>,
    (kind, target): (TargetKind, String),
    policy: &Code,
) -> Result<(), Stop> {
    let version = turn.app.documents().policy(turn.conn, policy, None)?;
    let id: Id<id::Escalation> = turn.mint();
    let target = target.parse().expect("invariant: an id is a code");
    let policy = (version.document.as_ref(), version.number);
    let draft = escalation::start(id, (kind, target), policy, turn.now);
    turn.record(vec![draft])?;
    // The first rung is due at once: its pages are queued in the same commit.
    super::climb(turn, id)
}

/// Ends every ladder of a target, and withdraws what nobody needs to answer any more.
pub(crate) fn end_of(turn: &mut Turn<'_>, target: &str, reason: EndReason) -> Result<(), Stop> {
    for (id, state) in escalations::of_target(turn.conn, target)? {
        if let Some(draft) = escalation::end(id, &state, reason, turn.now) {
            turn.record(vec![draft])?;
            withdraw(turn, id, None)?;
        }
    }
    Ok(())
}

/// Withdraws the open pages of a ladder; `answered_by` keeps the one that person was sent.
pub(super) fn withdraw(
    turn: &mut Turn<'_>,
    escalation: Id<id::Escalation>,
    answered_by: Option<Id<id::Person>>,
) -> Result<(), Stop> {
    let mut drafts = Vec::new();
    for listed in pages::of_escalation(turn.conn, escalation)? {
        let Some(page) = pages::load(turn.conn, listed.id)? else { continue };
        if page.open() {
            let event = page::Event::from(PageWithdrawn { answered_by });
            drafts.push(event.draft(listed.id, turn.now));
        }
    }
    turn.record(drafts)?;
    Ok(())
}

/// Whether a target has a ladder that is not over.
pub(crate) fn running(turn: &mut Turn<'_>, target: &str) -> Result<bool, Stop> {
    Ok(escalations::running(turn.conn, target)?)
}
