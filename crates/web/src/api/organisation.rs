//! `/api/v1/legal-entities`, `functions`, `teams`, `services`: one set of verbs for every kind; the scale
//! of criticality; what an incident may reach.

use app::organisation::{Described, Named};
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base::Id;
use domain::organisation::{Details, Level};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::body::{Json, List};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// The members of a body beside what the kind is made of.
const WORDS: &[&str] = &["name", "lei", "time_zone"];

/// One level of the scale of criticality.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelSeen {
    /// Its code.
    code: base::Code,
    /// What people call it.
    label: String,
    /// Whether services of this level support critical or important functions.
    #[serde(default)]
    important: bool,
}

/// All of a kind, those that still are first, by name.
pub(crate) async fn list<D: Details>(
    State(web): State<Web>,
) -> Result<axum::Json<List<Value>>, Trouble> {
    let all = web.app().parts::<D>().await?;
    Ok(axum::Json(List { items: all.iter().map(seen).collect(), next: None }))
}

/// One, by id or code.
pub(crate) async fn one<D: Details>(
    State(web): State<Web>,
    Path(part): Path<String>,
) -> Result<axum::Json<Value>, Trouble> {
    Ok(axum::Json(seen(&web.app().part::<D>(&part).await?)))
}

/// Adds one, or brings a retired one of the same code back.
pub(crate) async fn add<D: Details + Sync>(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(body): Json<Map<String, Value>>,
) -> Result<Response, Trouble> {
    let id = web.app().describe(&caller, None, read::<D>(body)?).await?;
    let place = format!("/api/v1/{}/{id}", place::<D>());
    let body = axum::Json(json!({ "id": id }));
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], body).into_response())
}

/// Says what one is from here on: the whole of it.
pub(crate) async fn change<D: Details + Sync>(
    State(web): State<Web>,
    Path(part): Path<String>,
    Asker(caller): Asker,
    Json(body): Json<Map<String, Value>>,
) -> Result<StatusCode, Trouble> {
    let held: Id<D::Kind> = web.app().part::<D>(&part).await?.id;
    web.app().describe(&caller, Some(held), read::<D>(body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Retires one that nothing else needs.
pub(crate) async fn retire<D: Details>(
    State(web): State<Web>,
    Path(part): Path<String>,
    Asker(caller): Asker,
) -> Result<StatusCode, Trouble> {
    let held = web.app().part::<D>(&part).await?.id;
    web.app().retire::<D>(&caller, held).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The scale of criticality, the highest level first.
pub(crate) async fn scale(State(web): State<Web>) -> Result<axum::Json<List<LevelSeen>>, Trouble> {
    let levels = web.app().criticality_scale().await?.into_iter();
    let seen = |(level, label): (Level, String)| LevelSeen {
        code: level.code,
        label,
        important: level.important,
    };
    Ok(axum::Json(List { items: levels.map(seen).collect(), next: None }))
}

/// Sets the scale: all of its levels.
pub(crate) async fn set_scale(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(levels): Json<Vec<LevelSeen>>,
) -> Result<StatusCode, Trouble> {
    let level = |l: LevelSeen| (Level { code: l.code, important: l.important }, l.label);
    web.app().set_criticality_scale(&caller, levels.into_iter().map(level).collect()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an incident may reach: services → functions → legal entities → Member States.
pub(crate) async fn suggested(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<axum::Json<Value>, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let found = web.app().suggest_scope(id).await?.suggestion;
    let services = found
        .services
        .iter()
        .map(|held| json!({ "id": held.id, "through": held.through, "steps": held.steps }));
    Ok(axum::Json(json!({
        "services": services.collect::<Vec<_>>(),
        "functions": found.functions,
        "entities": found.entities,
        "member_states": found.member_states,
        "cut": found.cut,
    })))
}

/// A body: the kind's members beside `name`, `lei`, `time_zone`; an unknown member is refused by name.
fn read<D: Details>(mut body: Map<String, Value>) -> Result<Described<D>, Trouble> {
    let mut word = |name: &str| match body.remove(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Trouble::unreadable(format!("{name} is a text."))),
    };
    let (name, lei, time_zone) = (word(WORDS[0])?, word(WORDS[1])?, word(WORDS[2])?);
    let given: Vec<String> = body.keys().cloned().collect();
    let details: D = serde_json::from_value(Value::Object(body))
        .map_err(|error| Trouble::unreadable(error.to_string()))?;
    let known = serde_json::to_value(&details).unwrap_or_default();
    if let Some(unknown) = given.iter().find(|name| known.get(name.as_str()).is_none()) {
        return Err(Trouble::unreadable(format!("unknown field `{unknown}`")));
    }
    Ok(Described { details, name, lei, time_zone })
}

fn seen<D: Details>(named: &Named<D>) -> Value {
    let mut seen = serde_json::to_value(&named.described.details).unwrap_or_default();
    let words = [&named.described.name, &named.described.lei, &named.described.time_zone];
    for (field, text) in
        WORDS.iter().zip(words).filter(|(field, text)| **field == "name" || !text.is_empty())
    {
        seen[*field] = json!(text);
    }
    seen["id"] = json!(named.id);
    seen["retired"] = json!(named.retired);
    seen["version"] = json!(named.version);
    seen
}

/// Where a kind stands in the API.
fn place<D: Details>() -> &'static str {
    match D::NOUN {
        "legal_entity" => "legal-entities",
        "function" => "functions",
        "team" => "teams",
        _ => "services",
    }
}
