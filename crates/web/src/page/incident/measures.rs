//! What is done beside the process: temporary measures, actions, extra pages.

use app::incident::{PASSED, Seen, Told};
use axum::extract::Path;
use base::{Code, Duration, Timestamp};
use domain::{
    access::Role,
    escalation::Target,
    incident::{
        ActionKind, ActionResult, ActionTaken, MEASURE_END, MeasureEnd, MeasureEnded, MeasureKind,
        MeasureTaken, measure_end_wrong, nobody_to_page,
    },
};
use process::{Variables, engine::WaitsFor};
use store::{StoreError, word};

use super::{
    act::{Acted, Post, nothing, typed},
    show::Asked,
};
use crate::{
    answer::Answer,
    page::{
        parts::{person_id, until},
        rows::name_of,
        tell::{Teller, words},
    },
    trouble::Trouble,
    view::{
        Choice,
        incident::{Measure, Typed},
    },
    visit::Visit,
};

/// `POST …/measures`: a temporary measure with an owner and an end.
pub(crate) async fn take(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = take_measure(&post).await;
    post.end(
        acted,
        ("#measures", "The measure stands. Its owner is paged at its end."),
        |form, why| Typed {
            measure: typed(form, "kind"),
            measure_owner: typed(form, "owner"),
            measure_until: typed(form, "until_at"),
            measure_text: typed(form, "text").refused(why),
            ..Typed::default()
        },
    )
    .await
}

async fn take_measure(post: &Post) -> Acted {
    let form = post.form();
    let kind = measure_kind(form.get("kind"));
    let owner = person_id(form.get("owner"))?;
    let until = post.instant("until_at")?.ok_or_else(measure_end_wrong)?;
    let taken = (MeasureTaken { kind, owner, until }, form.text("text"));
    Ok(post.visit.web.app().take_measure(post.visit.caller()?, post.id, taken).await?)
}

/// `POST …/measures/{measure}/extend`.
pub(crate) async fn extend(
    visit: Visit,
    Path((reference, measure)): Path<(String, i64)>,
) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let until = post.instant("until_at")?.ok_or_else(measure_end_wrong)?;
        let longer = (measure, until, post.form().text("reason"));
        Ok(post.visit.web.app().extend_measure(post.visit.caller()?, post.id, longer).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#measures", "The measure stands longer."), nothing).await
}

/// `POST …/measures/{measure}/end`.
pub(crate) async fn end(visit: Visit, Path((reference, measure)): Path<(String, i64)>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let how = match post.form().get("how") {
            "excepted" => MeasureEnd::Excepted,
            _ => MeasureEnd::Reversed,
        };
        let ended = (MeasureEnded { measure, how }, post.form().text("reason"));
        Ok(post.visit.web.app().end_measure(post.visit.caller()?, post.id, ended).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#measures", "The measure has ended."), nothing).await
}

/// `POST …/actions`: something was done to contain or to recover.
pub(crate) async fn action(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let form = post.form();
        let taken = ActionTaken {
            kind: action_kind(form.get("kind")),
            result: action_result(form.get("result")),
        };
        let told = (form.text("text"), post.instant("done_at")?);
        Ok(post.visit.web.app().tell_action(post.visit.caller()?, post.id, taken, told).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#measures", "The action is recorded."), |form, why| Typed {
        action: typed(form, "kind"),
        action_result: typed(form, "result"),
        action_text: typed(form, "text").refused(why),
        done_at: typed(form, "done_at"),
        ..Typed::default()
    })
    .await
}

/// `POST …/pages`: one more person, or role, is paged until somebody answers.
pub(crate) async fn page_also(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let whom = whom(post.form().get("whom")).ok_or_else(nobody_to_page)?;
        Ok(post.visit.web.app().page_also(post.visit.caller()?, post.id, whom).await?)
    };
    let acted: Result<(), Trouble> = acted.await;
    post.end(acted, ("#people", "They are being paged, until somebody answers."), nothing).await
}

