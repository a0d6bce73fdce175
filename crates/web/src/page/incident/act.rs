//! The posts of an incident's forms. A refusal shows the page again with the words still in it.

use app::Error;
use axum::extract::Path;
use base::{Code, Id, id};
use domain::{
    access::Role,
    entity::unknown_service,
    incident::{
        Certainty, Fact, Relation, Source, fact_missing, nothing_to_approve, unknown_incident,
    },
    person::unknown_role,
};
use store::incident;

use super::show::again;
use crate::{
    answer::{Answer, then},
    flash::Outcome,
    form::Form,
    page::parts::person_id,
    trouble::Trouble,
    view::{Input, incident::Typed},
    visit::Visit,
};

/// What an act came to.
pub(super) type Acted = Result<(), Trouble>;

/// The incident of the path, and what a form of its page was posted with.
pub(super) struct Post {
    pub(super) visit: Visit,
    reference: String,
    pub(super) id: Id<id::Incident>,
}

impl Post {
    pub(super) async fn of(visit: Visit, reference: String) -> Result<Self, Trouble> {
        let id = visit.web.app().incident_by_reference(&reference).await?;
        Ok(Self { visit, reference, id })
    }

    pub(super) fn form(&self) -> &Form {
        &self.visit.form
    }

    /// A typed instant.
    pub(super) fn instant(&self, name: &str) -> Result<Option<base::Timestamp>, Trouble> {
        let at = self.form().instant(name, &self.visit.zone());
        at.map_err(|_| Trouble::unreadable("This is not a date and time; write 2026-11-17T02:41."))
    }

    /// On to the panel, or back to the form.
    pub(super) async fn end(
        self,
        acted: Acted,
        (panel, done): (&str, &str),
        typed: Typing,
    ) -> Answer {
        match acted {
            Ok(()) => {
                let path = format!("/incidents/{}{panel}", self.reference);
                then(&self.visit, &path, &Outcome::done(done))
            }
            Err(trouble) if trouble.is_refusal() => {
                let typed = typed(self.form(), &trouble.detail);
                again(&self.visit, &self.reference, typed, &trouble).await
            }
            Err(trouble) => Err(trouble),
        }
    }
}

/// Puts what was typed back into the page's fields, the message beside the one it is about.
pub(super) type Typing = fn(&Form, &str) -> Typed;

/// `POST …/notes`.
pub(crate) async fn note(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let at = post.instant("occurred_at")?;
        let note = (post.form().text("text"), post.form().get("kind") == "action");
        Ok(post.visit.web.app().note(post.visit.caller()?, post.id, note, at).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#log", "Recorded."), |form, why| Typed {
        text: typed(form, "text").refused(why),
        kind: typed(form, "kind"),
        occurred_at: typed(form, "occurred_at"),
        ..Typed::default()
    })
    .await
}

/// `POST …/facts`.
pub(crate) async fn fact(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = record_fact(&post).await;
    post.end(acted, ("#facts", "Recorded."), |form, why| Typed {
        fact: typed(form, "fact"),
        value: typed(form, "value").refused(why),
        certainty: typed(form, "certainty"),
        source: typed(form, "source"),
        as_of: typed(form, "as_of"),
        ..Typed::default()
    })
    .await
}

async fn record_fact(post: &Post) -> Acted {
    let form = post.form();
    let fact = Fact {
        name: form.get("fact").parse().map_err(|_| fact_missing())?,
        value: form.text("value"),
        certainty: match form.get("certainty") {
            "estimate" => Certainty::Estimate,
            _ => Certainty::Actual,
        },
        source: match form.get("source") {
            "monitoring" => Source::Monitoring,
            "third_party" => Source::ThirdParty,
            _ => Source::Person,
        },
        as_of: post.instant("as_of")?,
    };
    Ok(post.visit.web.app().record_fact(post.visit.caller()?, post.id, fact).await?)
}

/// `POST …/scope`.
pub(crate) async fn scope(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let form = post.form();
        let services: Result<Vec<_>, _> = form.all("service").map(str::parse).collect();
        let services = services.map_err(|_| unknown_service())?;
        let states: Result<Vec<Code>, _> =
            form.get("states").to_uppercase().split_whitespace().map(str::parse).collect();
        let states = states.map_err(|_| Trouble::unreadable("Write Member States as BE DE FR."))?;
        let why = (states, form.text("reason"));
        let caller = post.visit.caller()?;
        Ok(post.visit.web.app().decide_scope(caller, post.id, services, why).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#scope", "The scope is decided."), |form, why| Typed {
        service: Input::of(form.all("service").collect::<Vec<_>>().join(" ")),
        states: typed(form, "states"),
        scope_reason: typed(form, "reason").refused(why),
        ..Typed::default()
    })
    .await
}

/// `POST …/awareness`.
pub(crate) async fn awareness(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let at = post.instant("aware_at")?.unwrap_or(post.visit.now());
        let reason = post.form().text("reason");
        let caller = post.visit.caller()?;
        Ok(post.visit.web.app().decide_awareness(caller, post.id, at, reason).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#awareness", "Awareness is decided."), |form, why| Typed {
        aware_at: typed(form, "aware_at"),
        aware_reason: typed(form, "reason").refused(why),
        ..Typed::default()
    })
    .await
}

