//! `GET /api/v1/search`.

use axum::extract::State;
use domain::access::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    list::List,
    take::{Json, Query},
};
use crate::{
    page::search::hits,
    state::Web,
    trouble::Trouble,
    view::notice,
    visit::{Asker, holds},
};

/// What is looked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sought {
    /// A reference, words of a title, a name, or the number of an entry.
    q: String,
}

/// Something found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Found {
    /// entry, incident, alert, person, service or page.
    kind: String,
    /// What it is called.
    text: String,
    /// The path of its page.
    page: String,
}

/// Looks for incidents, alerts, people, services, entries and pages of the house.
pub(crate) async fn search(
    State(web): State<Web>,
    Asker(caller): Asker,
    Query(sought): Query<Sought>,
) -> Result<Json<List<Found>>, Trouble> {
    let may_read_log = holds(&caller, Permission::ReadLog);
    let found = web.app().look(move |conn| hits(conn, sought.q.trim(), may_read_log)).await?;
    let told = |hit: notice::Hit| Found { kind: hit.kind, text: hit.text, page: hit.href };
    Ok(Json(List::whole(found.into_iter().map(told).collect())))
}