/// `POST …/start`: the process begins something beside the response.
pub(crate) async fn start(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let name = post.form().get("message").parse();
        let name = name.map_err(|_| Trouble::unreadable("This is not the name of a message."))?;
        let told = Told { name, key: None, variables: Variables::new() };
        let caller = post.visit.caller()?;
        Ok(post.visit.web.app().correlate(caller, post.id, told, Duration::ZERO).await?)
    };
    let acted: Acted = acted.await;
    post.end(acted, ("#people", "It has begun; its first task waits."), nothing).await
}

/// What the process can begin beside the response: message and name, in the order of the model.
pub(super) fn startable(seen: &Seen) -> Vec<Choice> {
    let waiting = seen.state.process.state.subscriptions.values();
    let mut found: Vec<(&Code, &Code)> = waiting
        .filter(|held| held.waits_for == WaitsFor::Message && held.scope == Some(0))
        .filter_map(|held| Some((&held.element, held.name.as_ref()?)))
        .filter(|(_, name)| **name != PASSED)
        .collect();
    let place = |id: &Code| seen.model.elements().iter().position(|each| each.id == *id);
    found.sort_by_key(|(element, _)| place(element));
    let choice = |(element, name): (&Code, &Code)| {
        let around = seen.model.element(element).and_then(|element| element.parent.as_ref());
        Choice::new(name.as_str(), name_of(&seen.model, around.unwrap_or(element)))
    };
    found.into_iter().map(choice).collect()
}

/// `person:per_…` or `role:legal`.
fn whom(text: &str) -> Option<Target> {
    match text.split_once(':')? {
        ("person", id) => id.parse().ok().map(Target::Person),
        ("role", code) => Role::from_code(code).map(Target::Role),
        _ => None,
    }
}

/// What a person can page: every role, then every person.
pub(super) fn pageable(people: &[Choice], roles: &[Choice]) -> Vec<Choice> {
    let role = |choice: &Choice| Choice::new(format!("role:{}", choice.code), choice.label.clone());
    let person =
        |choice: &Choice| Choice::new(format!("person:{}", choice.code), choice.label.clone());
    roles.iter().map(|r| role(r).noted("everybody")).chain(people.iter().map(person)).collect()
}

/// The kind with this code; anything unknown is another measure.
fn measure_kind(code: &str) -> MeasureKind {
    match code {
        "firewall_opened" => MeasureKind::FirewallOpened,
        "check_disabled" => MeasureKind::CheckDisabled,
        "emergency_access" => MeasureKind::EmergencyAccess,
        "silence" => MeasureKind::Silence,
        "rerouted" => MeasureKind::Rerouted,
        _ => MeasureKind::Other,
    }
}

/// What an action was for.
fn action_kind(code: &str) -> ActionKind {
    match code {
        "containment" => ActionKind::Containment,
        "recovery" => ActionKind::Recovery,
        _ => ActionKind::Other,
    }
}

/// What came of an action.
fn action_result(code: &str) -> ActionResult {
    match code {
        "worked" => ActionResult::Worked,
        "failed" => ActionResult::Failed,
        _ => ActionResult::Unknown,
    }
}

/// The measures that stand, soonest end first.
pub(super) fn standing(
    teller: &mut Teller<'_>,
    seen: &Seen,
    asked: &Asked,
) -> Result<Vec<Measure>, StoreError> {
    let mut standing: Vec<(Timestamp, Measure)> = Vec::new();
    for (seq, held) in &seen.state.measures {
        let clock = format!("{}:{MEASURE_END}:{seq}", seen.id);
        let over = seen.state.breached.iter().any(|name| name.as_str() == clock);
        standing.push((
            held.until,
            Measure {
                entry: *seq,
                kind: serde_json::to_value(held.kind)
                    .ok()
                    .and_then(|kind| kind.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                text: words(word::text(teller.conn(), *seq, "text")?),
                owner: teller.person(&held.owner.to_string())?,
                since: asked.reader.time(held.since),
                until: asked.reader.time(held.until),
                left: until(held.until, asked.now),
                over: over || held.until <= asked.now,
            },
        ));
    }
    standing.sort_by_key(|(until, _)| *until);
    Ok(standing.into_iter().map(|(_, measure)| measure).collect())
}
