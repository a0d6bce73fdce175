//! `GET /api/v1/exceptions`: the register. Judging is for a person in a fresh session, never a token.

use axum::extract::State;
use base::{Code, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{
    exception::{self, Listed, Wanted},
    word,
};

use super::{
    list::List,
    take::{Json, Query},
};
use crate::{state::Web, trouble::Trouble};

/// An exception of the register.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ExceptionRow {
    /// The entry that invoked it.
    entry: i64,
    /// The incident.
    incident: Code,
    /// The step that was passed.
    element: Code,
    /// The exception code.
    code: Code,
    /// Why; `[erased]` where the words were erased.
    rationale: String,
    /// Who passed it: `per_…`.
    person: Option<String>,
    /// `held` or `missing`: whether a role of the step was held.
    authority: Option<String>,
    /// When.
    invoked_at: Timestamp,
    /// Until when it is to be judged.
    ratify_by: Option<Timestamp>,
    /// `ratified` or `refused`; absent while it waits.
    judgement: Option<String>,
    /// The entry that judged it.
    judged: Option<i64>,
}

/// Which exceptions are listed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionsWanted {
    /// `waiting`, or `all`, the default.
    show: Option<Show>,
    /// Where the page begins, as the one before it said.
    cursor: Option<String>,
}

/// How exceptions stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Show {
    /// Nobody has judged them.
    Waiting,
    /// Every one.
    All,
}

/// Lists exceptions, newest first.
pub(crate) async fn exceptions(
    State(web): State<Web>,
    Query(wanted): Query<ExceptionsWanted>,
) -> Result<Json<List<ExceptionRow>>, Trouble> {
    let unknown = |_| Trouble::unreadable("This cursor is not one of ours.");
    let before = wanted.cursor.map_or(Ok(i64::MAX), |cursor| cursor.parse()).map_err(unknown)?;
    let show = match wanted.show {
        Some(Show::Waiting) => Wanted::Unjudged,
        Some(Show::All) | None => Wanted::All,
    };
    let list = web.app().look(move |conn| {
        let found = exception::before(conn, show, before)?;
        let last = found.last().filter(|_| found.len() >= exception::PAGE);
        let next = last.map(|last| last.seq.to_string());
        let mut items = Vec::with_capacity(found.len());
        for row in found {
            let rationale = word::text(conn, row.seq, "rationale")?;
            items.push(listed(row, rationale));
        }
        Ok(List { items, next })
    });
    Ok(Json(list.await?))
}

fn listed(row: Listed, rationale: String) -> ExceptionRow {
    ExceptionRow {
        entry: row.seq,
        incident: row.reference,
        element: row.element,
        code: row.code,
        rationale,
        person: row.person,
        authority: row.authority,
        invoked_at: row.invoked_at,
        ratify_by: row.ratify_by,
        judgement: row.judgement,
        judged: row.judged,
    }
}
