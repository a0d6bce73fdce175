//! Answering: a person's own act stops the ladder for as long as an acknowledgement holds.

use base::{Id, id};
use domain::{
    access::{Permission, Scope},
    escalation::{self, EndReason, Phase},
    page::{self, PageAcknowledged, Via},
};
use store::{escalation as escalations, page as pages};

use super::start::{policy_of, withdraw};
use crate::{
    App, Caller, Error,
    turn::{Stop, Turn},
};

/// What an answer came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledged {
    /// It counts: the ladder holds.
    Now,
    /// Nothing was left to answer; somebody did, or it is over.
    Already,
}

impl App {
    /// The person behind a page's link answers it.
    ///
    /// # Errors
    /// `ESC-001` where there is no such page.
    pub async fn acknowledge_page(&self, id: Id<id::Page>) -> Result<Acknowledged, Error> {
        let page = self.look(move |conn| pages::load(conn, id)).await?;
        let page = page.ok_or_else(escalation::already_ended)?;
        let caller = Caller::link(page.person);
        let command = move |turn: &mut Turn<'_>| acknowledge_by_page(turn, id, Via::Link);
        self.commit(db::Lane::Urgent, &caller, command).await
    }

    /// A signed-in person answers the ladders of a group or an incident.
    ///
    /// # Errors
    /// `PER-008` without the permission.
    pub async fn acknowledge_target(
        &self,
        caller: &Caller,
        target: String,
        via: Via,
    ) -> Result<Acknowledged, Error> {
        caller.needs(Permission::Respond, Scope::House)?;
        let person = caller.someone()?;
        let command = move |turn: &mut Turn<'_>| {
            let mut answer = Acknowledged::Already;
            for (id, state) in escalations::of_target(turn.conn, &target)? {
                if state.phase != Phase::Ended {
                    answered(turn, id, (person, None), via)?;
                    answer = Acknowledged::Now;
                }
            }
            Ok(answer)
        };
        self.commit(db::Lane::Urgent, caller, command).await
    }
}

/// Answers one page and with it its ladder.
fn acknowledge_by_page(
    turn: &mut Turn<'_>,
    id: Id<id::Page>,
    via: Via,
) -> Result<Acknowledged, Stop> {
    let Some(page) = pages::load(turn.conn, id)? else {
        return Err(escalation::already_ended().into());
    };
    if !page.open() {
        return Ok(Acknowledged::Already);
    }
    answered(turn, page.escalation, (page.person, Some(id)), via)?;
    Ok(Acknowledged::Now)
}

fn answered(
    turn: &mut Turn<'_>,
    id: Id<id::Escalation>,
    (person, page): (Id<id::Person>, Option<Id<id::Page>>),
    via: Via,
) -> Result<(), Stop> {
    let mine = own_pages(turn, id, person)?;
    let page = page.or(mine.first().copied());
    let acknowledged =
        |id| page::Event::from(PageAcknowledged { by: person, via }).draft(id, turn.now);
    let mut drafts: Vec<_> = mine.into_iter().map(acknowledged).collect();
    if let Some(state) = escalations::load(turn.conn, id)?.filter(|s| s.phase != Phase::Ended) {
        let policy = policy_of(turn, &state)?;
        drafts.push(escalation::acknowledge(id, &state, (person, page), &policy, turn.now)?);
        if state.call.is_some() {
            // A call asks one thing: that somebody comes. An answer is all of it.
            drafts.extend(escalation::end(id, &state, EndReason::Answered, turn.now));
        }
    }
    turn.record(drafts)?;
    withdraw(turn, id, Some(person))
}

/// The open pages that this person was sent on this ladder.
fn own_pages(
    turn: &mut Turn<'_>,
    escalation: Id<id::Escalation>,
    person: Id<id::Person>,
) -> Result<Vec<Id<id::Page>>, Stop> {
    let mut mine = Vec::new();
    for listed in pages::of_escalation(turn.conn, escalation)? {
        let open = pages::load(turn.conn, listed.id)?.is_some_and(|page| page.open());
        if open && listed.person == person {
            mine.push(listed.id);
        }
    }
    Ok(mine)
}
