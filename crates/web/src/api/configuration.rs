//! `/api/v1/configuration`: sets of changes of configuration. A token never approves; a person does, on the
//! page.

use app::configuration::{ChangeSeen, Line};
use axum::extract::State;
use base::{Code, Id, Timestamp, id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    list::List,
    spec::Done,
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// Why changes are given up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenUp {
    /// In one line.
    reason: String,
}

/// A set of changes.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ChangeSetSeen {
    /// Its id.
    id: Id<id::ChangeSet>,
    /// proposed, applied or rejected.
    standing: String,
    /// Who proposed it.
    proposed_by: Code,
    /// When.
    proposed_at: Timestamp,
    /// Who settled it; `null` while it waits.
    settled_by: Option<Code>,
    /// When.
    settled_at: Option<Timestamp>,
    /// The entry of the proposal.
    entry: i64,
    /// What would change.
    plan: Vec<PlanLine>,
}

/// One thing that would change.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PlanLine {
    /// add, change or retire.
    verb: String,
    /// What kind of thing it is.
    kind: String,
    /// Its code.
    code: String,
    /// What changes, a line a member.
    diff: Vec<String>,
}

/// All sets, those that wait first, then the newest; at most 200.
pub(crate) async fn list(State(web): State<Web>) -> Result<Json<List<ChangeSetSeen>>, Trouble> {
    let items = web.app().change_sets().await?.into_iter().map(seen).collect();
    Ok(Json(List { items, next: None }))
}

/// One set.
pub(crate) async fn one(
    State(web): State<Web>,
    Path(set): Path<String>,
) -> Result<Json<ChangeSetSeen>, Trouble> {
    let id = set.parse().map_err(|_| domain::change::unknown())?;
    Ok(Json(seen(web.app().change_set(id).await?)))
}

/// Gives a set up.
pub(crate) async fn reject(
    State(web): State<Web>,
    Path(set): Path<String>,
    Asker(caller): Asker,
    Json(why): Json<GivenUp>,
) -> Result<Done, Trouble> {
    let id = set.parse().map_err(|_| domain::change::unknown())?;
    web.app().reject_changes(&caller, (id, why.reason)).await?;
    Ok(Done)
}

fn seen(set: ChangeSeen) -> ChangeSetSeen {
    let line = |line: Line| PlanLine {
        verb: store::name_of(&line.verb),
        kind: line.kind,
        code: line.code,
        diff: line.diff,
    };
    ChangeSetSeen {
        id: set.id,
        standing: store::name_of(&set.state.standing),
        proposed_by: set.state.proposed_by,
        proposed_at: set.state.proposed_at,
        settled_by: set.state.settled_by,
        settled_at: set.state.settled_at,
        entry: set.state.word,
        plan: set.lines.into_iter().map(line).collect(),
    }
}
