//! `/api/v1/processes/{document}/moves` and `/api/v1/moves`: moving running cases to another version of
//! their process. A token proposes and never approves; a person does, on the page.

use std::collections::BTreeMap;

use app::moving::{Ahead, CaseAhead, CaseSeen, PlaceAhead, PlanSeen, Wanted};
use axum::extract::State;
use base::{Code, Digest, Id, Timestamp, id};
use domain::moving::{StuckAt, unknown_plan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::moving::Listed;

use super::{
    list::List,
    spec::{Created, Done},
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// What would be moved.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveAsked {
    /// The version that the cases run on.
    from: i64,
    /// The version that they are to run on.
    to: i64,
    /// Elements and flows that are called otherwise there: old id, new id.
    #[serde(default)]
    mapping: BTreeMap<Code, Code>,
    /// References of the cases; all open ones on the version where absent.
    #[serde(default)]
    cases: Option<Vec<String>>,
}

/// A plan to propose.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMove {
    /// The version that the cases run on.
    from: i64,
    /// The version that they are to run on.
    to: i64,
    /// Elements and flows that are called otherwise there: old id, new id.
    #[serde(default)]
    mapping: BTreeMap<Code, Code>,
    /// References of the cases; all open ones on the version where absent.
    #[serde(default)]
    cases: Option<Vec<String>>,
    /// Why they move.
    reason: String,
}

/// What moving cases would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MovePreview {
    /// How many cases would move.
    would_move: usize,
    /// How many would stay.
    would_stay: usize,
    /// The cases, the oldest first.
    cases: Vec<CasePreview>,
    /// Where they stand, what they wait for, and what is mapped.
    places: Vec<PlacePreview>,
}

/// What would become of a case.
#[derive(Debug, Serialize, JsonSchema)]
struct CasePreview {
    /// `INC-2026-0042`.
    reference: Code,
    /// Whether it would move.
    moves: bool,
    /// Whether its process is over, so that a plan does not name it.
    over: bool,
    /// Tokens that would move.
    tokens: u32,
    /// Events that go on waiting, with their remaining time.
    kept: u32,
    /// Events that are waited for no longer.
    ended: u32,
    /// Events that are waited for from then on.
    begun: u32,
    /// How many places cannot move.
    stuck: u32,
    /// The first of these places.
    stuck_at: Vec<StuckSeen>,
}

/// A place that cannot move.
#[derive(Debug, Serialize, JsonSchema)]
struct StuckSeen {
    /// The element or flow of the version that the case runs on.
    element: Code,
    /// `element_missing`, `other_kind`, `other_scope`, `flow_missing` or `handler_missing`.
    reason: Code,
}

/// A place and its counterpart.
#[derive(Debug, Serialize, JsonSchema)]
struct PlacePreview {
    /// The element or flow of the version that the cases run on.
    element: Code,
    /// What it is called there.
    name: String,
    /// How many cases.
    cases: u32,
    /// Its counterpart; `null` where there is none.
    to: Option<Code>,
    /// Why cases are stuck here; `null` where they are not.
    reason: Option<Code>,
    /// What it may be mapped to.
    choices: Vec<Code>,
}

/// A plan that was proposed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MoveProposed {
    /// Its id.
    id: Id<id::CaseMove>,
    /// What it would do.
    preview: MovePreview,
}

/// A plan in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MoveListed {
    /// Its id.
    id: Id<id::CaseMove>,
    /// The version that the cases run on.
    from: i64,
    /// The version that they are to run on.
    to: i64,
    /// `proposed`, `moving`, `done`, `rejected` or `withdrawn`.
    standing: String,
    /// How many cases it names.
    cases: i64,
    /// How many have moved.
    moved: i64,
    /// How many stay.
    stay: i64,
    /// Who proposed it.
    proposed_by: Code,
    /// When.
    proposed_at: Timestamp,
    /// The entry of the proposal.
    entry: i64,
}

/// A plan with its cases.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MoveSeen {
    /// Its id.
    id: Id<id::CaseMove>,
    /// The process.
    process: Code,
    /// The version that the cases run on.
    from: i64,
    /// SHA-256 of that version's bytes.
    from_sha256: Digest,
    /// The version that they are to run on.
    to: i64,
    /// SHA-256 of that version's bytes.
    to_sha256: Digest,
    /// Elements and flows that are called otherwise there.
    mapping: BTreeMap<Code, Code>,
    /// `proposed`, `moving`, `done`, `rejected` or `withdrawn`.
    standing: String,
    /// Why.
    reason: String,
    /// Who proposed it.
    proposed_by: Code,
    /// When.
    proposed_at: Timestamp,
    /// The entry of the proposal.
    entry: i64,
    /// Who approved it or gave it up.
    judged_by: Option<Code>,
    /// When.
    judged_at: Option<Timestamp>,
    /// The cases, the oldest first.
    cases: Vec<MovedCase>,
}

/// A case of a plan.
#[derive(Debug, Serialize, JsonSchema)]
struct MovedCase {
    /// `INC-2026-0042`.
    reference: Code,
    /// `waits`, `moved`, `stuck`, `over`, `elsewhere`, `refused`; `stays` where the dry run was stuck.
    state: String,
    /// How many places cannot move.
    stuck: u32,
    /// The first of these places.
    stuck_at: Vec<StuckSeen>,
    /// The code of a refusal.
    code: Option<Code>,
    /// The entry that says what became of it.
    entry: Option<i64>,
}

