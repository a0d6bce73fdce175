//! The page behind the link in a message. Looking at it changes nothing (ground rule G1); answering
//! is a post.

use app::page::AckSeen;
use axum::extract::Path;
use base::{Id, id};
use domain::{
    escalation::{Phase, already_ended},
    page::State,
};

use super::{around::shell, parts::alert_level, tell::words};
use crate::{
    answer::{Answer, page},
    trouble::Trouble,
    view::{
        Place,
        ack::{AckPage, AckState},
    },
    visit::Visit,
};

/// `GET /ack/{token}`.
pub(crate) async fn show(visit: Visit, Path(token): Path<String>) -> Answer {
    let id = page_of(&visit, &token)?;
    let seen = visit.web.app().see_page(id).await?.ok_or_else(already_ended)?;
    let policy = {
        let app = visit.web.app().clone();
        let (name, version) = (seen.escalation.policy.clone(), seen.escalation.policy_version);
        let read = move |conn: &mut db::Conn| {
            let policy = app.documents().policy(conn, &name, Some(version)).ok();
            Ok(policy.map(|policy| policy.document.acknowledged_seconds / 60))
        };
        visit.web.app().look(read).await?
    };
    let reader = visit.reader();
    let shell = shell(&visit, Place::Elsewhere).await?;
    let state = state(&seen, &reader);
    let waits = matches!(state, AckState::Waiting);
    let climbs = seen.escalation.due_at.filter(|_| waits).map(|at| reader.time(at));
    let about = seen.about;
    let ack = AckPage {
        shell,
        token,
        person: seen.person,
        title: words(about.title),
        level: about.reference.is_none().then(|| alert_level(&about.severity)),
        incident: about.reference,
        sent: reader.time(seen.page.queued_at),
        state,
        climbs_at: climbs,
        holds_minutes: policy,
    };
    page(&visit, &ack)
}

/// `POST /ack/{token}`: the person's own act.
pub(crate) async fn answer(visit: Visit, Path(token): Path<String>) -> Answer {
    let id = page_of(&visit, &token)?;
    visit.web.app().acknowledge_page(id).await?;
    let to = axum::response::Redirect::to(&format!("/ack/{token}"));
    Ok(axum::response::IntoResponse::into_response(to))
}

fn page_of(visit: &Visit, token: &str) -> Result<Id<id::Page>, Trouble> {
    visit.web.app().keeper().links().page(token).ok_or_else(Trouble::not_found)
}

fn state(seen: &AckSeen, reader: &crate::view::time::Reader) -> AckState {
    let answered = seen.answered_by.clone().zip(seen.escalation.acknowledged);
    match (answered, seen.page.state) {
        (Some((name, (_, at))), _) => AckState::Answered(name, reader.time(at)),
        (None, State::Acknowledged) => {
            let at = seen.page.acknowledged_at.unwrap_or(seen.page.queued_at);
            AckState::Answered(seen.person.clone(), reader.time(at))
        }
        (None, State::Withdrawn) => AckState::Over,
        _ if seen.escalation.phase == Phase::Ended => AckState::Over,
        _ => AckState::Waiting,
    }
}