/// `POST …/command/take`.
pub(crate) async fn take_command(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let reason = post.form().text("reason");
    let acted = post.visit.web.app().take_command(post.visit.caller()?, post.id, reason).await;
    post.end(acted.map_err(Trouble::from), ("#people", "You are in command."), |form, why| Typed {
        take_reason: typed(form, "reason").refused(why),
        ..Typed::default()
    })
    .await
}

/// `POST …/command/offer`.
pub(crate) async fn offer_command(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let to = person_id(post.form().get("to"))?;
        Ok(post.visit.web.app().offer_command(post.visit.caller()?, post.id, to).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#people", "Command is offered."), nothing).await
}

/// `POST …/command/accept`.
pub(crate) async fn accept_command(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = post.visit.web.app().accept_command(post.visit.caller()?, post.id).await;
    post.end(acted.map_err(Trouble::from), ("#people", "You are in command."), nothing).await
}

/// `POST …/roles`.
pub(crate) async fn role(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let role = Role::from_code(post.form().get("role")).ok_or_else(unknown_role)?;
        let given = (role, person_id(post.form().get("person"))?);
        Ok(post.visit.web.app().assign_role(post.visit.caller()?, post.id, given).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#people", "The role is given."), nothing).await
}

/// `POST …/severity/approve`: exactly the decision that was shown.
pub(crate) async fn approve_severity(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let id = post.id;
        let state = post.visit.web.app().look(move |conn| incident::load(conn, id)).await?;
        let waiting = state.as_ref().and_then(|state| state.severity.waiting());
        if waiting.is_none_or(|waiting| waiting.seq.to_string() != post.form().get("decision")) {
            return Err(nothing_to_approve().into());
        }
        let comment = post.form().text("comment");
        Ok(post.visit.web.app().approve_severity(post.visit.caller()?, id, comment).await?)
    };
    let acted = acted.await;
    post.end(acted, ("", "The severity is approved."), nothing).await
}

/// `POST …/links`.
pub(crate) async fn link(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let other = other(&post, "other").await?;
        let relation = match post.form().get("relation") {
            "caused_by" => Relation::CausedBy,
            "parent" => Relation::Parent,
            "child" => Relation::Child,
            _ => Relation::Related,
        };
        let caller = post.visit.caller()?;
        Ok(post.visit.web.app().link_incidents(caller, post.id, (other, relation)).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#more", "The incidents are linked."), |form, why| Typed {
        other: typed(form, "other").refused(why),
        relation: typed(form, "relation"),
        ..Typed::default()
    })
    .await
}

/// `POST …/merge`; afterwards the reader is at the other incident.
pub(crate) async fn merge(visit: Visit, Path(reference): Path<String>) -> Answer {
    let mut post = Post::of(visit, reference).await?;
    let into = post.form().get("into").to_uppercase();
    let acted = async {
        let other = other(&post, "into").await?;
        let caller = post.visit.caller()?;
        let reason = post.form().text("reason");
        Ok(post.visit.web.app().merge_incident(caller, post.id, (other, reason)).await?)
    };
    let acted: Acted = acted.await;
    if acted.is_ok() {
        post.reference = into;
    }
    post.end(acted, ("", "The incident was merged into this one."), |form, why| Typed {
        into: typed(form, "into"),
        merge_reason: typed(form, "reason").refused(why),
        ..Typed::default()
    })
    .await
}

/// `POST …/close`.
pub(crate) async fn close(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let how = (post.form().get("false_positive") == "1", post.form().text("reason"));
    let acted = post.visit.web.app().close_incident(post.visit.caller()?, post.id, how).await;
    post.end(acted.map_err(Trouble::from), ("", "The incident is closed."), why_closed).await
}

/// `POST …/reopen`.
pub(crate) async fn reopen(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let reason = post.form().text("reason");
    let acted = post.visit.web.app().reopen_incident(post.visit.caller()?, post.id, reason).await;
    post.end(acted.map_err(Trouble::from), ("", "The incident goes on."), why_closed).await
}

/// `POST …/alerts`: a group of alerts belongs to the incident.
pub(crate) async fn attach_alerts(visit: Visit, Path(reference): Path<String>) -> Answer {
    let post = Post::of(visit, reference).await?;
    let acted = async {
        let group = post.form().get("group").parse();
        let group = group.map_err(|_| Trouble::unreadable("This is not a group of alerts."))?;
        Ok(post.visit.web.app().attach_alerts(post.visit.caller()?, post.id, group).await?)
    };
    let acted = acted.await;
    post.end(acted, ("#more", "The alerts belong to this incident."), nothing).await
}

/// The incident that a field names by its reference.
async fn other(post: &Post, field: &str) -> Result<Id<id::Incident>, Trouble> {
    let reference = post.form().get(field).to_uppercase();
    let found = post.visit.web.app().incident_by_reference(&reference).await;
    found.map_err(|error| match error {
        // The page itself is there: the field is wrong, not the address.
        Error::Refused(why) if why.code == unknown_incident().code => {
            Trouble { status: axum::http::StatusCode::UNPROCESSABLE_ENTITY, ..why.into() }
        }
        other => other.into(),
    })
}

pub(super) fn typed(form: &Form, name: &str) -> Input {
    Input::of(form.get(name))
}

pub(super) fn nothing(_: &Form, _: &str) -> Typed {
    Typed::default()
}

fn why_closed(form: &Form, why: &str) -> Typed {
    Typed { close_reason: typed(form, "reason").refused(why), ..Typed::default() }
}