/// Why a plan is given up.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveWithdrawal {
    /// In a sentence or two.
    reason: String,
}

/// Lists the plans of a process.
pub(crate) async fn of_process(
    State(web): State<Web>,
    Path(process): Path<Code>,
) -> Result<Json<List<MoveListed>>, Trouble> {
    let plans = web.app().list_moves(Some(process)).await?;
    Ok(Json(List { items: plans.into_iter().map(listed).collect(), next: None }))
}

/// What moving cases would do.
pub(crate) async fn preview(
    State(web): State<Web>,
    Path(process): Path<Code>,
    Asker(caller): Asker,
    Json(asked): Json<MoveAsked>,
) -> Result<Json<MovePreview>, Trouble> {
    let MoveAsked { from, to, mapping, cases } = asked;
    let wanted = Wanted { process, from, to, mapping, cases };
    Ok(Json(previewed(web.app().preview_move(&caller, wanted).await?)))
}

/// Proposes to move cases.
pub(crate) async fn propose(
    State(web): State<Web>,
    Path(process): Path<Code>,
    Asker(caller): Asker,
    Json(new): Json<NewMove>,
) -> Result<Created<MoveProposed>, Trouble> {
    let NewMove { from, to, mapping, cases, reason } = new;
    let wanted = Wanted { process, from, to, mapping, cases };
    let proposed = web.app().propose_move(&caller, wanted, reason).await?;
    let at = format!("/api/v1/moves/{}", proposed.id);
    Ok(Created { at, body: MoveProposed { id: proposed.id, preview: previewed(proposed.ahead) } })
}

/// One plan.
pub(crate) async fn one(
    State(web): State<Web>,
    Path(plan): Path<String>,
) -> Result<Json<MoveSeen>, Trouble> {
    Ok(Json(seen(web.app().see_move(id_of(&plan)?).await?)))
}

/// Gives a plan up.
pub(crate) async fn withdraw(
    State(web): State<Web>,
    Path(plan): Path<String>,
    Asker(caller): Asker,
    Json(given): Json<MoveWithdrawal>,
) -> Result<Done, Trouble> {
    web.app().withdraw_move(&caller, id_of(&plan)?, given.reason).await?;
    Ok(Done)
}

fn id_of(text: &str) -> Result<Id<id::CaseMove>, Trouble> {
    text.parse().map_err(|_| unknown_plan().into())
}

fn previewed(ahead: Ahead) -> MovePreview {
    let (would_move, would_stay) = ahead.counts();
    let case = |case: CaseAhead| CasePreview {
        reference: case.reference,
        moves: case.stays.is_none() && case.listed.stuck == 0,
        over: case.stays.is_some(),
        tokens: case.listed.tokens,
        kept: case.listed.kept,
        ended: case.listed.ended,
        begun: case.listed.begun,
        stuck: case.listed.stuck,
        stuck_at: case.listed.places.into_iter().map(stuck).collect(),
    };
    let place = |place: PlaceAhead| PlacePreview {
        element: place.element,
        name: place.name,
        cases: place.cases,
        to: place.to,
        reason: place.reason,
        choices: place.choices.into_iter().map(|(id, _)| id).collect(),
    };
    MovePreview {
        would_move,
        would_stay,
        cases: ahead.cases.into_iter().map(case).collect(),
        places: ahead.places.into_iter().map(place).collect(),
    }
}

fn stuck(at: StuckAt) -> StuckSeen {
    StuckSeen { element: at.element, reason: at.reason }
}

fn listed(plan: Listed) -> MoveListed {
    MoveListed {
        id: plan.id,
        from: plan.from,
        to: plan.to,
        standing: plan.standing,
        cases: plan.cases,
        moved: plan.moved,
        stay: plan.stay,
        proposed_by: plan.proposed_by,
        proposed_at: plan.proposed_at,
        entry: plan.word,
    }
}

fn seen(seen: PlanSeen) -> MoveSeen {
    let plan = seen.plan;
    MoveSeen {
        id: seen.id,
        process: plan.process,
        from: plan.from,
        from_sha256: plan.from_sha256,
        to: plan.to,
        to_sha256: plan.to_sha256,
        mapping: plan.mapping,
        standing: plan.standing.code().to_owned(),
        reason: seen.reason,
        proposed_by: plan.proposed_by,
        proposed_at: plan.proposed_at,
        entry: plan.proposed,
        judged_by: plan.judged_by,
        judged_at: plan.judged.map(|(at, _)| at),
        cases: seen.cases.into_iter().map(moved).collect(),
    }
}

fn moved(case: CaseSeen) -> MovedCase {
    let state = case.held.state().to_owned();
    let (settled, entry) = case.held.settled.unzip();
    let (stuck_in_all, places, code) = match settled {
        Some(settled) => (settled.stuck, settled.places, settled.code),
        None => (case.held.dry.stuck, case.held.dry.places, None),
    };
    MovedCase {
        reference: case.reference,
        state,
        stuck: stuck_in_all,
        stuck_at: places.into_iter().map(stuck).collect(),
        code,
        entry,
    }
}
