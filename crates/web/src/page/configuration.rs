//! Changes of configuration: what was proposed from files, approved or given up (ground rule G21).

use app::configuration::{ChangeSeen, Verb};
use axum::extract::Path;
use base::{Id, id};
use domain::{access::Permission, change::Standing};
use store::person;

use super::around::shell;
use crate::{
    answer::{Answer, page, then},
    flash::Outcome,
    trouble::Trouble,
    view::{
        Input, Place,
        configuration::{ChangeRow, ChangeSetShown, ConfigurationPage},
        time::Reader,
    },
    visit::Visit,
};

/// `GET /configuration`.
pub(crate) async fn list(visit: Visit) -> Answer {
    let shell = shell(&visit, Place::Elsewhere).await?;
    let held = visit.web.app().change_sets().await?;
    let people = visit.web.app().look(person::all).await?;
    let name = |code: &str| {
        let found = people.iter().find(|person| person.id.to_string() == code);
        found.map_or_else(|| "the host operator".to_owned(), |person| person.name.clone())
    };
    let reader = visit.reader();
    let sets = held.into_iter().map(|set| shown(set, name, &reader)).collect();
    let may_approve = visit.may(Permission::Approve);
    page(&visit, &ConfigurationPage { shell, sets, may_approve, reason: Input::default() })
}

/// `POST /configuration/{id}/approve`.
pub(crate) async fn approve(visit: Visit, Path(set): Path<String>) -> Answer {
    let done = async {
        let id = id_of(&set)?;
        Ok(visit.web.app().approve_changes(visit.caller()?, id).await?)
    };
    end(&visit, done.await, "The changes are in effect.")
}

/// `POST /configuration/{id}/reject`.
pub(crate) async fn reject(visit: Visit, Path(set): Path<String>) -> Answer {
    let done = async {
        let why = (id_of(&set)?, visit.form.text("reason"));
        Ok(visit.web.app().reject_changes(visit.caller()?, why).await?)
    };
    end(&visit, done.await, "The changes are given up.")
}

fn end(visit: &Visit, done: Result<(), Trouble>, text: &str) -> Answer {
    let outcome = match done {
        Ok(()) => Outcome::done(text),
        Err(trouble) if trouble.is_refusal() => {
            Outcome { code: Some(trouble.code.to_string()), ..Outcome::done(trouble.detail) }
        }
        Err(trouble) => return Err(trouble),
    };
    then(visit, "/configuration", &outcome)
}

fn id_of(text: &str) -> Result<Id<id::ChangeSet>, Trouble> {
    text.parse().map_err(|_| domain::change::unknown().into())
}

fn shown(set: ChangeSeen, name: impl Fn(&str) -> String, reader: &Reader) -> ChangeSetShown {
    let rows = set.lines.into_iter().map(|line| ChangeRow {
        verb: match line.verb {
            Verb::Add => "add",
            Verb::Change => "change",
            Verb::Retire => "retire",
            Verb::Unchanged => "unchanged",
        },
        kind: line.kind,
        code: line.code,
        diff: line.diff,
    });
    let settled = set.state.settled_by.as_ref().zip(set.state.settled_at);
    ChangeSetShown {
        id: set.id.to_string(),
        standing: match set.state.standing {
            Standing::Proposed => "proposed",
            Standing::Applied => "applied",
            Standing::Rejected => "rejected",
        },
        by: name(set.state.proposed_by.as_str()),
        at: reader.time(set.state.proposed_at),
        entry: set.state.word,
        rows: rows.collect(),
        settled: settled.map(|(by, at)| (name(by.as_str()), reader.time(at))),
    }
}
