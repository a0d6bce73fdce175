//! `/api/v1/legal-entities`, `functions`, `teams`, `services`: one set of verbs for every kind; the scale
//! of criticality; what an incident may reach.

use std::{borrow::Cow, marker::PhantomData};

use app::organisation::{Described, Named};
use axum::extract::State;
use base::{Code, Id, id};
use domain::organisation::{Details, Level};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::{
    list::List,
    spec::{Created, Done},
    take::{Json, Path},
};
use crate::{state::Web, trouble::Trouble, visit::Asker};

/// The members of a body beside what the kind is made of.
const WORDS: &[&str] = &["name", "lei", "time_zone"];

/// One level of the scale of criticality, as it is set.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLevel {
    /// Its code.
    code: Code,
    /// What people call it.
    label: String,
    /// Whether services of this level support critical or important functions.
    #[serde(default)]
    important: bool,
}

/// One level of the scale of criticality.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LevelSeen {
    /// Its code.
    code: Code,
    /// What people call it.
    label: String,
    /// Whether services of this level support critical or important functions.
    important: bool,
}

/// What something is, as it is sent: the kind's members beside the words.
pub(crate) struct NewPart<D>(Map<String, Value>, PhantomData<fn() -> D>);

/// What something is, as it is answered.
pub(crate) struct PartSeen<D>(Value, PhantomData<fn() -> D>);

/// Something that was added.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PartAdded {
    /// Its id.
    id: String,
}

/// What an incident may reach.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ScopeSuggested {
    /// Services, the nearest first.
    services: Vec<ServiceReached>,
    /// The functions they support, the critical or important ones first.
    functions: Vec<Id<id::Function>>,
    /// The legal entities that these serve.
    entities: Vec<Id<id::LegalEntity>>,
    /// Where these are.
    member_states: Vec<Code>,
    /// Whether there is more than this holds.
    cut: bool,
}

/// A service that may be affected.
#[derive(Debug, Serialize, JsonSchema)]
struct ServiceReached {
    /// The service.
    id: Id<id::Service>,
    /// The affected service it depends on; `null` where it was named itself.
    through: Option<Id<id::Service>>,
    /// How many steps of depending lie between.
    steps: u32,
}

impl<'de, D> Deserialize<'de> for NewPart<D> {
    fn deserialize<T: Deserializer<'de>>(deserializer: T) -> Result<Self, T::Error> {
        Ok(Self(Map::deserialize(deserializer)?, PhantomData))
    }
}

impl<D> Serialize for PartSeen<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<D: JsonSchema> JsonSchema for NewPart<D> {
    fn schema_name() -> Cow<'static, str> {
        format!("New{}", D::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = with_words(D::json_schema(generator));
        schema.insert("additionalProperties".to_owned(), json!(false));
        schema
    }
}

impl<D: JsonSchema> JsonSchema for PartSeen<D> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Seen", D::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = with_words(D::json_schema(generator));
        let more = [
            ("id", json!({ "type": "string", "description": "Its id." })),
            ("retired", json!({ "type": "boolean", "description": "Whether it is no longer." })),
            ("version", json!({ "type": "integer", "description": "How often it was described." })),
        ];
        more.into_iter().for_each(|(name, told)| member(&mut schema, name, told, true));
        schema
    }
}

/// The schema of a kind with its words.
fn with_words(mut schema: Schema) -> Schema {
    let word = |says: &str| json!({ "type": "string", "description": says });
    member(&mut schema, "name", word("What people call it."), true);
    member(&mut schema, "lei", word("Its Legal Entity Identifier, where it has one."), false);
    member(&mut schema, "time_zone", word("Its time zone by IANA name, where it has one."), false);
    schema
}

fn member(schema: &mut Schema, name: &str, told: Value, required: bool) {
    let members = schema.ensure_object();
    members.entry("properties").or_insert_with(|| json!({}))[name] = told;
    let wanted = members.entry("required").or_insert_with(|| json!([]));
    if let (true, Some(wanted)) = (required, wanted.as_array_mut()) {
        wanted.push(json!(name));
    }
}

/// All of a kind, those that still are first, by name.
pub(crate) async fn list<D: Details>(
    State(web): State<Web>,
) -> Result<Json<List<PartSeen<D>>>, Trouble> {
    let all = web.app().parts::<D>().await?;
    Ok(Json(List { items: all.iter().map(seen).collect(), next: None }))
}

/// One, by id or code.
pub(crate) async fn one<D: Details>(
    State(web): State<Web>,
    Path(part): Path<String>,
) -> Result<Json<PartSeen<D>>, Trouble> {
    Ok(Json(seen(&web.app().part::<D>(&part).await?)))
}

/// Adds one, or brings a retired one of the same code back.
pub(crate) async fn add<D: Details + Sync>(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(body): Json<NewPart<D>>,
) -> Result<Created<PartAdded>, Trouble> {
    let id = web.app().describe(&caller, None, read::<D>(body.0)?).await?.to_string();
    let at = format!("/api/v1/{}/{id}", place::<D>());
    Ok(Created { at, body: PartAdded { id } })
}

/// Says what one is from here on: the whole of it.
pub(crate) async fn change<D: Details + Sync>(
    State(web): State<Web>,
    Path(part): Path<String>,
    Asker(caller): Asker,
    Json(body): Json<NewPart<D>>,
) -> Result<Done, Trouble> {
    let held: Id<D::Kind> = web.app().part::<D>(&part).await?.id;
    web.app().describe(&caller, Some(held), read::<D>(body.0)?).await?;
    Ok(Done)
}

/// Retires one that nothing else needs.
pub(crate) async fn retire<D: Details>(
    State(web): State<Web>,
    Path(part): Path<String>,
    Asker(caller): Asker,
) -> Result<Done, Trouble> {
    let held = web.app().part::<D>(&part).await?.id;
    web.app().retire::<D>(&caller, held).await?;
    Ok(Done)
}

/// The scale of criticality, the highest level first.
pub(crate) async fn scale(State(web): State<Web>) -> Result<Json<List<LevelSeen>>, Trouble> {
    let levels = web.app().criticality_scale().await?.into_iter();
    let seen = |(level, label): (Level, String)| LevelSeen {
        code: level.code,
        label,
        important: level.important,
    };
    Ok(Json(List { items: levels.map(seen).collect(), next: None }))
}

/// Sets the scale: all of its levels.
pub(crate) async fn set_scale(
    State(web): State<Web>,
    Asker(caller): Asker,
    Json(levels): Json<Vec<NewLevel>>,
) -> Result<Done, Trouble> {
    let level = |l: NewLevel| (Level { code: l.code, important: l.important }, l.label);
    web.app().set_criticality_scale(&caller, levels.into_iter().map(level).collect()).await?;
    Ok(Done)
}

/// What an incident may reach: services → functions → legal entities → Member States.
pub(crate) async fn suggested(
    State(web): State<Web>,
    Path(reference): Path<String>,
) -> Result<Json<ScopeSuggested>, Trouble> {
    let id = web.app().incident_by_reference(&reference).await?;
    let found = web.app().suggest_scope(id).await?.suggestion;
    let services = found.services.into_iter().map(|held| ServiceReached {
        id: held.id,
        through: held.through,
        steps: held.steps,
    });
    Ok(Json(ScopeSuggested {
        services: services.collect(),
        functions: found.functions,
        entities: found.entities,
        member_states: found.member_states,
        cut: found.cut,
    }))
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

fn seen<D: Details>(named: &Named<D>) -> PartSeen<D> {
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
    PartSeen(seen, PhantomData)
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
